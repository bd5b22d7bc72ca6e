/** What the portal asks of the parties: their public routes, typed, with refusals a reader can understand. */
import { hc, type ClientResponse } from 'hono/client'
import type { TerminalsApp } from '../../../scenarios/terminals/index.ts'
import type { ClinicApp } from '../../../sim/clinic/index.ts'
import type { MunicipalityApp } from '../../../sim/municipality/index.ts'
import type { SubscriptionApp } from '../../../sim/subscription/index.ts'
import { m } from '../paraglide/messages.js'
import { Failure, readFailure } from './failure.ts'
import type { Text } from './language.svelte.ts'

export const clinicAt = (id: string) => hc<ClinicApp>(`/${id}`)
export const municipalityAt = (id: string) => hc<MunicipalityApp>(`/${id}`)
export const providerAt = (id: string) => hc<SubscriptionApp>(`/${id}`)
/** One visit's routes at a clinic. */
export type VisitDesk = ReturnType<typeof clinicAt>['visits'][':visitId']
/** Residents, their cards and the readers these are put into. */
export const terminals = hc<TerminalsApp>('/people')

type Words = (values: Record<string, never>, options: { locale: 'ja' | 'en' }) => string

/** What parties refuse, in words for whoever stands there. */
const refusals: Readonly<Record<string, Words>> = {
  'card-elsewhere': m.refused_card_elsewhere,
  'card-expired': m.refused_card_expired,
  'card-refused': m.refused_card,
  'invalid-body': m.refused_body,
  'no-card': m.refused_no_card,
  'no-card-in-reader': m.refused_no_card_in_reader,
  'no-such-card-of-theirs': m.refused_not_their_card,
  'no-such-resident': m.refused_no_such_resident,
  'not-now': m.refused_not_now,
  'not-payable': m.refused_not_payable,
  'not-refundable': m.refused_not_refundable,
  'platform-silent': m.refused_platform_silent,
  'reader-occupied': m.refused_reader_occupied,
  'under-15': m.refused_under_15,
}

const saidOf = (code: string): Text | undefined => {
  const words = refusals[code]
  return words && { ja: words({}, { locale: 'ja' }), en: words({}, { locale: 'en' }) }
}

const inWords = (failure: Failure): Failure =>
  failure.said === undefined
    ? new Failure(failure.kind, failure.status, failure.code, failure.message, saidOf(failure.code))
    : failure

type AnswerOf<R> =
  R extends ClientResponse<infer Body, infer _Status, infer Format> ? (Format extends 'json' ? Body : never) : never

/** The JSON a call answered; what was refused is thrown as the failure it is. */
export const answered = async <R extends ClientResponse<unknown>>(call: Promise<R>): Promise<AnswerOf<R>> => {
  const response = await call
  const body = await response.text()
  if (!response.ok) throw inWords(readFailure(response.status, body))
  return JSON.parse(body)
}

/** Request options with which a call is given up when its room is left. */
export const until = (signal: AbortSignal) => ({ init: { signal } })

export type Institution = { id: string; role: string; name: Text }

/** Who takes part, by the server's own account. */
export const institutions = async (signal: AbortSignal): Promise<Institution[]> => {
  const response = await fetch('/health', { signal })
  const body = await response.text()
  if (!response.ok) throw readFailure(response.status, body)
  const { parties }: { parties: Institution[] } = JSON.parse(body)
  return parties
}
