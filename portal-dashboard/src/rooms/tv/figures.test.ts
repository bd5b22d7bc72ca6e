/** Sums and the chart of the medical-expense notice. */
import { expect, test } from 'vitest'
import { byMonth, chart, longMonth, newestFirst, roundUp, savingPerMonth, totals } from './figures.ts'

const expense = (month: string, patientYen: number) => ({
  month,
  facility: 'さくら診療所',
  days: 1,
  totalYen: patientYen * 3,
  patientYen,
})

test('visits of a month are added up, and a month without one is there with nothing', () => {
  const months = byMonth([expense('2026-12', 100), expense('2027-02', 30), expense('2026-12', 50)])
  expect(months).toEqual([
    { month: '2026-12', patientYen: 150, totalYen: 450 },
    { month: '2027-01', patientYen: 0, totalYen: 0 },
    { month: '2027-02', patientYen: 30, totalYen: 90 },
  ])
  expect(totals(months)).toEqual({ patientYen: 180, totalYen: 540 })
})

test('of many years the last twelve months are drawn', () => {
  const months = byMonth([expense('2020-01', 1), expense('2026-03', 1)]).map(({ month }) => month)
  expect([months.length, months[0], months.at(-1)]).toEqual([12, '2025-04', '2026-03'])
})

test('bars stand on the ground, and none is higher than the scale', () => {
  const { bars, lines } = chart(byMonth([expense('2026-01', 10_110), expense('2026-02', 5_000)]), 600, 300)
  expect(bars.map(({ y, height }) => y + height)).toEqual([300, 300])
  expect(bars[0]?.height).toBeCloseTo((10_110 / 12_000) * 300)
  expect(lines).toEqual([
    { y: 300, yen: 0 },
    { y: 150, yen: 6_000 },
    { y: 0, yen: 12_000 },
  ])
})

test('a scale ends at a round figure at or above what it has to hold', () => {
  expect([0, 1, 99, 100, 101, 1_650].map(roundUp)).toEqual([1, 1, 100, 100, 120, 2_000])
})

test('nothing to show is an empty chart', () => {
  expect(chart(byMonth([]), 600, 300).bars).toEqual([])
})

test('the newest visit comes first, and savings are added up', () => {
  expect(
    newestFirst([expense('2026-01', 1), expense('2026-03', 3), expense('2026-02', 2)]).map(
      ({ patientYen }) => patientYen,
    ),
  ).toEqual([3, 2, 1])
  expect(savingPerMonth([10, 32].map((savingYenPerMonth) => ({ drug: 'a', generic: 'b', savingYenPerMonth })))).toBe(42)
})

test('months are written as people do', () => {
  expect([longMonth('2026-05', 'ja'), longMonth('2026-05', 'en')]).toEqual(['2026年5月', 'May 2026'])
})
