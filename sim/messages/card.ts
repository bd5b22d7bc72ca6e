/** To and from the Individual Number Card: personalisation by the municipality, APDUs by whoever holds it in a reader. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { authenticationPin, certificateKind, id, signaturePassword } from './person.ts'

/** Without a signature password the card gets no signature key (under 15). */
export const cardMake = z.strictObject({
  cardId: id.refine((cardId) => cardId !== 'health', 'must not be the address under which this party tells its health'),
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

/** What a message of a virtual reader can be long (vpcd: two bytes of length); the card itself says which length it takes. */
const longestApduBytes = 65_535

/** A command APDU in hex (ISO/IEC 7816-4); also what is none, down to nothing at all, which the card answers with 6700. */
export const commandApdu = z.strictObject({
  apdu: z
    .string()
    .max(2 * longestApduBytes, `must be at most ${longestApduBytes} bytes of hex`)
    .regex(/^([0-9A-Fa-f]{2})*$/, 'must be whole bytes of hex'),
})
export const responseApdu = z.strictObject({ response: z.string() })

export const cardState = z.strictObject({
  cardId: id,
  /** Handed in and destroyed: it answers nothing but 6F00. */
  disabled: z.boolean(),
  triesLeft: z.strictObject({ authentication: z.number().int(), signature: z.number().int() }),
  certificates: z.array(certificateKind),
})
