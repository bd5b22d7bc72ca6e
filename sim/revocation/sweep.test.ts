import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { openStoredList, type StoredCertificate, writeStoredList } from './storedList.ts'
import { type Checkpoint, type Hit, type StoredBatch, sweep, type SweepOptions, type SweepProgress } from './sweep.ts'
import { entry, firstOf, hex, indexOf, serial } from './testEntries.ts'
import { run } from './testSnapshots.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const wide = (serials: string[], width: number) => {
  const bytes = Buffer.concat(serials.map((each) => Buffer.from(each.padStart(width * 2, '0'), 'hex')))
  return { bytes: new Uint8Array(bytes), width }
}

/** Feeds certificates in batches of `size`, from any position. */
const feed = (serials: string[], size: number, pack: (part: string[]) => StoredBatch['serials']) =>
  function* (position: number): Generator<StoredBatch> {
    for (let at = position; at < serials.length; at += size) {
      const part = serials.slice(at, at + size)
      yield { ids: Uint32Array.from(part, (_, i) => 1000 + at + i), serials: pack(part) }
    }
  }

async function collect(options: Omit<SweepOptions, 'onBatch'>) {
  const hits: Hit[] = []
  const checkpoints: Checkpoint[] = []
  const result = await sweep({
    ...options,
    onBatch: (batch) => {
      hits.push(...batch.hits)
      checkpoints.push(batch.checkpoint)
    },
  })
  return { result, hits, checkpoints }
}

property.prop(
  [fc.array(entry, { maxLength: 100 }), fc.array(serial, { maxLength: 100 }), fc.integer({ min: 1, max: 30 })],
  {
    numRuns: 200,
  },
)('a sweep finds those a map finds, whatever the batches', async (entries, others, size) => {
  const index = await indexOf(entries)
  const serials = [...others, ...entries.map(({ serialNumber }) => serialNumber), ...others]
  const revoked = firstOf(entries)
  const expected = serials.flatMap((serialNumber, at) => {
    const found = revoked.get(serialNumber)
    return found ? [{ id: 1000 + at, ...found }] : []
  })
  const { hits, result } = await collect({
    ...{ index, indexNumber: 1, batchSize: 7 },
    stored: feed(serials, size, (part) => wide(part, 20)),
  })
  expect(hits).toEqual(expected)
  expect(result).toEqual({
    result: 'done',
    checkpoint: { position: serials.length, indexNumber: 1, hitCount: expected.length },
  })
})

test('serial numbers may come as 64-bit numbers', async () => {
  const entries = [...run(500), { serialNumber: 'FEDCBA9876543210', revocationDate: 0, reasonCode: 1 }]
  const serials = ['FEDCBA9876543210', '01', '0133C349', '010133C349', hex(0x0133c349 + 499), hex(0x0133c349 + 500)]
  const pack = (part: string[]) => BigUint64Array.from(part, (each) => BigInt(`0x${each}`))
  const { hits } = await collect({ index: await indexOf(entries), indexNumber: 1, stored: feed(serials, 4, pack) })
  expect(hits.map(({ id }) => id)).toEqual([1000, 1002, 1004])
})

test('a sweep killed at any checkpoint goes on: nothing twice, nothing missed', async () => {
  const index = await indexOf(run(300))
  const serials = Array.from({ length: 1000 }, (_, i) => hex(0x0133c349 + ((i * 7) % 1000)))
  const options = { index, indexNumber: 4, stored: feed(serials, 90, (part) => wide(part, 8)), batchSize: 40 }
  const whole = await collect(options)
  expect(whole.hits).toHaveLength(300)
  for (const [number, from] of whole.checkpoints.entries()) {
    const stored: Hit[] = whole.hits.slice(0, from.hitCount)
    // The process died inside the next transaction: its hits were found and not stored.
    const killed = sweep({ ...options, from, onBatch: () => Promise.reject(new Error('killed')) })
    if (number < whole.checkpoints.length - 1) await expect(killed).rejects.toThrow('killed')
    else await killed
    const rest = await collect({ ...options, from })
    expect([...stored, ...rest.hits]).toEqual(whole.hits)
    expect(rest.result).toEqual(whole.result)
  }
})

