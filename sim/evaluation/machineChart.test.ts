/** Charts are read from the machines themselves: states, nesting, and everything by which a state is left. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { residentMachine } from '../municipality/residentMachine.ts'
import { activeStates } from './stateName.ts'
import { chartOf, countStates } from './machineChart.ts'

const lamp = setup({
  types: { events: {} as { type: 'lamp.switched' } | { type: 'bulb.broke' } | { type: 'lamp.dimmed' } },
  guards: { hasPower: () => true },
  actions: { hum: () => undefined },
}).createMachine({
  initial: 'off',
  on: { 'bulb.broke': '.broken' },
  states: {
    off: { on: { 'lamp.switched': { guard: 'hasPower', target: 'on' } } },
    on: {
      initial: 'bright',
      on: { 'lamp.switched': 'off' },
      states: { bright: { on: { 'lamp.dimmed': 'dim' } }, dim: { on: { 'lamp.dimmed': { actions: 'hum' } } } },
    },
    broken: { type: 'final' },
  },
})

test('a chart has every state with its place, and every transition with its guard and actions', () => {
  const state = (id: string, more: object) => ({
    id,
    name: id.split('.').at(-1),
    parent: null,
    type: 'atomic',
    initial: false,
    ...more,
  })
  const transition = (from: string | null, event: string, to: string | null, more = {}) => ({
    ...{ from, event, to, guard: null, actions: [] },
    ...more,
  })
  expect(chartOf('house', 'lamp', lamp)).toEqual({
    ...{ party: 'house', kind: 'lamp', parallel: false },
    states: [
      state('off', { initial: true }),
      state('on', { type: 'compound' }),
      state('on.bright', { parent: 'on', initial: true }),
      state('on.dim', { parent: 'on' }),
      state('broken', { type: 'final' }),
    ],
    transitions: [
      transition(null, 'bulb.broke', 'broken'),
      transition('off', 'lamp.switched', 'on', { guard: 'hasPower' }),
      transition('on', 'lamp.switched', 'off'),
      transition('on.bright', 'lamp.dimmed', 'on.dim'),
      transition('on.dim', 'lamp.dimmed', null, { actions: ['hum'] }),
    ],
  })
})

test('every transition of a resident’s life leads from and to a state of the chart', () => {
  const { states, transitions } = chartOf('municipality', 'resident', residentMachine)
  const ids = new Set<string | null>([null, ...states.map(({ id }) => id)])
  expect(states).toHaveLength(countStates(residentMachine))
  expect(transitions.length).toBeGreaterThan(states.length)
  expect(transitions.filter(({ from, to, event }) => !ids.has(from) || !ids.has(to) || event === '')).toEqual([])
  const nested = states.filter(({ parent }) => parent === 'registered')
  expect(nested.filter(({ initial }) => initial).map(({ id }) => id)).toEqual(['registered.noCard'])
})

test.each([
  ['showing', ['showing']],
  ['{"registered":"noCard"}', ['registered', 'registered.noCard']],
  ['{"a":{"b":"c"},"d":"e"}', ['a', 'a.b', 'a.b.c', 'd', 'd.e']],
  ['', []],
  ['{broken', ['{broken']],
])('the stored state %s lights %j', (stored, lit) => {
  expect(activeStates(stored)).toEqual(lit)
})
