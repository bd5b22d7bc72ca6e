/** The list of runs: filter, choice and pages. */
import { expect, test } from 'vitest'
import { choose, rangeOf, readFilter } from './runs.ts'

test('the filter comes from the address, and nonsense in it is passed over', () => {
  expect(readFilter(new URLSearchParams('scenario=clinic&passed=true&offset=25'))).toEqual({
    scenario: 'clinic',
    passed: 'true',
    offset: 25,
  })
  expect(readFilter(new URLSearchParams('passed=maybe&offset=-3'))).toEqual({ scenario: '', passed: '', offset: 0 })
})

test('two runs can be chosen, a third takes the place of the first', () => {
  const pressed = ['a', 'b', 'c', 'b']
  const steps = pressed.map((_, index) => pressed.slice(0, index + 1).reduce<string[]>(choose, []))
  expect(steps).toEqual([['a'], ['a', 'b'], ['b', 'c'], ['c']])
})

test('a page says which runs it shows and where the next ones are', () => {
  expect(rangeOf(25, 25, { total: 60, next: 50 })).toEqual({ first: 26, last: 50, total: 60, previous: 0, next: 50 })
  expect(rangeOf(0, 0, { total: 0, next: null })).toEqual({
    first: 0,
    last: 0,
    total: 0,
    previous: undefined,
    next: undefined,
  })
})
