/** Events stand in the journal's order, however they arrive. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createLog, latestTransition, settleCases } from './log.ts'
import { testEvent } from './testEvent.ts'

test.prop([fc.shuffledSubarray([...Array(40).keys()], { minLength: 40 }), fc.integer({ min: 1, max: 7 })])(
  'any order of arrival, in batches of any size and partly repeated, gives the same order without repetition',
  (orders, size) => {
    const log = createLog()
    for (let at = 0; at < orders.length; at += size)
      log.add(orders.slice(Math.max(0, at - 2), at + size).map((order) => testEvent(order)))
    expect(log.events.map(({ order }) => order)).toEqual([...Array(40).keys()])
  },
)

test('ties of the running number fall by party, then by the party’s own number', () => {
  const log = createLog()
  log.add([
    testEvent(1, { party: 'platform', number: 2 }),
    testEvent(1, { party: 'ca', number: 9 }),
    testEvent(1, { party: 'platform', number: 1 }),
  ])
  expect(log.events.map(({ id }) => id)).toEqual(['ca:9', 'platform:1', 'platform:2'])
})

test('beyond its limit the oldest go, some more than needed', () => {
  const log = createLog(10)
  expect(log.add(Array.from({ length: 10 }, (_, order) => testEvent(order)))).toBe(0)
  expect(log.add([testEvent(10)])).toBeUndefined()
  expect(log.events.map(({ order }) => order)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('it says from where on the order is new', () => {
  const log = createLog()
  const changed = [[10, 20, 30], [40], [35, 50], [35]].map((orders) => log.add(orders.map((order) => testEvent(order))))
  expect(changed).toEqual([0, 3, 3, 6])
})

test('events learn their case once it is known', () => {
  const events = [1, 2, 3, 4].map((order) => testEvent(order, order === 1 ? { case: 'one' } : {}))
  expect(
    settleCases(events, [
      { id: 'one', fromOrder: 1, toOrder: 2 },
      { id: 'two', fromOrder: 3, toOrder: 3 },
    ]),
  ).toBe(true)
  expect(events.map((event) => event.case)).toEqual(['one', 'one', 'two', null])
  expect(settleCases(events, [])).toBe(false)
})

test('the state of a thing is what its last step up to the playhead left', () => {
  const step = (order: number, id: string, to: string) =>
    testEvent(order, {
      kind: 'transition',
      transition: { kind: 'certificate', id, event: 'x', from: 'a', to, version: 1, active: [to] },
    })
  const events = [step(1, 'one', 'valid'), step(2, 'two', 'valid'), step(3, 'one', 'revoked')]
  const of = (until: number, id?: string) =>
    latestTransition(events, until, { party: 'platform', kind: 'certificate', id })?.transition?.to
  expect([of(1, 'one'), of(2, 'one'), of(2, 'two'), of(2), of(0, 'two')]).toEqual([
    'valid',
    'revoked',
    'valid',
    'revoked',
    undefined,
  ])
})

test('a call stands before what it set in motion, though it arrives after it', () => {
  const log = createLog()
  log.add([testEvent(3, { began: 2 }), testEvent(4, { began: 1 })])
  expect(log.events.map(({ began }) => began)).toEqual([1, 2])
})
