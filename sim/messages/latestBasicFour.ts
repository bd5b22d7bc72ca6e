/** 最新の利用者情報(4情報)提供サービス: residents consent with their card, the platform asks for what has changed (since 2023-05-16). */
import { z } from 'zod'
import { address, date, id, instant, name, serialNumber, sex } from './person.ts'

export { signedOrder } from './smartphone.ts'

const basicFourItem = z.enum(['name', 'dateOfBirth', 'sex', 'address'])

/** What is signed with the signature certificate; consent is given to one service, for some of the items. The form is assumed. */
export const consentOrder = z.strictObject({
  order: z.literal('latest-basic-four.consent'),
  service: id,
  items: z
    .array(basicFourItem)
    .min(1)
    .refine((items) => new Set(items).size === items.length, 'must name each item once'),
})
export const withdrawalOrder = z.strictObject({ order: z.literal('latest-basic-four.withdrawal'), service: id })
/** Signed with the authentication certificate: asking changes nothing. */
export const inquiryOrder = z.strictObject({ order: z.literal('latest-basic-four.inquiry') })

export const consent = z.strictObject({
  service: id,
  state: z.enum(['standing', 'withdrawn']),
  items: z.array(basicFourItem),
  validFrom: instant,
  validTo: instant,
})
export const consentList = z.strictObject({ consents: z.array(consent) })

/** The platform asks with the serial number it knows. */
export const latestBasicFourRequest = z.strictObject({ service: id, signatureSerialNumber: serialNumber })

/** A provider asks the platform about a certificate kept for its change checks. */
export const storedBasicFourRequest = z.strictObject({ storedCertificateId: id })

const givenItems = z.strictObject({ name, dateOfBirth: date, sex, address }).partial()
const notGiven = z.strictObject({ outcome: z.enum(['no-consent', 'nothing-new']) })

/** `signatureSerialNumber` is the new certificate's, for the platform only: it does not pass it on. */
export const latestBasicFour = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('given'),
    basicFour: givenItems,
    signatureSerialNumber: serialNumber,
  }),
  notGiven,
])

/** The same as the provider gets it. */
export const basicFourPassedOn = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('given'), basicFour: givenItems }),
  notGiven,
])
