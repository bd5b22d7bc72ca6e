/** Home's figures and order. */
import { expect, test } from 'vitest'
import type { ScenarioShown, World } from '../../../../sim/messages/evaluation.ts'
import { byFunction, shortTitle, worldFigures } from './home.ts'

const scenario = (id: string, ...functions: string[]): ScenarioShown => ({
  id,
  title: { ja: id, en: id },
  required: false,
  functions: functions.map((name) => ({ id: name, ja: name, en: name })),
  from: [],
  people: [],
  variables: {},
  cases: [],
  lastRun: null,
  playing: [],
})

const party = (id: string, up: boolean) => ({ id, role: id, folder: id, name: { ja: id, en: id }, up, faults: [] })

test('a required use case is named without its number', () => {
  expect(shortTitle({ ja: '必須② 医療機関で一枚のカード', en: 'Required 2: one card at the clinic' })).toEqual({
    ja: '医療機関で一枚のカード',
    en: 'One card at the clinic',
  })
})

test('a scenario stands under each function it serves', () => {
  const groups = byFunction([scenario('a', 'identity', 'change'), scenario('b', 'change')])
  expect(groups.map(({ id, scenarios }) => [id, scenarios.map((one) => one.id)])).toEqual([
    ['identity', ['a']],
    ['eligibility', []],
    ['change', ['a', 'b']],
  ])
})

test('certificates on hold count as revoked, and parties that are down are named', () => {
  const world: World = {
    now: 0,
    mode: 'interactive',
    nextDueAt: null,
    beganAt: null,
    openedAt: 0,
    variables: {},
    parties: [party('ca', true), party('platform', false)],
    counts: {
      residents: [
        { state: 'resident', count: 20 },
        { state: 'departed', count: 2 },
      ],
      cards: 21,
      certificates: [
        { kind: 'signature', valid: 18, revoked: 2, held: 1, expired: 0 },
        { kind: 'authentication', valid: 19, revoked: 1, held: 0, expired: 3 },
      ],
      how: { ja: '', en: '' },
    },
    loginUrl: null,
  }
  expect(worldFigures(world)).toEqual({
    partiesUp: 1,
    parties: 2,
    down: [party('platform', false)],
    residents: 22,
    cards: 21,
    valid: 37,
    revoked: 4,
    expired: 3,
    founded: true,
  })
})
