import { expect } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { buildIndex } from './build.ts'
import { mergeIndex, stagingFor } from './merge.ts'
import { entry, firstOf, indexOf, serial, stage } from './testEntries.ts'

const entries = fc.array(entry, { maxLength: 200 })

property.prop([entries, entries, fc.array(serial, { maxLength: 20 }), fc.nat()], { numRuns: 200 })(
  'what is added counts before what was there, what is removed is gone, the old index stays',
  async (old, more, others, seed) => {
    const base = await indexOf(old)
    const gone = [...others, ...old.filter((_, at) => (at + seed) % 3 === 0).map(({ serialNumber }) => serialNumber)]
    const removed = stage(
      gone.map((serialNumber) => ({ serialNumber, revocationDate: 0, reasonCode: 0 })),
      stagingFor(base),
    )
    const merged = await mergeIndex(base, { added: stage(more, stagingFor(base)), removed })
    const before = firstOf(old)
    const expected = new Map([...before].filter(([serialNumber]) => !gone.includes(serialNumber)))
    for (const [serialNumber, rest] of firstOf(more)) expected.set(serialNumber, rest)
    expect(merged.entryCount).toBe(expected.size)
    for (const serialNumber of [...before.keys(), ...expected.keys(), ...others]) {
      expect(merged.lookup(serialNumber)).toEqual(expected.get(serialNumber))
      expect(base.lookup(serialNumber)).toEqual(before.get(serialNumber))
    }
  },
)

property.prop([fc.array(fc.tuple(entry, fc.nat({ max: 3 })), { maxLength: 200 }), entries], { numRuns: 100 })(
  'a partition is replaced without touching the others',
  async (old, more) => {
    const unique = [...new Map(old.map(([each, partition]) => [each.serialNumber, { each, partition }])).values()]
    const staging = stagingFor(await indexOf([]))
    for (const { each, partition } of unique) staging.addEntry(each, partition)
    const base = await buildIndex(staging, { partitions: true })
    const others = new Set(unique.filter(({ partition }) => partition !== 2).map(({ each }) => each.serialNumber))
    const fresh = more.filter(({ serialNumber }) => !others.has(serialNumber))
    const added = stage(fresh, stagingFor(base), 2)
    const merged = await mergeIndex(base, { added, withoutPartitions: new Set([2]) })
    const kept = unique.filter(({ partition }) => partition !== 2).map(({ each }) => each)
    const expected = firstOf([...fresh, ...kept])
    expect(merged.entryCount).toBe(expected.size)
    for (const [serialNumber, rest] of expected) expect(merged.lookup(serialNumber)).toEqual(rest)
    for (const { each, partition } of unique) {
      const entryNumber = merged.findBytes(Buffer.from(each.serialNumber, 'hex'))
      if (partition !== 2) expect(merged.partitionAt(entryNumber)).toBe(partition)
    }
  },
)
