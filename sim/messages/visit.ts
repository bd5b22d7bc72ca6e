/** At the clinic: the reception terminal and the desk, from arrival to receipt. */
import { z } from 'zod'
import { address, date, id, instant, name } from './person.ts'
import { cardProof, challengeIssued } from './verification.ts'
import { eligibilityAnswer } from './insurance.ts'

/** What the patient says at the desk; it makes a wrong person's card visible. */
export const arrival = z.strictObject({ visitId: id, patientName: name, dateOfBirth: date })
export const arrived = z.strictObject({ visitId: id, state: z.string(), challenge: challengeIssued })

/** At reception and at payment the terminal asks for consent before the PIN: going on is agreeing, unless `consentGiven` says otherwise. */
export const cardReading = z.strictObject({ ...cardProof.shape, consentGiven: z.boolean().default(true) })
/** A paper insurance card; with `link` and consent it is linked to the card just read. */
export const paperCard = z.strictObject({
  insurer: id,
  insuredNumber: id,
  link: z.boolean().default(false),
  consentGiven: z.boolean().default(false),
})

/** Fee points of the national tariff; one point is 10 yen (診療報酬の算定方法); the limit is assumed. */
export const treatment = z.strictObject({ points: z.number().int().positive().max(1_000_000) })

export const bill = z.strictObject({
  points: z.number().int(),
  totalYen: z.number().int(),
  copaymentRatio: z.number(),
  patientYen: z.number().int(),
})

export const payInCash = z.strictObject({ receivedYen: z.number().int().positive() })
export const visitRefund = z.strictObject({ amountYen: z.number().int().positive() })

export const visitView = z.strictObject({
  visitId: id,
  state: z.string(),
  eligibility: eligibilityAnswer.optional(),
  /** Why the card or the payment was not accepted, or what is to be settled later. */
  remark: z.strictObject({ ja: z.string(), en: z.string() }).optional(),
  bill: bill.optional(),
  payment: z
    .strictObject({
      method: z.enum(['card', 'cash']),
      paymentId: id.optional(),
      issuer: id.optional(),
      paidYen: z.number().int(),
      refundedYen: z.number().int(),
    })
    .optional(),
  arrivedAt: instant,
  finishedAt: instant.optional(),
})

/** For the desk: the latest arrivals first, as many as fit on a screen (assumed). */
export const visitList = z.strictObject({
  visits: z.array(z.strictObject({ ...visitView.shape, patientName: name })).max(100),
})

export const receipt = z.strictObject({
  visitId: id,
  clinic: name,
  clinicAddress: address.optional(),
  patientName: name,
  issuedAt: instant,
  points: z.number().int(),
  totalYen: z.number().int(),
  patientYen: z.number().int(),
  paidBy: z.enum(['card', 'cash']),
  refundedYen: z.number().int(),
})
