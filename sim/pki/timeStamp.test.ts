import { beforeAll, expect, test } from 'vitest'
import { parseCertificate } from './certificate.ts'
import { digest } from './digest.ts'
import { generateKeyPair, keySigner } from './key.ts'
import { signDocument } from './cms.ts'
import { createTimeStampAuthority } from './testEvidence.ts'
import { createAuthority, createOcspSigner, day, now } from './testHierarchy.ts'
import {
  checkTimeStamp,
  createTimeStamp,
  readTimeStamp,
  timeStampAnchors,
  type TimeStampAuthority,
} from './timeStamp.ts'
import { readTimeStampInfo, timeStampInfoBytes } from './timeStampInfo.ts'

let authority: TimeStampAuthority
let anchors: ReturnType<typeof timeStampAnchors>
beforeAll(async () => {
  authority = await createTimeStampAuthority(30)
  anchors = timeStampAnchors([authority.certificate])
})

const data = new TextEncoder().encode('signature value')
const stamp = (rest: Partial<Parameters<typeof createTimeStamp>[0]> = {}) =>
  createTimeStamp({
    ...{ authority, imprint: digest('sha256', data), digestName: 'sha256', serialNumber: 7n, at: now + 999 },
    ...rest,
  })
const check = async (token: Uint8Array, by: Partial<Parameters<typeof checkTimeStamp>[1]> = {}) => {
  const read = readTimeStamp(token)
  if (!read) return 'no time-stamp'
  const found = checkTimeStamp(read, { anchors, data: [data], provenBy: now + day, ...by })
  return 'refused' in found ? found.refused : found.at
}

test('a time-stamp proves its whole second for its data, given in any number of parts', async () => {
  expect(await check(await stamp())).toBe(now)
  expect(await check(await stamp(), { data: [data.subarray(0, 4), data.subarray(4)] })).toBe(now)
})

test('other data, another authority and another key prove nothing', async () => {
  expect(await check(await stamp(), { data: [data, data] })).toBe('bad-time-stamp')
  expect(await check(await stamp(), { anchors: [] })).toBe('unknown-authority')
  const { privateKey } = await generateKeyPair('p-256')
  expect(await check(await stamp({ authority: { ...authority, signer: keySigner(privateKey) } }))).toBe(
    'bad-time-stamp',
  )
})

test('the time must lie in the life of the authority and not after the time by which it is said to have existed', async () => {
  expect(await check(await stamp(), { provenBy: now })).toBe(now)
  expect(await check(await stamp(), { provenBy: now - 1 })).toBe('bad-time-stamp')
  expect(await check(await stamp({ at: now - day - 1000 }))).toBe('bad-time-stamp')
  expect(await check(await stamp({ at: now + 30 * day + 1000 }), { provenBy: now + 31 * day })).toBe('bad-time-stamp')
  expect(await check(await stamp(), { provenBy: now + 30 * day })).toBe(now)
  expect(await check(await stamp(), { provenBy: now + 30 * day + 1 })).toBe('time-stamp-expired')
})

test('a signed document is no time-stamp', async () => {
  const { certificate, signer } = authority
  expect(await check(await signDocument({ document: data, signer, certificate, signingTime: now }))).toBe(
    'no time-stamp',
  )
})

test('only a certificate for time-stamping alone is an anchor', async () => {
  const ca = await createAuthority('signature')
  expect(() => timeStampAnchors([ca.certificate])).toThrow('not for time-stamping alone')
  expect(() => timeStampAnchors([])).not.toThrow()
  const ocsp = await createOcspSigner('signature', ca)
  expect(() => timeStampAnchors([ocsp.certificate])).toThrow('not for time-stamping alone')
  expect(parseCertificate(authority.certificate)).toMatchObject({
    organizations: ['JPKI-SIM'],
    extKeyUsage: ['1.3.6.1.5.5.7.3.8'],
    unknownCriticalExtensions: [],
  })
})

test('what a time-stamp says is read as it was written, with every digest', () => {
  for (const digestName of ['sha256', 'sha384', 'sha512'] as const) {
    const info = { digestName, imprint: digest(digestName, data), serialNumber: 2n ** 100n, genTime: now }
    expect(readTimeStampInfo(timeStampInfoBytes(info))).toEqual(info)
  }
})
