/** What a treatment costs and what of it the patient pays. */
import type { z } from 'zod'
import type { bill } from '../messages/visit.ts'

export type Bill = z.output<typeof bill>

/** One point of the national tariff is 10 yen (診療報酬の算定方法 第2号). */
const yenPerPoint = 10

/**
 * The bill for `points` at the patient's ratio (0 to 1).
 * The share is rounded to the nearest 10 yen, half up: below 5 yen is dropped, 5 yen and more become 10 (健康保険法第75条).
 * Ratios are taken in whole per cent, so that no binary fraction tips the rounding.
 */
export const makeBill = (points: number, copaymentRatio: number): Bill => {
  const percent = Math.round(copaymentRatio * 100)
  const tens = Math.floor((points * percent + 50) / 100)
  return { points, totalYen: points * yenPerPoint, copaymentRatio, patientYen: tens * 10 }
}

/** Share of a patient whose insurer cannot be asked: the general 3/10 (健康保険法第74条); that the clinic takes it is assumed. */
export const assumedRatio = 0.3

/** Without insurance the patient pays everything (自費); that the same points are billed is assumed. */
export const uninsuredRatio = 1
