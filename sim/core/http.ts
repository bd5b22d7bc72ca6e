/** The HTTP edge every party stands behind: who calls, is the body right, was it asked before, and the entry in the journal. */
import { Hono, type Context, type MiddlewareHandler, type Next } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'
import { uniqueSymbol } from 'hono-openapi'
import type { z } from 'zod'
import { createAnswers } from './answers.ts'
import { readBody } from './body.ts'
import { createCallBuffer } from './callBuffer.ts'
import { describeCall, type Call } from './callEntry.ts'
import type { Carried } from './dataClass.ts'
import type { Caller } from './identity.ts'
import { headers, readReached } from './network.ts'
import { describe } from './openapi.ts'
import { Problem } from './problem.ts'
import { readRequestBody, textOf } from './requestBody.ts'
import type { Site } from './site.ts'
import type { Transaction } from './store.ts'

/** Longer request ids are refused: cut short, two of them could be taken for one (length assumed). */
const longestRequestId = 400

/** A fee that falls due with this message: the tariff's item, who owes whom, and how often. */
export type Fee = { item: string; payer: string; payee: string; quantity: number }

/**
 * `carriedOut`: the request was admitted and its body was right, so that its answer is worth keeping.
 * `sent`: the answer's body, where the handler told it.
 */
export type Evidence = { route?: Route; fees: Fee[]; carriedOut?: true; sent?: Uint8Array }
export type Edge = {
  Variables: {
    caller: Caller | undefined
    requestId: string | undefined
    evidence: Evidence
    requestBody: Uint8Array<ArrayBuffer>
    /** The world's running number when the request was taken up. */
    began: number | undefined
  }
}

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
  /**
   * A question that changes nothing and is asked very often: nothing is kept for repeated requests, and where time is real the journal
   * entry is written after the answer left (callBuffer.ts). In virtual time it is an entry like any other.
   */
  buffered?: boolean
}

/** What each route's handler was declared with: known before the handler runs. */
const declarations = new WeakMap<object, Route>()

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
    c.get('evidence').carriedOut = true
    await next()
  }
  declarations.set(handler, declared)
  return Object.assign(handler, { [uniqueSymbol]: { spec: describe(declared) } })
}

/** Declare a route with a JSON body: `c.req.valid('json')` is the body, checked strictly. */
export const routeWithBody = <S extends JsonBody>(
  schema: S,
  declared: Route,
): MiddlewareHandler<Edge, string, JsonInput<S>> => {
  const handler: MiddlewareHandler<Edge, string, JsonInput<S>> = async (c, next) => {
    admit(declared, c)
    const text = textOf(c.get('requestBody'))
    if (text === undefined) throw new Problem(400, 'not-json', 'the body is no UTF-8, so no JSON')
    c.req.addValidatedData('json', readBody(schema, c.req.header('content-type'), text))
    c.get('evidence').carriedOut = true
    await next()
  }
  declarations.set(handler, declared)
  return Object.assign(handler, { [uniqueSymbol]: { spec: describe(declared, schema) } })
}

/** Who calls; only on routes that declare roles. */
export const callerOf = (c: Context<Edge>): Caller => {
  const caller = c.get('caller')
  if (caller === undefined) throw new Problem(401, 'token-missing', 'this route needs a bearer token of a known party')
  return caller
}

/**
 * The id under which this request is carried out once: its caller's own, so that nobody can use up another's.
 * A request from outside that brings none gets a fresh one.
 */
export const requestIdOf = (c: Context<Edge>, site: Site): string => {
  const given = c.get('requestId')
  return given === undefined ? site.random.id() : `${c.get('caller')?.id ?? 'outside'}/${given}`
}

/** Note that a fee falls due with this request. */
export const charge = (c: Context<Edge>, fee: Fee) => void c.get('evidence').fees.push(fee)

/** Answer a buffered route's question: the edge then need not read the body out of the response again, nor make another one. */
export const sendJson = <T extends object>(c: Context<Edge>, value: T) => {
  c.get('evidence').sent = Buffer.from(JSON.stringify(value))
  return c.json(value)
}

/** The same for bytes. */
export const sendBytes = (c: Context<Edge>, bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string>) => {
  c.get('evidence').sent = bytes
  return c.body(bytes, 200, headers)
}

const asProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException)
    return new Problem(error.status, 'bad-request', 'the request cannot be read', { cause: error })
  return new Problem(500, 'bug', 'this party failed; its log says why', { cause: error })
}

/** The pattern of the buffered route this request will meet; undefined when it meets another, or none. */
const questionOf = (c: Context<Edge>): string | undefined =>
  matchedRoutes(c).find(({ handler }) => declarations.get(handler)?.buffered)?.path

/** Whether the answer was given before, and when the request came (wall time, ms). */
type Asked = { replayed: boolean; startedAt: number }

const answerKey = (c: Context<Edge>, requestId: string) =>
  `${c.get('caller')?.id ?? 'outside'} ${c.req.method} ${c.req.path} ${requestId}`

/** Who calls, if anybody known. Only then are the headers that carry time and order believed: an outsider moves no clock. */
const recognise = async (site: Site, c: Context<Edge>) => {
  const authorization = c.req.header('authorization')
  if (authorization === undefined) return
  const reached = readReached((name) => c.req.header(name))
  // In virtual time the caller may be ahead; its token is judged by the later clock, where an old one has only grown older.
  const at = site.clock.mode === 'virtual' ? reached?.now : undefined
  c.set('caller', await site.identity.recognise(authorization.replace(/^Bearer +/i, ''), at))
  if (reached !== undefined) site.clock.observe(reached)
}

