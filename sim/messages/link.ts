/** Links (紐付け) from an authentication certificate to a number at an insurer or card issuer, and the tickets that use them. */
import { z } from 'zod'
import { id, instant } from './person.ts'
import { cardProof, linkPurpose, refusal } from './verification.ts'

/** A link is made right after the person proved presence with the card and consented; `holder` confirms that it knows `reference`. */
export const linkRequest = z.strictObject({
  authenticationId: id,
  purpose: linkPurpose,
  holder: id,
  reference: id,
  consentGiven: z.literal(true),
})
export const linkAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('linked'), linkId: id }),
  z.strictObject({
    outcome: z.literal('refused'),
    reason: z.enum(['authentication-unknown', 'authentication-stale', 'reference-unknown', 'already-linked']),
  }),
])

export const referenceQuery = z.strictObject({ reference: id })
export const referenceAnswer = z.strictObject({ known: z.boolean() })

export const ticketRedemption = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('valid'), purpose: linkPurpose, reference: id, bearer: id, expiresAt: instant }),
  z.strictObject({
    outcome: z.literal('refused'),
    reason: z.enum(['unknown', 'expired', 'wrong-bearer', 'consent-withdrawn']),
  }),
])
export const redemptionRequest = z.strictObject({ ticket: z.string().min(1).max(100), bearer: id })

/** A person withdraws, with the card, what was consented to at this provider. */
export const consentWithdrawal = z.strictObject({ authenticationId: id, purpose: linkPurpose })
export const consentWithdrawn = z.strictObject({ withdrawn: z.boolean() })

/** At the counter or member page of the insurer or card issuer itself: the member proves presence and has the card linked. */
export const memberLink = z.strictObject({ ...cardProof.shape, consentGiven: z.literal(true) })
export const memberLinkAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('linked'), linkId: id }),
  z.strictObject({
    outcome: z.literal('refused'),
    reason: z.enum([
      ...refusal.options,
      'authentication-unknown',
      'authentication-stale',
      'reference-unknown',
      'already-linked',
    ]),
  }),
])