test('a newer index may go on, an older one may not', async () => {
  const serials = Array.from({ length: 100 }, (_, i) => hex(0x0133c349 + i))
  const stored = feed(serials, 10, (part) => wide(part, 8))
  const from = { position: 50, indexNumber: 4, hitCount: 0 }
  const index = await indexOf(run(100))
  const older = await collect({ index, indexNumber: 3, stored, from })
  expect([older.result, older.hits]).toEqual([{ result: 'refused', reason: 'older-index' }, []])
  const newer = await collect({ index, indexNumber: 9, stored, from })
  expect(newer.hits).toHaveLength(50)
  expect(newer.result).toMatchObject({ checkpoint: { position: 100, indexNumber: 4, hitCount: 50 } })
})

test('progress says how far and how long', async () => {
  const serials = Array.from({ length: 100 }, (_, i) => hex(i + 1))
  const seen: SweepProgress[] = []
  let clock = 0
  await collect({
    ...{ index: await indexOf([]), indexNumber: 1, total: 100, now: () => (clock += 10) },
    stored: feed(serials, 50, (part) => wide(part, 8)),
    onProgress: (progress) => seen.push(progress),
  })
  expect(seen).toEqual([
    { position: 50, hitCount: 0, total: 100, remainingMs: 10 },
    { position: 100, hitCount: 0, total: 100, remainingMs: 0 },
  ])
})

test('others have their turn between batches', async () => {
  const serials = Array.from({ length: 100 }, (_, i) => hex(i + 1))
  let turns = 0
  let running = true
  const other = (async () => {
    while (running) {
      turns++
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  await collect({ index: await indexOf([]), indexNumber: 1, stored: feed(serials, 5, (part) => wide(part, 8)) })
  running = false
  await other
  expect(turns).toBeGreaterThanOrEqual(20)
})

test('a batch with more serial numbers than ids is a mistake', async () => {
  const stored = () => [{ ids: new Uint32Array(1), serials: new BigUint64Array(2) }]
  await expect(collect({ index: await indexOf([]), indexNumber: 1, stored })).rejects.toThrow(RangeError)
})

const certificates = (count: number): StoredCertificate[] =>
  Array.from({ length: count }, (_, i) => ({ id: i * 2, serialNumber: hex(0x0133c349 + i) }))

test('a stored list is read from any position, over the borders of its blocks', async () => {
  const path = join(folder, 'list')
  const all = certificates(70_000)
  expect(await writeStoredList(path, 5, all)).toBe(70_000)
  const list = await openStoredList(path)
  expect([list.count, list.width]).toEqual([70_000, 5])
  const index = await indexOf(run(70_000))
  for (const position of [0, 1, 65_535, 65_536, 65_537, 69_999, 70_000]) {
    const from = { position, indexNumber: 1, hitCount: 0 }
    const { hits, result } = await collect({ index, indexNumber: 1, stored: list.from, from })
    expect(hits.map(({ id }) => id)).toEqual(all.slice(position).map(({ id }) => id))
    expect(result).toMatchObject({ checkpoint: { position: 70_000, hitCount: 70_000 - position } })
  }
})

test('an empty list is a list; other files are none', async () => {
  const path = join(folder, 'other')
  expect(await writeStoredList(path, 20, [])).toBe(0)
  expect((await openStoredList(path)).count).toBe(0)
  await expect(writeStoredList(path, 3, certificates(1))).rejects.toThrow('wider')
  await expect(writeStoredList(path, 21, [])).rejects.toThrow(RangeError)
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(16), Buffer.alloc(100, 0x41)]) {
    writeFileSync(path, bytes)
    await expect(openStoredList(path)).rejects.toThrow('stored list')
  }
  await writeStoredList(path, 4, certificates(3))
  truncateSync(path, 30)
  await expect(openStoredList(path)).rejects.toThrow('stored list')
})
