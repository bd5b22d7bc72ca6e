/** How parties reach each other: a typed client whose calls go in process or over TCP, signed, timed and fault-prone alike. */
import { hc, type ClientResponse } from 'hono/client'
import type { Hono } from 'hono'
import type { Clock } from './clock.ts'
import { DAY, SECOND } from './clock.ts'
import type { Fault, Faults } from './faults.ts'
import type { Identity } from './identity.ts'
import type { Journal } from './journal.ts'
import { Problem, readProblem } from './problem.ts'
import type { Random } from './random.ts'

/** A caller gives up after this long (assumed; the plan names no figure). */
const timeoutMs = 10 * SECOND

/** Over TCP a call that gets no answer is also cut off in real time, whatever the world's clock says (assumed). */
const realTimeoutMs = 30 * SECOND

/** Headers of the testbed itself; they carry time, order and repeat-safety between processes. */
export const headers = { requestId: 'idempotency-key', now: 'sim-now', order: 'sim-order' } as const

const counted = (text: string | null | undefined) => {
  const value = text != null && /^\d{1,16}$/.test(text) ? Number(text) : undefined
  return value !== undefined && value <= 8.64e15 ? value : undefined
}

/** Time and order as a message carries them, or undefined where it does not (rightly); time ends at the last Date. */
export const readReached = (header: (name: string) => string | null | undefined) => {
  const now = counted(header(headers.now))
  const order = counted(header(headers.order))
  return now === undefined || order === undefined ? undefined : { now, order }
}

/** A request id is remembered this long in clock time (assumed), longer than anybody goes on repeating a call. */
export const rememberedMs = 30 * DAY

/** No answer came: the request may or may not have been carried out. Repeat it with the same request id. */
export class Unreachable extends Error {
  readonly reason: 'timeout' | 'down' | 'dropped'
  constructor(to: string, reason: 'timeout' | 'down' | 'dropped', cause?: unknown) {
    super(`no answer from ${to}: ${reason}`, cause === undefined ? {} : { cause })
    this.reason = reason
  }
}

/** How a message gets to a party: `url` is path and query. */
export type Transport = (to: string, url: string, init: RequestInit) => Promise<Response>

/** Parties of one process, by id; filled as they are made. */
export const inProcess =
  (apps: Map<string, Hono>): Transport =>
  async (to, url, init) => {
    const app = apps.get(to)
    if (app === undefined) throw new Unreachable(to, 'down')
    return app.request(url, init)
  }

/** Parties on TCP ports, by id. */
export const overTcp =
  (urls: Map<string, string>, { patienceMs = realTimeoutMs } = {}): Transport =>
  async (to, url, init) => {
    const base = urls.get(to)
    if (base === undefined) throw new Unreachable(to, 'down')
    try {
      const response = await fetch(base + url, { ...init, signal: AbortSignal.timeout(patienceMs) })
      // An answer counts once it is here whole: until then it may break off, and time must not move on.
      const body = await response.arrayBuffer()
      const { status, headers: received } = response
      return new Response(response.body === null ? null : body, { status, headers: received })
    } catch (cause) {
      throw new Unreachable(to, cause instanceof Error && cause.name === 'TimeoutError' ? 'timeout' : 'down', cause)
    }
  }

type NetworkParts = {
  identity: Identity
  clock: Clock
  random: Random
  journal: Journal
  transport: Transport
  faults: Faults
}

/** Any party's app; Hono's own parameters are invariant, so `any` is the only type that all of them satisfy. */
type AnyApp = Hono<any, any, any>

export type Network = {
  /** A typed client of another party's app. */
  connect<App extends AnyApp>(to: string): ReturnType<typeof hc<App>>
}

/** Without the query, which may hold what must not be written down. */
const pathOnly = (url: string) => url.split('?', 1)[0] ?? url

type Message = { to: string; url: string; init: RequestInit }

