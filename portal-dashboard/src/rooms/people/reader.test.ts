/** What a card says to a PIN is told apart. */
import { expect, test } from 'vitest'
import { isPassword, isPin, refusedBy } from './reader.ts'

test('a wrong PIN tells the tries left, the last wrong one that it is blocked', () => {
  expect(refusedBy({ outcome: 'wrong', triesLeft: 2 })).toEqual({ why: 'wrong', triesLeft: 2 })
  expect(refusedBy({ outcome: 'wrong', triesLeft: 0 })).toEqual({ why: 'blocked' })
  expect(refusedBy({ outcome: 'blocked' })).toEqual({ why: 'blocked' })
  expect(refusedBy({ outcome: 'absent' })).toEqual({ why: 'absent' })
})

test('only what a card can take is sent to it', () => {
  expect(['1234', '123', '12345', '１２３４', 'abcd'].map(isPin)).toEqual([true, false, false, false, false])
  expect(['MIHON0001', 'MIHON', 'mihon0001', 'MIHON-001'].map(isPassword)).toEqual([true, false, false, false])
})