const readRequestId = (c: Context<Edge>) => {
  const requestId = c.req.header(headers.requestId)
  if (requestId !== undefined && requestId.length > longestRequestId)
    throw new Problem(
      400,
      'request-id-too-long',
      `the ${headers.requestId} is longer than ${longestRequestId} characters`,
    )
  return requestId === '' ? undefined : requestId
}

/**
 * A party's empty app. Every request is size-checked, recognised by its token, answered again if it was answered before under
 * the same id, and written into the party's journal before its answer leaves; failures become problem documents.
 */
export const createEdge = (site: Site) => {
  const answers = createAnswers(site.store, site.clock)
  const buffer = createCallBuffer(site.journal, site.clock, site.report)
  site.store.beforeClose(buffer.flush)

  const failed = (error: unknown) => {
    const problem = asProblem(error)
    if (problem.status === 500) site.report(error)
    return problem.response()
  }

  const callOf = (c: Context<Edge>, body: Uint8Array, { replayed, startedAt }: Asked): Call => ({
    method: c.req.method,
    path: c.req.path,
    from: c.get('caller'),
    to: site.id,
    requestId: c.get('requestId'),
    evidence: c.get('evidence'),
    request: { bytes: c.get('requestBody'), contentType: c.req.header('content-type') },
    response: {
      bytes: body,
      contentType: c.res.headers.get('content-type') ?? undefined,
      status: c.res.status,
    },
    replayed,
    began: c.get('began'),
    startedAt,
  })

  /** Write the entry, and with it the answer if it must be given again; from then on the answer may leave. */
  const journal = async (c: Context<Edge>, asked: Asked) => {
    const { res: response } = c
    const evidence = c.get('evidence')
    const question = questionOf(c)
    const mayWait = question !== undefined && site.clock.mode !== 'virtual'
    if (mayWait && evidence.sent !== undefined) {
      buffer.add(callOf(c, evidence.sent, asked), question)
      return
    }
    const bytes = response.body === null ? undefined : new Uint8Array(await response.arrayBuffer())
    const body = bytes ?? new Uint8Array(0)
    const call = callOf(c, body, asked)
    const worthKeeping =
      question === undefined &&
      evidence.carriedOut &&
      evidence.route?.repeatable !== true &&
      !asked.replayed &&
      response.status < 500
    const requestId = c.get('requestId')
    const key = worthKeeping && requestId !== undefined ? answerKey(c, requestId) : undefined
    if (mayWait) buffer.add(call, question)
    else {
      const entry = describeCall(call)
      const keep =
        key === undefined
          ? undefined
          : (tx: Transaction) => answers.keep(tx, { key, response, body, asked: c.get('requestBody') })
      await site.journal.append('call', entry.body, entry.aside, keep)
    }
    const { now, order } = site.clock.reached()
    const sent = new Headers(response.headers)
    sent.set(headers.now, String(now))
    sent.set(headers.order, String(order))
    c.res = undefined
    c.res = new Response(bytes ?? null, { status: response.status, headers: sent })
  }

  const carryOut = async (c: Context<Edge>, next: Next) => {
    try {
      await next()
    } catch (error) {
      c.res = failed(error)
    }
  }

  const answerOnce = async (c: Context<Edge>, next: Next, startedAt: number) => {
    const requestId = c.get('requestId')
    if (requestId === undefined || questionOf(c) !== undefined) {
      await carryOut(c, next)
      return journal(c, { replayed: false, startedAt })
    }
    const key = answerKey(c, requestId)
    return answers.inTurn(key, async () => {
      let earlier: Response | undefined
      try {
        earlier = await answers.find(key, c.get('requestBody'))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        c.res = failed(error)
        return journal(c, { replayed: false, startedAt })
      }
      if (earlier === undefined) await carryOut(c, next)
      else c.res = earlier
      await journal(c, { replayed: earlier !== undefined, startedAt })
    })
  }

  const app = new Hono<Edge>()
  app.onError(failed)
  app.notFound(() => new Problem(404, 'no-such-route', 'this party has no such route').response())
  app.use(async (c, next) => {
    const startedAt = performance.now()
    c.set('evidence', { fees: [] })
    c.set('requestBody', new Uint8Array(0))
    const work = async (body: Uint8Array<ArrayBuffer> | Problem) => {
      try {
        if (body instanceof Problem) throw body
        c.set('requestBody', body)
        Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(body.buffer) })
        await recognise(site, c)
        c.set('began', site.clock.tick())
        c.set('requestId', readRequestId(c))
      } catch (error) {
        c.res = failed(error)
        return journal(c, { replayed: false, startedAt })
      }
      return answerOnce(c, next, startedAt)
    }
    // The body is awaited before time is held: a slow outsider must not make it stand still.
    const body = await readRequestBody(c.req.raw).catch((error: unknown) => asProblem(error))
    await site.clock.hold(work(body))
  })
  return app.get('/health', route({ summary: 'Whether this party is up', purpose: 'health', repeatable: true }), (c) =>
    c.json({ id: site.id, role: site.role, name: site.name, now: site.clock.now() }),
  )
}
