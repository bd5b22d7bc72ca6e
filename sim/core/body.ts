/** Reading a JSON body strictly: wrong type, unknown field or bad value is a problem that names the field, never the value. */
import type { z } from 'zod'
import { Problem, type FieldError } from './problem.ts'

const pointer = (path: readonly PropertyKey[]) =>
  path.map((part) => '/' + String(part).replace(/~/g, '~0').replace(/\//g, '~1')).join('')

const fieldErrors = (issues: readonly z.core.$ZodIssue[]): FieldError[] =>
  issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys
        .slice(0, 20)
        .map((key) => ({ field: pointer([...issue.path, key.slice(0, 60)]), reason: 'unknown field' }))
    }
    return [{ field: pointer(issue.path) || '/', reason: issue.message.toLowerCase() }]
  })

/** The checked value; 415 for another content type, 400 for no JSON, 422 for JSON that does not fit. */
export const readBody = <S extends z.ZodType>(
  schema: S,
  contentType: string | undefined,
  text: string,
): z.output<S> => {
  if (contentType === undefined || !/^application\/json\b/i.test(contentType)) {
    throw new Problem(415, 'wrong-content-type', 'the body must be application/json')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new Problem(400, 'not-json', 'the body is no JSON', { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const errors = fieldErrors(parsed.error.issues)
  throw new Problem(
    422,
    'invalid-body',
    `the body does not fit: ${errors[0]?.field ?? '/'} ${errors[0]?.reason ?? ''}`.trim(),
    { errors },
  )
}
