/** Merchants to card issuers: authorise, capture, release and refund on a card linked to the resident's authentication certificate. */
import { z } from 'zod'
import { id, instant } from './person.ts'

/** Yen of one payment; the limit is assumed. */
const amountYen = z.number().int().positive().max(10_000_000)

/** A credit account has a limit, a debit account a balance; `availableYen` is what can still be authorised. */
export const paymentAccount = z.strictObject({ accountNumber: id, availableYen: z.number().int().nonnegative() })

export const authorisationRequest = z.strictObject({
  ticket: z.string().min(1).max(100),
  amountYen,
  merchantReference: id,
})
export const authorisationAnswer = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('authorised'), paymentId: id, expiresAt: instant }),
  z.strictObject({
    outcome: z.literal('refused'),
    reason: z.enum(['ticket-refused', 'limit-exceeded', 'account-stopped', 'account-unknown']),
  }),
])

export const paymentState = z.strictObject({
  paymentId: id,
  state: z.string(),
  amountYen: z.number().int(),
  capturedYen: z.number().int(),
  refundedYen: z.number().int(),
  merchantReference: id,
})
export const refundRequest = z.strictObject({ amountYen })
/** For reconciliation: every payment a merchant has under one reference. */
export const paymentList = z.strictObject({ payments: z.array(paymentState) })
