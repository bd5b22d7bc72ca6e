/**
 * The packed file of a population, for programs that put load on a world: certificates with their private keys, one record a card.
 *
 * All numbers are unsigned 32-bit little-endian. The file is
 * - the eight bytes `CIDTPOP1`;
 * - the length of a header and the header, JSON in UTF-8: see `Header`; its `notice` says what the keys are not fit for;
 * - for each card the length of its record (never 0) and the record: the length of its facts, the facts as JSON (`CardPlan`), and for each
 *   certificate of the facts, in their order, the length of its DER, its DER, the length of its private key, its key (PKCS#8 DER);
 * - a 0 in place of a length and the number of records. What ends without it was cut short and is refused.
 */
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { certificateKind, id, instant, revocationReason, serialNumber } from '../messages/person.ts'
import type { CardPlan, PlannedCertificate } from './card.ts'

const magic = Buffer.from('CIDTPOP1', 'latin1')
/** A record has some 5 KiB; what claims to have more than this is no record (assumed). */
const largestRecord = 1024 * 1024

/** RSA keys of a small pool of primes, P-384 keys made of the population’s seed, or keys made as real ones are. */
export const keyOrigin = z.enum(['pooled', 'seeded', 'real'])

const header = z.strictObject({
  notice: z.strictObject({ ja: z.string(), en: z.string() }),
  seed: z.string(),
  cards: z.number().int().nonnegative(),
  keys: keyOrigin,
  /** Of all cards alike. */
  keyAlgorithm: z.enum(['rsa-2048', 'p-384']).default('rsa-2048'),
  /** Of all generations that issued, DER in base64. */
  authorities: z.array(
    z.strictObject({ kind: certificateKind, generation: z.number().int(), certificate: z.base64() }),
  ),
})
export type Header = z.output<typeof header>

const cardFacts: z.ZodType<CardPlan> = z.strictObject({
  cardId: id,
  municipality: id,
  generation: z.number().int(),
  cardExpiresAt: instant,
  certificates: z.array(
    z.strictObject({
      kind: certificateKind,
      serialNumber,
      number: z.number().int(),
      notBefore: instant,
      notAfter: instant,
      revoked: z.strictObject({ at: instant, reason: revocationReason }).optional(),
    }),
  ),
})

export type HeldCertificate = PlannedCertificate & { certificate: Uint8Array; privateKey: Uint8Array }
export type Card = Omit<CardPlan, 'certificates'> & { certificates: HeldCertificate[] }

/** What was read is no whole file of this format. */
export class NotPopulation extends Error {}

/** JSON of the given form. */
const readJson = <T>(schema: z.ZodType<T>, bytes: Buffer): T => {
  try {
    return schema.parse(JSON.parse(bytes.toString()))
  } catch (cause) {
    throw new NotPopulation('what should be json of this format is not', { cause })
  }
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const withLength = (bytes: Uint8Array) => [uint32(bytes.length), bytes]

export const packHeader = (of: Header): Uint8Array =>
  Buffer.concat([magic, ...withLength(Buffer.from(JSON.stringify(of)))])

export const packEnd = (cards: number): Uint8Array => Buffer.concat([uint32(0), uint32(cards)])

/** One card's record with its length before it. */
export const packCard = (card: Card): Uint8Array => {
  const facts: CardPlan = {
    ...card,
    certificates: card.certificates.map(({ certificate: _, privateKey: __, ...planned }) => planned),
  }
  const parts = [
    Buffer.from(JSON.stringify(facts)),
    ...card.certificates.flatMap(({ certificate, privateKey }) => [certificate, privateKey]),
  ]
  return Buffer.concat(withLength(Buffer.concat(parts.flatMap(withLength))))
}

/** The length-prefixed parts of a record. */
const partsOf = (record: Buffer): Buffer[] => {
  const parts: Buffer[] = []
  for (let position = 0; position < record.length;) {
    if (position + 4 > record.length) throw new NotPopulation('a record is damaged')
    const end = position + 4 + record.readUInt32LE(position)
    if (end > record.length) throw new NotPopulation('a record is damaged')
    parts.push(record.subarray(position + 4, end))
    position = end
  }
  return parts
}

const unpackCard = (record: Buffer): Card => {
  const [json, ...rest] = partsOf(record)
  if (json === undefined) throw new NotPopulation('a record is empty')
  const facts = readJson(cardFacts, json)
  if (rest.length !== 2 * facts.certificates.length) throw new NotPopulation('a record is damaged')
  const certificates = facts.certificates.map((planned, index): HeldCertificate => {
    const [certificate, privateKey] = rest.slice(2 * index, 2 * index + 2)
    if (certificate === undefined || privateKey === undefined) throw new NotPopulation('a record is damaged')
    return { ...planned, certificate, privateKey }
  })
  return { ...facts, certificates }
}

/** The records that lie in `bytes` one after the other, each with its length before it. */
export function* unpackCards(bytes: Uint8Array): Generator<Card> {
  for (const record of partsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))) yield unpackCard(record)
}

/** Takes bytes off a stream in pieces of a wanted length; never holds more than one such piece and one chunk. */
const createTaker = (chunks: AsyncIterator<Buffer, undefined>) => {
  let held: Buffer = Buffer.alloc(0)
  return async (length: number): Promise<Buffer> => {
    const pieces = [held]
    let have = held.length
    while (have < length) {
      const { value, done } = await chunks.next()
      if (done === true) throw new NotPopulation('the file was cut short')
      pieces.push(value)
      have += value.length
    }
    const all = pieces.length === 1 ? held : Buffer.concat(pieces)
    held = all.subarray(length)
    return all.subarray(0, length)
  }
}

async function* bytesOf(stream: ReturnType<typeof createReadStream>): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of stream) yield Buffer.from(chunk)
  return undefined
}

async function* readCards(take: (length: number) => Promise<Buffer>): AsyncGenerator<Card> {
  let count = 0
  for (let record = await takePart(take); record.length > 0; record = await takePart(take)) {
    yield unpackCard(record)
    count += 1
  }
  const promised = (await take(4)).readUInt32LE()
  if (promised !== count) throw new NotPopulation(`the file has ${count} cards and should have ${promised}`)
}

/** What has its length before it. */
const takePart = async (take: (length: number) => Promise<Buffer>): Promise<Buffer> => {
  const length = (await take(4)).readUInt32LE()
  if (length > largestRecord) throw new NotPopulation('a record is too long')
  return take(length)
}

/** Reads the file as a stream: its header, then card after card. Throws NotPopulation for what is no whole file of this format. */
export async function openPacked(path: string): Promise<{ header: Header; cards: AsyncGenerator<Card> }> {
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 })
  const take = createTaker(bytesOf(stream))
  async function* cards() {
    try {
      yield* readCards(take)
    } finally {
      stream.destroy()
    }
  }
  try {
    if (!(await take(magic.length)).equals(magic)) throw new NotPopulation(`${path} is no packed population`)
    return { header: readJson(header, await takePart(take)), cards: cards() }
  } catch (error) {
    stream.destroy()
    throw error
  }
}
