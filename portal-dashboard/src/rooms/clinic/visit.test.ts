/** What a visit looks like at the desk. */
import { expect, test } from 'vitest'
import {
  changeYen,
  linesOf,
  refundableYen,
  shareOf,
  stepOf,
  takesCard,
  toneOf,
  verdictOf,
  wantsPaper,
  wholeNumber,
} from './visit.ts'

const valid = {
  validity: 'valid',
  insurer: 'insurer-nhi',
  insuredNumber: 'N-1',
  name: '見本　太郎',
  dateOfBirth: '1958-05-03',
  relation: 'insured',
  copaymentRatio: 0.3,
} as const

test('the verdict is the insurer’s as soon as it is there, also when the bill is paid', () => {
  expect(verdictOf({ state: 'eligible', eligibility: valid })).toBe('valid')
  expect(verdictOf({ state: 'finished', eligibility: valid })).toBe('valid')
  expect(verdictOf({ state: 'ineligible', eligibility: { validity: 'lost', lostFrom: '2026-04-01' } })).toBe('lost')
  expect(verdictOf({ state: 'linking', eligibility: valid })).toBe('checking')
  expect(verdictOf({ state: 'cardRefused' })).toBe('cardRefused')
})

test('who is billed without an answer pays all of it, or the general share until the insurer answers', () => {
  const bill = { points: 100, totalYen: 1000, patientYen: 1000, copaymentRatio: 1 }
  expect(verdictOf({ state: 'billed', bill })).toBe('uninsured')
  expect(verdictOf({ state: 'billed', bill: { ...bill, copaymentRatio: 0.3 } })).toBe('unconfirmed')
  expect((['valid', 'waiting', 'unlinked', 'lost', 'cardRefused'] as const).map(toneOf)).toEqual([
    'good',
    'note',
    'warn',
    'bad',
    'bad',
  ])
})

test('each state leads to one thing to do', () => {
  expect(
    ['arrived', 'confirming', 'billed', 'unsure', 'capturing', 'paid', 'finished', 'wrongPerson'].map(stepOf),
  ).toEqual(['reception', 'working', 'payment', 'payment', 'working', 'done', 'done', 'reception'])
  expect(['billed', 'payingCash', 'unsure'].map(takesCard)).toEqual([true, true, false])
  expect(['arrived', 'unconsented', 'wrongPerson', 'cardRefused', 'unlinked'].map(wantsPaper)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ])
})

test('sums are whole yen, however they are typed', () => {
  expect(['523', '５２３', '1,570', '0', '-5', '1.5', ''].map(wholeNumber)).toEqual([
    523,
    523,
    1570,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect([changeYen(2000, 1570), changeYen(1500, 1570)]).toEqual([430, undefined])
  expect(refundableYen({ payment: { method: 'cash', paidYen: 1570, refundedYen: 500 } })).toBe(1070)
  expect([shareOf(0.3), shareOf(1)]).toEqual([
    { tenths: 3, percent: 30 },
    { tenths: 10, percent: 100 },
  ])
})

test('a remark of several lines is read line by line', () => {
  expect([linesOf('a\nb'), linesOf(undefined)]).toEqual([['a', 'b'], []])
})
