/** The desk's words for states, findings, requests and refusals. */
import { m } from '../../paraglide/messages.js'

const states: Readonly<Record<string, () => string>> = {
  active: m.contract_active,
  askingLatest: m.contract_asking_latest,
  awaitingNewCertificate: m.contract_awaiting_certificate,
  unwatched: m.contract_unwatched,
  askingNewData: m.contract_asking_new_data,
  askingNewCertificate: m.contract_asking_new_certificate,
  askingRenewal: m.contract_asking_renewal,
  suspended: m.contract_suspended,
  checkingDeath: m.contract_checking_death,
  reverifying: m.contract_verifying,
  verifying: m.contract_verifying,
  cancelled: m.contract_cancelled,
}
export const stateWords = (state: string) => states[state]?.() ?? state

const requests: Readonly<Record<string, () => string>> = {
  'new-data': m.asked_new_data,
  'new-certificate': m.asked_new_certificate,
  renewal: m.asked_renewal,
  'new-card': m.asked_new_card,
}
export const askedWords = (asked: string) => requests[asked]?.() ?? asked

const reasons: Readonly<Record<string, () => string>> = {
  affiliationChanged: m.reason_affiliation_changed,
  superseded: m.reason_superseded,
  cessationOfOperation: m.reason_cessation,
  certificateHold: m.reason_hold,
  keyCompromise: m.reason_key_compromise,
  cACompromise: m.reason_ca_compromise,
  unspecified: m.reason_unspecified,
  expired: m.reason_expired,
  changed: m.reason_changed,
}
/** Of a finding: the reason of a revocation, or how the certificate stands without one. */
export const findingWords = ({ certStatus, reason }: { certStatus: string; reason?: string | undefined }) => {
  const code = reason ?? (certStatus === 'revoked' ? 'unspecified' : certStatus)
  return reasons[code]?.() ?? code
}

const refusals: Readonly<Record<string, () => string>> = {
  revoked: m.signing_revoked,
  expired: m.signing_expired,
  'not-the-applicant': m.signing_not_the_applicant,
  'wrong-document': m.signing_wrong_document,
  'nonce-unknown': m.signing_nonce,
  'other-person': m.signing_other_person,
  'status-unknown': m.signing_status_unknown,
}
export const refusalWords = (reason: string) => refusals[reason]?.() ?? m.signing_refused_code({ code: reason })
