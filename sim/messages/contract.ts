/** Customers of broadcasting and communications companies: signing up, being asked after a change, signing again. */
import { z } from 'zod'
import { signedOrder } from './latestBasicFour.ts'
import { address, basicFour, id, instant, name, revocationReason } from './person.ts'
import { refusal, signedDocument } from './verification.ts'

/**
 * The customer signs an `application` (verification.ts) with the card; `nonce` must be one this provider gave out. With it may come a
 * `consentOrder` (latestBasicFour.ts) signed at the same terminal: the provider sends it on through the platform to the authority.
 */
export const nonceIssued = z.strictObject({ nonce: z.string(), expiresAt: instant })
export const signUp = z.strictObject({ signedDocument, basicFourConsent: signedOrder.shape.signedDocument.optional() })

export const contractAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('accepted'), contractId: id, state: z.string() }),
  z.strictObject({
    outcome: z.literal('refused'),
    reason: z.enum([...refusal.options, 'not-the-applicant', 'wrong-document', 'nonce-unknown', 'other-person']),
  }),
])

export const contractView = z.strictObject({
  contractId: id,
  state: z.string(),
  customer: basicFour,
  consent: z.boolean(),
  signedAt: instant,
  /** Whether the authority has the customer's consent to the provider learning the latest basic four. */
  latestConsent: z.boolean().optional(),
  /** When the customer's data last came from the authority instead of from a signature. */
  updatedAt: instant.optional(),
  /** What the customer is asked for while the contract waits for it. */
  asked: z.enum(['new-data', 'new-certificate', 'renewal', 'new-card']).optional(),
  lastCheckedAt: instant.optional(),
  finding: z
    .strictObject({
      certStatus: z.string(),
      reason: revocationReason.optional(),
      revocationDate: instant.optional(),
      foundAt: instant,
    })
    .optional(),
  noticesSent: z.array(z.strictObject({ by: z.enum(['television', 'letter']), what: z.string(), sentAt: instant })),
})
export const contractList = z.strictObject({ contracts: z.array(contractView) })

/** Letters and looks into a death are noted as work done by hand; the latest first, as many as fit on a screen (assumed). */
export const letterList = z.strictObject({
  letters: z.array(z.strictObject({ contractId: id, name, address, what: z.string(), sentAt: instant })).max(100),
})
export const deathCheckList = z.strictObject({
  deathChecks: z.array(z.strictObject({ contractId: id, begunAt: instant })).max(100),
})

/** One round of checks over all contracts whose customers consent. */
export const roundReport = z.strictObject({
  checkedAt: instant,
  checked: z.number().int(),
  good: z.number().int(),
  found: z.number().int(),
  withoutConsent: z.number().int(),
})

/** The rhythm of rounds, and what the last one found. */
export const roundStanding = z.strictObject({
  state: z.string(),
  checkIntervalMs: z.number().int(),
  nextRoundAt: instant,
  lastRound: roundReport.optional(),
})
