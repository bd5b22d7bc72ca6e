/** Two runs side by side. */
import { expect, test } from 'vitest'
import type { Comparison } from '../../../../sim/messages/evaluation.ts'
import { isSame, messageRows } from './compare.ts'

const message = (id: string, a: number, b: number) => ({
  purpose: { id, ja: id, en: id },
  a: { calls: a, bytes: a * 10 },
  b: { calls: b, bytes: b * 10 },
  difference: { calls: b - a, bytes: (b - a) * 10 },
})

const summary: Comparison['a'] = {
  run: 'x',
  state: 'finished',
  scenario: 'clinic',
  title: { ja: '', en: '' },
  startedAt: 0,
  seed: '1',
  mode: 'in-process',
  passed: true,
  tookMs: 1,
  cases: null,
  checks: null,
  entries: null,
  intact: true,
  variables: {},
  changed: [],
  damage: null,
}

test('the purpose whose number changed most comes first, and bars share one scale', () => {
  const rows = messageRows([message('same', 40, 40), message('gone', 10, 0), message('more', 20, 21)])
  expect(rows.map(({ purpose, partA, partB }) => [purpose.id, partA, partB])).toEqual([
    ['gone', 0.25, 0],
    ['more', 0.5, 0.525],
    ['same', 1, 1],
  ])
})

test('two runs are the same when nothing but their time differs', () => {
  const same: Comparison = {
    a: summary,
    b: summary,
    variables: [],
    measures: [{ name: { ja: '', en: 'fee' }, unit: null, a: 3, b: 3, difference: 0 }],
    cases: [],
    expectations: [],
    messages: [message('x', 2, 2)],
  }
  expect(isSame(same)).toBe(true)
  expect(isSame({ ...same, messages: [message('x', 2, 3)] })).toBe(false)
})
