/** What a payment does to the account it is drawn on: reserve, free, settle and credit back, each exactly once. */
import type { ActorKind, Effect } from '../core/actors.ts'
import type { accountMachine } from './accountMachine.ts'
import type { paymentMachine } from './paymentMachine.ts'

type PaymentEffect = Effect<typeof paymentMachine>

export const paymentEffects = (accounts: ActorKind<typeof accountMachine>): Record<string, PaymentEffect> => ({
  reserve: async ({ id: paymentId, context: { accountNumber, amountYen }, requestId }) => {
    if ((await accounts.find(accountNumber)) === undefined)
      return { type: 'reservation.refused', reason: 'account-unknown' }
    const asked = { type: 'reservation.asked', paymentId, amountYen } as const
    const { state, context } = await accounts.send(accountNumber, asked, requestId)
    if (paymentId in context.reserved) return { type: 'reservation.made' }
    return { type: 'reservation.refused', reason: state === 'stopped' ? 'account-stopped' : 'limit-exceeded' }
  },
  free: async ({ id: paymentId, context: { accountNumber }, requestId }) => {
    await accounts.send(accountNumber, { type: 'reservation.freed', paymentId }, requestId)
  },
  settle: async ({ id: paymentId, context: { accountNumber }, requestId }) => {
    await accounts.send(accountNumber, { type: 'reservation.settled', paymentId }, requestId)
  },
  creditBack: async ({ context: { accountNumber }, params, requestId }) => {
    await accounts.send(accountNumber, { type: 'refund.credited', amountYen: params.amountYen }, requestId)
  },
})
