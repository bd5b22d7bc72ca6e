/** Keys of a keyboard stand for those of the remote, except letters while somebody writes. */
import { expect, test } from 'vitest'
import { readKey } from './keys.ts'

test('arrows, OK and back are known under each of their names', () => {
  expect(['ArrowUp', 'Enter', ' ', 'Escape', 'Backspace', 'ColorF0Red'].map((key) => readKey(key, false))).toEqual(
    ['up', 'ok', 'ok', 'back', 'back', 'red'].map((key) => ({ key })),
  )
})

test('letters are shortcuts, unless a password is written', () => {
  expect([readKey('b', false), readKey('D', false), readKey('b', true), readKey('7', false)]).toEqual([
    { key: 'blue' },
    { key: 'data' },
    { character: 'B' },
    { character: '7' },
  ])
})

test('keys that mean nothing here are left to the browser', () => {
  expect(['Tab', 'F5', 'Shift', 'あ'].map((key) => readKey(key, true))).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
