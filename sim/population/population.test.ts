/** A population made for a world: real certificates of its authority, all of it or nothing. */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPrivateKey, sign, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Text } from '../core/site.ts'
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts'
import type { CaApp } from '../ca/index.ts'
import { answer } from '../core/network.ts'
import { checkCrl, crlEntries, parseCrl } from '../pki/crl.ts'
import { checkOcspResponse, createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import { reasonCodes } from '../pki/revocation.ts'
import { createWorld } from '../world.ts'
import { openAuthority } from './authority.ts'
import { populationFolder } from './folder.ts'
import { openPacked, type Card, type Header } from './packedFile.ts'
import { makePopulation, type Measures, type PopulationOptions } from './population.ts'

/** 2026-04-01 10:00 in Japan. */
const now = Date.UTC(2026, 3, 1, 1)
const scratch = mkdtempSync(join(tmpdir(), 'population-'))
const folder = join(scratch, 'world')
const said: Text[] = []
const options: PopulationOptions = {
  ...{ folder, cards: 60, seed: 'test', revokedShare: 0.4, keys: 'pooled', now, exported: 5 },
  say: (text) => void said.push(text),
}

let measures: Measures | undefined
let header: Header
const cards: Card[] = []

const readCards = async (world: string) => {
  const place = populationFolder(world)
  const opened = await openPacked(join(place.whole, place.cards))
  const read: Card[] = []
  for await (const card of opened.cards) read.push(card)
  return { header: opened.header, cards: read }
}

beforeAll(async () => {
  measures = await makePopulation(options)
  const read = await readCards(folder)
  header = read.header
  cards.push(...read.cards)
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const certificates = () => cards.flatMap((card) => card.certificates.map((held) => ({ card, held })))

test('says what was made, in both languages, and how fast next to the signature limit', () => {
  const revoked = certificates().filter(({ held }) => held.revoked !== undefined).length
  expect(measures).toMatchObject({
    cards: 60,
    certificates: certificates().length,
    revoked,
    primes: 16,
    threads: measures?.threads,
  })
  expect(revoked).toBeGreaterThan(10)
  expect(measures?.signLimit).toBeGreaterThan(0)
  // a busy machine has time for lines in between
  const done = said.filter(({ en }) => en.includes('done in'))
  expect(done.map(({ en }) => en.replace(/, done in \d+ s$/, ''))).toEqual([
    'primes 16/16 (100 %)',
    'cards with certificates 60/60 (100 %)',
    'entering at the authority 60/60 (100 %)',
  ])
  expect(done.map(({ ja }) => ja.replace(/、\d+ 秒で完了$/, ''))).toEqual([
    '素数 16/16 (100 %)',
    'カードと証明書 60/60 (100 %)',
    '認証局への登録 60/60 (100 %)',
  ])
})

test('every certificate says what its record says, hangs under the CA of its generation and fits its private key', () => {
  for (const { card, held } of certificates()) {
    const certificate = parseCertificate(held.certificate)
    const { kind, serialNumber, notBefore, notAfter } = held
    expect(certificate).toMatchObject({ kind, serialNumber, notBefore, notAfter })
    const issuers = parsedAuthorities().filter(({ parsed }) => isIssuedBy(certificate, parsed))
    expect(issuers.map((one) => [one.kind, one.generation])).toEqual([[kind, card.generation]])
    const key = createPrivateKey({ key: Buffer.from(held.privateKey), format: 'der', type: 'pkcs8' })
    expect(verify('sha256', Buffer.from('x'), certificate.publicKey, sign('sha256', Buffer.from('x'), key))).toBe(true)
  }
})

test('all cards, keys and serial numbers differ, and both generations have issued', () => {
  const all = certificates()
  const distinct = (of: (one: (typeof all)[number]) => string) => new Set(all.map(of)).size
  expect(new Set(cards.map(({ cardId }) => cardId)).size).toBe(60)
  expect(distinct(({ held }) => Buffer.from(held.privateKey).toString('hex'))).toBe(all.length)
  expect(distinct(({ held }) => `${held.kind} ${held.serialNumber}`)).toBe(all.length)
  expect(new Set(cards.map(({ generation }) => generation))).toEqual(
    new Set(header.authorities.map((one) => one.generation)),
  )
})

test('cards of P-384 keys under CAs of P-384 keys sign what their certificates verify, and are the same for the same seed', async () => {
  const variables = { cardKey: 'p-384', caKey: 'p-384' } as const
  const world = join(scratch, 'p-384')
  await makePopulation({ ...options, folder: world, cards: 6, variables })
  const made = await readCards(world)
  expect([made.header.keys, made.header.keyAlgorithm]).toEqual(['seeded', 'p-384'])
  expect(made.header.notice.en).toContain('for simulation only')
  const held = made.cards.flatMap((card) => card.certificates)
  const data = Buffer.from('x')
  for (const { certificate, privateKey } of held) {
    const { publicKey, signatureAlgorithm } = parseCertificate(certificate)
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    expect(signatureAlgorithm.oid).toBe('1.2.840.10045.4.3.3')
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' })
    expect(verify('sha384', data, publicKey, sign('sha384', data, key))).toBe(true)
  }
  const again = join(scratch, 'p-384 again')
  await makePopulation({ ...options, folder: again, cards: 6, variables })
  const keysOf = ({ cards: all }: typeof made) =>
    all.flatMap((card) => card.certificates.map(({ privateKey }) => Buffer.from(privateKey).toString('hex')))
  expect(keysOf(await readCards(again))).toEqual(keysOf(made))
  expect(new Set(keysOf(made)).size).toBe(held.length)
})

test('the lines for k6 are the first cards of the packed file', () => {
  const place = populationFolder(folder)
  const lines = readFileSync(join(place.whole, place.lines), 'utf8').trimEnd().split('\n')
  const parsed = lines.map((line): { cardId: string; keys: string } => JSON.parse(line))
  expect(parsed.map(({ cardId, keys }) => [cardId, keys])).toEqual(
    cards.slice(0, 5).map(({ cardId }) => [cardId, 'pooled']),
  )
})

const parsedAuthorities = () =>
  header.authorities.map((one) => ({
    ...one,
    parsed: parseCertificate(new Uint8Array(Buffer.from(one.certificate, 'base64'))),
  }))
const issuerOf = (kind: string, generation: number) => {
  const found = parsedAuthorities().find((one) => one.kind === kind && one.generation === generation)
  if (found === undefined) throw new Error(`no ${kind} authority of generation ${generation}`)
  return found.parsed
}

test('a world started on the folder answers by OCSP, by CRL and to a municipality as the records say', async () => {
  const world = await createWorld({ folder, seed: 'world', mode: 'virtual', startAt: now })
  const platform = world.connectAs('platform')<CaApp>('ca')
  const town = world.connectAs('municipality-aobano')<CaApp>('ca')
  const differences: unknown[] = []
  const compare = (what: string, serialNumber: string, [told, recorded]: [unknown, unknown]) => {
    if (JSON.stringify(told) !== JSON.stringify(recorded)) differences.push({ what, serialNumber, told, recorded })
  }

  for (const { card, held } of certificates()) {
    const { kind, serialNumber, revoked } = held
    const issuer = issuerOf(kind, card.generation)
    const request = createOcspRequest({ issuer, serialNumbers: [serialNumber] })
    const init = { method: 'POST', body: Buffer.from(request) }
    const response = await platform.ocsp[':kind'].$post({ param: { kind } }, { init })
    const status = checkOcspResponse(parseOcspResponse(new Uint8Array(await response.arrayBuffer())), {
      ...{ issuer, certificate: parseCertificate(held.certificate), now: world.clock.now() },
    })
    const recorded = revoked && {
      certStatus: 'revoked',
      revocationDate: revoked.at,
      reasonCode: reasonCodes[revoked.reason],
    }
    compare('ocsp', serialNumber, [status, recorded ?? { certStatus: 'good' }])

    const shown = await answer(town.certificates[':kind'][':serialNumber'].$get({ param: { kind, serialNumber } }))
    compare('state', serialNumber, [
      [shown.certStatus, shown.reason, shown.revocationDate, shown.notAfter],
      [revoked ? 'revoked' : 'good', revoked?.reason, revoked?.at, held.notAfter],
    ])
  }
  const { crls } = await answer(platform.crls.$get())
  const listed: string[] = []
  for (const { kind, generation, partition } of crls) {
    const which = { query: { generation: String(generation) } }
    const response = await platform.crls[':kind'][':partition'].$get({ param: { kind, partition }, ...which })
    const crl = parseCrl(new Uint8Array(await response.arrayBuffer()))
    expect(checkCrl(crl, { issuer: issuerOf(kind, generation), now: world.clock.now() })).toEqual({ result: 'ok' })
    for (const { serialNumber, reasonCode } of crlEntries(crl))
      listed.push(`${kind} ${generation} ${partition} ${serialNumber} ${reasonCode}`)
  }
  await world.close()
  expect(differences).toEqual([])
  expect(listed.sort()).toEqual(
    certificates()
      .flatMap(({ card, held: { kind, serialNumber, revoked } }) => {
        const partition = kind === 'signature' ? card.municipality : 'all'
        return revoked ? [`${kind} ${card.generation} ${partition} ${serialNumber} ${reasonCodes[revoked.reason]}`] : []
      })
      .sort(),
  )
})

test('a second population is refused and leaves the first as it was', async () => {
  const before = readFileSync(join(folder, 'population', 'population.json'), 'utf8')
  await expect(makePopulation({ ...options, seed: 'second' })).rejects.toThrow(
    'this world already has 60 cards (seed test)',
  )
  expect(readFileSync(join(folder, 'population', 'population.json'), 'utf8')).toBe(before)
})

test('a process that died before the last step is finished by the next one', async () => {
  const place = populationFolder(folder)
  renameSync(place.whole, place.partial)
  expect(place.made()).toBeUndefined()
  expect(await makePopulation(options)).toBeUndefined()
  expect((await readCards(folder)).cards.length).toBe(60)
})

test('when the files are lost the same seed is refused, and another one gets other numbers', async () => {
  const place = populationFolder(folder)
  const aside = join(scratch, 'aside')
  renameSync(place.whole, aside)
  await expect(makePopulation(options)).rejects.toThrow('the files are gone: choose another --seed')
  await makePopulation({ ...options, seed: 'other', cards: 3 })
  const { cards: others } = await readCards(folder)
  const given = new Set(certificates().map(({ held }) => held.number))
  expect(others.flatMap((card) => card.certificates).some(({ number }) => given.has(number))).toBe(false)
  rmSync(place.whole, { recursive: true })
  renameSync(aside, place.whole)
})

const knownAfterwards = async (world: string, seed: string) => {
  const authority = await openAuthority({ folder: world, now })
  const known = await authority.knows(seed)
  await authority.close()
  return known
}

test('stopped while keys or cards are made, nothing is left: neither files nor rows', async () => {
  const world = join(scratch, 'stopped')
  mkdirSync(world)
  const stopAt = async (what: string) => {
    const stop = new AbortController()
    const say = ({ en }: Text) => {
      if (en.startsWith(what)) stop.abort()
    }
    return makePopulation({ ...options, folder: world, cards: 150, say, signal: stop.signal })
  }
  // what an earlier process left must not matter either
  mkdirSync(join(world, 'population.partial'))
  writeFileSync(join(world, 'population.partial', 'cards.bin'), 'half of it')
  for (const what of ['primes', 'cards with certificates']) {
    await expect(stopAt(what), what).rejects.toThrow()
    expect(readdirSync(world).filter((name) => name.startsWith('population'))).toEqual([])
    expect(await knownAfterwards(world, 'test')).toBe(false)
  }
})

test('a stop between two batches of rows takes back those entered before', async () => {
  const world = join(scratch, 'rows')
  const authority = await openAuthority({ folder: world, now })
  const planned = await authority.numbering()
  async function* many() {
    for (let n = 0; n < 20; n++)
      for (const card of cards)
        yield {
          ...card,
          cardId: `${card.cardId}-${n}`,
          certificates: card.certificates.map((held) => ({
            ...held,
            serialNumber: `${held.serialNumber}${n.toString(16).padStart(2, '0')}`,
            number: planned.number + held.number * 20 + n,
          })),
        }
  }
  const entered: number[] = []
  const onCards = (count: number) => {
    entered.push(count)
    if (count >= 1000) throw new Error('stop')
  }
  await expect(authority.enter(many(), { planned, count: 1200, onCards })).rejects.toThrow('stop')
  expect(entered).toEqual([500, 1000])
  expect(await authority.numbering()).toEqual(planned)
  await authority.enter(many(), { planned, count: 1200, onCards: () => undefined })
  await expect(authority.enter(many(), { planned, count: 1200, onCards: () => undefined })).rejects.toThrow()
  expect((await authority.numbering()).number).toBe(planned.number + 2400)
  await authority.close()
})

test('Ctrl-C at the command leaves no world behind that was founded for it', { timeout: 60_000 }, async () => {
  const world = join(scratch, 'interrupted')
  const command = spawn(process.execPath, [join(import.meta.dirname, 'make.ts'), '--folder', world, '--cards', '20000'])
  let output = ''
  command.stdout.on('data', (text: Buffer) => {
    output += text.toString()
    if (/primes \d+\//.test(output)) command.kill('SIGINT')
  })
  const code = await new Promise((resolve) => command.on('exit', resolve))
  expect(code).toBe(130)
  expect(output).toContain('何も残していません / stopped; nothing was left behind')
  expect(existsSync(world)).toBe(false)
})

test('the command says why it refuses, and founds nothing', async () => {
  const world = join(scratch, 'refused')
  const command = spawn(process.execPath, [join(import.meta.dirname, 'make.ts'), '--folder', world, '--cards', 'many'])
  let output = ''
  command.stderr.on('data', (text: Buffer) => (output += text.toString()))
  expect(await new Promise((resolve) => command.on('exit', resolve))).toBe(1)
  expect(output).toMatch(/^--cards many は .* \/ --cards many is no whole number from 1 to 130000000; usage: /)
  expect(existsSync(world)).toBe(false)
})
