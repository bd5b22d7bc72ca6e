/** A run's page counts and opens what matters. */
import { expect, test } from 'vitest'
import { checksOf, openAtFirst, stepHeld, written } from './run.ts'

const text = { ja: 'あ', en: 'a' }
const step = (...held: boolean[]) => ({
  text,
  at: 0,
  tookMs: 1,
  expectations: held.map((one) => ({ text, held: one, actual: 1, expected: 1 })),
})

test('a step holds when it did not fail and all its expectations held', () => {
  expect([step(true, true), step(true, false), { ...step(), failure: 'x' }, step()].map(stepHeld)).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('checks are counted over all steps', () => {
  expect(checksOf([step(true, false), step(), step(true)])).toEqual({ held: 2, total: 3 })
})

test('failed cases are open at first', () => {
  const made = (id: string, passed: boolean) => ({ id, title: text, passed, tookMs: 1, steps: [] })
  expect([...openAtFirst([made('a', true), made('b', false)])]).toEqual(['b'])
})

test('short values stand on a line, long ones are spread, a missing one is named', () => {
  expect(written({ validity: 'valid' })).toBe('{"validity":"valid"}')
  expect(written({ a: 'x'.repeat(90) })).toContain('\n')
  expect(written(undefined)).toBe('undefined')
})
