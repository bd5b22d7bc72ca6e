import { CertificateRevocationList } from 'pkijs'
import { beforeAll, expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import * as asn1 from './asn1.ts'
import { type Authority, type Certificate, parseCertificate } from './certificate.ts'
import { checkCrl, type Crl, crlEntries, type CrlEntry, parseCrl, reasonCodes, statusByCrl } from './crl.ts'
import { issueCrl } from './crlIssue.ts'
import { entryBytes, readEntries, readEntry } from './crlEntry.ts'
import { onlyElement } from './der.ts'
import { toHex } from './derValue.ts'
import { extension } from './extension.ts'
import { generateKeyPair, type KeyPair } from './key.ts'
import { MalformedError } from './malformed.ts'
import { caName, crlDistributionPoint, extensionOid } from './profile.ts'
import { reasonMeaning, reasonName } from './revocation.ts'
import { append, at, extensionsOf, replace, resign, strangeExtension } from './testForgery.ts'
import { createAuthority, day, issueAuthentication, issueSignature, kiyose, mitaka, now } from './testHierarchy.ts'

let ca: Authority
let nextCa: Authority
let keyPair: KeyPair
let issuer: Certificate
let certificate: Certificate
let crl: Crl
let der: Uint8Array

const revocationDate = now - 5 * day
const entries: CrlEntry[] = [
  { serialNumber: '0133C349', revocationDate, reasonCode: reasonCodes.affiliationChanged },
  { serialNumber: 'FF', revocationDate, reasonCode: reasonCodes.unspecified },
]
const kiyosePoint = crlDistributionPoint('signature', kiyose)
const times = { thisUpdate: now - 1000, nextUpdate: now + day }

beforeAll(async () => {
  ca = await createAuthority('signature', 1)
  nextCa = await createAuthority('signature', 2)
  keyPair = await generateKeyPair()
  issuer = parseCertificate(ca.certificate)
  certificate = parseCertificate(await issueSignature({ ca, keyPair }))
  der = await issueCrl({ ca, ...times, crlNumber: 7, entries, distributionPoint: kiyosePoint })
  crl = parseCrl(der)
})

const check = (list: Crl, options: Partial<Parameters<typeof checkCrl>[1]> = {}) => {
  const found = checkCrl(list, { issuer, certificate, now, ...options })
  return found.result === 'ok' ? 'ok' : found.reason
}

test('a list reads as it was issued', () => {
  expect(crl).toMatchObject({
    ...times,
    crlNumber: 7n,
    entryCount: 2,
    authorityKeyIdentifier: issuer.subjectKeyIdentifier,
  })
  expect([...crlEntries(crl)]).toEqual(entries)
  expect(check(crl)).toBe('ok')
})

test('a list says revoked with date and reason, or good', () => {
  expect(statusByCrl(crl, '0133C349')).toEqual({ certStatus: 'revoked', revocationDate, reasonCode: 3 })
  expect(statusByCrl(crl, 'FF')).toEqual({ certStatus: 'revoked', revocationDate, reasonCode: 0 })
  expect(statusByCrl(crl, '01')).toEqual({ certStatus: 'good' })
  expect(() => statusByCrl(crl, '00FF')).toThrow(RangeError)
})

test('an unspecified reason is left out (RFC 5280 section 5.3.1)', () => {
  expect(toHex(entryBytes({ serialNumber: 'FF', revocationDate: 0, reasonCode: 0 }))).toBe(
    `3013020200FF170D${Buffer.from('700101000000Z').toString('hex').toUpperCase()}`,
  )
})

test('an empty list is a list', async () => {
  const empty = parseCrl(await issueCrl({ ca, ...times, crlNumber: 1, entries: [], distributionPoint: kiyosePoint }))
  expect(check(empty)).toBe('ok')
  expect(statusByCrl(empty, '0133C349')).toEqual({ certStatus: 'good' })
})

test('pkijs reads the same entries', () => {
  const theirs = CertificateRevocationList.fromBER(new Uint8Array(der))
  expect(theirs.revokedCertificates?.map((entry) => entry.revocationDate.value.getTime())).toEqual([
    revocationDate,
    revocationDate,
  ])
  expect(theirs.crlExtensions?.extensions.map(({ extnID, critical }) => [extnID, critical])).toEqual([
    ['2.5.29.35', false],
    ['2.5.29.20', false],
    ['2.5.29.28', true],
  ])
})

test('a list of one municipality says nothing about another', async () => {
  const mitakaPoint = crlDistributionPoint('signature', mitaka)
  const other = parseCrl(await issueCrl({ ca, ...times, crlNumber: 7, entries, distributionPoint: mitakaPoint }))
  expect(check(other)).toBe('wrong-scope')
  const resident = parseCertificate(await issueSignature({ ca, keyPair, municipality: mitaka }))
  expect(check(other, { certificate: resident })).toBe('ok')
  expect(check(crl, { certificate: resident })).toBe('wrong-scope')
})

test('a list without a scope covers the whole ca', async () => {
  expect(check(parseCrl(await issueCrl({ ca, ...times, crlNumber: 7, entries })))).toBe('ok')
})

test('a list of the ca’s own point does not cover its residents', async () => {
  const list = parseCrl(await issueCrl({ ca, ...times, crlNumber: 7, entries, distributionPoint: caName('signature') }))
  expect(check(list)).toBe('wrong-scope')
})

test('a list by another ca, or by another key of the same name, is refused', async () => {
  const authenticationCa = await createAuthority('authentication')
  const list = (by: Authority) => issueCrl({ ca: by, ...times, crlNumber: 7, entries, distributionPoint: kiyosePoint })
  expect(check(parseCrl(await list(authenticationCa)))).toBe('wrong-issuer')
  expect(check(parseCrl(await list(nextCa)))).toBe('wrong-issuer')
  expect(check(parseCrl(await resign(der, nextCa.signer, () => undefined)))).toBe('bad-signature')
  const foreign = parseCertificate(await issueAuthentication({ ca: authenticationCa, keyPair }))
  expect(check(crl, { certificate: foreign })).toBe('wrong-scope')
})

test('a list counts from thisUpdate and ends at nextUpdate', () => {
  expect(check(crl, { now: times.thisUpdate - 1 })).toBe('not-yet-valid')
  expect(check(crl, { now: times.thisUpdate })).toBe('ok')
  expect(check(crl, { now: times.nextUpdate - 1 })).toBe('ok')
  expect(check(crl, { now: times.nextUpdate })).toBe('stale')
})

test('an empty issuing distribution point is malformed', async () => {
  const empty = extension({ oid: extensionOid.issuingDistributionPoint, critical: true }, asn1.sequence())
  const forged = await resign(der, ca.signer, (tbs) => replace(extensionsOf(tbs), 2, empty))
  expect(() => parseCrl(forged)).toThrow('issuing distribution point: empty')
})

test('unknown critical extensions, deltas and partial lists are unsupported', async () => {
  const forge = async (change: Parameters<typeof resign>[2]) => parseCrl(await resign(der, ca.signer, change))
  expect(check(await forge((tbs) => append(extensionsOf(tbs), strangeExtension(true))))).toBe('unsupported')
  expect(check(await forge((tbs) => append(extensionsOf(tbs), strangeExtension(false))))).toBe('ok')
  const delta = extension({ oid: extensionOid.deltaCrlIndicator, critical: false }, asn1.integer(6))
  expect(check(await forge((tbs) => append(extensionsOf(tbs), delta)))).toBe('unsupported')
  const point = (...more: asn1.Node[]) =>
    extension({ oid: extensionOid.issuingDistributionPoint, critical: true }, asn1.sequence(...more))
  const ff = Uint8Array.of(0xff)
  const withPoint = (...more: asn1.Node[]) => forge((tbs) => replace(extensionsOf(tbs), 2, point(...more)))
  expect(check(await withPoint(asn1.implicit(4, ff)))).toBe('unsupported')
  expect(check(await withPoint(asn1.implicit(3, Uint8Array.of(6, 0x40))))).toBe('unsupported')
  expect(check(await withPoint(asn1.implicit(1, ff)))).toBe('ok')
  expect(check(await withPoint(asn1.implicit(2, ff)))).toBe('wrong-scope')
  expect(check(await withPoint(asn1.implicit(5, ff)))).toBe('wrong-scope')
})

test('a critical extension in an entry spoils the whole list (RFC 5280 section 5.3)', async () => {
  const forged = await resign(der, ca.signer, (tbs) => append(at(tbs, 5, 0), asn1.sequence(strangeExtension(true))))
  expect(() => parseCrl(forged)).toThrow(MalformedError)
  const second = await resign(der, ca.signer, (tbs) => append(at(tbs, 5, 1), asn1.sequence(strangeExtension(true))))
  expect(check(parseCrl(second), { certificate })).toBe('unsupported')
})

test('a list without a number is not relied on', async () => {
  const forged = parseCrl(await resign(der, ca.signer, (tbs) => replace(extensionsOf(tbs), 1)))
  expect(check(forged)).toBe('no-crl-number')
})

test('changed lists are malformed even when their ca signs them', async () => {
  const forge = (change: Parameters<typeof resign>[2]) => resign(der, ca.signer, change)
  const parse = async (change: Parameters<typeof resign>[2]) => parseCrl(await forge(change))
  await expect(parse((tbs) => replace(tbs, 0))).rejects.toThrow(MalformedError)
  await expect(parse((tbs) => replace(tbs, 4))).rejects.toThrow(MalformedError)
  await expect(parse((tbs) => replace(tbs, 5, asn1.sequence()))).rejects.toThrow('empty')
  const removal = extension({ oid: extensionOid.reasonCode, critical: false }, asn1.enumerated(8))
  await expect(parse((tbs) => append(at(tbs, 5, 1), asn1.sequence(removal)))).rejects.toThrow('reason code')
})

test('entries and lists that may not exist are not issued', async () => {
  const entry = { serialNumber: 'FF', revocationDate, reasonCode: 8 }
  await expect(issueCrl({ ca, ...times, crlNumber: 1, entries: [entry] })).rejects.toThrow('no such reason')
  await expect(issueCrl({ ca, ...times, crlNumber: 1, entries: [{ ...entry, reasonCode: 7 }] })).rejects.toThrow(
    RangeError,
  )
  await expect(issueCrl({ ca, thisUpdate: now, nextUpdate: now, crlNumber: 1, entries: [] })).rejects.toThrow(
    RangeError,
  )
})

test('all reasons in use have a meaning in both languages', () => {
  for (const code of [0, 1, 2, 3, 4, 5, 6]) {
    const name = reasonName(code)
    const meaning = name === undefined ? undefined : reasonMeaning[name]
    expect(meaning?.ja, `${code}`).toMatch(/[ぁ-ん一-龠]/)
    expect(meaning?.en, `${code}`).toMatch(/^[a-z]/)
  }
  expect(reasonName(7)).toBeUndefined()
})

const serial = fc
  .bigInt({ min: 1n, max: (1n << 150n) - 1n })
  .map((value) => value.toString(16).toUpperCase())
  .map((hex) => (hex.length % 2 === 0 ? hex : `0${hex}`))

const entry = fc.record({
  serialNumber: serial,
  revocationDate: fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1000),
  reasonCode: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 9, 10),
})

