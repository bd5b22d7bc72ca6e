/** Problems written and read back. */
import { expect, test } from 'vitest'
import { Problem, readProblem } from './problem.ts'

test('a problem is answered as problem details and read back as itself', async () => {
  const sent = new Problem(422, 'invalid-body', 'the body does not fit', {
    errors: [{ field: '/name', reason: 'unknown field' }],
  })
  const read = await readProblem(sent.response())
  expect(read.body()).toEqual({
    type: 'urn:common-id-testbed:problem:invalid-body',
    status: 422,
    detail: 'the body does not fit',
    errors: [{ field: '/name', reason: 'unknown field' }],
  })
})

test.each(['', '<html>', '{}', 'null', '[]', '{"type":1,"detail":"x"}'])(
  'the answer %j is no problem document, and said to be unexpected',
  async (text) => {
    const problem = await readProblem(new Response(text, { status: 502 }))
    expect(problem.body()).toMatchObject({ status: 502, detail: 'status 502 without a problem document' })
    expect(problem.code).toBe('unexpected-answer')
  },
)
