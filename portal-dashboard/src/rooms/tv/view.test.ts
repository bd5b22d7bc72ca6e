/** The television shows what the operator's screen and the card allow. */
import { expect, test } from 'vitest'
import type { Screen } from './calls.ts'
import { backFrom, pageOf, readWish, secondsLeft, viewOf } from './view.ts'

const screen = (more: Partial<Screen> = {}): Screen => ({ state: 'standby', notices: [], ...more })
const health = { addressee: '見本　太郎', medicalExpenses: [], genericSavings: [], checkups: [] }

test('one’s own notices need a card, then its PIN, then are there', () => {
  expect([
    viewOf(screen(), false, 'expenses'),
    viewOf(screen(), true, 'expenses'),
    viewOf(screen({ state: 'cardInserted', sessionId: 's' }), true, 'expenses'),
    viewOf(screen({ state: 'fetching', sessionId: 's' }), true, 'expenses'),
    viewOf(screen({ state: 'showing', sessionId: 's', health }), true, 'expenses'),
  ]).toEqual(['insert', 'pin', 'pin', 'waiting', 'expenses'])
})

test('whoever is logged in is not asked for the PIN again, but sees the menu', () => {
  expect(viewOf(screen({ state: 'showing', health }), true, 'pin')).toBe('menu')
})

test('what is lacking, and a refusal, are told where one’s own notices were wanted, and nowhere else', () => {
  const lacking = screen({ state: 'showing', lacks: 'consent' })
  const unlinked = screen({ state: 'showing', lacks: 'link' })
  const refused = screen({ state: 'refused', refusal: 'revoked' })
  expect([lacking, unlinked, refused].map((one) => viewOf(one, true, 'checkups'))).toEqual([
    'consent',
    'remark',
    'refused',
  ])
  expect([lacking, unlinked, refused].map((one) => viewOf(one, true, 'notices'))).toEqual([
    'notices',
    'notices',
    'notices',
  ])
})

test('an evacuation covers everything, also what somebody logged in sees', () => {
  expect(viewOf(screen({ state: 'showing', health, takenOverBy: 'n' }), true, 'expenses')).toBe('takeover')
})

test('a wish the address does not know is the menu', () => {
  expect([readWish('expenses'), readWish('takeover'), readWish(null)]).toEqual(['expenses', 'menu', 'menu'])
})

test('back leads one step up', () => {
  expect([backFrom('signing'), backFrom('notice'), backFrom('expenses')]).toEqual(['notice', 'notices', 'menu'])
})

test('the time left is told in the last minute only', () => {
  expect([
    secondsLeft(undefined, 0),
    secondsLeft(61_000, 0),
    secondsLeft(60_000, 0),
    secondsLeft(1_500, 1_000),
    secondsLeft(0, 9_000),
  ]).toEqual([undefined, undefined, 60, 1, 0])
})

test('pages stay within the list', () => {
  expect(pageOf([1, 2, 3, 4, 5], 2, 9)).toEqual({ shown: [5], page: 2, pages: 3 })
  expect(pageOf([], 2, 1)).toEqual({ shown: [], page: 0, pages: 1 })
})
