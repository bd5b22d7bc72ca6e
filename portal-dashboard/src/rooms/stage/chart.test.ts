/** Statecharts are laid out with everything in its place. */
import { expect, test } from 'vitest'
import type { Machine } from '../../../../sim/messages/evaluation.ts'
import { joined, layOutChart, smooth } from './chart.ts'

const state = (id: string, parent: string | null, initial = false): Machine['states'][number] => ({
  id,
  name: id.split('.').at(-1) ?? id,
  parent,
  type: 'atomic',
  initial,
})
const way = (from: string, to: string, event: string, guard: string | null = null) => ({
  from,
  to,
  event,
  guard,
  actions: [],
})

const machine: Machine = {
  party: 'clinic',
  kind: 'visit',
  parallel: false,
  states: [
    state('arrived', null, true),
    state('paying', null),
    state('paying.asking', 'paying', true),
    state('paying.waiting', 'paying'),
    state('left', null),
  ],
  transitions: [
    way('arrived', 'paying', 'bill.made'),
    way('paying.asking', 'paying.waiting', 'asked'),
    way('paying', 'left', 'paid'),
    way('left', 'left', 'asked'),
  ],
}

test('transitions between the same two states share a way', () => {
  expect(
    joined([way('a', 'b', 'x'), way('a', 'b', 'y', 'ready'), way('b', 'a', 'x'), { ...way('a', 'b', 'z'), to: null }]),
  ).toEqual([
    { from: 'a', to: 'b', lines: ['x', 'y [ready]'] },
    { from: 'b', to: 'a', lines: ['x'] },
  ])
})

test('a state inside another lies within it, and no two states beside each other overlap', async () => {
  const { boxes } = await layOutChart(machine)
  const box = (id: string) => boxes.find((one) => one.id === id) ?? { x: 0, y: 0, width: 0, height: 0 }
  const [outer, inner] = [box('paying'), box('paying.asking')]
  expect(inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width).toBe(true)
  const flat = ['arrived', 'paying', 'left'].map(box)
  const apart = (a: typeof outer, b: typeof outer) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
  expect(flat.flatMap((a, index) => flat.slice(index + 1).map((b) => apart(a, b)))).toEqual([true, true, true])
})

test('every way has a line', async () => {
  const { ways } = await layOutChart(machine)
  expect(ways.map(({ points }) => points.length > 1)).toEqual([true, true, true, true])
  expect(
    smooth([
      { x: 0, y: 0 },
      { x: 10, y: 10 },
      { x: 20, y: 0 },
    ]),
  ).toBe('M0.0 0.0 Q10.0 10.0 15.0 5.0 Q20.0 0.0 20.0 0.0')
})
