/** Bills by the law's rounding. */
import { expect, test } from 'vitest'
import { makeBill } from './bill.ts'

test('4 yen and below are dropped, 5 yen and above become 10', () => {
  const shares = [
    [523, 0.3],
    [15, 0.3],
    [448, 0.3],
    [5, 0.3],
    [1, 0.3],
    [1_234, 0.2],
    [45, 0.1],
  ] as const
  expect(shares.map(([points, ratio]) => makeBill(points, ratio).patientYen)).toEqual([
    1_570, 50, 1_340, 20, 0, 2_470, 50,
  ])
})

test('no binary fraction tips the rounding', () => {
  for (let points = 1; points <= 20_000; points++) {
    const exact = (points * 3) % 10 >= 5 ? Math.floor((points * 3) / 10) + 1 : Math.floor((points * 3) / 10)
    expect(makeBill(points, 0.3).patientYen).toBe(exact * 10)
  }
})

test('without insurance the patient pays all', () => {
  expect(makeBill(300, 1)).toEqual({ points: 300, totalYen: 3_000, copaymentRatio: 1, patientYen: 3_000 })
})
