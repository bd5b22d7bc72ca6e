import { beforeAll, expect, test } from 'vitest'
import type { Certificate } from '../pki/certificate.ts'
import { parseCertificate } from '../pki/certificate.ts'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { issueCrl } from '../pki/crlIssue.ts'
import { generateKeyPair } from '../pki/key.ts'
import { crlDistributionPoint, type Municipality } from '../pki/profile.ts'
import { issueSignature, kiyose, mitaka, now } from '../pki/testHierarchy.ts'
import { readCrlIndex } from './crlFeed.ts'
import { createPartitionedIndex } from './partitionedIndex.ts'
import { createTestCa, run, type TestCa, times } from './testSnapshots.ts'

let ca: TestCa
let otherCa: TestCa
let inKiyose: Certificate
let inMitaka: Certificate

beforeAll(async () => {
  ca = await createTestCa(1)
  otherCa = await createTestCa(2)
  const keyPair = await generateKeyPair()
  const resident = async (municipality: Municipality, serialNumber: bigint) =>
    parseCertificate(await issueSignature({ ca: ca.authority, keyPair, municipality, serialNumber }))
  inKiyose = await resident(kiyose, 0x01000005n)
  inMitaka = await resident(mitaka, 0x02000005n)
})

type Change = Partial<Parameters<typeof issueCrl>[0]>

const list = (municipality: Municipality, crlNumber: number, entries: CrlEntry[], change: Change = {}) =>
  issueCrl({
    ...{ ca: ca.authority, ...times, crlNumber, entries },
    distributionPoint: crlDistributionPoint('signature', municipality),
    ...change,
  })
const empty = (at = () => now) => createPartitionedIndex({ issuer: ca.certificate, now: at })
const outcomes = (results: Awaited<ReturnType<Awaited<ReturnType<typeof empty>>['replace']>>) =>
  results.map((each) => (each.result === 'ok' ? Number(each.partition.crlNumber) : each.reason))

test('a certificate is judged only by a list of its own partition', async () => {
  const index = await empty()
  expect(index.certStatus(inKiyose)).toEqual({ certStatus: 'unknown' })
  await index.replace([[await list(kiyose, 1, run(10, 0x01000000))]])
  expect(index.certStatus(inKiyose)).toMatchObject({ certStatus: 'revoked', reasonCode: 3 })
  expect(index.certStatus(inMitaka)).toEqual({ certStatus: 'unknown' })
  await index.replace([[await list(mitaka, 1, [])]])
  expect(index.certStatus(inMitaka)).toEqual({ certStatus: 'good' })
  expect(index.partitions()).toHaveLength(2)
})

test('partitions are replaced one by one or many at once, each by a higher number only', async () => {
  const index = await empty()
  const both = [[await list(kiyose, 3, run(10, 0x01000000))], [await list(mitaka, 9, run(10, 0x02000000))]]
  expect(outcomes(await index.replace(both))).toEqual([3, 9])
  expect(index.current().entryCount).toBe(20)
  expect(outcomes(await index.replace(both))).toEqual(['rollback', 'rollback'])
  const before = index.current()
  const lists = [[await list(kiyose, 4, [])], [await list(mitaka, 8, [])], [await list(kiyose, 5, [])]]
  expect(outcomes(await index.replace(lists))).toEqual([4, 'rollback', 'rollback'])
  expect(index.certStatus(inKiyose)).toEqual({ certStatus: 'good' })
  expect(index.certStatus(inMitaka)).toMatchObject({ certStatus: 'revoked' })
  expect([before.entryCount, index.current().entryCount]).toEqual([20, 10])
})

test('lists that may not be relied on change nothing', async () => {
  const index = await empty()
  await index.replace([[await list(kiyose, 1, run(10, 0x01000000))]])
  const before = index.current()
  const good = await list(kiyose, 2, [])
  const wrong = [
    [await list(kiyose, 2, [], { ca: otherCa.authority })],
    [await list(kiyose, 2, [], { thisUpdate: now + 1000 })],
    [await list(kiyose, 2, [], { nextUpdate: now })],
    [await list(kiyose, 2, [], { baseCrlNumber: 1 })],
    [good.subarray(0, good.length - 1)],
  ]
  expect(outcomes(await index.replace(wrong))).toEqual([
    ...['wrong-issuer', 'not-yet-valid', 'stale', 'unsupported', 'malformed'],
  ])
  expect(index.current()).toBe(before)
})

test('a delta completes the list of its partition', async () => {
  const index = await empty()
  const changes = [
    ...run(1, 0x01000020),
    { serialNumber: '01000005', revocationDate: now, reasonCode: 8 },
    { serialNumber: '01000006', revocationDate: now, reasonCode: 1 },
  ]
  const delta = await list(kiyose, 3, changes, { baseCrlNumber: 2 })
  expect(await index.apply([delta])).toEqual({ result: 'refused', reason: 'gap' })
  await index.replace([[await list(kiyose, 1, run(10, 0x01000000))]])
  expect(await index.apply([delta])).toEqual({ result: 'refused', reason: 'gap' })
  await index.replace([[await list(kiyose, 2, run(10, 0x01000000))], [await list(mitaka, 2, run(10, 0x02000000))]])
  expect(await index.apply([delta])).toMatchObject({ result: 'ok', partition: { crlNumber: 3n } })
  expect(index.current().entryCount).toBe(20)
  expect(index.certStatus(inKiyose)).toEqual({ certStatus: 'good' })
  expect(index.current().lookup('01000006')).toEqual({ revocationDate: now, reasonCode: 1 })
  expect(index.certStatus(inMitaka)).toMatchObject({ certStatus: 'revoked' })
  expect(await index.apply([delta])).toEqual({ result: 'refused', reason: 'rollback' })
  expect(await index.apply([await list(kiyose, 4, [])])).toEqual({ result: 'refused', reason: 'unsupported' })
  await index.replace([[await list(kiyose, 4, [])]])
  expect(index.current().entryCount).toBe(10)
})

test('a list that is stale says unknown again', async () => {
  let instant = now
  const index = await empty(() => instant)
  await index.replace([[await list(kiyose, 1, run(10, 0x01000000))]])
  instant = times.nextUpdate
  expect(index.certStatus(inKiyose)).toEqual({ certStatus: 'unknown' })
})

test('a list of the whole CA covers every certificate', async () => {
  const index = await empty()
  await index.replace([[await issueCrl({ ca: ca.authority, ...times, crlNumber: 1, entries: run(10, 0x01000000) })]])
  expect(index.certStatus(inKiyose)).toMatchObject({ certStatus: 'revoked' })
  expect(index.certStatus(inMitaka)).toEqual({ certStatus: 'good' })
})

test('one list becomes one index, or a reason why not', async () => {
  const question = { issuer: ca.certificate, now }
  const loaded = await readCrlIndex([await list(kiyose, 1, run(10))], question)
  expect(loaded).toMatchObject({ result: 'ok', head: { crlNumber: 1n }, index: { entryCount: 10 } })
  const foreign = await list(kiyose, 1, run(10), { ca: otherCa.authority })
  expect(await readCrlIndex([foreign], question)).toEqual({ result: 'refused', reason: 'wrong-issuer' })
})
