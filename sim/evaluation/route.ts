/** How the evaluation API declares its routes: described for OpenAPI, queries checked, refusals in both languages. */
import { describeRoute, resolver, validator } from 'hono-openapi'
import { z } from 'zod'
import { problem as problemShape } from '../messages/evaluation.ts'
import { ShownProblem } from './problem.ts'

type About = {
  id: string
  summary: string
  answer?: z.ZodType
  /** Of answers that are no JSON. */
  mediaType?: string
}

const json = (schema: z.ZodType) => ({ 'application/json': { schema: resolver(schema) } })

export const described = ({ id, summary, answer, mediaType }: About) =>
  describeRoute({
    operationId: id,
    summary,
    responses: {
      200: {
        description: 'the answer',
        ...(answer !== undefined && { content: json(answer) }),
        ...(mediaType !== undefined && { content: { [mediaType]: {} } }),
      },
      default: {
        description: 'a problem (RFC 9457)',
        content: { 'application/problem+json': { schema: resolver(problemShape) } },
      },
    },
  })

type Issue = {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

const refuse = (status: 400 | 422, what: { ja: string; en: string }, issues: readonly Issue[]) => {
  const [issue] = issues
  const at = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('/')
  const said = `${at.slice(0, 80)} ${issue?.message ?? ''}`.trim()
  return new ShownProblem(status, status === 400 ? 'wrong-query' : 'invalid-body', {
    ja: `${what.ja}に誤りがあります: ${said}`,
    en: `${what.en} is not right: ${said}`,
  })
}

/** The query, checked; each field comes as text. */
export const query = <S extends z.ZodType<object>>(schema: S) =>
  validator('query', schema, (result) => {
    if (!result.success) throw refuse(400, { ja: '指定', en: 'the query' }, result.error)
  })

/** A JSON body, checked. */
export const jsonBody = <S extends z.ZodType<object>>(schema: S) =>
  validator('json', schema, (result) => {
    if (!result.success) throw refuse(422, { ja: '本文', en: 'the body' }, result.error)
  })

const digits = z.string().regex(/^\d{1,15}$/, 'must be a whole number')

/** A whole number in a query. */
export const whole = digits.transform(Number)

/** How many at most; `standard` without it. */
export const limit = (standard: number, most: number) =>
  digits
    .transform(Number)
    .refine((asked) => asked >= 1 && asked <= most, `must be 1 to ${most}`)
    .default(standard)

export const yesOrNo = z.enum(['true', 'false']).transform((asked) => asked === 'true')
