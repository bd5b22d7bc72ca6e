/** Links, consents and tickets over the platform's interface, with a real insurer and card issuer behind them. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { createTestWorld, type TestWorld } from './testWorld.ts'
import type { Resident } from './testResident.ts'

let world: TestWorld
let hanako: Resident
beforeEach(async () => {
  world = await createTestWorld()
  hanako = await world.card('card-hanako')
  await world.insure('N-1')
  await world.insure('N-2')
  await world.openAccount('A-1')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const insurance = { purpose: 'health-insurance', reference: 'N-1' } as const
const ask = ['health-insurance' as const]
const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (problem: Problem) => problem,
  )

const ticketFor = async (provider: 'clinic-sakura' | 'catv-hikari', consentGiven = false) => {
  const { tickets } = await world.authenticated(provider, hanako, { ask, consentGiven })
  const [ticket] = tickets
  if (ticket === undefined) throw new Error('no ticket')
  return ticket
}
const redeem = (ticket: string, bearer: string, audience: 'insurer-nhi' | 'payment-credit' = 'insurer-nhi') =>
  answer(world.as(audience)['ticket-redemptions'].$post({ json: { ticket, bearer } }))
const withdraw = async (provider: 'clinic-sakura' | 'catv-hikari', requestId = 'w-1') => {
  const { authenticationId } = await world.authenticated(provider, hanako)
  const json = { authenticationId, purpose: 'health-insurance' } as const
  return answer(world.as(provider)['consent-withdrawals'].$post({ json }, world.once(requestId)))
}

test('a linked person who consented gets a ticket that only its audience learns the number from', async () => {
  expect(await world.link('clinic-sakura', hanako, insurance)).toMatchObject({ outcome: 'linked' })
  const { ticket, ...rest } = await ticketFor('clinic-sakura')
  expect(rest).toEqual({
    purpose: 'health-insurance',
    audience: 'insurer-nhi',
    expiresAt: world.clock.now() + 15 * MINUTE,
  })
  expect(await redeem(ticket, 'clinic-sakura')).toEqual({
    outcome: 'valid',
    purpose: 'health-insurance',
    reference: 'N-1',
    bearer: 'clinic-sakura',
    expiresAt: world.clock.now() + 15 * MINUTE,
  })
  expect(await redeem(ticket, 'clinic-kaede')).toEqual({ outcome: 'refused', reason: 'wrong-bearer' })
  expect(await redeem(ticket, 'clinic-sakura', 'payment-credit')).toEqual({ outcome: 'refused', reason: 'unknown' })
  expect(await redeem('made-up', 'clinic-sakura')).toEqual({ outcome: 'refused', reason: 'unknown' })
})

test('the insurer answers the clinic about the person of the ticket', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const { ticket } = await ticketFor('clinic-sakura')
  const json = { ticket, serviceDate: '2026-04-01' }
  const check = (clinic: 'clinic-sakura' | 'clinic-kaede') =>
    answer(world.insurerAs(clinic)['eligibility-checks'].$post({ json }))
  expect(await check('clinic-sakura')).toMatchObject({ validity: 'valid', insuredNumber: 'N-1' })
  expect(await check('clinic-kaede')).toEqual({ validity: 'unknown' })
})

test('the card issuer authorises on the account of the ticket', async () => {
  await world.link('clinic-sakura', hanako, { purpose: 'payment', reference: 'A-1' })
  const { tickets } = await world.authenticated('clinic-sakura', hanako, { ask: ['payment'] })
  const json = { ticket: tickets[0]?.ticket ?? '', amountYen: 3000, merchantReference: 'visit-1' }
  const made = await answer(world.issuerAs('clinic-sakura').authorisations.$post({ json }))
  expect(made).toMatchObject({ outcome: 'authorised' })
})

test('a ticket lives fifteen minutes', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const { ticket } = await ticketFor('clinic-sakura')
  await world.clock.advance(15 * MINUTE)
  expect(await redeem(ticket, 'clinic-sakura')).toEqual({ outcome: 'refused', reason: 'expired' })
})

test('what is missing is named: a link, or this provider’s consent', async () => {
  const before = await world.authenticated('clinic-sakura', hanako, { ask: ['health-insurance', 'payment'] })
  expect(before.missing).toEqual([
    { purpose: 'health-insurance', lacks: 'link' },
    { purpose: 'payment', lacks: 'link' },
  ])
  await world.link('clinic-sakura', hanako, insurance)
  const elsewhere = await world.authenticated('catv-hikari', hanako, { ask })
  expect(elsewhere).toMatchObject({ tickets: [], missing: [{ purpose: 'health-insurance', lacks: 'consent' }] })
})

test('consent given at another provider’s terminal is recorded there', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  await ticketFor('catv-hikari', true)
  expect(await redeem((await ticketFor('catv-hikari')).ticket, 'catv-hikari')).toMatchObject({ reference: 'N-1' })
})

test('after withdrawal tickets are refused, also those issued before, and other providers are not touched', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const old = await ticketFor('clinic-sakura')
  const other = await ticketFor('catv-hikari', true)
  await world.clock.advance(MINUTE)
  expect(await withdraw('clinic-sakura')).toEqual({ withdrawn: true })
  expect(await redeem(old.ticket, 'clinic-sakura')).toEqual({ outcome: 'refused', reason: 'consent-withdrawn' })
  expect(await redeem(other.ticket, 'catv-hikari')).toMatchObject({ outcome: 'valid' })
  expect((await world.authenticated('clinic-sakura', hanako, { ask })).missing).toEqual([
    { purpose: 'health-insurance', lacks: 'consent' },
  ])
  expect(await withdraw('clinic-sakura', 'w-2')).toEqual({ withdrawn: false })
})

test('consent given anew counts from now on, not for tickets from before the withdrawal', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const old = await ticketFor('clinic-sakura')
  await withdraw('clinic-sakura')
  await world.clock.advance(MINUTE)
  const fresh = await ticketFor('clinic-sakura', true)
  expect(await redeem(old.ticket, 'clinic-sakura')).toEqual({ outcome: 'refused', reason: 'consent-withdrawn' })
  expect(await redeem(fresh.ticket, 'clinic-sakura')).toMatchObject({ outcome: 'valid' })
})

test('a number the holder does not know, or a holder that keeps none, is refused', async () => {
  const refused = { outcome: 'refused', reason: 'reference-unknown' }
  expect(await world.link('clinic-sakura', hanako, { ...insurance, reference: 'N-9' })).toEqual(refused)
  const { authenticationId } = await world.authenticated('clinic-sakura', hanako)
  const json = { authenticationId, holder: 'ca', consentGiven: true, ...insurance } as const
  expect(await answer(world.as('clinic-sakura').links.$post({ json }))).toEqual(refused)
})

test('a number linked to one person cannot be linked to another', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const taro = await world.card('card-taro')
  expect(await world.link('clinic-sakura', taro, insurance)).toEqual({ outcome: 'refused', reason: 'already-linked' })
})

test('two people linking one number at once: one gets it', async () => {
  const taro = await world.card('card-taro')
  const outcomes = await Promise.all([hanako, taro].map((who) => world.link('clinic-sakura', who, insurance)))
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['linked', 'refused'])
})

test('linking the same number again is the same link', async () => {
  const first = await world.link('clinic-sakura', hanako, insurance)
  expect(await world.link('clinic-kaede', hanako, insurance)).toEqual(first)
})

test('a new number replaces the old one for its purpose, whose tickets end', async () => {
  await world.link('clinic-sakura', hanako, insurance)
  const old = await ticketFor('clinic-sakura')
  await world.link('clinic-sakura', hanako, { ...insurance, reference: 'N-2' })
  expect(await redeem(old.ticket, 'clinic-sakura')).toEqual({ outcome: 'refused', reason: 'unknown' })
  expect(await redeem((await ticketFor('clinic-sakura')).ticket, 'clinic-sakura')).toMatchObject({ reference: 'N-2' })
  const taro = await world.card('card-taro')
  expect(await world.link('clinic-sakura', taro, insurance)).toMatchObject({ outcome: 'linked' })
})

test('linking needs an authentication of this provider, at most ten minutes old', async () => {
  const { authenticationId } = await world.authenticated('clinic-sakura', hanako)
  const json = { authenticationId, holder: 'insurer-nhi', consentGiven: true, ...insurance } as const
  expect(await answer(world.as('clinic-kaede').links.$post({ json }))).toEqual({
    outcome: 'refused',
    reason: 'authentication-unknown',
  })
  await world.clock.advance(10 * MINUTE + 1)
  expect(await answer(world.as('clinic-sakura').links.$post({ json }))).toEqual({
    outcome: 'refused',
    reason: 'authentication-stale',
  })
  const withdrawal = { authenticationId, purpose: 'health-insurance' } as const
  const stale = answer(world.as('clinic-sakura')['consent-withdrawals'].$post({ json: withdrawal }))
  expect(await problemOf(stale)).toMatchObject({ status: 409, code: 'authentication-stale' })
})

test('while the holder is down linking is a 503 problem, and the same request may be sent again', async () => {
  const { authenticationId } = await world.authenticated('clinic-sakura', hanako)
  const json = { authenticationId, holder: 'insurer-nhi', consentGiven: true, ...insurance } as const
  const send = () => answer(world.as('clinic-sakura').links.$post({ json }, world.once('link-1')))
  world.breakLine('insurer-nhi')
  expect(await problemOf(send())).toMatchObject({ status: 503, code: 'holder-unreachable' })
  world.faults.clear()
  const linked = await send()
  expect(linked).toMatchObject({ outcome: 'linked' })
  expect(await send()).toEqual(linked)
})

test('a clinic may not redeem tickets', async () => {
  const response = await world.as('clinic-sakura')['ticket-redemptions'].$post({ json: { ticket: 'x', bearer: 'y' } })
  expect(response.status).toBe(403)
})
