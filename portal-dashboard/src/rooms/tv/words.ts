/** The television's words for what the parties answer. */
import { m } from '../../paraglide/messages.js'
import type { TvIconName } from './tvIcons.ts'

const kinds: Readonly<Record<string, { words: () => string; sign: TvIconName }>> = {
  evacuation: { words: m.tv_kind_evacuation, sign: 'alarm' },
  disaster: { words: m.tv_kind_disaster, sign: 'alarm' },
  municipal: { words: m.tv_kind_municipal, sign: 'town' },
  subscriber: { words: m.tv_kind_contract, sign: 'pen' },
}
export const kindWords = (kind: string): string => kinds[kind]?.words() ?? m.tv_kind_other()
export const signOfKind = (kind: string): TvIconName => kinds[kind]?.sign ?? 'info'

type Words = { why: () => string; advice: () => string }

const ended: Words = { why: m.tv_refused_revoked, advice: m.tv_refused_revoked_advice }
const late: Words = { why: m.tv_refused_late, advice: m.tv_refused_again }
const unknown: Words = { why: m.tv_refused_unknown, advice: m.tv_refused_again }
const other: Words = { why: m.tv_refused_other, advice: m.tv_refused_other_advice }

/** Why a card was refused, and what its holder can do. */
const refusals: Readonly<Record<string, Words>> = {
  revoked: ended,
  expired: { why: m.tv_refused_expired, advice: m.tv_refused_expired_advice },
  'not-yet-valid': { why: m.tv_refused_early, advice: m.tv_refused_other_advice },
  'status-unknown': unknown,
  'challenge-unknown': late,
  'challenge-expired': late,
  'challenge-used': late,
  'no-consent': { why: m.tv_refused_consent, advice: m.tv_refused_other_advice },
  'other-person': { why: m.tv_refused_person, advice: m.tv_refused_person_advice },
  'not-the-applicant': { why: m.tv_refused_person, advice: m.tv_refused_person_advice },
  'nonce-unknown': late,
}
export const refusalWords = (reason: string) => {
  const { why, advice } = refusals[reason] ?? other
  return { why: why(), advice: advice() }
}

const asked: Readonly<Record<string, () => string>> = {
  'new-data': m.tv_asked_new_data,
  'new-certificate': m.tv_asked_new_certificate,
  renewal: m.tv_asked_renewal,
  'new-card': m.tv_asked_new_card,
}
/** What the provider asks the customer for. */
export const askedWords = (what: string | undefined): string => asked[what ?? '']?.() ?? ''
