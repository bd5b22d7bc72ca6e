/** Reading a JSON body strictly: wrong type, unknown field or bad value is a problem that names the field, never the value. */
import type { z } from 'zod'
import { Problem, type FieldError } from './problem.ts'

/** A body can be wrong in a hundred thousand places: so many are named, each cut to so many characters (assumed). */
const namedErrors = 20
const namedLength = 60

const pointer = (path: readonly PropertyKey[]) =>
  path.map((part) => '/' + String(part).slice(0, namedLength).replace(/~/g, '~0').replace(/\//g, '~1')).join('')

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1)

const fieldErrors = (issues: readonly z.core.$ZodIssue[]): FieldError[] =>
  issues
    .slice(0, namedErrors)
    .flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.slice(0, namedErrors).map((key) => ({
          field: pointer([...issue.path, key]),
          reason: 'unknown field',
        }))
      return [{ field: pointer(issue.path) || '/', reason: lowerFirst(issue.message) }]
    })
    .slice(0, namedErrors)

/** JSON is UTF-8 and nothing else (RFC 8259 section 8.1). */
const jsonType = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

/** The checked value; 415 for another content type, 400 for no JSON, 422 for JSON that does not fit. */
export const readBody = <S extends z.ZodType>(
  schema: S,
  contentType: string | undefined,
  text: string,
): z.output<S> => {
  if (contentType === undefined || !jsonType.test(contentType)) {
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
