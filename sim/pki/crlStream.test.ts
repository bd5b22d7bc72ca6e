import { beforeAll, expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import * as asn1 from './asn1.ts'
import { type Authority, type Certificate, parseCertificate } from './certificate.ts'
import { checkCrl, crlEntries, type CrlEntry, parseCrl } from './crl.ts'
import { entryBytes } from './crlEntry.ts'
import { issueCrl, issueCrlParts } from './crlIssue.ts'
import { readCrlStream, type StreamedCrl } from './crlStream.ts'
import { type CrlQuestion, judgeCrl } from './crlCheck.ts'
import { createEntryWriter, entrySize, longestEntryBytes } from './crlStreamWrite.ts'
import { toHex } from './derValue.ts'
import { extension } from './extension.ts'
import { generateKeyPair, keySigner } from './key.ts'
import { MalformedError } from './malformed.ts'
import { crlDistributionPoint, extensionOid } from './profile.ts'
import { append, at, extensionsOf, replace, resign, strangeExtension } from './testForgery.ts'
import { createAuthority, day, issueSignature, kiyose, mitaka, now } from './testHierarchy.ts'

let ca: Authority
let otherCa: Authority
let foreignCa: Authority
let issuer: Certificate
let resident: Certificate
let der: Uint8Array

const times = { thisUpdate: now - 1000, nextUpdate: now + day }
const point = crlDistributionPoint('signature', kiyose)
const revocationDate = now - 5 * day
const entries: CrlEntry[] = [
  { serialNumber: '0133C349', revocationDate, reasonCode: 3 },
  { serialNumber: 'FF', revocationDate, reasonCode: 0 },
  { serialNumber: '7F'.repeat(20), revocationDate: Date.UTC(2051, 1, 2, 3, 4, 5), reasonCode: 1 },
  { serialNumber: '9'.repeat(38), revocationDate: Date.UTC(2024, 1, 29, 23, 59, 59), reasonCode: 10 },
]

beforeAll(async () => {
  ca = await createAuthority('signature', 1)
  otherCa = await createAuthority('signature', 2)
  foreignCa = await createAuthority('authentication', 1)
  issuer = parseCertificate(ca.certificate)
  resident = parseCertificate(await issueSignature({ ca, keyPair: await generateKeyPair() }))
  der = await issueCrl({ ca, ...times, crlNumber: 7, entries, distributionPoint: point })
})

const chunked = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

async function read(chunks: Iterable<Uint8Array>, by = issuer, limitBytes?: number) {
  const found: CrlEntry[] = []
  const streamed = await readCrlStream(chunks, {
    issuer: by,
    sink: (bytes, from, to, seconds, reasonCode) => {
      const start = bytes[from] === 0 ? from + 1 : from
      const serialNumber = toHex(bytes.subarray(start, to))
      found.push({ serialNumber, revocationDate: Date.UTC(1950, 0, 1) + seconds * 1000, reasonCode })
    },
    ...(limitBytes !== undefined && { limitBytes }),
  })
  return { streamed, found }
}

/** The head in the words of the reader of small lists. */
const headOf = (list: Uint8Array) => {
  const {
    issuer: name,
    issuerHex,
    thisUpdate,
    nextUpdate,
    crlNumber,
    authorityKeyIdentifier,
    entryCount,
  } = parseCrl(list)
  const head = { issuer: name, issuerHex, thisUpdate, nextUpdate, crlNumber, authorityKeyIdentifier, entryCount }
  return Object.fromEntries(Object.entries(head).filter(([, value]) => value !== undefined))
}

test('a list in one piece reads as the reader of small lists reads it', async () => {
  const { streamed, found } = await read([der])
  expect(found).toEqual(entries)
  expect(streamed.signatureValid).toBe(true)
  expect(streamed.head).toMatchObject(headOf(der))
  expect(streamed.head.issuingDistributionPoint?.names.map(({ hex }) => hex)).toEqual(
    parseCrl(der).issuingDistributionPoint?.names.map(({ hex }) => hex),
  )
  expect(streamed.head.sizeBytes).toBe(der.length)
})

test('it does not matter where the chunks end', async () => {
  for (let border = 0; border <= der.length; border++) {
    const { streamed, found } = await read([der.subarray(0, border), der.subarray(border)])
    expect({ found, valid: streamed.signatureValid }, `border ${border}`).toEqual({ found: entries, valid: true })
  }
  for (const size of [1, 2, 3, 7, 64]) {
    const { streamed, found } = await read(chunked(der, size))
    expect({ found, valid: streamed.signatureValid }, `chunks of ${size}`).toEqual({ found: entries, valid: true })
  }
})

test('it does not matter where the chunks end inside a list larger than the window', async () => {
  const many = Array.from({ length: 6000 }, (_, index) => ({
    serialNumber: (0x1000000 + index * 7).toString(16).toUpperCase().padStart(8, '0'),
    revocationDate: revocationDate + index * 1000,
    reasonCode: index % 7,
  }))
  const list = await issueCrl({ ca, ...times, crlNumber: 8, entries: many })
  expect(list.length).toBeGreaterThan(200_000)
  for (const size of [1, 17, 1000, 65_536, 1_000_000]) {
    const { streamed, found } = await read(chunked(list, size))
    expect(streamed.signatureValid).toBe(true)
    expect(found).toEqual(many)
  }
})

test('a list cut short anywhere, or followed by anything, is malformed', async () => {
  for (let end = 0; end < der.length; end++) {
    await expect(read([der.subarray(0, end)]), `end ${end}`).rejects.toThrow(MalformedError)
  }
  await expect(read([der, Uint8Array.of(0)])).rejects.toThrow('trailing')
  await expect(read([Buffer.concat([der, der])])).rejects.toThrow('trailing')
})

test('an empty list, and one without the key’s signature', async () => {
  const empty = await issueCrl({ ca, ...times, crlNumber: 1, entries: [] })
  expect((await read([empty])).streamed).toMatchObject({ head: { entryCount: 0 }, signatureValid: true })
  expect((await read([empty], parseCertificate(otherCa.certificate))).streamed.signatureValid).toBe(false)
})

test('every changed byte makes the list malformed or its signature wrong', async () => {
  for (let index = 0; index < der.length; index++) {
    const changed = Uint8Array.from(der, (byte, i) => (i === index ? byte ^ 0x41 : byte))
    const outcome = await read([changed]).catch((error: unknown) => error)
    if (outcome instanceof MalformedError) continue
    if (outcome instanceof Error) throw outcome
    expect(outcome, `byte ${index}`).toMatchObject({ streamed: { signatureValid: false } })
  }
})

test('limits: the whole list, what stands before the entries, one entry', async () => {
  await expect(read([der], issuer, der.length - 1)).rejects.toThrow('too large')
  const long = asn1.sequence(asn1.octetString(new Uint8Array(20_000)))
  const forged = await resign(der, ca.signer, (tbs) => append(at(tbs, 5, 0), long))
  await expect(read([forged])).rejects.toThrow(MalformedError)
})

test('RSA with a P-384 key, and P-384, are told apart', async () => {
  const pair = await generateKeyPair('p-384')
  const byP384 = await issueCrl({ ca: { ...ca, signer: keySigner(pair.privateKey) }, ...times, crlNumber: 1, entries })
  expect((await read([byP384])).streamed.signatureValid).toBe(false)
  const p384Issuer = { ...issuer, publicKey: pair.publicKey }
  expect((await read([byP384], p384Issuer)).streamed.signatureValid).toBe(true)
  expect((await read([der], p384Issuer)).streamed.signatureValid).toBe(false)
})

const decide = ({ head, signatureValid }: StreamedCrl, by: CrlQuestion) => judgeCrl(head, by, () => signatureValid)

test('decisions are those of checkCrl', async () => {
  const forge = (change: Parameters<typeof resign>[2]) => resign(der, ca.signer, change)
  const ff = Uint8Array.of(0xff)
  const withPoint = (...more: asn1.Node[]) =>
    forge((tbs) =>
      replace(
        extensionsOf(tbs),
        2,
        extension({ oid: extensionOid.issuingDistributionPoint, critical: true }, asn1.sequence(...more)),
      ),
    )
  const lists = [
    der,
    await issueCrl({ ca, ...times, crlNumber: 7, entries }),
    await issueCrl({ ca, ...times, crlNumber: 7, entries, freshestCrl: point }),
    await issueCrl({
      ca,
      ...times,
      crlNumber: 7,
      entries,
      distributionPoint: crlDistributionPoint('signature', mitaka),
    }),
    await issueCrl({ ca: otherCa, ...times, crlNumber: 7, entries }),
    await issueCrl({ ca: foreignCa, ...times, crlNumber: 7, entries }),
    await issueCrl({ ca, ...times, crlNumber: 8, baseCrlNumber: 7, entries }),
    await forge((tbs) => append(extensionsOf(tbs), strangeExtension(true))),
    await forge((tbs) => append(extensionsOf(tbs), strangeExtension(false))),
    await forge((tbs) => append(at(tbs, 5, 1), asn1.sequence(strangeExtension(true)))),
    await forge((tbs) => replace(extensionsOf(tbs), 1)),
    await withPoint(asn1.implicit(4, ff)),
    await withPoint(asn1.implicit(1, ff)),
    await withPoint(asn1.implicit(2, ff)),
    await withPoint(asn1.implicit(5, ff)),
  ]
  const asked = [issuer, parseCertificate(otherCa.certificate), parseCertificate(foreignCa.certificate)].flatMap((by) =>
    [now, times.thisUpdate - 1, times.thisUpdate, times.nextUpdate - 1, times.nextUpdate].flatMap((instant) => [
      { issuer: by, now: instant },
      { issuer: by, now: instant, certificate: resident },
    ]),
  )
  const outcomes = new Set<string>()
  for (const [number, list] of lists.entries()) {
    for (const by of asked) {
      const expected = checkCrl(parseCrl(list), by)
      const found = decide((await read([list], by.issuer)).streamed, by)
      expect(found, `list ${number}`).toEqual(expected)
      outcomes.add(found.result === 'ok' ? 'ok' : found.reason)
    }
  }
  expect(outcomes.size).toBeGreaterThanOrEqual(7)
})

test('a delta says what it completes and may take entries away', async () => {
  const changes = [...entries, { serialNumber: '0A', revocationDate, reasonCode: 8 }]
  const delta = await issueCrl({
    ca,
    ...times,
    crlNumber: 9,
    baseCrlNumber: 7,
    entries: changes,
    distributionPoint: point,
  })
  const { streamed, found } = await read([delta])
  expect(found).toEqual(changes)
  expect(streamed.head).toMatchObject({ baseCrlNumber: 7n, crlNumber: 9n, unknownCritical: false })
  expect(decide(streamed, { issuer, now, delta: true })).toEqual({ result: 'ok' })
  expect(decide(streamed, { issuer, now })).toEqual({ result: 'refused', reason: 'unsupported' })
  const full = await read([der])
  expect(decide(full.streamed, { issuer, now, delta: true })).toEqual({
    result: 'refused',
    reason: 'unsupported',
  })
  const withoutIndicator = await resign(delta, ca.signer, (tbs) => replace(extensionsOf(tbs), 2))
  await expect(read([withoutIndicator])).rejects.toThrow('not one of a complete list')
})

test('lists that may not exist are not issued', async () => {
  const issue = (more: object) => issueCrl({ ca, ...times, crlNumber: 7, entries, ...more })
  await expect(issue({ nextUpdate: times.thisUpdate })).rejects.toThrow(RangeError)
  await expect(issue({ baseCrlNumber: 7 })).rejects.toThrow('base crl number')
  await expect(issue({ baseCrlNumber: 6, freshestCrl: point })).rejects.toThrow('delta')
  await expect(issue({ entries: [{ serialNumber: '0a', revocationDate, reasonCode: 0 }] })).rejects.toThrow('hex')
  let asked = 0
  const fickle = () => (asked++ === 0 ? entries : entries.slice(1))
  const parts = issueCrlParts({ ca, ...times, crlNumber: 7, entries: fickle })
  await expect(parts.next()).rejects.toThrow('changed')
})

test('entries may come in pages', async () => {
  const pages = async function* () {
    yield entries.slice(0, 1)
    yield []
    yield entries.slice(1)
  }
  const parts: Uint8Array[] = []
  for await (const part of issueCrlParts({ ca, ...times, crlNumber: 7, entries: pages, distributionPoint: point }))
    parts.push(part)
  expect(toHex(Buffer.concat(parts))).toBe(toHex(der))
})

const serial = fc
  .bigInt({ min: 1n, max: (1n << 159n) - 1n })
  .chain((value) => fc.nat({ max: 152 }).map((shift) => value >> BigInt(shift) || 1n))
  .map((value) => value.toString(16).toUpperCase())
  .map((hex) => (hex.length % 2 === 0 ? hex : `0${hex}`))

const entry = fc.record({
  serialNumber: serial,
  revocationDate: fc.integer({ min: -600_000_000, max: 9_000_000_000 }).map((second) => second * 1000),
  reasonCode: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 9, 10),
})

