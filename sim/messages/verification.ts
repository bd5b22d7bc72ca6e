/** Providers to the common platform: is this authentication, or this signed document, good? */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { basicFour, id, instant, revocationReason } from './person.ts'

/** What a link, and a ticket made from it, is for. */
export const linkPurpose = z.enum(['health-insurance', 'payment'])
export type LinkPurpose = z.output<typeof linkPurpose>

export const challengeIssued = z.strictObject({ challengeId: id, challenge: bytes(64), expiresAt: instant })

/** Why a certificate or a signature was not accepted. */
export const refusal = z.enum([
  'malformed',
  'challenge-unknown',
  'challenge-expired',
  'challenge-used',
  'unknown-issuer',
  'bad-signature',
  'expired',
  'not-yet-valid',
  'wrong-key-usage',
  'wrong-policy',
  'wrong-kind',
  'unsupported',
  'revoked',
  'status-unknown',
  'no-consent',
])
export type Refusal = z.output<typeof refusal>

/** Proof of possession from a terminal: the challenge signed by the card's authentication key, and its certificate. */
export const cardProof = z.strictObject({ challengeId: id, certificate: certificateBytes, signature: bytes(1024) })

/** `ask` names what the provider wants to do for this person next; consent must be on record, or given now at the terminal. */
export const authenticationRequest = z.strictObject({
  ...cardProof.shape,
  ask: z.array(linkPurpose).max(5).default([]),
  consentGiven: z.boolean().default(false),
})

/** Lets its bearer ask one other party, once verified there, about this person for one purpose. */
export const ticket = z.strictObject({
  purpose: linkPurpose,
  audience: id,
  ticket: z.string().max(100),
  expiresAt: instant,
})

const refused = z.strictObject({
  outcome: z.literal('refused'),
  reason: refusal,
  revocationReason: revocationReason.optional(),
  revocationDate: instant.optional(),
})

/** `accountId` is this person's pseudonym at this provider only; `missing` lists asked-for purposes without link or consent. */
export const authenticationAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('accepted'),
    authenticationId: id,
    accountId: id,
    tickets: z.array(ticket),
    missing: z.array(z.strictObject({ purpose: linkPurpose, lacks: z.enum(['link', 'consent']) })),
  }),
  refused,
])

/** A signed document is CMS SignedData with the document inside (RFC 5652); the size is assumed. */
export const signedDocument = bytes(512 * 1024)

/** With `keepForChangeChecks` the platform stores the certificate for this provider, if the signed document consents to it. */
export const signatureRequest = z.strictObject({ signedDocument, keepForChangeChecks: z.boolean().default(false) })

export const signatureAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('accepted'),
    basicFour,
    document: bytes(512 * 1024),
    signedAt: instant.optional(),
    notAfter: instant,
    storedCertificateId: id.optional(),
  }),
  refused,
])

/** What a resident signs to become a customer; `changeCheckConsent` is the 変更情報利用許諾 of the plan; the form itself is assumed. */
export const application = z.strictObject({
  provider: id,
  service: z.string().min(1).max(100),
  applicant: basicFour,
  changeCheckConsent: z.boolean(),
  /** Where change notices may be shown: the subscriber number at a cable operator. */
  television: z.strictObject({ operator: id, subscriberNumber: id }).optional(),
  nonce: z.string().min(8).max(100),
})
