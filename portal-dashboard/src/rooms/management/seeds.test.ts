/** What is sown is what the reader sees chosen. */
import { expect, test } from 'vitest'
import { choiceOf } from './seeds.ts'

const text = { ja: 'あ', en: 'a' }
const seed = { id: 'x', title: text, does: text }
const choices = [
  { id: 'one', text },
  { id: 'two', text },
]

test('the first choice stands until another is picked; one that is gone is not sown', () => {
  expect([undefined, 'two', 'gone'].map((picked) => choiceOf({ ...seed, choices }, picked))).toEqual([
    'one',
    'two',
    'one',
  ])
})

test('a seed without choices is sown without one', () => {
  expect(choiceOf(seed, 'two')).toBeUndefined()
})
