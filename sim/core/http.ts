/** The HTTP edge every party stands behind: who calls, is the body right, was it asked before, and the entry in the journal. */
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { uniqueSymbol } from 'hono-openapi'
import type { z } from 'zod'
import type { Caller } from './identity.ts'
import { readBody } from './body.ts'
import { carries, type Carried } from './dataClass.ts'
import { headers } from './network.ts'
import { describe } from './openapi.ts'
import { Problem } from './problem.ts'
import type { Site } from './site.ts'

const maxBodyBytes = 1024 * 1024
/** Contents longer than this are not kept in the journal, only their size. */
const keptContentBytes = 64 * 1024

/** A fee that falls due with this message: the tariff's item, who owes whom, and how often. */
export type Fee = { item: string; payer: string; payee: string; quantity: number }

export type Evidence = { route?: Route; fees: Fee[] }
export type Edge = { Variables: { caller: Caller | undefined; requestId: string | undefined; evidence: Evidence } }

/** What a route is for and whom it serves; its OpenAPI description and its journal entry come from here. */
export type Route = {
  /** One sentence for the API page. */
  summary: string
  /** Why this message is sent, as the journal and the privacy matrix name it, e.g. `eligibility.check`. */
  purpose: string
  /** Roles that may call; without it anybody may: a person at a counter, a terminal, a card in a reader. */
  roles?: readonly string[]
  answer?: z.ZodType
  /** Data classes of bodies that are not JSON. */
  carries?: Carried
  /** Contents that must not be kept (PINs): replaces both bodies in the journal. */
  redact?: (body: string) => string
  /** The handler itself is safe to repeat, so its answers need not be kept. */
  repeatable?: boolean
}

export const answersTable = sqliteTable('answers', {
  key: text().primaryKey(),
  at: integer().notNull(),
  status: integer().notNull(),
  contentType: text().notNull(),
  body: text().notNull(),
})

type JsonBody = z.ZodType<object>
type JsonInput<S extends JsonBody> = { in: { json: z.input<S> }; out: { json: z.output<S> } }

const admit = (route: Route, c: Context<Edge>) => {
  c.get('evidence').route = route
  const caller = c.get('caller')
  if (route.roles === undefined) return
  if (caller === undefined) throw new Problem(401, 'token-missing', 'this route needs a bearer token of a known party')
  if (!route.roles.includes(caller.role)) {
    throw new Problem(403, 'role-refused', `a caller in the role ${caller.role} may not use this route`)
  }
}

/** Declare a route without a JSON body. */
export const route = (declared: Route): MiddlewareHandler<Edge> => {
  const handler: MiddlewareHandler<Edge> = async (c, next) => {
    admit(declared, c)
    await next()
  }
  return Object.assign(handler, { [uniqueSymbol]: { spec: describe(declared) } })
}

/** Declare a route with a JSON body: `c.req.valid('json')` is the body, checked strictly. */
export const routeWithBody = <S extends JsonBody>(
  schema: S,
  declared: Route,
): MiddlewareHandler<Edge, string, JsonInput<S>> => {
  const handler: MiddlewareHandler<Edge, string, JsonInput<S>> = async (c, next) => {
    admit(declared, c)
    c.req.addValidatedData('json', readBody(schema, c.req.header('content-type'), await c.req.text()))
    await next()
  }
  return Object.assign(handler, { [uniqueSymbol]: { spec: describe(declared, schema) } })
}

/** Who calls; only on routes that declare roles. */
export const callerOf = (c: Context<Edge>): Caller => {
  const caller = c.get('caller')
  if (caller === undefined) throw new Problem(401, 'token-missing', 'this route needs a bearer token of a known party')
  return caller
}

/** The id under which this request is carried out once; a request from outside that brings none gets a fresh one. */
export const requestIdOf = (c: Context<Edge>, site: Site): string => c.get('requestId') ?? site.random.id()

/** Note that a fee falls due with this request. */
export const charge = (c: Context<Edge>, fee: Fee) => void c.get('evidence').fees.push(fee)

const asProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException)
    return new Problem(error.status, 'bad-request', 'the request cannot be read', { cause: error })
  return new Problem(500, 'bug', 'this party failed; its log says why', { cause: error })
}

