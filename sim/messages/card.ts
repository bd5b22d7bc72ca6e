/** To and from the Individual Number Card: personalisation by the municipality, APDUs by whoever holds it in a reader. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { authenticationPin, certificateKind, id, signaturePassword } from './person.ts'

/** Without a signature password the card gets no signature key (under 15). */
export const cardMake = z.strictObject({
  cardId: id,
  authenticationPin,
  signaturePassword: signaturePassword.optional(),
})
export const cardMade = z.strictObject({
  cardId: id,
  publicKeys: z.strictObject({ authentication: bytes(1024), signature: bytes(1024).optional() }),
})

export const keyRenewal = z.strictObject({ key: certificateKind, signaturePassword: signaturePassword.optional() })
export const keyRenewed = z.strictObject({ publicKey: bytes(1024) })

export const certificateWrite = z.strictObject({
  kind: certificateKind,
  certificate: certificateBytes,
  caCertificate: certificateBytes,
})

/** A short command APDU in hex (ISO/IEC 7816-4): at most 5 + 255 + 1 bytes. */
export const commandApdu = z.strictObject({
  apdu: z.string().regex(/^([0-9A-Fa-f]{2}){1,261}$/, 'must be 1 to 261 bytes of hex'),
})
export const responseApdu = z.strictObject({ response: z.string() })

export const cardState = z.strictObject({
  cardId: id,
  triesLeft: z.strictObject({ authentication: z.number().int(), signature: z.number().int() }),
  certificates: z.array(certificateKind),
})
