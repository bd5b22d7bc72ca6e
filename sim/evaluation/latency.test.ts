/** Percentiles from little memory, held against the sorted list. */
import { expect, test } from 'vitest'
import { createRandom } from '../core/random.ts'
import { accuracy, addLatency, bounds, joinLatency, noLatency, percentile } from './latency.ts'

const of = (values: readonly number[]) => {
  const latency = noLatency()
  values.forEach((ms, index) => addLatency(latency, ms, `card:${index}`))
  return latency
}
/** Nearest rank, by the definition. */
const exact = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? NaN

const random = createRandom('latency')
/** From microseconds to a minute, most of it short, as answers are. */
const drawn = Array.from({ length: 3000 }, () => 10 ** (random.int(8000) / 1000 - 3))

test.each([0.5, 0.9, 0.99])('percentile %d lies within the promised share of the exact one', (share) => {
  const found = percentile(of(drawn), share) ?? NaN
  expect(Math.abs(found / exact(drawn, share) - 1)).toBeLessThanOrEqual(accuracy + 1e-9)
})

test('equal times are every percentile of themselves, and none is longer than the longest', () => {
  const latency = of(Array.from({ length: 100 }, () => 7))
  for (const share of [0.5, 0.9, 0.99]) {
    const found = percentile(latency, share) ?? NaN
    expect(Math.abs(found / 7 - 1)).toBeLessThanOrEqual(accuracy)
    expect(found).toBeLessThanOrEqual(7)
  }
})

test('of few messages there is no p90 or p99', () => {
  const asked = (count: number) =>
    [0.5, 0.9, 0.99].map((share) => percentile(of(drawn.slice(0, count)), share) !== null)
  expect([0, 1, 2, 9, 10, 99, 100].map(asked)).toEqual([
    [false, false, false],
    [false, false, false],
    [true, false, false],
    [true, false, false],
    [true, true, false],
    [true, true, false],
    [true, true, true],
  ])
})

test('two joined are as if all had been added to one', () => {
  const [a, b] = [drawn.slice(0, 1000), drawn.slice(1000)]
  const joined = joinLatency(of(a), of(b))
  const together = of(drawn)
  expect({ ...joined, slowest: null }).toEqual({ ...together, slowest: null })
})

test('a time at a bound falls into the bar below it, one longer than all into the last', () => {
  const { coarse, slowest } = of([bounds[0] ?? 0, bounds[1] ?? 0, 1e9])
  expect(coarse).toEqual([1, 1, ...bounds.slice(2).map(() => 0), 1])
  expect(slowest).toBe('card:2')
})
