/** Telling which classes of data a message carries. */
import { expect, test } from 'vitest'
import { carries, declareDataClasses } from './dataClass.ts'

declareDataClasses({ testName: 'test-name', testDisease: 'test-health' })

test('the classes of every field that holds something are told, however deep', () => {
  expect(carries('{"list":[{"testDisease":"x"}],"testName":"A"}')).toEqual(['test-health', 'test-name'])
})

test.each(['{"testName":""}', '{"testName":null}', '{"testName":[]}', '[]', '', 'plain text'])(
  '%s carries nothing',
  (text) => {
    expect(carries(text)).toEqual([])
  },
)

test('what looks like JSON and is none cannot be told', () => {
  expect(carries('{"testName":')).toEqual(['unreadable'])
})

test('JSON that is nested too deep to look through cannot be told', () => {
  expect(carries('['.repeat(200_000) + ']'.repeat(200_000))).toEqual(['unreadable'])
})

test('one field name has one meaning', () => {
  expect(() => declareDataClasses({ testName: 'test-health' })).toThrow(
    'field testName is declared as test-name and as test-health',
  )
})
