/** Instants and sizes are written as people in Japan read them. */
import { expect, test } from 'vitest'
import { day, dayAndMinute, duration, second, shortDay, signed, size, wallTime } from './instant.ts'

const newYear = Date.UTC(2026, 3, 1)

test('an instant is shown in Japan Standard Time', () => {
  expect([second(newYear, 'ja'), second(newYear, 'en')]).toEqual(['09:00:00', '09:00:00'])
  expect(dayAndMinute(Date.UTC(2026, 2, 31, 15, 0), 'ja')).toBe('2026/04/01 00:00')
})

test('days are written as each language writes them', () => {
  expect([day(newYear, 'ja'), day(newYear, 'en'), shortDay(newYear, 'en')]).toEqual([
    '2026年4月1日(水)',
    'Wed, 1 April 2026',
    '01/04/2026',
  ])
})

test('a length of time is named by its largest unit', () => {
  expect([30 * 86_400_000, 3_600_000, 5400_000, 1000, 12].map((ms) => duration(ms, 'ja'))).toEqual([
    '30日',
    '1時間',
    '1.5時間',
    '1秒',
    '12 ms',
  ])
  expect([30 * 86_400_000, 3_600_000].map((ms) => duration(ms, 'en'))).toEqual(['30 days', '1 hour'])
})

test('wall time, sizes and differences are short', () => {
  expect([wallTime(0.24), wallTime(12.4), wallTime(3789)]).toEqual(['0.2 ms', '12 ms', '3.8 s'])
  expect([size(512), size(3400), size(1_230_000)]).toEqual(['512 B', '3.4 kB', '1.2 MB'])
  expect([signed(1234, 'ja'), signed(-3, 'en'), signed(0, 'ja')]).toEqual(['+1,234', '−3', '±0'])
})
