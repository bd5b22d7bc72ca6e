/** Providers to the common platform: is this authentication, or this signed document, good? */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { checkMethod } from './change.ts'
import { basicFour, certificateKind, id, instant, revocationReason } from './person.ts'

/** What a link, and a ticket made from it, is for. */
export const linkPurpose = z.enum(['health-insurance', 'payment'])
export type LinkPurpose = z.output<typeof linkPurpose>

export const challengeIssued = z.strictObject({ challengeId: id, challenge: bytes(64), expiresAt: instant })

/** Why a certificate or a signature was not accepted. */
export const refusal = z.enum([
  'malformed',
  'no-document',
  'no-certificate',
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

/**
 * One check without state: did the holder of this certificate sign these bytes, and is the certificate good? `data` is what was signed,
 * unhashed: a challenge the provider made, whose freshness and single use are the provider's own business. The size is assumed.
 */
export const verificationRequest = z.strictObject({
  kind: certificateKind,
  certificate: certificateBytes,
  signature: bytes(1024),
  data: bytes(4096),
})

/** At most 300 checks at once: about as many as one request may hold with certificates of the profile (assumed). */
export const verificationBatchRequest = z.strictObject({ items: z.array(verificationRequest).min(1).max(300) })

/** Where the word on revocation came from, and the time it speaks of. */
export const revocationStatus = z.strictObject({
  method: checkMethod,
  certStatus: z.enum(['good', 'revoked', 'unknown']),
  asOf: instant,
})

export const verificationAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('accepted'), notAfter: instant, revocation: revocationStatus }),
  z.strictObject({ ...refused.shape, revocation: revocationStatus.optional() }),
])

/**
 * A certificate whose holder proved to this provider, in a TLS handshake, that the key is theirs (RFC 5246 section 7.4.8): a login with the
 * card from the person's own computer. The platform has the provider's word for the proof, and the answer is worth no more than that.
 */
export const clientCertificateRequest = z.strictObject({ certificate: certificateBytes })

/** `accountId` is this person's pseudonym at this provider only, the same as in an authentication; no tickets, no presence. */
export const clientCertificateAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('accepted'),
    accountId: id,
    notAfter: instant,
    revocation: revocationStatus,
  }),
  z.strictObject({ ...refused.shape, revocation: revocationStatus.optional() }),
])

/** One answer for each item, in their order. */
export const verificationBatchAnswer = z.strictObject({ answers: z.array(verificationAnswer) })

/** A signed document is CMS SignedData, usually with document and certificate inside (RFC 5652); the size is assumed. */
export const signedDocument = bytes(512 * 1024)

/** For which law evidence is kept: 犯罪収益移転防止法 (identification of customers), 携帯電話不正利用防止法 (of mobile subscribers). */
const retentionLaw = z.enum(['criminal-proceeds-transfer', 'mobile-phone-misuse'])
export type RetentionLaw = z.output<typeof retentionLaw>

/**
 * `document` comes beside a detached signature, `certificate` beside one that does not hold it. With `keepForChangeChecks` the platform
 * stores the certificate for this provider, if the signed document consents to it; with `keepEvidenceFor` it keeps evidence that all of
 * this was valid now.
 */
export const signatureRequest = z.strictObject({
  signedDocument,
  document: bytes(512 * 1024).optional(),
  certificate: certificateBytes.optional(),
  keepForChangeChecks: z.boolean().default(false),
  keepEvidenceFor: retentionLaw.optional(),
})

export const signatureAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('accepted'),
    basicFour,
    document: bytes(512 * 1024),
    signedAt: instant.optional(),
    notAfter: instant,
    storedCertificateId: id.optional(),
    evidenceId: id.optional(),
  }),
  refused,
])

/** The signed document with everything that proves it was valid then, in one CMS (CAdES, ETSI EN 319 122-1). */
const evidence = bytes(640 * 1024)

/** `deleteAt` is known once the contract has ended: the law counts from there. */
export const keptEvidence = z.strictObject({
  evidenceId: id,
  evidence,
  keptFor: retentionLaw,
  keptAt: instant,
  contractEndedAt: instant.optional(),
  deleteAt: instant.optional(),
})

export const contractEnded = z.strictObject({ evidenceId: id, contractEndedAt: instant, deleteAt: instant })

export const evidenceCheckRequest = z.strictObject({ evidence, document: bytes(512 * 1024).optional() })

/** Why a signature was no good when it was made. */
const invalidReason = z.enum([
  'malformed',
  'not-one-signer',
  'no-signed-attributes',
  'wrong-certificate',
  'wrong-digest',
  'bad-signature',
  'bad-certificate-signature',
  'expired',
  'not-yet-valid',
  'wrong-key-usage',
  'wrong-policy',
  'wrong-kind',
  'unsupported',
  'revoked',
])

/** Why it can no longer be told, or not from this evidence. */
const undeterminedReason = z.enum([
  'no-document',
  'two-documents',
  'no-signer-certificate',
  'no-evidence',
  'bad-time-stamp',
  'unknown-authority',
  'time-stamp-expired',
  'unknown-issuer',
  'issuer-distrusted',
  'weak-key',
  'no-status',
  'key-compromised',
])

/**
 * Was it valid when signed? `provenAt` is when the signature certainly existed, and counts as the time of signing; `signedAt` is what the
 * signer says; `statusAsOf` is the time for which the CA said the certificate was good.
 */
export const evidenceCheckAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('valid'), provenAt: instant, signedAt: instant, statusAsOf: instant }),
  z.strictObject({
    outcome: z.literal('invalid'),
    reason: invalidReason,
    provenAt: instant.optional(),
    revocationReason: revocationReason.optional(),
    revocationDate: instant.optional(),
  }),
  z.strictObject({ outcome: z.literal('undetermined'), reason: undeterminedReason, provenAt: instant.optional() }),
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
