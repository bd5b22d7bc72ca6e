/** What an insurer says of a person's qualification (資格) on the day of a service. */
import type { z } from 'zod'
import { HOUR } from '../core/clock.ts'
import type { eligibilityAnswer } from '../messages/insurance.ts'
import type { Insured } from './machine.ts'

export type Eligibility = z.output<typeof eligibilityAnswer>

const japanAheadMs = 9 * HOUR

/** The calendar date in Japan at `now` (Unix ms), yyyy-mm-dd. */
export const dateInJapan = (now: number) => new Date(now + japanAheadMs).toISOString().slice(0, 10)

/**
 * The qualification holds from the day of acquisition until the day before `lostFrom` (健康保険法 articles 35 and 36);
 * the law loses it on the day after the event, and `lostFrom` is that day.
 */
export const eligibilityOn = (serviceDate: string, insured: Insured | undefined, insurer: string): Eligibility => {
  if (insured === undefined || serviceDate < insured.registration.qualifiedFrom) return { validity: 'unknown' }
  const { loss, registration } = insured
  if (loss !== undefined && loss.lostFrom <= serviceDate) {
    const { lostFrom, nextInsurer } = loss
    return nextInsurer === undefined ? { validity: 'lost', lostFrom } : { validity: 'changed', lostFrom, nextInsurer }
  }
  const { insuredNumber, name, dateOfBirth, relation, copaymentRatio } = registration
  return { validity: 'valid', insurer, insuredNumber, name, dateOfBirth, relation, copaymentRatio }
}