property.prop([fc.uniqueArray(entry, { selector: (each) => each.serialNumber, minLength: 1, maxLength: 40 })])(
  'every entry written is found again, and nothing else',
  async (written) => {
    const list = parseCrl(await issueCrl({ ca, ...times, crlNumber: 1, entries: written }))
    expect([...crlEntries(list)]).toEqual(written)
    for (const { serialNumber, ...rest } of written) {
      expect(statusByCrl(list, serialNumber)).toEqual({ certStatus: 'revoked', ...rest })
    }
    const absent = '7F'.repeat(20)
    expect(statusByCrl(list, absent)).toEqual({ certStatus: 'good' })
  },
)

property.prop([entry, fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), { maxLength: 3 })], {
  numRuns: 3000,
})('the quick look at an entry accepts nothing that the thorough one refuses', (written, changes) => {
  const bytes = entryBytes(written)
  for (const [index, value] of changes) bytes[index % bytes.length] = value
  try {
    readEntries(onlyElement(asn1.encode(asn1.sequenceOfBytes(new Uint8Array(bytes)))))
  } catch {
    return
  }
  expect(() => readEntry(bytes)).not.toThrow()
})

test('a list of 100,000 entries is read without a node for each', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({
    serialNumber: (0x1000000 + index).toString(16).toUpperCase().padStart(8, '0'),
    revocationDate,
    reasonCode: index % 7,
  }))
  const list = parseCrl(await issueCrl({ ca, ...times, crlNumber: 9, entries: many }))
  expect(list.entryCount).toBe(100_000)
  expect(statusByCrl(list, '0100C350')).toEqual({ certStatus: 'revoked', revocationDate, reasonCode: 50_000 % 7 })
})
