/** What the authority keeps of its lists in memory: few bytes for an entry, few lists at a time. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { createEntryList } from './entryList.ts'
import { createHeldLists } from './heldLists.ts'
import { joinParts } from './partedBytes.ts'

const listOf = (sizeBytes: number, thisUpdate = 1) => ({
  ...{ bytes: new Uint8Array(sizeBytes), thisUpdate, nextUpdate: 2 },
})

test('beyond the limit those lists make room that were not asked for the longest time', () => {
  const held = createHeldLists(100)
  held.hold('a', listOf(40))
  held.hold('b', listOf(40))
  held.find('a', 1)
  held.hold('c', listOf(40))
  expect(['a', 'b', 'c'].map((series) => held.find(series, 1) !== undefined)).toEqual([true, false, true])
  expect(held.sizeBytes()).toBe(80)
})

test('only the newest of a series is held, and one larger than the limit not at all', () => {
  const held = createHeldLists(100)
  held.hold('a', listOf(40, 1))
  held.hold('a', listOf(60, 2))
  expect([held.find('a', 1), held.sizeBytes()]).toEqual([undefined, 60])
  held.hold('a', listOf(101, 3))
  expect([held.find('a', 2), held.find('a', 3), held.sizeBytes()]).toEqual([undefined, undefined, 0])
})

const entry = fc.record({
  serialNumber: fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .filter((bytes) => bytes[0] !== 0)
    .map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase()),
  revocationDate: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((seconds) => seconds * 1000),
  reasonCode: fc.integer({ min: 0, max: 10 }),
})

property.prop([fc.array(entry, { maxLength: 50 })])('an entry list gives what was put in, each time', (entries) => {
  const list = createEntryList()
  for (const each of entries) list.add(each)
  expect([[...list.entries()], [...list.entries()], list.count()]).toEqual([entries, entries, entries.length])
})

test('an entry list of many pieces of memory loses none of them', () => {
  const list = createEntryList()
  const count = 60_000
  for (let serial = 0; serial < count; serial++)
    list.add({
      serialNumber: (0x08000000 + serial).toString(16).padStart(8, '0').toUpperCase(),
      revocationDate: 0,
      reasonCode: 4,
    })
  let next = 0x08000000
  for (const { serialNumber } of list.entries()) expect(Number.parseInt(serialNumber, 16)).toBe(next++)
  expect(next).toBe(0x08000000 + count)
})

property.prop([fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 })])(
  'parts are joined in order',
  async (parts) => {
    expect(Buffer.from(await joinParts(parts)).equals(Buffer.concat(parts))).toBe(true)
  },
)
