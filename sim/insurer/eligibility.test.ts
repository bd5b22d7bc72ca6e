/** Eligibility by the day of the service. */
import { expect, test } from 'vitest'
import { dateInJapan, eligibilityOn } from './eligibility.ts'
import type { Registration } from './machine.ts'

const registration: Registration = {
  insuredNumber: 'N-1',
  name: '見本 花子',
  dateOfBirth: '1990-02-17',
  sex: 'female',
  address: '見本県青葉野市中央一丁目1番1号',
  relation: 'insured',
  copaymentRatio: 0.3,
  qualifiedFrom: '2026-04-01',
}
const loss = { lostFrom: '2026-05-01', reason: 'left-job' } as const

test('a service on the first day of the qualification is covered, one on the day before is not', () => {
  expect(eligibilityOn('2026-04-01', { registration }, 'insurer-nhi')).toEqual({
    validity: 'valid',
    insurer: 'insurer-nhi',
    insuredNumber: 'N-1',
    name: '見本 花子',
    dateOfBirth: '1990-02-17',
    relation: 'insured',
    copaymentRatio: 0.3,
  })
  expect(eligibilityOn('2026-03-31', { registration }, 'insurer-nhi')).toEqual({ validity: 'unknown' })
})

test('a loss reported already still covers the days before it', () => {
  expect(eligibilityOn('2026-04-30', { registration, loss }, 'insurer-nhi').validity).toBe('valid')
})

test('from the day of loss on the answer is lost, or changed when the next insurer is known', () => {
  expect(eligibilityOn('2026-05-01', { registration, loss }, 'insurer-nhi')).toEqual({
    validity: 'lost',
    lostFrom: '2026-05-01',
  })
  const known = { ...loss, nextInsurer: 'insurer-company' }
  expect(eligibilityOn('2026-06-01', { registration, loss: known }, 'insurer-nhi')).toEqual({
    validity: 'changed',
    lostFrom: '2026-05-01',
    nextInsurer: 'insurer-company',
  })
})

test('nobody is unknown on every day', () => {
  expect(eligibilityOn('2026-04-01', undefined, 'insurer-nhi')).toEqual({ validity: 'unknown' })
})

test('the day changes at midnight in Japan', () => {
  expect(dateInJapan(Date.UTC(2026, 3, 1, 14, 59, 59))).toBe('2026-04-01')
  expect(dateInJapan(Date.UTC(2026, 3, 1, 15))).toBe('2026-04-02')
})
