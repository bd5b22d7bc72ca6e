/** Payment: once and never twice, whatever happens in between. */
import { expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { createTestWorld } from './testWorld.ts'

const billed = async () => {
  const world = await createTestWorld()
  await world.desk.arrive()
  await world.desk.readCard()
  await world.desk.treat(400)
  return world
}

const stateOf = (payments: { state: string; capturedYen: number; refundedYen: number }[]) =>
  payments.map(({ state, capturedYen, refundedYen }) => ({ state, capturedYen, refundedYen }))

test('the same card pays the bill, and a receipt is issued', async () => {
  const { desk, payments } = await billed()
  const { state, payment } = await desk.payByCard()
  expect([state, payment?.method, payment?.issuer, payment?.paidYen]).toEqual([
    'finished',
    'card',
    'payment-credit',
    1_200,
  ])
  expect(payments.map(({ merchantReference, capturedYen }) => [merchantReference, capturedYen])).toEqual([
    ['V-1', 1_200],
  ])
  expect(await desk.receipt()).toMatchObject({
    clinic: 'さくら診療所',
    patientYen: 1_200,
    paidBy: 'card',
    refundedYen: 0,
  })
})

test('there is no receipt before payment, and every copy of it bears the same date', async () => {
  const { desk, clock } = await billed()
  await expect(desk.receipt()).rejects.toMatchObject({ status: 409, code: 'not-paid' })
  await desk.payInCash(1_200)
  const first = await desk.receipt()
  await clock.advance(HOUR)
  expect(await desk.receipt()).toEqual(first)
})

test('a refused payment leaves cash', async () => {
  const { desk, known } = await billed()
  known.limitYen = 1_000
  const refused = await desk.payByCard()
  const paid = await desk.payInCash(2_000)
  expect([refused.state, refused.remark?.en.includes('limit-exceeded'), paid.state, paid.payment?.paidYen]).toEqual([
    'payingCash',
    true,
    'finished',
    1_200,
  ])
})

test('a card revoked since reception cannot pay', async () => {
  const { desk, known, payments } = await billed()
  known.cards['taro'] = { refused: 'revoked' }
  const { state } = await desk.payByCard()
  expect([state, payments]).toEqual(['payingCash', []])
})

test('a second attempt has a reference of its own', async () => {
  const { desk, known, payments } = await billed()
  known.limitYen = 1_000
  await desk.payByCard()
  known.limitYen = 2_000
  await desk.payByCard()
  expect(payments.map(({ merchantReference }) => merchantReference)).toEqual(['V-1-attempt-2'])
})

test('when the answer to an authorisation is lost, it is found and captured once', async () => {
  const { desk, faults, payments, captures } = await billed()
  faults.add(faultRule.parse({ kind: 'drop-answer', to: 'payment-credit', pathPrefix: '/authorisations', times: 1 }))
  const { state } = await desk.payByCard()
  expect([state, stateOf(payments), captures.length]).toEqual([
    'finished',
    [{ state: 'captured', capturedYen: 1_200, refundedYen: 0 }],
    1,
  ])
})

test('an issuer that stays silent is asked again until it tells', async () => {
  const { desk, faults, clock, payments } = await billed()
  faults.add(faultRule.parse({ kind: 'drop-answer', to: 'payment-credit', pathPrefix: '/authorisations', times: 1 }))
  const down = faults.add(faultRule.parse({ kind: 'down', to: 'payment-credit' }))
  const unsure = await desk.payByCard()
  faults.remove(down.id)
  await clock.advance(2 * MINUTE)
  expect([unsure.state, (await desk.view()).state, payments.length]).toEqual(['unsure', 'finished', 1])
})

test('paid in cash meanwhile, an authorisation found later is released and never captured', async () => {
  const { desk, faults, clock, payments, captures } = await billed()
  faults.add(faultRule.parse({ kind: 'drop-answer', to: 'payment-credit', pathPrefix: '/authorisations', times: 1 }))
  const down = faults.add(faultRule.parse({ kind: 'down', to: 'payment-credit' }))
  await desk.payByCard()
  const paid = await desk.payInCash(1_200)
  faults.remove(down.id)
  await clock.advance(HOUR)
  expect([paid.state, (await desk.view()).state, stateOf(payments), captures]).toEqual([
    'paid',
    'finished',
    [{ state: 'released', capturedYen: 0, refundedYen: 0 }],
    [],
  ])
})

test('an authorisation that arrives after it was found absent is released by a later look', async () => {
  const { desk, faults, clock, payments } = await billed()
  faults.add(
    faultRule.parse({ kind: 'delay', ms: 30 * SECOND, to: 'payment-credit', pathPrefix: '/authorisations', times: 1 }),
  )
  const absent = await desk.payByCard()
  const paid = await desk.payInCash(1_200)
  await clock.advance(2 * HOUR)
  expect([absent.state, paid.state, (await desk.view()).state, stateOf(payments)]).toEqual([
    'payingCash',
    'paid',
    'finished',
    [{ state: 'released', capturedYen: 0, refundedYen: 0 }],
  ])
})

test('a clinic killed between capture and its answer captures once after restart', async () => {
  const { desk, kill, start, payments, captures } = await billed()
  kill.after = '/captures'
  await expect(desk.payByCard()).rejects.toMatchObject({ status: 500 })
  await start()
  expect([(await desk.view()).state, captures.length, stateOf(payments)]).toEqual([
    'finished',
    1,
    [{ state: 'captured', capturedYen: 1_200, refundedYen: 0 }],
  ])
})

test('a clinic killed between authorisation and its answer authorises once after restart', async () => {
  const { desk, kill, start, payments } = await billed()
  kill.after = '/authorisations'
  await expect(desk.payByCard()).rejects.toMatchObject({ status: 500 })
  await start()
  expect([(await desk.view()).state, payments.length]).toEqual(['finished', 1])
})

test('a repeated payment request pays once', async () => {
  const { desk, payments } = await billed()
  await desk.payByCard('taro', 'r-1')
  await desk.payByCard('taro', 'r-1')
  expect(payments.length).toBe(1)
})

test('a refund goes back to the card, once per request and never more than was paid', async () => {
  const { desk, payments } = await billed()
  await desk.payByCard()
  await desk.refund(300, 'r-1')
  await desk.refund(300, 'r-1')
  await expect(desk.refund(1_000)).rejects.toMatchObject({ status: 409, code: 'not-refundable' })
  expect([(await desk.view()).payment?.refundedYen, payments[0]?.refundedYen]).toEqual([300, 300])
})

test('cash is refunded in cash', async () => {
  const { desk, payments } = await billed()
  await desk.payInCash(1_200)
  await desk.refund(1_200)
  await expect(desk.refund(1)).rejects.toMatchObject({ status: 409 })
  expect([(await desk.receipt()).refundedYen, payments]).toEqual([1_200, []])
})

test('cash below the bill is not taken, nor is a paid bill paid again', async () => {
  const { desk } = await billed()
  await expect(desk.payInCash(1_190)).rejects.toMatchObject({ status: 409, code: 'not-payable' })
  await desk.payInCash(1_200)
  await expect(desk.payInCash(1_200)).rejects.toMatchObject({ status: 409 })
  await expect(desk.payByCard()).rejects.toMatchObject({ status: 409 })
})

test('a bill that rounds to nothing needs no payment', async () => {
  const { desk } = await createTestWorld()
  await desk.arrive()
  await desk.readCard()
  expect((await desk.treat(1)).state).toBe('finished')
})
