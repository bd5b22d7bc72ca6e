/** Leaps of time end where a calendar in Japan says. */
import { expect, test } from 'vitest'
import { part, pieceMs, target } from './time.ts'

const japan = (year: number, month: number, date: number, hour = 0) =>
  Date.UTC(year, month - 1, date, hour) - 9 * 3_600_000

test('a month leads to the same day of the next month, a year to the same day of the next year', () => {
  expect(target(japan(2026, 4, 15, 8), 'month')).toBe(japan(2026, 5, 15, 8))
  expect(target(japan(2026, 4, 15, 8), 'year')).toBe(japan(2027, 4, 15, 8))
  expect(target(japan(2026, 12, 31, 5), 'month')).toBe(japan(2027, 1, 31, 5))
})

test('where the next month is shorter, its last day is meant', () => {
  expect(target(japan(2027, 1, 31, 23), 'month')).toBe(japan(2027, 2, 28, 23))
  expect(target(japan(2028, 2, 29), 'year')).toBe(japan(2029, 2, 28))
})

test('a long way is gone in days, the last piece being what is left', () => {
  expect([pieceMs(0, 10 * 86_400_000), pieceMs(0, 5), pieceMs(7, 5)]).toEqual([86_400_000, 5, 0])
})

test('the part of the way behind stays between none and all', () => {
  expect([part(0, 50, 100), part(0, 150, 100), part(100, 50, 100)]).toEqual([0.5, 1, 1])
})
