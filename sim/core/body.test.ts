/** Reading JSON bodies strictly, and saying what is wrong without repeating it. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readBody } from './body.ts'
import { Problem } from './problem.ts'

const person = z.strictObject({
  name: z.string().max(10),
  sex: z.enum(['Male', 'Female']),
  tags: z.array(z.string()).optional(),
  inner: z.strictObject({ age: z.number().int() }).optional(),
})

const refused = (contentType: string | undefined, text: string) => {
  try {
    readBody(person, contentType, text)
  } catch (error) {
    if (error instanceof Problem) return error.body()
    throw error
  }
  return undefined
}

test('a body that fits is its value', () => {
  expect(readBody(person, 'application/json', '{"name":"A","sex":"Male"}')).toEqual({ name: 'A', sex: 'Male' })
})

test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"'])(
  'the content type %s is JSON',
  (type) => {
    expect(readBody(person, type, '{"name":"A","sex":"Male"}')).toEqual({ name: 'A', sex: 'Male' })
  },
)

test.each([undefined, '', 'text/plain', 'application/json-seq', 'application/json; charset=shift_jis'])(
  'the content type %s is refused with 415',
  (type) => {
    expect(refused(type, '{}')?.status).toBe(415)
  },
)

test.each(['', '{', "{'a':1}", '{"a":1,}', 'NaN', '"\u0001"'])('%j is no JSON: 400', (text) => {
  expect(refused('application/json', text)).toEqual({
    type: 'urn:common-id-testbed:problem:not-json',
    status: 400,
    detail: 'the body is no JSON',
  })
})

test('unknown, wrong and missing fields are named by pointer, and no value is repeated', () => {
  const text = JSON.stringify({ name: 'a very secret name', inner: { age: 'SECRET' }, 'a/b~c': 'SECRET' })
  const problem = refused('application/json', text)
  expect(problem?.status).toBe(422)
  expect(problem?.errors?.map(({ field }) => field)).toEqual(['/name', '/sex', '/inner/age', '/a~1b~0c'])
  expect(JSON.stringify(problem)).not.toMatch(/secret/i)
})

test('the allowed values of a field are told as they must be written', () => {
  const problem = refused('application/json', '{"name":"A","sex":"x"}')
  expect(problem?.errors).toEqual([{ field: '/sex', reason: 'invalid option: expected one of "Male"|"Female"' }])
})

test('a body that is wrong in many places names the first twenty', () => {
  const tags = Array.from({ length: 10_000 }, () => 1)
  const text = JSON.stringify({ name: 'A', sex: 'Male', tags })
  expect(refused('application/json', text)?.errors).toHaveLength(20)
})

test('a long field name is cut', () => {
  const text = JSON.stringify({ name: 'A', sex: 'Male', ['x'.repeat(5000)]: 1 })
  expect(refused('application/json', text)?.errors).toEqual([{ field: `/${'x'.repeat(60)}`, reason: 'unknown field' }])
})

test('a prototype cannot be smuggled in', () => {
  const problem = refused('application/json', '{"name":"A","sex":"Male","__proto__":{"admin":true}}')
  expect(problem?.errors).toEqual([{ field: '/__proto__', reason: 'unknown field' }])
})

property.prop([fc.json(), fc.option(fc.string(), { nil: undefined })])(
  'any JSON and content type give a value or a problem',
  (text, type) => {
    const problem = refused(type ?? 'application/json', text)
    expect(problem === undefined || [400, 415, 422].includes(problem.status)).toBe(true)
  },
)

property.prop([fc.string({ unit: 'binary' })])('any text gives a value or a problem', (text) => {
  const problem = refused('application/json', text)
  expect(problem === undefined || [400, 422].includes(problem.status)).toBe(true)
})

const secrets = fc.stringMatching(/^SECRET[a-z0-9]{8}$/)
property.prop([fc.dictionary(fc.constantFrom('name', 'sex', 'tags', 'inner', 'other'), secrets)])(
  'no value of a refused body is in the problem',
  (body) => {
    const problem = refused('application/json', JSON.stringify(body))
    for (const value of Object.values(body)) expect(JSON.stringify(problem ?? {})).not.toContain(value)
  },
)
