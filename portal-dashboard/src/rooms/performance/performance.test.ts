/** Wall times as they are shown. */
import { expect, test } from 'vitest'
import type { Timing, Timings } from '../../../../sim/messages/evaluation.ts'
import { barsOf, chosenPurpose, chosenTiming, firstOf, partyRows, purposeRows, rangeOf } from './performance.ts'

const timing = (calls: number, wallMs: Timing['wallMs'], histogram: number[]): Timing => ({
  ...{ calls, timed: histogram.reduce((sum, count) => sum + count, 0), refused: 1, failed: 2 },
  ...{ bytes: { request: 10, response: 20 }, wallMs, histogram, slowest: null },
})
const bounds = [1, 10, 100]
const all = timing(13, { p50: 5, p90: 10, p99: null, most: 50 }, [0, 9, 1, 0])

const timings: Timings = {
  ...{ run: 'live', party: null, bounds, total: all, accuracy: 0.01, assumptions: [], how: { ja: '', en: '' } },
  purposes: [
    { ...timing(3, null, [0, 0, 0, 0]), purpose: { id: '', ja: '', en: '' } },
    { ...all, purpose: { id: 'card.show', ja: 'み', en: 'show' } },
  ],
  parties: [{ ...all, party: { id: 'card', ja: 'カ', en: 'card' } }],
}

test('the most frequent purpose comes first, its bar being the longest', () => {
  expect(
    purposeRows(timings).map(({ id, name, calls, part, bytes, notAnswered, p50, p99 }) => [
      id,
      name?.en,
      calls,
      part,
      bytes,
      notAnswered,
      p50,
      p99,
    ]),
  ).toEqual([
    ['card.show', 'show', 13, 1, 30, 3, 5, null],
    ['', undefined, 3, 3 / 13, 30, 3, null, null],
  ])
  expect(partyRows(timings)).toMatchObject([{ id: 'card', calls: 13, part: 1 }])
})

test('of a long table the first rows are shown, and how many are left out is known', () => {
  const rows = Array.from({ length: 40 }, (_, index) => index)
  expect(firstOf(rows, false)).toEqual({ shown: rows.slice(0, 12), more: 28 })
  expect(firstOf(rows, true)).toEqual({ shown: rows, more: 0 })
  expect(firstOf(rows.slice(0, 13), false)).toEqual({ shown: rows.slice(0, 13), more: 0 })
})

test('no purpose, or one that this run does not have, stands for all; messages without a purpose are not meant', () => {
  expect(chosenTiming(timings, 'card.show').calls).toBe(13)
  expect(chosenTiming(timings, 'nonsense')).toBe(timings.total)
  expect(chosenTiming(timings, '')).toBe(timings.total)
  expect([chosenPurpose(timings, ''), chosenPurpose(timings, 'card.show')?.purpose.en]).toEqual([undefined, 'show'])
})

test('bars begin at the shortest and end at the longest, and say where the percentiles lie', () => {
  expect(barsOf(all, bounds)).toEqual([
    { index: 1, fromMs: 1, toMs: 10, count: 9, part: 1, percent: 90, marks: ['p50', 'p90'] },
    { index: 2, fromMs: 10, toMs: 100, count: 1, part: 1 / 9, percent: 10, marks: [] },
  ])
  expect(barsOf(timing(3, null, [0, 0, 0, 0]), bounds)).toEqual([])
})

test('a gap between bars is shown as one', () => {
  expect(barsOf(timing(2, null, [1, 0, 0, 1]), bounds).map(({ count }) => count)).toEqual([1, 0, 0, 1])
})

test('the ends of the axis are open', () => {
  expect(
    [
      { fromMs: 0, toMs: 0.5 },
      { fromMs: 0.5, toMs: 1 },
      { fromMs: 10_000, toMs: null },
    ].map(rangeOf),
  ).toEqual(['≤ 0.5 ms', '0.5 ms – 1 ms', '> 10.0 s'])
})
