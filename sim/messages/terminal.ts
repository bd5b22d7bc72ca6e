/** Residents and their terminals: who there is to play, cards put into readers, PINs entered, challenges proved, documents signed. */
import { z } from 'zod'
import { bytes } from './base64.ts'
import { certificateBytes } from './certificate.ts'
import { authenticationPin, basicFour, certificateKind, id, instant, signaturePassword } from './person.ts'
import { residentRecord } from './residence.ts'

const text = z.strictObject({ ja: z.string(), en: z.string() })

/** Which reader: named freely by whoever builds the place it stands in, e.g. `stb:STB-hanako`, `clinic-sakura:reception`; the length is assumed. */
export const readerId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9:-]{0,79}$/, 'must be 1 to 80 letters, digits, hyphens or colons')

/** Test PINs as they were first issued, so that testers can play; invented, and not changed with the card's. */
const issuedPins = z.strictObject({ authenticationPin, signaturePassword: signaturePassword.optional() })

/** `held`: in the person's hand · `lost`: reported lost, in whose hand it may be · `none`. */
const cardInHand = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('none') }),
  z.strictObject({
    state: z.enum(['held', 'lost']),
    cardId: id,
    issuedPins: issuedPins.optional(),
    /** The reader it is in. */
    readerId: readerId.optional(),
  }),
])

/** Somebody to play: what the person stands for, what the person knows, and what the register says now. */
export const playablePerson = z.strictObject({
  residentId: id,
  standsFor: text,
  /** The municipality that looks after the person now, and the word of its register. */
  town: id,
  standing: z.string(),
  basicFour,
  certificates: residentRecord.shape.certificates,
  card: cardInHand,
  television: z.strictObject({ operator: id, subscriberNumber: id, setTopBoxId: id }).optional(),
  insurance: z
    .strictObject({
      insurer: id,
      insuredNumber: id,
      relation: z.enum(['insured', 'family']),
      copaymentRatio: z.number(),
    })
    .optional(),
  payment: z.strictObject({ issuer: id, accountNumber: id }).optional(),
})
export const playablePeople = z.strictObject({ residents: z.array(playablePerson) })

/** With `takeOut` the card is first taken out of whichever reader it is in, and any other card out of this one. */
export const cardInsertion = z.strictObject({ residentId: id, takeOut: z.boolean().default(false) })

/** A card in a reader. */
const inserted = z.strictObject({ residentId: id, cardId: id, since: instant })
export const readerShown = z.strictObject({
  readerId,
  card: z
    .strictObject({
      ...inserted.shape,
      /** Null where the card has no such PIN (no signature certificate under 15). */
      triesLeft: z.strictObject({
        authentication: z.number().int().nullable(),
        signature: z.number().int().nullable(),
      }),
    })
    .optional(),
})
export const readerList = z.strictObject({
  readers: z.array(z.strictObject({ readerId, ...inserted.shape })),
})

const wrong = z.strictObject({ outcome: z.literal('wrong'), triesLeft: z.number().int() })
const blocked = z.strictObject({ outcome: z.literal('blocked') })
/** The card has no signature key at all. */
const absent = z.strictObject({ outcome: z.literal('absent') })

export const proofRequest = z.strictObject({ challengeId: id, challenge: bytes(64), pin: authenticationPin })
export const proofAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('proved'),
    challengeId: id,
    certificate: certificateBytes,
    signature: bytes(1024),
  }),
  wrong,
  blocked,
])

/** Forms have objects in objects, but no more levels than this (assumed). */
const deepest = 10

/** Level by level, so that no depth exhausts the stack. */
const isShallow = (value: unknown) => {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= deepest; depth++) {
    level = level.flatMap((inner) => (typeof inner === 'object' && inner !== null ? Object.values(inner) : []))
    if (level.length === 0) return true
  }
  return false
}

/** `document` is any JSON object of few levels, signed as its UTF-8 text. */
export const signingRequest = z.strictObject({
  document: z.record(z.string().max(100), z.unknown()).refine(isShallow, `must have at most ${deepest} levels`),
  password: signaturePassword,
})
export const signingAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('signed'), signedDocument: bytes(512 * 1024) }),
  wrong,
  blocked,
  absent,
])

/** What a PIN may look like is the card's to say: it answers `unacceptable`. */
export const pinChange = z.strictObject({
  pin: certificateKind,
  oldValue: z.string().min(1).max(16),
  newValue: z.string().min(1).max(16),
})
export const pinChangeAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('changed') }),
  z.strictObject({ outcome: z.literal('unacceptable') }),
  wrong,
  blocked,
  absent,
])
