/** The life of a cardholder's account: what is still available, and what is reserved for whom, until it is stopped. */
import { assign, setup } from 'xstate'

export type AccountInput = { accountNumber: string; availableYen: number }
export type Account = AccountInput & {
  /** What the account was opened with: the credit limit, or the first balance. */
  openedWithYen: number
  /** Yen by payment; taken from `availableYen` already. */
  reserved: Record<string, number>
}

export type AccountEvent =
  | { type: 'reservation.asked'; paymentId: string; amountYen: number }
  | { type: 'reservation.freed'; paymentId: string }
  | { type: 'reservation.settled'; paymentId: string }
  | { type: 'refund.credited'; amountYen: number }
  | { type: 'account.stopped' }

const without = (reserved: Account['reserved'], paymentId: string) =>
  Object.fromEntries(Object.entries(reserved).filter(([id]) => id !== paymentId))

export const accountMachine = setup({
  types: { context: {} as Account, events: {} as AccountEvent, input: {} as AccountInput },
  guards: {
    isReserved: ({ context, event }) => 'paymentId' in event && event.paymentId in context.reserved,
    suffices: ({ context, event }) => event.type === 'reservation.asked' && event.amountYen <= context.availableYen,
  },
  actions: {
    reserve: assign(({ context, event }) =>
      event.type === 'reservation.asked'
        ? {
            availableYen: context.availableYen - event.amountYen,
            reserved: { ...context.reserved, [event.paymentId]: event.amountYen },
          }
        : {},
    ),
    free: assign(({ context, event }) =>
      event.type === 'reservation.freed'
        ? {
            availableYen: context.availableYen + (context.reserved[event.paymentId] ?? 0),
            reserved: without(context.reserved, event.paymentId),
          }
        : {},
    ),
    settle: assign(({ context, event }) =>
      event.type === 'reservation.settled' ? { reserved: without(context.reserved, event.paymentId) } : {},
    ),
    credit: assign(({ context, event }) =>
      event.type === 'refund.credited' ? { availableYen: context.availableYen + event.amountYen } : {},
    ),
    /** Nothing changes, but the journal shows that it was asked. */
    refuse: () => undefined,
    leaveAsItIs: () => undefined,
  },
}).createMachine({
  id: 'account',
  context: ({ input }) => ({ ...input, openedWithYen: input.availableYen, reserved: {} }),
  initial: 'open',
  on: {
    'reservation.freed': { guard: 'isReserved', actions: 'free' },
    'reservation.settled': { guard: 'isReserved', actions: 'settle' },
    'refund.credited': { actions: 'credit' },
  },
  states: {
    open: {
      on: {
        'reservation.asked': [
          { guard: 'isReserved', actions: 'leaveAsItIs' },
          { guard: 'suffices', actions: 'reserve' },
          { actions: 'refuse' },
        ],
        'account.stopped': 'stopped',
      },
    },
    // What was promised to a merchant before the stop is still captured, released or refunded.
    stopped: { on: { 'reservation.asked': { actions: 'refuse' }, 'account.stopped': { actions: 'leaveAsItIs' } } },
  },
})
