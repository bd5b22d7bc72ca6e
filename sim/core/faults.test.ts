/** Which messages a fault strikes. */
import { expect, test } from 'vitest'
import { createFaults, faultRule } from './faults.ts'
import { createRandom } from './random.ts'

const faults = (seed = 'seed') => createFaults(createRandom(seed))
const rule = (given: object) => faultRule.parse({ kind: 'drop', ...given })
const message = { from: 'clinic', to: 'insurer', path: '/eligibility-checks' }

test.each([
  ['everything', {}, true],
  ['its sender', { from: 'clinic' }, true],
  ['another sender', { from: 'catv' }, false],
  ['its receiver', { to: 'insurer' }, true],
  ['another receiver', { to: 'ca' }, false],
  ['the beginning of its path', { pathPrefix: '/elig' }, true],
  ['another path', { pathPrefix: '/bills' }, false],
  ['nothing, by chance', { probability: 0 }, false],
])('a rule for %s strikes a message: %#', (_, given, struck) => {
  const set = faults()
  set.add(rule(given))
  expect(set.strike(message) !== undefined).toBe(struck)
})

test('a rule with a number of times is used up', () => {
  const set = faults()
  set.add(rule({ times: 2 }))
  const struck = [1, 2, 3].map(() => set.strike(message) !== undefined)
  expect({ struck, left: set.list() }).toEqual({ struck: [true, true, false], left: [] })
})

test('one seed strikes the same messages again', () => {
  const strikes = (seed: string) => {
    const set = faults(seed)
    set.add(rule({ probability: 0.3 }))
    return Array.from({ length: 100 }, () => set.strike(message) !== undefined)
  }
  expect(strikes('a')).toEqual(strikes('a'))
  expect(strikes('a')).not.toEqual(strikes('b'))
})

test('rules can be taken back one by one, or all at once', () => {
  const set = faults()
  const { id } = set.add(rule({}))
  set.add(rule({ kind: 'down' }))
  expect([set.remove(id), set.remove(id)]).toEqual([true, false])
  expect(set.list().map(({ kind }) => kind)).toEqual(['down'])
  set.clear()
  expect(set.list()).toEqual([])
})

test('changing a listed rule changes nothing', () => {
  const set = faults()
  set.add(rule({ times: 5 }))
  for (const listed of set.list()) listed.times = 0
  expect(set.list()[0]?.times).toBe(5)
})

test.each([{ kind: 'explode' }, { probability: 2 }, { status: 200 }, { ms: -1 }, { times: 0 }, { other: 1 }])(
  'the rule %j is refused',
  (given) => {
    expect(faultRule.safeParse({ kind: 'drop', ...given }).success).toBe(false)
  },
)