const journalled = async (site: Site, c: Context<Edge>, requestBody: string, startedAt: number, replayed: boolean) => {
  const { route: declared, fees } = c.get('evidence')
  const responseBody = await c.res.clone().text()
  const keep = (body: string) => {
    if (body.length > keptContentBytes) return undefined
    return declared?.redact === undefined ? body : declared.redact(body)
  }
  const request = keep(requestBody)
  const response = keep(responseBody)
  const requestId = c.get('requestId')
  const stored =
    requestId !== undefined && !replayed && c.res.status < 500 && declared !== undefined && declared.repeatable !== true
      ? {
          key: answerKey(c),
          at: site.clock.now(),
          status: c.res.status,
          contentType: contentType(c.res),
          body: responseBody,
        }
      : undefined
  await site.journal.append(
    'call',
    {
      from: c.get('caller')?.id ?? 'outside',
      to: site.id,
      method: c.req.method,
      path: c.req.path,
      requestId,
      purpose: declared?.purpose,
      status: c.res.status,
      requestBytes: Buffer.byteLength(requestBody),
      responseBytes: Buffer.byteLength(responseBody),
      carries: declared?.carries ?? { request: carries(requestBody), response: carries(responseBody) },
      ...(fees.length > 0 && { fees }),
      ...(replayed && { replayed }),
    },
    {
      wallMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      ...(request !== undefined && { request }),
      ...(response !== undefined && { response }),
    },
    stored && (async (tx) => void (await tx.insert(answersTable).values(stored).onConflictDoNothing())),
  )
}

const contentType = (response: Response) => response.headers.get('content-type') ?? ''

const answerKey = (c: Context<Edge>) =>
  `${c.get('caller')?.id ?? 'outside'} ${c.req.method} ${c.req.path} ${c.get('requestId')}`

const earlierAnswer = async (site: Site, c: Context<Edge>) => {
  const [earlier] = await site.store.read
    .select()
    .from(answersTable)
    .where(eq(answersTable.key, answerKey(c)))
  if (earlier === undefined) return undefined
  return new Response(earlier.body, { status: earlier.status, headers: { 'content-type': earlier.contentType } })
}

/**
 * A party's empty app. Every request is recognised by its token, size-checked, answered again if it was answered before under
 * the same id, and written into the party's journal before its answer leaves; failures become problem documents.
 */
export const createEdge = (site: Site) => {
  const app = new Hono<Edge>()
  app.onError((error) => {
    const problem = asProblem(error)
    if (problem.status === 500) site.report(error)
    return problem.response()
  })
  app.notFound(() => new Problem(404, 'no-such-route', 'this party has no such route').response())
  app.use(async (c, next) => {
    const startedAt = performance.now()
    site.clock.observe({
      now: Number(c.req.header(headers.now)) || 0,
      order: Number(c.req.header(headers.order)) || 0,
    })
    c.set('evidence', { fees: [] })
    c.set('requestId', c.req.header(headers.requestId)?.slice(0, 200))
    const answered = async () => {
      const bearer = c.req.header('authorization')
      c.set('caller', bearer === undefined ? undefined : await site.identity.recognise(bearer.replace(/^Bearer /, '')))
      const earlier = c.get('requestId') === undefined ? undefined : await earlierAnswer(site, c)
      if (earlier === undefined) await next()
      else c.res = earlier
      return earlier !== undefined
    }
    let replayed = false
    try {
      replayed = await site.clock.hold(answered())
    } catch (error) {
      c.res = asProblem(error).response()
    }
    const requestBody = c.req.method === 'GET' ? '' : await c.req.text().catch(() => '')
    await journalled(site, c, requestBody, startedAt, replayed)
    const { now, order } = site.clock.reached()
    c.res.headers.set(headers.now, String(now))
    c.res.headers.set(headers.order, String(order))
  })
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new Problem(413, 'too-large', `the body is larger than ${maxBodyBytes} bytes`)
      },
    }),
  )
  return app.get('/health', route({ summary: 'Whether this party is up', purpose: 'health', repeatable: true }), (c) =>
    c.json({ id: site.id, role: site.role, name: site.name, now: site.clock.now() }),
  )
}
