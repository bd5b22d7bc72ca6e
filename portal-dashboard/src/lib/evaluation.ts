/** What the portal asks of the evaluation API and of the world's clock: one function a question, each given up with its signal. */
import { hc, type ClientResponse } from 'hono/client'
import type { EvaluationApp } from '../../../sim/evaluation/index.ts'
import type { EventDetail, Outline, PlayRequest } from '../../../sim/messages/evaluation.ts'
import { readFailure } from './failure.ts'

const api = hc<EvaluationApp>('/evaluation')

type AnswerOf<R> =
  R extends ClientResponse<infer Body, infer _Status, infer Format> ? (Format extends 'json' ? Body : never) : never

/** The JSON a call answered; a refusal is thrown as a Failure. */
const read = async <R extends ClientResponse<unknown>>(asked: Promise<R>): Promise<AnswerOf<R>> => {
  const response = await asked
  const body = await response.text()
  if (!response.ok) throw readFailure(response.status, body)
  return JSON.parse(body)
}

const until = (signal: AbortSignal | undefined) => ({ init: signal === undefined ? {} : { signal } })

/** Only what has a value, as it is written in an address. */
const written = <K extends string>(
  values: Readonly<Partial<Record<K, string | number | undefined>>>,
): Partial<Record<K, string>> => {
  const given: Partial<Record<K, string>> = {}
  for (const name in values) {
    const value = values[name]
    if (value !== undefined && value !== '') given[name] = String(value)
  }
  return given
}

const queryOf = (values: Readonly<Record<string, string | undefined>>) => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') search.set(name, value)
  return search.size === 0 ? '' : `?${search}`
}

const run = (id: string) => `/evaluation/runs/${encodeURIComponent(id)}`

/** Where the client’s type does not reach: the management app hands out none, and what holds parts of its own kind is lost in it. */
export const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
  const response = await fetch(path, init)
  if (!response.ok) throw readFailure(response.status, await response.text())
  return response.json()
}

export type RunFilter = { scenario?: string; passed?: string; offset?: number; limit?: number }

const truth = (passed: string | undefined): { passed?: 'true' | 'false' } =>
  passed === 'true' || passed === 'false' ? { passed } : {}

export const evaluation = {
  world: (signal?: AbortSignal) => read(api.world.$get({}, until(signal))),
  scenarios: (signal?: AbortSignal) => read(api.scenarios.$get({}, until(signal))),
  variables: (signal?: AbortSignal) => read(api.variables.$get({}, until(signal))),
  runs: ({ passed, ...filter }: RunFilter, signal?: AbortSignal) =>
    read(api.runs.$get({ query: { ...written(filter), ...truth(passed) } }, until(signal))),
  run: (run: string, signal?: AbortSignal) => read(api.runs[':run'].$get({ param: { run } }, until(signal))),
  integrity: (run: string, signal?: AbortSignal) =>
    read(api.runs[':run'].integrity.$get({ param: { run } }, until(signal))),
  compare: (a: string, b: string, signal?: AbortSignal) =>
    read(api.runs.compare.$get({ query: { a, b } }, until(signal))),
  events: (run: string, where: { after?: string; from?: number; limit?: number }, signal?: AbortSignal) =>
    read(api.runs[':run'].events.$get({ param: { run }, query: written(where) }, until(signal))),
  event: (id: string, event: string, signal?: AbortSignal) => {
    const [party = '', number = ''] = event.split(':')
    return ask<EventDetail>(
      `${run(id)}/events/${encodeURIComponent(party)}/${encodeURIComponent(number)}`,
      until(signal).init,
    )
  },
  outline: (id: string, signal?: AbortSignal) => ask<Outline>(`${run(id)}/outline`, until(signal).init),
  privacy: (run: string, signal?: AbortSignal) =>
    read(api.runs[':run'].privacy.$get({ param: { run } }, until(signal))),
  links: (run: string, signal?: AbortSignal) => read(api.runs[':run'].links.$get({ param: { run } }, until(signal))),
  machines: (signal?: AbortSignal) => read(api.machines.$get({}, until(signal))),
  machine: (party: string, kind: string, signal?: AbortSignal) =>
    read(api.machines[':party'][':kind'].$get({ param: { party, kind } }, until(signal))),
  actorsAfter: (
    run: string,
    where: { party: string; kind: string; after: string; limit: number },
    signal?: AbortSignal,
  ) =>
    read(
      api.runs[':run'].actors.$get({ param: { run }, query: { ...where, limit: String(where.limit) } }, until(signal)),
    ),
  fees: (run: string, signal?: AbortSignal) => read(api.runs[':run'].fees.$get({ param: { run } }, until(signal))),
  work: (run: string, signal?: AbortSignal) => read(api.runs[':run'].work.$get({ param: { run } }, until(signal))),
  timings: (run: string, party: string | undefined, signal?: AbortSignal) =>
    read(api.runs[':run'].timings.$get({ param: { run }, query: written({ party }) }, until(signal))),
  plays: (signal?: AbortSignal) => read(api.plays.$get({}, until(signal))),
  play: (wanted: PlayRequest) => read(api.plays.$post({ json: wanted })),
  progress: (run: string, signal?: AbortSignal) => read(api.plays[':run'].$get({ param: { run } }, until(signal))),
  cancel: (run: string) => read(api.plays[':run'].$delete({ param: { run } })),
}

export const streamOf = (id: string, after: string | undefined) => `${run(id)}/stream${queryOf({ after })}`
export const mermaidOf = (id: string, lang: string, chosen: string | undefined) =>
  `${run(id)}/sequence.mmd${queryOf({ lang, case: chosen })}`

export type WorldTime = { mode: string; now: number; order: number; nextDueAt: number | null }

/** The world's clock, behind the management app: it answers only to the machine it runs on. */
export const clock = {
  read: (signal?: AbortSignal) => ask<WorldTime>('/manage/clock', until(signal).init),
  advance: (ms: number) =>
    ask<WorldTime & { ran: number }>('/manage/clock/advance', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ms }),
    }),
}
