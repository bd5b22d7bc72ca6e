/** Events become rows, alike ones folded, and rows fall into cases. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { blockAt, blocksOf, extendRows, firstScene, rowAtOrder, rowOf, rowsOf, storyLine } from './rows.ts'
import { testEvent } from './testEvent.ts'

const plain = { transitions: false, fold: false }
const folded = { transitions: false, fold: true }
const read = (order: number) => testEvent(order, { purpose: { id: 'card.use', ja: '', en: '' } })

test('alike messages one upon the other become one row, and stay apart on request', () => {
  const events = [testEvent(1), read(2), read(3), read(4), testEvent(5)]
  expect(rowsOf(events, folded).map((row) => row.events.length)).toEqual([1, 3, 1])
  expect(rowsOf(events, plain)).toHaveLength(5)
})

test('a message that was refused is never folded away', () => {
  const refused = testEvent(2, { outcome: { result: 'refused', said: null } })
  expect(rowsOf([testEvent(1), refused, testEvent(3)], folded)).toHaveLength(3)
})

test.prop([fc.array(fc.boolean(), { maxLength: 30 }), fc.nat(30)])(
  'rows grown in two goes are those made at once',
  (kinds, cut) => {
    const events = kinds.map((card, order) => (card ? read(order) : testEvent(order)))
    const grown = rowsOf(events.slice(0, cut), folded)
    const blocks = blocksOf(grown)
    extendRows(grown, events.slice(cut), folded)
    expect(grown).toEqual(rowsOf(events, folded))
    expect(blocksOf(grown, blocks)).toEqual(blocksOf(grown))
  },
)

test('questions after health have no row, steps of a life only on request', () => {
  const events = [
    testEvent(1, { purpose: { id: 'health', ja: '', en: '' } }),
    testEvent(2, { kind: 'transition', purpose: null }),
    testEvent(3),
  ]
  expect(rowsOf(events, plain)).toHaveLength(1)
  expect(rowsOf(events, { ...plain, transitions: true })).toHaveLength(2)
})

test('an event inside a folded row is found there, and a place in the story by its running number', () => {
  const rows = rowsOf([testEvent(1), read(2), read(3), testEvent(6)], folded)
  expect([read(3), testEvent(6), testEvent(4), testEvent(0)].map((event) => rowOf(rows, event))).toEqual([1, 2, 1, 0])
  expect([0, 2, 4, 9].map((order) => rowAtOrder(rows, order))).toEqual([0, 1, 2, 2])
})

test('rows fall into cases, and watching begins after the preparation', () => {
  const rows = rowsOf(
    ['founding', 'founding', 'one', 'one', 'two'].map((name, index) => testEvent(index, { case: name })),
    plain,
  )
  const blocks = blocksOf(rows)
  expect(blocks).toEqual([
    { case: 'founding', start: 0, end: 2 },
    { case: 'one', start: 2, end: 4 },
    { case: 'two', start: 4, end: 5 },
  ])
  expect([firstScene(blocks), blockAt(blocks, 3)?.case, blockAt(blocks, 99)?.case]).toEqual([2, 'one', 'two'])
})

test('rows whose case is not known yet stay with those before them', () => {
  const rows = rowsOf(
    [null, 'one', null, 'two', null].map((name, index) => testEvent(index, { case: name })),
    plain,
  )
  expect(blocksOf(rows).map((block) => [block.case, block.start, block.end])).toEqual([
    [null, 0, 1],
    ['one', 1, 3],
    ['two', 3, 5],
  ])
})

test('a row belongs to the line of the story that ends after it, within its case', () => {
  const line = (order: number, en: string, scene: string) =>
    testEvent(order, { kind: 'step', case: scene, step: { text: { ja: en, en }, held: true } })
  const rows = rowsOf(
    [
      testEvent(1, { case: 'a' }),
      line(2, 'first', 'a'),
      testEvent(3, { case: 'a' }),
      testEvent(4, { case: 'b' }),
      line(5, 'other', 'b'),
    ],
    plain,
  )
  expect([0, 1, 2, 3].map((row) => storyLine(rows, row)?.text.en)).toEqual(['first', 'first', undefined, 'other'])
})
