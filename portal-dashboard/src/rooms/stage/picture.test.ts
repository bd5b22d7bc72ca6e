/** The exported picture says what the diagram says, and nothing in it can be taken for markup. */
import { expect, test } from 'vitest'
import { fitting, pictureOf } from './picture.ts'
import { rowsOf } from './rows.ts'
import { testEvent } from './testEvent.ts'

const names = new Map([
  ['people', { ja: '住民', en: 'Residents' }],
  ['platform', { ja: '共通プラットフォーム', en: 'Platform <PF>' }],
])

test('every message and party is in the picture, escaped', () => {
  const rows = rowsOf([testEvent(1), testEvent(2, { outcome: { result: 'refused', said: null }, status: 409 })], {
    transitions: false,
    fold: false,
  })
  const { svg } = pictureOf({ rows, columns: ['people', 'platform'], names, title: 'A & B', language: 'en' })
  expect(svg.match(/verify a signed document/g)).toHaveLength(2)
  expect(svg).toContain('Platform &#60;PF&#62;')
  expect(svg).toContain('A &#38; B')
  expect(svg).toContain('stroke-dasharray="7 4"')
  expect(svg).not.toContain('NaN')
})

test('words that do not fit are cut, Japanese ones earlier', () => {
  expect([fitting('short', 100), fitting('電子署名を検証する', 60), fitting('a long sentence in English', 60)]).toEqual(
    ['short', '電子署…', 'a long …'],
  )
})
