/** Municipality and verifiers to the certification authority: certificates, revocation, status, serial links. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { basicFour, certificateKind, date, id, instant, revocationReason, serialNumber } from './person.ts'

/** Largest certificate anybody here accepts (assumed). */
export const certificateBytes = bytes(16 * 1024)

/** Generations of a CA have one name and different keys; `old` ones issue nothing more, but still say how what they issued stands. */
export const authority = z.strictObject({
  kind: certificateKind,
  generation: z.number().int(),
  state: z.enum(['current', 'old', 'compromised']),
  certificate: certificateBytes,
})
/** For information: trust anchors reach verifiers by configuration only, never by this message. */
export const authorityList = z.strictObject({ authorities: z.array(authority) })

/** The basic four go into signature certificates only; the date of birth alone decides validity (5th birthday) and the under-15 rule. */
export const certificateRequest = z.strictObject({
  kind: certificateKind,
  cardId: id,
  publicKey: bytes(1024),
  dateOfBirth: date,
  cardExpiresAt: instant,
  basicFour: basicFour.optional(),
  /** The certificate this one takes the place of: superseded at once if it still was valid. */
  replaces: serialNumber.optional(),
})

/** With the certificate of the CA's generation that issued it, which is written onto the card beside it. */
export const certificateIssued = z.strictObject({
  serialNumber,
  certificate: certificateBytes,
  caCertificate: certificateBytes,
  notBefore: instant,
  notAfter: instant,
})

export const revocationRequest = z.strictObject({ reason: revocationReason })

export const certificateState = z.strictObject({
  serialNumber,
  kind: certificateKind,
  medium: z.enum(['card', 'smartphone']),
  generation: z.number().int(),
  certStatus: z.enum(['good', 'revoked']),
  reason: revocationReason.optional(),
  revocationDate: instant.optional(),
  notAfter: instant,
})

/**
 * Where CRLs are published: for each generation one partition per municipality for signature certificates, one for authentication
 * certificates. With the full list in force now.
 */
export const crlList = z.strictObject({
  crls: z.array(
    z.strictObject({
      kind: certificateKind,
      generation: z.number().int(),
      partition: z.string(),
      crlNumber: z.number().int(),
      thisUpdate: instant,
      nextUpdate: instant,
    }),
  ),
})

/** A list published by order, between two days. */
export const crlPublished = z.strictObject({ crlNumber: z.number().int(), thisUpdate: instant })

/** From a signature certificate to the same card's authentication certificate (発行番号の対応). */
export const serialLinkRequest = z.strictObject({ signatureSerialNumber: serialNumber })
export const serialLink = z.strictObject({ authenticationSerialNumber: serialNumber.optional() })

/** From a certificate to the one that took its place, if any. */
export const successorRequest = z.strictObject({ kind: certificateKind, serialNumber })
export const successor = z.strictObject({ successorSerialNumber: serialNumber.optional() })

/** How often each verifier asked, by what it asked with. */
export const usage = z.strictObject({
  usage: z.array(
    z.strictObject({
      verifier: id,
      kind: certificateKind,
      method: z.enum(['ocsp', 'crl', 'snapshot']),
      count: z.number().int(),
    }),
  ),
})
