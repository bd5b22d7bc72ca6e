/** Addresses lead to rooms and back. */
import { expect, test } from 'vitest'
import { addressOf, isInside, placeAt } from './addresses.ts'

test('every room is found at the address it writes', () => {
  const written = [
    addressOf('home'),
    addressOf('runs', {}, { scenario: 'clinic' }),
    addressOf('compare', {}, { a: 'x', b: 'y' }),
    addressOf('run', { run: 'clinic-1' }),
    addressOf('flow', { run: 'live' }),
    addressOf('stage', { run: 'a b' }),
    addressOf('time'),
  ]
  expect(written).toEqual([
    '/',
    '/runs?scenario=clinic',
    '/runs/compare?a=x&b=y',
    '/runs/clinic-1',
    '/flow/live',
    '/stage/a%20b',
    '/time',
  ])
  expect(written.map((address) => placeAt(address.split('?')[0] ?? ''))).toEqual([
    { room: 'home', params: {} },
    { room: 'runs', params: {} },
    { room: 'compare', params: {} },
    { room: 'run', params: { run: 'clinic-1' } },
    { room: 'flow', params: { run: 'live' } },
    { room: 'stage', params: { run: 'a b' } },
    { room: 'time', params: {} },
  ])
})

test('an address with a value missing leaves it out', () => {
  expect(addressOf('runs', {}, { scenario: undefined, passed: '' })).toBe('/runs')
})

test('what belongs to the server, or to nobody, is no place', () => {
  expect(['/health', '/manage/clock', '/api/ca', '/nowhere', '/runs/a/b'].map(isInside)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})

test('a malformed escape does not break the page', () => {
  expect(placeAt('/runs/%E0%A4%A')).toEqual({ room: 'run', params: { run: '%E0%A4%A' } })
})
