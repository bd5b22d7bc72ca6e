/** The OpenAPI 3.1 description of a party's routes, generated from the schemas they check with. */
import type { Hono } from 'hono'
import { generateSpecs, resolver, type DescribeRouteOptions } from 'hono-openapi'
import { z } from 'zod'
import type { Route } from './http.ts'

const problemSchema = z.object({
  type: z.string(),
  status: z.number().int(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
})

const json = (schema: z.ZodType) => ({ 'application/json': { schema: resolver(schema) } })

/** What hono-openapi needs to know of one route. */
export const describe = (route: Route, body?: z.ZodType): DescribeRouteOptions => ({
  operationId: route.purpose,
  summary: route.summary,
  description: `purpose \`${route.purpose}\` · ${route.roles === undefined ? 'open to anybody' : `only for ${route.roles.join(', ')}`}`,
  ...(route.roles !== undefined && { security: [{ partyToken: [] }] }),
  ...(body !== undefined && { requestBody: { required: true, content: json(body) } }),
  responses: {
    200: { description: 'the answer', ...(route.answer !== undefined && { content: json(route.answer) }) },
    default: {
      description: 'a problem (RFC 9457)',
      content: { 'application/problem+json': { schema: resolver(problemSchema) } },
    },
  },
})

/** What a document says beside its routes: `name` gives each purpose in words that stand before the summary. */
export type About = {
  title: string
  description: string
  basePath: string
  name?: (purpose: string) => string | undefined
}

/** The whole document of one party, its paths relative to `basePath`. */
export const specify = async (app: Hono, { title, description, basePath, name }: About) => {
  const document = await generateSpecs(app, {
    documentation: {
      info: { title, version: '1', description },
      servers: [{ url: basePath }],
      components: { securitySchemes: { partyToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
  })
  for (const path of Object.values(document.paths)) {
    for (const operation of [path?.get, path?.put, path?.post, path?.delete]) {
      if (operation === undefined) continue
      operation.tags = [title]
      const named = name?.(operation.operationId ?? '')
      if (named !== undefined) operation.summary = `${named} · ${operation.summary}`
    }
  }
  return document
}
