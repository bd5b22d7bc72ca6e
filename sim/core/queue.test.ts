/** The order in which timed jobs come out. */
import { fc, test } from '@fast-check/vitest'
import { expect, test as plain } from 'vitest'
import { createQueue } from './queue.ts'

const item = (dueAt: number, number: number) => ({ dueAt, number, cancelled: false, job: () => undefined })

test.prop([fc.array(fc.record({ dueAt: fc.nat(20), cancelled: fc.boolean() }))])(
  'what was not cancelled comes out by time, then number',
  (planned) => {
    const queue = createQueue()
    const items = planned.map(({ dueAt }, number) => item(dueAt, number))
    for (const each of items) queue.push(each)
    const live = items.filter((each, index) => {
      if (planned[index]?.cancelled) queue.cancel(each)
      return !planned[index]?.cancelled
    })
    const out = []
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) out.push([next.dueAt, next.number])
    expect(out).toEqual(live.map((each) => [each.dueAt, each.number]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!))
  },
)

plain('cancelled jobs do not pile up behind one that is far off', () => {
  const queue = createQueue()
  queue.push(item(0, 0))
  for (let number = 1; number <= 10_000; number++) {
    const far = item(1000, number)
    queue.push(far)
    queue.cancel(far)
  }
  expect(queue.size()).toBeLessThan(200)
})
