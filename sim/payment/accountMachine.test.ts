/** The account machine under any order of events: money is neither made nor lost. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { accountMachine, type AccountEvent } from './accountMachine.ts'

const paymentId = fc.constantFrom('p-1', 'p-2', 'p-3')
const amountYen = fc.integer({ min: 1, max: 6000 })
const events: fc.Arbitrary<AccountEvent> = fc.oneof(
  fc.record({ type: fc.constant('reservation.asked' as const), paymentId, amountYen }),
  fc.record({ type: fc.constant('reservation.freed' as const), paymentId }),
  fc.record({ type: fc.constant('reservation.settled' as const), paymentId }),
  fc.record({ type: fc.constant('refund.credited' as const), amountYen }),
  fc.constant({ type: 'account.stopped' as const }),
)

test.prop([fc.array(events, { maxLength: 40 })])(
  'what is available, reserved and settled adds up, and never below zero',
  (list) => {
    let [snapshot] = initialTransition(accountMachine, { accountNumber: 'A-1', availableYen: 10_000 })
    let settledYen = 0
    let refundedYen = 0
    for (const event of list) {
      const before = snapshot.context.reserved
      snapshot = transition(accountMachine, snapshot, event)[0]
      if (event.type === 'reservation.settled') settledYen += before[event.paymentId] ?? 0
      if (event.type === 'refund.credited') refundedYen += event.amountYen
      const { availableYen, reserved } = snapshot.context
      const reservedYen = Object.values(reserved).reduce((sum, yen) => sum + yen, 0)
      expect(availableYen).toBeGreaterThanOrEqual(0)
      expect(availableYen + reservedYen + settledYen - refundedYen).toBe(10_000)
    }
  },
)

test.prop([fc.array(events, { maxLength: 20 })])('a stopped account reserves nothing new', (list) => {
  const [open] = initialTransition(accountMachine, { accountNumber: 'A-1', availableYen: 10_000 })
  let [snapshot] = transition(accountMachine, open, { type: 'account.stopped' })
  for (const event of list) [snapshot] = transition(accountMachine, snapshot, event)
  expect(snapshot.context.reserved).toEqual({})
})