property.prop([entry], { numRuns: 2000 })('the fast writer writes what the plain one writes', (written) => {
  const bytes = new Uint8Array(longestEntryBytes)
  const end = createEntryWriter({ delta: false })(written, bytes, 0)
  expect(toHex(bytes.subarray(0, end))).toBe(toHex(entryBytes(written)))
  expect(end).toBe(entrySize(written))
})

property.prop([fc.array(entry, { maxLength: 30 }), fc.integer({ min: 1, max: 200 })], { numRuns: 60 })(
  'every list issued reads alike in both readers',
  async (written, size) => {
    const list = await issueCrl({ ca, ...times, crlNumber: 1, entries: written })
    const { streamed, found } = await read(chunked(list, size))
    expect(found).toEqual([...crlEntries(parseCrl(list))])
    expect(streamed.signatureValid).toBe(true)
  },
)

property.prop(
  [
    fc.array(fc.tuple(fc.nat({ max: 1000 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 300 }),
  ],
  { numRuns: 3000 },
)('a changed list is read only if the reader of small lists reads it, and then alike', async (changes, size) => {
  const changed = new Uint8Array(der)
  for (const [index, value] of changes) changed[index % changed.length] = value
  const outcome = await read(chunked(changed, size)).catch((error: unknown) => error)
  if (outcome instanceof MalformedError) return
  if (outcome instanceof Error) throw outcome
  const list = parseCrl(changed)
  expect(outcome).toMatchObject({ streamed: { head: headOf(changed) }, found: [...crlEntries(list)] })
})
