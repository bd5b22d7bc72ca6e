/** The sequence diagram's columns and rows. */
import { expect, test } from 'vitest'
import { columnsOf, drawnOf, gridOf, noteTaking, rowHeight, scrollFor, sidewaysFor, windowOf } from './geometry.ts'
import { testEvent } from './testEvent.ts'

const parties = [
  { id: 'ca', folder: 'ca' },
  { id: 'platform', folder: 'platform' },
  { id: 'clinic-sakura', folder: 'clinic' },
  { id: 'people', folder: 'people' },
]

test('columns run from residents to the authority, only for those taking part', () => {
  const events = [testEvent(1, { from: 'platform', to: 'ca' }), testEvent(2, { from: 'people', to: 'clinic-sakura' })]
  const taking = new Set<string>()
  for (const event of events) noteTaking(taking, event)
  expect(columnsOf(taking, parties)).toEqual(['people', 'clinic-sakura', 'platform', 'ca'])
})

test('columns share the width there is, and never become too narrow to read', () => {
  expect([...gridOf(['a', 'b'], 648).x.values()]).toEqual([174, 474])
  expect(gridOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 300).width).toBeGreaterThan(700)
})

test('a message runs from its sender to its receiver, and says how it went', () => {
  const grid = gridOf(['people', 'platform'], 648)
  const drawn = (result: 'answered' | 'refused' | 'no-answer', to = 'platform') =>
    drawnOf(testEvent(1, { to, outcome: { result, said: null } }), grid)
  expect(drawn('answered')).toEqual({ type: 'message', x1: 174, x2: 474, words: 630, state: 'good' })
  expect(drawn('refused')).toMatchObject({ state: 'bad' })
  expect(drawn('no-answer')).toMatchObject({ state: 'lost' })
  expect(drawn('answered', 'people')).toEqual({ type: 'self', x: 174, state: 'good' })
})

test('steps and manual work are bands, whoever did them', () => {
  const grid = gridOf(['people'], 648)
  expect(drawnOf(testEvent(1, { kind: 'step' }), grid)).toEqual({ type: 'band' })
})

test('of fifty thousand rows only those near what is seen are drawn', () => {
  const { first, last } = windowOf(25_000 * rowHeight, 800, 50_000)
  expect(first).toBe(24_992)
  expect(last - first).toBeLessThan(40)
})

test('a row that is seen does not make the diagram scroll', () => {
  expect(scrollFor(5, 0, 900)).toBeUndefined()
  expect(scrollFor(100, 0, 900)).toBe(100 * rowHeight - 300)
})

test('a message beyond the edge makes the diagram scroll sideways, and no further than needed', () => {
  const message = (x1: number, x2: number) => ({ type: 'message' as const, x1, x2, words: 100, state: 'good' as const })
  expect(sidewaysFor(message(100, 300), 0, 600)).toBeUndefined()
  expect(sidewaysFor(message(900, 700), 0, 600)).toBe(652)
  expect(sidewaysFor(message(100, 300), 400, 600)).toBe(0)
  expect(sidewaysFor({ type: 'band' }, 400, 600)).toBeUndefined()
})
