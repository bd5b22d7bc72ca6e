/** People at the counter of their municipality, and municipalities among each other: register, life events, cards. */
import { z } from 'zod'
import {
  address,
  authenticationPin,
  basicFour,
  certificateKind,
  id,
  instant,
  name,
  serialNumber,
  signaturePassword,
} from './person.ts'

export const registration = z.strictObject({ residentId: id, basicFour })

export const moveWithin = z.strictObject({ address })
/** Moving in from another municipality of the testbed (転入届). */
export const moveIn = z.strictObject({ residentId: id, from: id, address })
export const rename = z.strictObject({ name })

const heldCertificate = z.strictObject({
  kind: certificateKind,
  serialNumber,
  notAfter: instant,
  /** The card it was written on, which need not be the present one. */
  cardId: id,
  valid: z.boolean(),
})

/** The register's view of one resident. */
export const residentRecord = z.strictObject({
  residentId: id,
  state: z.string(),
  basicFour,
  cardId: id.optional(),
  /** Reported lost, and not replaced yet. */
  lostCardId: id.optional(),
  /** End of the card, in use or lost. */
  cardExpiresAt: instant.optional(),
  /** Cards that are in use no more but were not handed in: if one turns up it is destroyed. */
  formerCardIds: z.array(id),
  certificates: z.array(heldCertificate),
})

/** Sorted by id; `next` is what to ask for the following page with, absent at the end. */
export const residentPage = z.strictObject({ residents: z.array(residentRecord), next: id.optional() })

/** Beyond this resident; so many at most, 50 unless told (assumed: what a desk can look through). */
export const residentQuery = z.strictObject({
  after: id.optional(),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be 1 to 100')
    .optional(),
})

/** A card of this resident brought to the counter, by whoever has it. */
export const cardReturn = z.strictObject({ cardId: id })

/**
 * A new card: keys are made on the card, both certificates requested; under 15 there is no signature certificate and no password.
 * Who still has a card hands it in.
 */
export const cardIssue = z.strictObject({ authenticationPin, signaturePassword: signaturePassword.optional() })
/** A new signature certificate for the card one has, after a change or a lapse; the password may stay. */
export const signatureReissue = z.strictObject({ signaturePassword: signaturePassword.optional() })
export const pinUnblock = z.discriminatedUnion('pin', [
  z.strictObject({ pin: z.literal('authentication'), value: authenticationPin }),
  z.strictObject({ pin: z.literal('signature'), value: signaturePassword }),
])
