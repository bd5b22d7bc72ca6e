/** Sequence diagrams in Mermaid's language, whatever a journal holds. */
import { expect, test } from 'vitest'
import type { DisplayEvent } from '../messages/evaluation.ts'
import { displayOf } from './display.ts'
import { sequenceOf } from './sequence.ts'

const event = (body: Record<string, unknown>, kind: DisplayEvent['kind'] = 'call'): DisplayEvent =>
  displayOf({ party: 'ca', number: 1, order: 1, at: 0, kind, body: JSON.stringify(body), aside: '{}', hash: '' })

const call = (from: string, to: string, more = {}) =>
  event({ from, to, method: 'GET', path: '/x', status: 200, ...more })

const options = { language: 'en', nameOf: (id: string) => ({ ja: id, en: id }), limit: 100, group: true } as const

test('messages alike, one after another, are drawn once', () => {
  const drawn = sequenceOf([call('a', 'b'), call('a', 'b'), call('b', 'a'), call('a', 'b', { status: 403 })], options)
  expect(drawn.split('\n')).toEqual([
    ...['sequenceDiagram', '  participant p_a as a', '  participant p_b as b'],
    ...['  p_a->>p_b: /x (×2)', '  p_b->>p_a: /x', '  p_a->>p_b: /x ✗', ''],
  ])
})

test('what goes beyond the limit is counted, not drawn', () => {
  const drawn = sequenceOf([call('a', 'b'), call('b', 'c'), call('c', 'a')], { ...options, limit: 1 })
  expect(drawn).toContain('2 more lines left out')
  expect(drawn).not.toContain('p_c')
})

test('no name or path can break out of its line', () => {
  const nasty = 'x;\n  end\n%%{init: {}}%% <script>"#`'
  const drawn = sequenceOf([call('end', 'a b', { path: nasty })], {
    ...options,
    nameOf: () => ({ ja: nasty, en: nasty }),
  })
  expect(drawn.split('\n')).toHaveLength(5)
  expect(drawn).not.toMatch(/[<>]script|%%|[;"`](?<!#\d+;)/)
})
