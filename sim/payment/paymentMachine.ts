/** The life of one payment: authorised, then captured or released, and refunded at most as far as it was captured. */
import { assign, setup } from 'xstate'
import { effect, timerActions } from '../core/actors.ts'
import { DAY } from '../core/clock.ts'

/** An authorisation that nobody captures lapses after this (assumed; card schemes allow 7 days to a month). */
const authorisationLifeMs = 7 * DAY

type RefusalReason = 'limit-exceeded' | 'account-stopped' | 'account-unknown'

export type PaymentInput = {
  paymentId: string
  merchant: string
  merchantReference: string
  accountNumber: string
  amountYen: number
  at: number
}
export type Payment = Omit<PaymentInput, 'at'> & {
  expiresAt: number
  capturedYen: number
  refundedYen: number
  refusal?: RefusalReason
}

export type PaymentEvent =
  | { type: 'reservation.made' }
  | { type: 'reservation.refused'; reason: RefusalReason }
  | { type: 'capture.asked'; at: number }
  | { type: 'release.asked' }
  | { type: 'expiry.due' }
  | { type: 'refund.asked'; amountYen: number }

const refundYen = (event: PaymentEvent) => (event.type === 'refund.asked' ? event.amountYen : 0)

export const paymentMachine = setup({
  types: { context: {} as Payment, events: {} as PaymentEvent, input: {} as PaymentInput },
  guards: {
    inTime: ({ context, event }) => event.type === 'capture.asked' && event.at < context.expiresAt,
    isPart: ({ context, event }) => context.refundedYen + refundYen(event) < context.capturedYen,
    isRest: ({ context, event }) => context.refundedYen + refundYen(event) === context.capturedYen,
  },
  actions: {
    ...timerActions,
    reserve: effect(),
    free: effect(),
    settle: effect(),
    creditBack: effect<{ amountYen: number }>(),
    noteRefusal: assign(({ event }) => (event.type === 'reservation.refused' ? { refusal: event.reason } : {})),
    noteCapture: assign({ capturedYen: ({ context }) => context.amountYen }),
    noteRefund: assign({ refundedYen: ({ context, event }) => context.refundedYen + refundYen(event) }),
    leaveAsItIs: () => undefined,
  },
}).createMachine({
  id: 'payment',
  context: ({ input: { at, ...input } }) => ({
    ...input,
    expiresAt: at + authorisationLifeMs,
    capturedYen: 0,
    refundedYen: 0,
  }),
  initial: 'reserving',
  states: {
    reserving: {
      entry: 'reserve',
      on: {
        'reservation.made': 'authorised',
        'reservation.refused': { target: 'refused', actions: 'noteRefusal' },
      },
    },
    authorised: {
      entry: {
        type: 'schedule',
        params: ({ context }) => ({ name: 'expiry', dueAt: context.expiresAt, event: { type: 'expiry.due' } }),
      },
      exit: { type: 'unschedule', params: { name: 'expiry' } },
      on: {
        'capture.asked': { guard: 'inTime', target: 'captured' },
        'release.asked': 'released',
        'expiry.due': 'expired',
      },
    },
    captured: {
      entry: ['noteCapture', 'settle'],
      on: {
        'capture.asked': { actions: 'leaveAsItIs' },
        'refund.asked': [
          { guard: 'isPart', target: 'partlyRefunded' },
          { guard: 'isRest', target: 'refunded' },
        ],
      },
    },
    partlyRefunded: {
      entry: ['noteRefund', { type: 'creditBack', params: ({ event }) => ({ amountYen: refundYen(event) }) }],
      on: {
        'capture.asked': { actions: 'leaveAsItIs' },
        'refund.asked': [
          { guard: 'isPart', target: 'partlyRefunded', reenter: true },
          { guard: 'isRest', target: 'refunded' },
        ],
      },
    },
    refunded: {
      entry: ['noteRefund', { type: 'creditBack', params: ({ event }) => ({ amountYen: refundYen(event) }) }],
      on: { 'capture.asked': { actions: 'leaveAsItIs' } },
    },
    released: { entry: 'free', on: { 'release.asked': { actions: 'leaveAsItIs' } } },
    // Nothing is reserved any more, which is all a merchant's late release wants.
    expired: { entry: 'free', on: { 'release.asked': { actions: 'leaveAsItIs' } } },
    refused: { type: 'final' },
  },
})

/** States after which the merchant may authorise anew under the same reference. */
export const endedStates: readonly string[] = ['refunded', 'released', 'expired', 'refused']
