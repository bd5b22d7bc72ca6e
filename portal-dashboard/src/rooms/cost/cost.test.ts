/** Fees and work of one run, and of two side by side. */
import { expect, test } from 'vitest'
import type { Fees, Works } from '../../../../sim/messages/evaluation.ts'
import { feeRows, handRows, quantityOf, workRows } from './cost.ts'

const named = (id: string) => ({ id, ja: id, en: id })
const how = { ja: '', en: '' }

const fees = (...rows: [item: string, payer: string, quantity: number, yen: number | null][]): Fees => ({
  ...{ run: 'x', assumptions: [], how, total: { yen: 0, priced: 1, unpriced: 2 } },
  rows: rows.map(([item, payer, quantity, yen]) => ({
    ...{ item: named(item), payer: named(payer), payee: named('ca'), quantity, tariff: null, yen, examples: ['ca:1'] },
  })),
})
const works = (...rows: [who: string, what: string, count: number][]): Works => ({
  ...{ run: 'x', assumptions: [], how, total: 0 },
  rows: rows.map(([who, what, count]) => ({
    ...{ stakeholder: named(who), work: named(what), parameter: 'p', count, examples: [`${who}:1`] },
  })),
})

test('one run is shown as it is, without a difference to anything', () => {
  const rows = feeRows(fees(['s', 'platform', 3, 60]))
  expect(rows.map(({ a, b, example }) => [a.quantity, a.yen, b, example])).toEqual([[3, 60, undefined, 'ca:1']])
  expect(workRows(works(['clinic', 'take-cash', 2])).map(({ a, b }) => [a, b])).toEqual([[2, undefined]])
})

test('what only one of two runs has counts as none in the other', () => {
  const rows = feeRows(fees(['s', 'x', 3, null], ['t', 'x', 1, null]), fees(['t', 'x', 5, null], ['u', 'x', 2, 40]))
  expect(
    rows.map(({ item, a, b, difference, example }) => [item.id, a.quantity, b?.quantity, b?.yen, difference, example]),
  ).toEqual([
    ['s', 3, 0, null, -3, 'ca:1'],
    ['t', 1, 5, null, 4, 'ca:1'],
    ['u', 0, 2, 40, 2, undefined],
  ])
  const hands = workRows(works(['a', 'letter', 4]), works(['b', 'letter', 1]))
  expect(hands.map(({ stakeholder, a, b, difference }) => [stakeholder.id, a, b, difference])).toEqual([
    ['a', 4, 0, -4],
    ['b', 0, 1, 1],
  ])
})

test('the busiest hands come first, on one scale for both runs', () => {
  const rows = workRows(works(['a', 'letter', 1], ['b', 'letter', 2], ['b', 'move', 2]), works(['a', 'letter', 8]))
  expect(handRows(rows).map(({ stakeholder, a, b, partA, partB }) => [stakeholder.id, a, b, partA, partB])).toEqual([
    ['a', 1, 8, 0.125, 1],
    ['b', 4, 0, 0.5, 0],
  ])
})

test('all fees are counted, with a price or without', () => {
  expect(quantityOf(fees())).toBe(3)
})
