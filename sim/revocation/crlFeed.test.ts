import { beforeAll, expect, test } from 'vitest'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { issueCrl } from '../pki/crlIssue.ts'
import { crlDistributionPoint } from '../pki/profile.ts'
import { kiyose, now } from '../pki/testHierarchy.ts'
import { readCrlIndex } from './crlFeed.ts'
import { createTestCa, run, type TestCa, times } from './testSnapshots.ts'

let ca: TestCa
let otherCa: TestCa

beforeAll(async () => {
  ca = await createTestCa(1)
  otherCa = await createTestCa(2)
})

const list = (crlNumber: number, entries: CrlEntry[], change: Partial<Parameters<typeof issueCrl>[0]> = {}) =>
  issueCrl({
    ...{ ca: ca.authority, ...times, crlNumber, entries },
    distributionPoint: crlDistributionPoint('signature', kiyose),
    ...change,
  })

test('one list becomes one index', async () => {
  const loaded = await readCrlIndex([await list(1, run(10))], { issuer: ca.certificate, now })
  expect(loaded).toMatchObject({ result: 'ok', head: { crlNumber: 1n }, index: { entryCount: 10 } })
})

test('nothing is built of a list that may not be relied on', async () => {
  const good = await list(2, run(10))
  const reasonOf = async (der: Uint8Array, at = now) => {
    const loaded = await readCrlIndex([der], { issuer: ca.certificate, now: at })
    return loaded.result === 'refused' ? loaded.reason : loaded.result
  }
  expect(await reasonOf(await list(2, run(10), { ca: otherCa.authority }))).toBe('wrong-issuer')
  const signatureBit = new Uint8Array(good)
  signatureBit[good.length - 1] = (good[good.length - 1] ?? 0) ^ 1
  expect(await reasonOf(signatureBit)).toBe('bad-signature')
  expect(await reasonOf(good, times.thisUpdate - 1000)).toBe('not-yet-valid')
  expect(await reasonOf(good, times.nextUpdate)).toBe('stale')
  expect(await reasonOf(await list(3, run(10), { baseCrlNumber: 2 }))).toBe('unsupported')
  expect(await reasonOf(good.subarray(0, good.length - 1))).toBe('malformed')
})
