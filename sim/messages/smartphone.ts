/** A resident to the certification authority: certificates for a smartphone スマホ用電子証明書, applied for with the card's signature. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateIssued } from './certificate.ts'

/** CMS SignedData with the document inside (RFC 5652), signed with the card's signature certificate; the size is assumed. */
export const signedOrder = z.strictObject({ signedDocument: bytes(64 * 1024) })

/** What is signed: one new key of the phone for each certificate. The form is assumed. */
export const smartphoneApplication = z.strictObject({
  order: z.literal('smartphone-certificates'),
  signaturePublicKey: bytes(1024),
  authenticationPublicKey: bytes(1024),
})

export const smartphoneCertificates = z.strictObject({
  signature: certificateIssued,
  authentication: certificateIssued,
})