const pathOf = (input: string | URL | Request) => {
  const url = new URL(input instanceof Request ? input.url : input)
  return url.pathname + url.search
}

export const createNetwork = ({ identity, clock, random, journal, transport, faults }: NetworkParts): Network => {
  /** Over the wire: signed as it leaves, so that a message that was kept waiting is not refused for its age. */
  const deliver = async (to: string, url: string, init: RequestInit) => {
    const all = new Headers(init.headers)
    all.set('authorization', `Bearer ${await identity.tokenFor(to)}`)
    const { now, order } = clock.reached()
    all.set(headers.now, String(now))
    all.set(headers.order, String(order))
    const response = await transport(to, url, { ...init, headers: all })
    const reached = readReached((name) => response.headers.get(name))
    if (reached !== undefined) clock.observe(reached)
    return response
  }

  /** A message that outlived its sender's patience: nobody hears the answer, and nobody minds if it is lost after all. */
  const deliverLate = async (to: string, url: string, init: RequestInit) => {
    try {
      await deliver(to, url, init)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
    }
  }

  const send = async ({ to, url, init }: Message, fault: Fault | undefined): Promise<Response> => {
    if (fault === undefined) return deliver(to, url, init)
    if (fault.kind === 'down') throw new Unreachable(to, 'down')
    if (fault.kind === 'drop') {
      await clock.pass(timeoutMs)
      throw new Unreachable(to, 'dropped')
    }
    if (fault.kind === 'drop-answer') {
      await deliver(to, url, init)
      await clock.pass(timeoutMs)
      throw new Unreachable(to, 'timeout')
    }
    if (fault.kind === 'delay' && fault.ms >= timeoutMs) {
      clock.at(clock.now() + fault.ms, () => deliverLate(to, url, init))
      await clock.pass(timeoutMs)
      throw new Unreachable(to, 'timeout')
    }
    if (fault.kind === 'delay') await clock.pass(fault.ms)
    else await deliver(to, url, init)
    return deliver(to, url, init)
  }

  const call = async (to: string, url: string, init: RequestInit): Promise<Response> => {
    const all = new Headers(init.headers)
    const method = init.method ?? 'GET'
    const path = pathOnly(url)
    if (method !== 'GET' && !all.has(headers.requestId)) all.set(headers.requestId, random.id())
    const sentAt = clock.now()
    const failure = (reason: string, more: object = {}) => {
      const waitedMs = clock.now() - sentAt
      const requestId = all.get(headers.requestId)
      return journal.append('failure', { from: identity.id, to, method, path, requestId, reason, waitedMs, ...more })
    }
    const fault = faults.strike({ from: identity.id, to, path })
    if (fault?.kind === 'error') {
      await failure('injected-error', { status: fault.status })
      return new Problem(fault.status, 'injected-error', `${to} was told to fail`).response()
    }
    try {
      return await send({ to, url, init: { ...init, headers: all } }, fault)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      await failure(error.reason)
      throw error
    }
  }

  return {
    connect: <App extends AnyApp>(to: string) =>
      hc<App>('http://party', {
        fetch: (input: string | URL | Request, init?: RequestInit) => clock.hold(call(to, pathOf(input), init ?? {})),
      }),
  }
}

type AnswerOf<R> =
  R extends ClientResponse<infer Body, infer _Status, infer Format> ? (Format extends 'json' ? Body : never) : never

/** The JSON a call answered; a problem document is thrown as the Problem it is. */
export const answer = async <R extends ClientResponse<unknown>>(call: Promise<R>): Promise<AnswerOf<R>> => {
  const response = await call
  if (!response.ok) throw await readProblem(new Response(await response.text(), { status: response.status }))
  const body: AnswerOf<R> = JSON.parse(await response.text())
  return body
}

/** Request options that make a call safe to repeat: the same id is carried out once, and answered alike each time. */
export const once = (requestId: string) => ({ headers: { [headers.requestId]: requestId } })
