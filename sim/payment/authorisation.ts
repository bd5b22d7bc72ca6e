/** Authorising a payment exactly once: the same request gives the same payment, and a reference never has two that live. */
import type { z } from 'zod'
import type { ActorKind, State } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { authorisationAnswer, authorisationRequest } from '../messages/payment.ts'
import { endedStates, type paymentMachine } from './paymentMachine.ts'
import type { Redeem } from '../provider/redemption.ts'
import type { PaymentIndex } from './store.ts'

type Request = z.output<typeof authorisationRequest>
type Answer = z.output<typeof authorisationAnswer>
type Payments = ActorKind<typeof paymentMachine>

const answerOf = ({ id, context }: State<typeof paymentMachine>): Answer =>
  context.refusal === undefined
    ? { outcome: 'authorised', paymentId: id, expiresAt: context.expiresAt }
    : { outcome: 'refused', reason: context.refusal }

export type Authorise = (asked: { request: Request; merchant: string; requestId: string }) => Promise<Answer>

export const createAuthorisation = (
  site: Site,
  { payments, index, redeem }: { payments: Payments; index: PaymentIndex; redeem: Redeem },
): Authorise => {
  const hasEnded = async (paymentId: string) => endedStates.includes((await payments.find(paymentId))?.state ?? '')

  const sameRequest = async (merchant: string, merchantReference: string, requestId: string) => {
    const same = (await index.under(merchant, merchantReference)).find((row) => row.requestId === requestId)
    return same && answerOf(await payments.start(same.paymentId, same.input))
  }

  return async ({ request, merchant, requestId }) => {
    const { ticket, amountYen, merchantReference } = request
    const begun = await sameRequest(merchant, merchantReference, requestId)
    if (begun !== undefined) return begun
    const accountNumber = await redeem({ ticket, bearer: merchant, requestId })
    if (accountNumber === undefined) return { outcome: 'refused', reason: 'ticket-refused' }
    const paymentId = `pay-${site.random.id()}`
    const input = { paymentId, merchant, merchantReference, accountNumber, amountYen, at: site.clock.now() }
    for (;;) {
      const begunMeanwhile = await sameRequest(merchant, merchantReference, requestId)
      if (begunMeanwhile !== undefined) return begunMeanwhile
      const earlier = await index.under(merchant, merchantReference)
      for (const row of earlier)
        if (!(await hasEnded(row.paymentId)))
          throw new Problem(
            409,
            'reference-in-use',
            `${merchantReference} has a payment that was not released or refunded`,
          )
      const row = { merchant, merchantReference, attempt: earlier.length, requestId, paymentId, input }
      if (await index.claim(row)) return answerOf(await payments.start(paymentId, input))
    }
  }
}

/** Begin the payments that a stopped process had claimed but not begun. */
export const beginClaimed = async (payments: Payments, index: PaymentIndex): Promise<void> => {
  for (const { paymentId, input } of await index.all())
    if ((await payments.find(paymentId)) === undefined) await payments.start(paymentId, input)
}
