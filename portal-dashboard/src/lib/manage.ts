/** What the portal asks of the management app: faults and seeds, with refusals a reader can understand. */
import type { Fault } from '../../../sim/core/faults.ts'
import { m } from '../paraglide/messages.js'
import { ask } from './evaluation.ts'
import { Failure } from './failure.ts'
import type { Text } from './language.svelte.ts'

export type { Fault } from '../../../sim/core/faults.ts'
/** A fault to be set; what is left out is as the management app has it. */
export type FaultOrder = Pick<Fault, 'kind'> & Partial<Omit<Fault, 'id' | 'kind'>>
export type Seed = { id: string; title: Text; does: Text; choices?: { id: string; text: Text }[] }
export type Seeds = { seeds: Seed[]; underWay?: string }
export type Sown = { seed: string; choice?: string; told: Text; tookMs: number; now: number }

type Words = (values: Record<string, never>, options: { locale: 'ja' | 'en' }) => string

const refusals: Readonly<Record<string, Words>> = {
  'not-from-here': m.manage_not_from_here,
  'no-such-fault': m.manage_no_such_fault,
  'seed-under-way': m.manage_seed_under_way,
  'seed-failed': m.manage_seed_failed,
}

/** The management app speaks English only: what it refuses is said in both languages here. */
const inWords = (error: unknown): unknown => {
  if (!(error instanceof Failure) || error.said !== undefined) return error
  const words = refusals[error.code]
  if (words === undefined) return error
  const said = { ja: words({}, { locale: 'ja' }), en: words({}, { locale: 'en' }) }
  return new Failure(error.kind === 'missing' ? 'refused' : error.kind, error.status, error.code, error.message, said)
}

const worded = async <T>(path: string, init: RequestInit): Promise<T> => {
  try {
    return await ask<T>(`/manage${path}`, init)
  } catch (error) {
    throw inWords(error)
  }
}

const posted = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

export const manage = {
  faults: (signal?: AbortSignal) => worded<{ faults: Fault[] }>('/faults', signal === undefined ? {} : { signal }),
  addFault: (wanted: FaultOrder) => worded<Fault>('/faults', posted(wanted)),
  removeFault: (id: number) => worded<{ faults: Fault[] }>(`/faults/${id}`, { method: 'DELETE' }),
  clearFaults: () => worded<{ faults: Fault[] }>('/faults', { method: 'DELETE' }),
  seeds: (signal?: AbortSignal) => worded<Seeds>('/seeds', signal === undefined ? {} : { signal }),
  sow: (seed: string, choice: string | undefined) =>
    worded<Sown>(`/seeds/${encodeURIComponent(seed)}`, posted(choice === undefined ? {} : { choice })),
}
