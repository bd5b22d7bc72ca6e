/** The chart of a visit: no order of events makes it pay twice, and its states read as they should. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { visit } from './machine.ts'
import type { VisitEvent } from './visit.ts'

const at = 0
const issuer = 'payment-credit'
const proof = { challengeId: 'c', certificate: 'AAAA', signature: 'AAAA', consentGiven: true }
const ticket = { audience: issuer, ticket: 't', expiresAt: 1 }
const eligibility = {
  validity: 'valid',
  insurer: 'insurer-nhi',
  insuredNumber: 'N-1',
  name: '見本 太郎',
  dateOfBirth: '1980-05-05',
  relation: 'insured',
  copaymentRatio: 0.3,
} as const

const received: VisitEvent[] = [
  { type: 'card.read', proof, at },
  { type: 'card.accepted', authenticationId: 'a', ticket, at },
  { type: 'eligibility.answered', eligibility, at },
  { type: 'treatment.given', points: 400, at },
]

/** Whatever the desk, the platform and the issuer may say next, in any order. */
const sayings: VisitEvent[] = [
  { type: 'payment.offered', proof, at },
  { type: 'payer.accepted', ticket, at },
  { type: 'payer.refused', reason: 'revoked', at },
  { type: 'authorisation.given', paymentId: 'p', at },
  { type: 'authorisation.refused', reason: 'limit-exceeded', at },
  { type: 'issuer.silent', issuer, reference: 'V-1', at },
  { type: 'payment.found', issuer, reference: 'V-1', paymentId: 'p', at },
  { type: 'payment.absent', issuer, reference: 'V-1', last: false, at },
  { type: 'payment.absent', issuer, reference: 'V-1', last: true, at },
  { type: 'payment.released', reference: 'V-1', at },
  { type: 'capture.done', at },
  { type: 'capture.refused', reason: 'expired', at },
  { type: 'cash.received', receivedYen: 1_200, at },
  { type: 'refund.asked', amountYen: 700, at },
  { type: 'refund.done', amountYen: 700, at },
  { type: 'refund.refused', reason: 'too-much', at },
]

const isAbout = (params: unknown): params is { reference: string } =>
  typeof params === 'object' && params !== null && 'reference' in params

const play = (events: VisitEvent[]) => {
  let [snapshot] = initialTransition(visit, {
    visitId: 'V-1',
    patientName: '見本　太郎',
    dateOfBirth: '1980-05-05',
    arrivedAt: 0,
  })
  const asked: { type: string; params: unknown; reference: string | undefined }[] = []
  const states = [snapshot.value]
  for (const event of events) {
    if (!snapshot.can(event)) continue
    const [next, actions] = transition(visit, snapshot, event)
    snapshot = next
    const { reference } = next.context.cardPayment ?? {}
    for (const { type, params } of actions) asked.push({ type, params, reference })
    states.push(snapshot.value)
  }
  return { snapshot, asked, states }
}

test('a visit goes by card from arrival to the end', () => {
  const [offered, accepted, , given] = sayings
  const done: VisitEvent = { type: 'capture.done', at }
  const paying = [offered, accepted, given, done].filter((event) => event !== undefined)
  expect(play([...received, ...paying]).states).toEqual([
    'arrived',
    'checking',
    'confirming',
    'eligible',
    'billed',
    'checkingPayer',
    'authorising',
    'capturing',
    'finished',
  ])
})

property.prop([fc.array(fc.constantFrom(...sayings), { maxLength: 40 })])(
  'in any order of events a bill is paid at most once and refunded at most to what was paid',
  (events) => {
    const { snapshot, asked } = play([...received, ...events])
    const { payment, bill, attempts } = snapshot.context
    const captures = asked.filter(({ type }) => type === 'capture').length
    expect(payment?.paidYen ?? 1_200).toBe(bill?.patientYen)
    expect(payment?.refundedYen ?? 0).toBeLessThanOrEqual(payment?.paidYen ?? 0)
    expect(captures).toBeLessThanOrEqual(attempts)
  },
)

property.prop([fc.array(fc.constantFrom(...sayings), { maxLength: 40 })])(
  'an authorisation is captured or released, at most once, and never both',
  (events) => {
    const ends = play([...received, ...events]).asked.flatMap(({ type, reference, params }) => {
      if (type === 'capture') return [reference]
      return type === 'release' && isAbout(params) ? [params.reference] : []
    })
    const captured = play([...received, ...events]).asked.filter(({ type }) => type === 'capture')
    const released = ends.filter((reference) => !captured.some((capture) => capture.reference === reference))
    expect(captured.length + released.length).toBe(ends.length)
    expect(new Set(captured.map(({ reference }) => reference)).size).toBe(captured.length)
  },
)
