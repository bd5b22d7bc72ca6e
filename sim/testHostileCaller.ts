/** For tests: reads every route of a party from its description, calls it with anything at all, and says what is wrong with the answer. */
import { z } from 'zod'
import type { Site } from './core/site.ts'
import { specify } from './core/openapi.ts'
import { jsonSchema, planted, type JsonSchema } from './testBodies.ts'
import { personal, type Inhabited } from './testInhabited.ts'

const described = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        description: z.string(),
        security: z.array(z.unknown()).optional(),
        requestBody: z
          .object({ content: z.object({ 'application/json': z.object({ schema: jsonSchema }) }) })
          .optional(),
      }),
    ),
  ),
})

/** `template` has its parameters in braces; without `roles` anybody may call. */
export type OpenRoute = {
  party: string
  method: string
  template: string
  roles: string[] | undefined
  body: JsonSchema | undefined
}

export const routesOf = async ({ world }: Inhabited, party: string): Promise<OpenRoute[]> => {
  const app = world.local.apps.get(party)
  if (app === undefined) throw new Error(`there is no party ${party}`)
  const { paths } = described.parse(await specify(app, { title: party, description: '', basePath: '/' }))
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { description, security, requestBody }]) => {
      const roles = / · only for (.+)$/m.exec(description)?.[1]?.split(', ')
      if ((roles === undefined) !== (security === undefined)) throw new Error(`who may use ${template}? ${description}`)
      return {
        party,
        template,
        method: method.toUpperCase(),
        roles,
        body: requestBody?.content['application/json'].schema,
      }
    }),
  )
}

/** The route's path with real ids in it, or with `garbage`, written as it goes over the wire, for one parameter. */
export const pathOf = (
  { template }: OpenRoute,
  { parameters }: Inhabited,
  garbage: { parameter?: string; text?: string } = {},
) =>
  template.replace(/\{(\w+)\}/g, (_, parameter: string) =>
    parameter === garbage.parameter ? (garbage.text ?? '') : encodeURIComponent(parameters[parameter] ?? 'none'),
  )

export const parametersOf = ({ template }: OpenRoute) =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

/** One party of every role there is, the people too. */
export const callersByRole = ({ world }: Inhabited): Map<string, Site> =>
  new Map([world.people, ...world.local.sites.values()].map((site) => [site.role, site]))

const callerFor = (inhabited: Inhabited, { roles }: OpenRoute): Site => {
  const site = callersByRole(inhabited).get(roles?.[0] ?? 'public')
  if (site === undefined) throw new Error(`nobody has the role ${roles?.[0]}`)
  return site
}

export type Body = NonNullable<RequestInit['body']>
export type Sent = { path?: string; body?: Body; headers?: Record<string, string>; token?: string }

/** Sends exactly this, as a right caller unless another token (or none: '') is given. */
export const send = async (inhabited: Inhabited, route: OpenRoute, sent: Sent = {}): Promise<Response> => {
  const { path = pathOf(route, inhabited), body, headers = {} } = sent
  const token = sent.token ?? (await callerFor(inhabited, route).identity.tokenFor(route.party))
  const app = inhabited.world.local.apps.get(route.party)
  if (app === undefined) throw new Error(`there is no party ${route.party}`)
  return app.request(path, {
    method: route.method,
    headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body }),
    // A stream as a body needs it; Node's types do not know it yet.
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  })
}

export const json = (body: string): Sent => ({ body, headers: { 'content-type': 'application/json' } })

const problemDocument = z.strictObject({
  type: z.string().regex(/^urn:common-id-testbed:problem:[A-Za-z0-9-]+$/),
  status: z.number(),
  detail: z.string().min(1),
  errors: z.array(z.strictObject({ field: z.string().startsWith('/'), reason: z.string().min(1) })).optional(),
})

const says = (text: string, value: string) =>
  /^\w+$/.test(value) ? new RegExp(`(?<!\\w)${value}(?!\\w)`, 'u').test(text) : text.includes(value)

/** What is wrong with a refusal: it must be a problem of this status that names the field and repeats nothing. */
export const flawOfRefusal = async (response: Response, wanted: { status: number; field?: string }) => {
  const text = await response.text()
  if (response.status !== wanted.status) return `${response.status} ${text.slice(0, 200)}`
  const flaw = flawOfProblem(response, text, [...personal, ...planted])
  if (flaw !== undefined || wanted.field === undefined) return flaw
  const { field } = wanted
  const { errors = [] } = problemDocument.parse(JSON.parse(text))
  if (errors.some((error) => error.field === field || error.field.startsWith(`${field}/`) || field === '/'))
    return undefined
  return `names ${errors.map((error) => error.field).join(' ') || 'nothing'}`
}

const flawOfProblem = (response: Response, text: string, secrets: readonly string[]) => {
  if (response.headers.get('content-type') !== 'application/problem+json') return `no problem: ${text.slice(0, 200)}`
  const parsed = problemDocument.safeParse(JSON.parse(text))
  if (!parsed.success) return `not RFC 9457: ${z.prettifyError(parsed.error)}`
  if (parsed.data.status !== response.status) return 'two statuses'
  const said = secrets.find((secret) => says(text, secret))
  return said === undefined ? undefined : `says ${said}: ${text.slice(0, 200)}`
}

/** What is wrong with any answer: it may be good, or a problem, but never a bug, and no problem says anything personal. */
export const flawOfAnswer = async (response: Response) => {
  const text = await response.text()
  if (response.status < 400) return undefined
  if (response.status >= 500) return `${response.status} ${text.slice(0, 200)}`
  return flawOfProblem(response, text, personal)
}
