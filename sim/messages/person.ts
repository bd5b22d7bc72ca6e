/** What is said of a person, the same wherever it is said: the basic four (基本4情報) and the ids that stand for people and things. */
import { z } from 'zod'

const noControl = /^[^\p{Cc}]*$/u

/** An id given by the testbed: letters, digits and hyphens; the length is assumed. */
export const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,59}$/, 'must be 1 to 60 letters, digits or hyphens')

export const date = z.iso.date('must be a date, yyyy-mm-dd')

/** Unix ms, as every instant in these messages. */
export const instant = z.number().int().nonnegative()

/** At most 100 characters (assumed). */
export const name = z.string().min(1).max(100).regex(noControl, 'must not contain control characters')
/** From the prefecture on, at most 200 characters (J-LIS certificate profile). */
export const address = z.string().min(1).max(200).regex(noControl, 'must not contain control characters')
export const sex = z.enum(['male', 'female', 'unknown'])

/** 氏名, 生年月日, 性別, 住所 */
export const basicFour = z.strictObject({ name, dateOfBirth: date, sex, address })
export type BasicFour = z.output<typeof basicFour>

/** Upper-case hex without leading zero bytes, at most 20 octets (RFC 5280 section 4.1.2.2). */
export const serialNumber = z.string().regex(/^[0-9A-F]{2,40}$/, 'must be upper-case hex')

export const certificateKind = z.enum(['signature', 'authentication'])

/** CRLReason values that JPKI uses (RFC 5280 section 5.3.1; J-LIS CPS 4.9.9). */
export const revocationReason = z.enum([
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
])
export type RevocationReason = z.output<typeof revocationReason>

/** Four to the card's authentication PIN. */
export const authenticationPin = z.string().regex(/^[0-9]{4}$/, 'must be four digits')
/** 6 to 16 upper-case letters and digits. */
export const signaturePassword = z.string().regex(/^[A-Z0-9]{6,16}$/, 'must be 6 to 16 upper-case letters or digits')
