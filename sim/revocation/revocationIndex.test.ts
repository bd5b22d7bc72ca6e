import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { buildIndex } from './build.ts'
import { openIndex } from './revocationIndex.ts'
import { createStaging } from './staging.ts'
import { entry, firstOf, hex, indexOf, serial } from './testEntries.ts'

const revocationDate = Date.UTC(2026, 3, 1)
const revoked = (serialNumber: string, reasonCode = 3) => ({ serialNumber, revocationDate, reasonCode })
const sequence = (count: number, step = 3, first = 0x0133c349) =>
  Array.from({ length: count }, (_, i) => ({
    serialNumber: hex(first + i * step),
    revocationDate: revocationDate + i * 1000,
    reasonCode: i % 7,
  }))

property.prop([fc.array(entry, { maxLength: 300 }), fc.array(serial, { maxLength: 50 })], { numRuns: 300 })(
  'an index says of every serial number what a map says',
  async (entries, others) => {
    const expected = firstOf(entries)
    const index = await indexOf(entries)
    expect(index.entryCount).toBe(expected.size)
    for (const serialNumber of [...expected.keys(), ...others]) {
      expect(index.lookup(serialNumber)).toEqual(expected.get(serialNumber))
      expect(index.has(serialNumber)).toBe(expected.has(serialNumber))
      const bytes = Buffer.from(serialNumber, 'hex')
      expect(index.lookupBytes(Buffer.concat([Uint8Array.of(0), bytes]))).toEqual(expected.get(serialNumber))
    }
  },
)

property.prop([fc.array(entry, { maxLength: 200 })], { numRuns: 100 })(
  'all entries come back, unless some are hashed',
  async (entries) => {
    const short = entries.filter(({ serialNumber }) => serialNumber.length <= 16)
    const index = await indexOf(short)
    const found = new Map([...index.entries()].map(({ serialNumber, ...rest }) => [serialNumber, rest]))
    expect(found).toEqual(firstOf(short))
    const long = await indexOf([...short, revoked('7F'.repeat(20))])
    expect(() => [...long.entries()]).toThrow(RangeError)
  },
)

test('an empty index, and one of a single entry', async () => {
  const empty = await indexOf([])
  expect(empty.lookup('01')).toBeUndefined()
  expect(empty.lookup('7F'.repeat(20))).toBeUndefined()
  expect([...empty.entries()]).toEqual([])
  for (const only of ['01', 'FF', 'FFFFFFFFFFFFFFFF', '010000000000000000', 'FF'.repeat(20)]) {
    const index = await indexOf([revoked(only)])
    expect(index.lookup(only)).toEqual({ revocationDate, reasonCode: 3 })
    expect([index.entryCount, index.has('02'), index.has('7F'.repeat(20))]).toEqual([1, false, false])
  }
})

test('of several entries for one serial number the first stays, in every form', async () => {
  for (const serialNumber of ['0133C34C', 'FEDCBA9876543210', '7F'.repeat(20)]) {
    const later = { serialNumber, revocationDate: revocationDate - 1000, reasonCode: 1 }
    const index = await indexOf([...sequence(1000, 2), revoked(serialNumber, 6), later, later])
    expect(index.lookup(serialNumber)).toEqual({ revocationDate, reasonCode: 6 })
    expect(index.entryCount).toBe(1001)
  }
})

test('the form follows from how the serial numbers lie', async () => {
  const forms = async (entries: Parameters<typeof indexOf>[0]) => (await indexOf(entries)).forms
  const spread = Array.from({ length: 500 }, (_, i) => revoked(hex(BigInt(i + 1) * 0x1234567890abcdn)))
  const long = Array.from({ length: 500 }, (_, i) => revoked(hex((1n << 126n) + BigInt(i))))
  expect(await forms(sequence(1000))).toEqual({ dense: 1000, exact: 0, hashed: 0 })
  expect(await forms([revoked('01'), ...sequence(1000), revoked('FFFFFFFFFFFFFFFF')])).toEqual({
    ...{ dense: 1000, exact: 2, hashed: 0 },
  })
  expect(await forms(spread)).toEqual({ dense: 0, exact: 500, hashed: 0 })
  expect(await forms(long)).toEqual({ dense: 0, exact: 0, hashed: 500 })
})

