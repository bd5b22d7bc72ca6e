/** The card issuer over its interface: authorise, capture, release, refund and expire, each exactly once. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY } from '../core/clock.ts'
import { answer, once } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { createPayment } from './index.ts'
import { createPaymentIndex } from './store.ts'
import { createTestWorld, startAt } from './testWorld.ts'

let world: Awaited<ReturnType<typeof createTestWorld>>
beforeEach(async () => {
  world = await createTestWorld()
  for (const bearer of ['clinic-sakura', 'clinic-kaede'])
    world.tickets.set(`of-${bearer}`, { bearer, audience: 'payment-credit', reference: 'A-1', purpose: 'payment' })
  await open(10_000)
})
afterEach(() => world.close())

const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (problem: Problem) => problem,
  )

const open = (availableYen: number) =>
  answer(world.people.accounts.$post({ json: { accountNumber: 'A-1', availableYen } }))
const account = () => answer(world.people.accounts[':accountNumber'].$get({ param: { accountNumber: 'A-1' } }))
const available = async () => (await account()).availableYen

const authorise = (
  amountYen: number,
  { merchantReference = 'visit-1', requestId = 'r-1', ticket = 'of-clinic-sakura' } = {},
) => answer(world.clinic.authorisations.$post({ json: { ticket, amountYen, merchantReference } }, once(requestId)))
const authorised = async (amountYen: number, options = {}) => {
  const made = await authorise(amountYen, options)
  if (made.outcome !== 'authorised') throw new Error(made.reason)
  return made.paymentId
}
const capture = (paymentId: string, requestId = 'c-1') =>
  answer(world.clinic.payments[':paymentId'].captures.$post({ param: { paymentId } }, once(requestId)))
const release = (paymentId: string, requestId = 'l-1') =>
  answer(world.clinic.payments[':paymentId'].releases.$post({ param: { paymentId } }, once(requestId)))
const refund = (paymentId: string, amountYen: number, requestId = 'f-1') =>
  answer(
    world.clinic.payments[':paymentId'].refunds.$post({ param: { paymentId }, json: { amountYen } }, once(requestId)),
  )
const list = () => answer(world.clinic.payments.$get({ query: { merchantReference: 'visit-1' } }))

test('an authorisation reserves the amount for seven days', async () => {
  const made = await authorise(3000)
  expect(made).toMatchObject({ outcome: 'authorised', expiresAt: startAt + 7 * DAY })
  expect(await account()).toEqual({
    accountNumber: 'A-1',
    kind: 'credit',
    state: 'open',
    availableYen: 7000,
    reservedYen: 3000,
  })
})

test('a repeated request gives the same payment and reserves nothing twice', async () => {
  const first = await authorise(3000)
  expect(await authorise(3000)).toEqual(first)
  expect(await available()).toBe(7000)
})

test('a request sent twice at once gives one payment', async () => {
  const [a, b] = await Promise.all([authorise(3000), authorise(3000)])
  expect(a).toEqual(b)
  expect(await available()).toBe(7000)
})

test('two requests at once under one reference never both live', async () => {
  const outcomes = await Promise.allSettled([authorise(3000), authorise(3000, { requestId: 'r-2' })])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await available()).toBe(7000)
  expect((await list()).payments).toHaveLength(1)
})

test('another authorisation under the reference is a 409 problem until the first is released', async () => {
  const paymentId = await authorised(3000)
  expect(await problemOf(authorise(3000, { requestId: 'r-2' }))).toMatchObject({
    status: 409,
    code: 'reference-in-use',
  })
  await release(paymentId)
  expect(await authorise(4000, { requestId: 'r-3' })).toMatchObject({ outcome: 'authorised' })
  expect(await available()).toBe(6000)
})

test('authorisations at once never overdraw the account', async () => {
  const asked = Array.from({ length: 8 }, (_, n) =>
    authorise(3000, { merchantReference: `visit-${n}`, requestId: `r-${n}` }),
  )
  const outcomes = (await Promise.all(asked)).map((made) => (made.outcome === 'refused' ? made.reason : made.outcome))
  expect(outcomes.filter((outcome) => outcome === 'authorised')).toHaveLength(3)
  expect(outcomes.filter((outcome) => outcome === 'limit-exceeded')).toHaveLength(5)
  expect(await available()).toBe(1000)
})

test('a refused authorisation may be tried again with less', async () => {
  expect(await authorise(10_001)).toEqual({ outcome: 'refused', reason: 'limit-exceeded' })
  expect(await authorise(10_000, { requestId: 'r-2' })).toMatchObject({ outcome: 'authorised' })
})

test('a bad ticket, a ticket for another purpose and an unknown account are refused', async () => {
  expect(await authorise(100, { ticket: 'nonsense' })).toEqual({ outcome: 'refused', reason: 'ticket-refused' })
  const base = { bearer: 'clinic-sakura', audience: 'payment-credit' }
  world.tickets.set('insurance', { ...base, reference: 'A-1', purpose: 'health-insurance' })
  expect(await authorise(100, { ticket: 'insurance', requestId: 'r-2' })).toMatchObject({ reason: 'ticket-refused' })
  world.tickets.set('nobody', { ...base, reference: 'A-9', purpose: 'payment' })
  expect(await authorise(100, { ticket: 'nobody', requestId: 'r-3' })).toMatchObject({ reason: 'account-unknown' })
})

test('a stopped account authorises nothing, but what was authorised is still captured', async () => {
  const paymentId = await authorised(3000)
  await answer(world.people.accounts[':accountNumber'].stops.$post({ param: { accountNumber: 'A-1' } }))
  expect(await authorise(100, { merchantReference: 'visit-2', requestId: 'r-2' })).toEqual({
    outcome: 'refused',
    reason: 'account-stopped',
  })
  expect(await capture(paymentId)).toMatchObject({ state: 'captured', capturedYen: 3000 })
})

test('capture is idempotent, settles the reservation and excludes a release', async () => {
  const paymentId = await authorised(3000)
  const captured = await capture(paymentId)
  expect(captured).toEqual({
    paymentId,
    state: 'captured',
    amountYen: 3000,
    capturedYen: 3000,
    refundedYen: 0,
    merchantReference: 'visit-1',
  })
  expect(await capture(paymentId, 'c-2')).toEqual(captured)
  expect(await problemOf(release(paymentId))).toMatchObject({ status: 409 })
  expect(await account()).toMatchObject({ availableYen: 7000, reservedYen: 0 })
})

test('release is idempotent, frees the amount once and excludes a capture', async () => {
  const paymentId = await authorised(3000)
  expect(await release(paymentId)).toMatchObject({ state: 'released', capturedYen: 0 })
  expect(await release(paymentId, 'l-2')).toMatchObject({ state: 'released' })
  expect(await problemOf(capture(paymentId))).toMatchObject({ status: 409 })
  expect(await available()).toBe(10_000)
})

test('a capture and a release at once: exactly one happens', async () => {
  const paymentId = await authorised(3000)
  const outcomes = await Promise.allSettled([capture(paymentId), release(paymentId)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { status: 409 } })
})

test('refunds add up to at most what was captured, and a repeated one pays once', async () => {
  const paymentId = await authorised(3000)
  expect(await problemOf(refund(paymentId, 1, 'f-0'))).toMatchObject({ status: 409 })
  await capture(paymentId)
  expect(await refund(paymentId, 1000)).toMatchObject({ state: 'partlyRefunded', refundedYen: 1000 })
  expect(await refund(paymentId, 1000)).toMatchObject({ refundedYen: 1000 })
  expect(await refund(paymentId, 500, 'f-2')).toMatchObject({ state: 'partlyRefunded', refundedYen: 1500 })
  expect(await problemOf(refund(paymentId, 1501, 'f-3'))).toMatchObject({ status: 409 })
  expect(await refund(paymentId, 1500, 'f-4')).toMatchObject({ state: 'refunded', refundedYen: 3000 })
  expect(await available()).toBe(10_000)
})

test('an authorisation nobody captures expires by itself and frees the amount', async () => {
  const paymentId = await authorised(3000)
  await world.clock.advance(7 * DAY - 1)
  expect(await available()).toBe(7000)
  await world.clock.advance(1)
  expect(await available()).toBe(10_000)
  expect((await list()).payments.map(({ state }) => state)).toEqual(['expired'])
  expect(await problemOf(capture(paymentId))).toMatchObject({ status: 409 })
  expect(await release(paymentId)).toMatchObject({ state: 'expired' })
})

test('a captured payment does not expire', async () => {
  const paymentId = await authorised(3000)
  await capture(paymentId)
  await world.clock.advance(30 * DAY)
  expect((await list()).payments.map(({ state }) => state)).toEqual(['captured'])
})

test('an answer lost on the way is learnt by reconciling or by asking again', async () => {
  world.faults.add({ kind: 'drop-answer', to: 'payment-credit', probability: 1, times: 1, ms: 0, status: 503 })
  await expect(authorise(3000)).rejects.toThrow('no answer')
  const { payments } = await list()
  expect(payments).toMatchObject([{ state: 'authorised', amountYen: 3000 }])
  expect(await authorise(3000)).toMatchObject({ paymentId: payments[0]?.paymentId })
  expect(await available()).toBe(7000)
})

test('while the platform is down nothing is reserved, and the request can be repeated', async () => {
  const { id } = world.faults.add({ kind: 'down', to: 'platform', probability: 1, ms: 0, status: 503 })
  expect(await problemOf(authorise(3000))).toMatchObject({ status: 503, code: 'platform-unreachable' })
  expect(await available()).toBe(10_000)
  world.faults.remove(id)
  expect(await authorise(3000)).toMatchObject({ outcome: 'authorised' })
})

test('another merchant neither sees nor touches a payment, even with the same request id', async () => {
  const paymentId = await authorised(3000)
  const theirs = await answer(world.otherClinic.payments.$get({ query: { merchantReference: 'visit-1' } }))
  expect(theirs).toEqual({ payments: [] })
  const touch = world.otherClinic.payments[':paymentId'].captures.$post({ param: { paymentId } })
  expect(await problemOf(answer(touch))).toMatchObject({ status: 404 })
  const json = { ticket: 'of-clinic-kaede', amountYen: 3000, merchantReference: 'visit-1' }
  const other = await answer(world.otherClinic.authorisations.$post({ json }, once('r-1')))
  expect(other).toMatchObject({ outcome: 'authorised' })
  expect(await available()).toBe(4000)
})

test('an account opened again stays as it is, and with another amount is a 409 problem', async () => {
  await authorised(3000)
  expect(await open(10_000)).toMatchObject({ availableYen: 7000 })
  expect(await problemOf(open(20_000))).toMatchObject({ status: 409, code: 'account-exists' })
})

test('only clinics authorise, and only the platform asks for references', async () => {
  const json = { ticket: 'of-clinic-sakura', amountYen: 1, merchantReference: 'x' }
  expect((await world.people.authorisations.$post({ json })).status).toBe(403)
  expect((await world.clinic['reference-queries'].$post({ json: { reference: 'A-1' } })).status).toBe(403)
  const response = await world.platform?.['reference-queries'].$post({ json: { reference: 'A-1' } })
  expect(await response?.json()).toEqual({ known: true })
})

test('a missing reference and a wrong amount are refused by field', async () => {
  const none = world.clinic.payments.$get({ query: { merchantReference: '' } })
  expect(await problemOf(answer(none))).toMatchObject({ status: 422, errors: [{ field: '/merchantReference' }] })
  const negative = { ticket: 'x', amountYen: -1, merchantReference: 'x' }
  expect(await problemOf(answer(world.clinic.authorisations.$post({ json: negative })))).toMatchObject({
    status: 422,
    errors: [{ field: '/amountYen' }],
  })
})

test('a payment whose process died before it began is begun by the next one', async () => {
  const ofPayment = { merchant: 'clinic-sakura', merchantReference: 'visit-1', paymentId: 'pay-1' }
  const input = { ...ofPayment, accountNumber: 'A-1', amountYen: 3000, at: startAt }
  await createPaymentIndex(world.issuer.store).claim({
    ...ofPayment,
    attempt: 0,
    requestId: 'clinic-sakura/r-1',
    input,
  })
  expect(await available()).toBe(10_000)
  await createPayment(world.issuer, { kind: 'credit' })
  expect(await available()).toBe(7000)
  expect(await authorise(3000)).toMatchObject({ outcome: 'authorised', paymentId: 'pay-1' })
})
