/** Answers that are no success become failures a page can explain. */
import { expect, test } from 'vitest'
import { asFailure, readFailure } from './failure.ts'

const shown = ({ kind, status, code, message, said }: ReturnType<typeof readFailure>) => ({
  kind,
  status,
  code,
  message,
  said,
})

test('a problem document is read with its texts', () => {
  const body = JSON.stringify({
    type: 'urn:common-id-testbed:problem:no-such-run',
    status: 404,
    detail: 'there is no run x',
    text: { ja: 'この実行記録はありません', en: 'There is no such run' },
  })
  expect(shown(readFailure(404, body))).toEqual({
    kind: 'missing',
    status: 404,
    code: 'no-such-run',
    message: 'there is no run x',
    said: { ja: 'この実行記録はありません', en: 'There is no such run' },
  })
})

test('an answer that is no problem document is told by its status', () => {
  expect(shown(readFailure(502, '<html>'))).toEqual({
    kind: 'broken',
    status: 502,
    code: 'unexpected-answer',
    message: 'status 502',
    said: undefined,
  })
})

test('a world that is still being opened is told apart from a broken one', () => {
  expect(
    readFailure(503, '{"type":"urn:common-id-testbed:problem:starting","detail":"the world is being opened"}').kind,
  ).toBe('starting')
  expect(readFailure(503, '{}').kind).toBe('broken')
})

test('no server at all is offline', () => {
  expect(asFailure(new TypeError('Failed to fetch')).kind).toBe('offline')
  expect(asFailure(new Error('x')).kind).toBe('broken')
})