test('dense serial numbers may lie at 2^32 and reach 2^53', async () => {
  for (const first of [2 ** 32 - 700, 2 ** 53 - 3000, 2 ** 32, 256]) {
    const entries = sequence(1000, 2, first)
    const index = await indexOf(entries)
    expect(index.forms.dense).toBeGreaterThan(600)
    for (const { serialNumber, ...rest } of entries) expect(index.lookup(serialNumber)).toEqual(rest)
    expect(index.has(hex(first + 1))).toBe(false)
    expect(index.has(hex(BigInt(first) + (1n << 32n)))).toBe(false)
    expect(firstOf(index.entries())).toEqual(firstOf(entries))
  }
})

test('an entry takes at most 16 bytes', async () => {
  const count = 200_000
  const dense = await indexOf(sequence(count))
  const staging = createStaging()
  const bytes = new Uint8Array(16)
  for (let i = 0; i < count; i++) {
    new DataView(bytes.buffer).setBigUint64(
      i % 2 === 0 ? 8 : 0,
      0x9e3779b97f4a7c15n * BigInt(i + 1) - (1n << 60n) || 1n,
    )
    staging.add(bytes, 0, i % 2 === 0 ? 16 : 8, i, 3, i % 1000)
  }
  const sparse = await buildIndex(staging, { partitions: true })
  expect(dense.sizeBytes / dense.entryCount).toBeLessThan(6)
  expect(sparse.entryCount).toBeGreaterThan(count / 2)
  expect(sparse.sizeBytes / count).toBeLessThanOrEqual(16)
})

test('dates are kept to the second, from 1950 to 4127', async () => {
  const dates = [Date.UTC(1950, 0, 1), Date.UTC(1970, 0, 1) - 1000, Date.UTC(2086, 1, 7), Date.UTC(4127, 0, 1)]
  for (const date of dates) {
    const index = await indexOf([{ serialNumber: '01', revocationDate: date + 999, reasonCode: 10 }])
    expect(index.lookup('01')).toEqual({ revocationDate: date, reasonCode: 10 })
  }
  const late = await indexOf([{ serialNumber: '01', revocationDate: Date.UTC(9999, 0, 1), reasonCode: 1 }])
  expect(late.has('01')).toBe(true)
})

test('what is no serial number or no lasting reason is refused', async () => {
  const index = await indexOf([revoked('01')])
  for (const text of ['', '1', '0001', 'ab', 'GG', '01'.repeat(21), '01 ']) {
    expect(() => index.lookup(text), text).toThrow(RangeError)
    expect(() => createStaging().addEntry(revoked(text)), text).toThrow(RangeError)
  }
  expect(() => createStaging().addEntry(revoked('01', 8))).toThrow(RangeError)
  expect(() => createStaging().addEntry(revoked('01', 7))).toThrow(RangeError)
  const early = { serialNumber: '01', revocationDate: Date.UTC(1949, 11, 31), reasonCode: 0 }
  expect(() => createStaging().addEntry(early)).toThrow(RangeError)
})

test('a worker thread asks the same memory', async () => {
  const entries = [...sequence(5000), revoked('FEDCBA9876543210'), revoked('7F'.repeat(20), 1)]
  const index = await indexOf(entries)
  const shared = index.share()
  expect(openIndex(structuredClone(shared)).lookup('7F'.repeat(20))).toEqual({ revocationDate, reasonCode: 1 })
  const worker = new Worker(new URL('testWorker.ts', import.meta.url), {
    workerData: { shared, asked: [...entries.map(({ serialNumber }) => serialNumber), '01', '7E'.repeat(20)] },
  })
  const answers = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const expected = firstOf(entries)
  expect(answers).toEqual([...expected.values(), undefined, undefined])
  const clone = structuredClone(shared)
  shared.marks.fill(0x05)
  expect(new Set(clone.marks)).toEqual(new Set([0x05]))
  await worker.terminate()
})
