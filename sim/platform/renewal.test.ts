/** Renewal of the authentication certificate: the person stays the same, with pseudonym, link and consent. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { createTestWorld, type TestWorld } from './testWorld.ts'

let world: TestWorld
const start = async (method: 'ocsp' | 'crl') => {
  world = await createTestWorld(method)
  await world.insure('N-1')
}
beforeEach(() => start('ocsp'))
afterEach(async () => {
  await world.close()
  world.remove()
})

const ask = ['health-insurance' as const]
const asksForSuccessor = async () => {
  const entries = await readJournal('ca', world.siteOf('ca').store.read)
  return entries.filter(({ body }) => body['purpose'] === 'successor.ask').length
}

test('after a renewal the new certificate is the same person, with links and consents', async () => {
  const before = await world.card('card-hanako')
  await world.link('clinic-sakura', before, { purpose: 'health-insurance', reference: 'N-1' })
  const { accountId } = await world.authenticated('clinic-sakura', before)
  await world.clock.advance(90 * DAY)
  const renewed = await world.card('card-hanako')
  const after = await world.authenticated('clinic-sakura', renewed, { ask })
  expect(after.accountId).toBe(accountId)
  expect(after.tickets).toHaveLength(1)
})

test('a renewal in the very second of the last use is followed too', async () => {
  const before = await world.card('card-hanako')
  const { accountId } = await world.authenticated('clinic-sakura', before)
  const renewed = await world.card('card-hanako')
  expect((await world.authenticated('clinic-sakura', renewed)).accountId).toBe(accountId)
})

test('two renewals without a use in between are followed', async () => {
  const { accountId } = await world.authenticated('clinic-sakura', await world.card('card-hanako'))
  await world.clock.advance(DAY)
  await world.card('card-hanako')
  await world.clock.advance(DAY)
  const newest = await world.card('card-hanako')
  expect((await world.authenticated('clinic-sakura', newest)).accountId).toBe(accountId)
})

test('a new person is nobody else, even when everybody was just issued a card', async () => {
  const people = await Promise.all(['a', 'b', 'c'].map((name) => world.card(`card-${name}`)))
  const accounts = new Set<string>()
  for (const person of people) accounts.add((await world.authenticated('clinic-sakura', person)).accountId)
  expect(accounts.size).toBe(3)
})

test('for a certificate older than what is known of everybody, the authority is not asked', async () => {
  const hanako = await world.card('card-hanako')
  const taro = await world.card('card-taro')
  await world.clock.advance(DAY)
  await world.authenticated('clinic-sakura', hanako)
  await world.authenticated('clinic-sakura', taro)
  expect(await asksForSuccessor()).toBe(0)
})

test('each person is asked about once, until a still newer unknown certificate comes', async () => {
  await world.authenticated('clinic-sakura', await world.card('card-hanako'))
  await world.clock.advance(DAY)
  const [taro, jiro] = [await world.card('card-taro'), await world.card('card-jiro')]
  await world.clock.advance(DAY)
  await world.authenticated('clinic-sakura', taro)
  expect(await asksForSuccessor()).toBe(1)
  await world.authenticated('clinic-sakura', jiro)
  expect(await asksForSuccessor()).toBe(1)
})

test('while it cannot be told whether a new certificate is a renewal, the status is unknown', async () => {
  const before = await world.card('card-hanako')
  const { accountId } = await world.authenticated('clinic-sakura', before)
  await world.clock.advance(DAY)
  const renewed = await world.card('card-hanako')
  world.faults.add({ kind: 'down', to: 'ca', pathPrefix: '/successors', probability: 1, ms: 0, status: 503 })
  expect(await world.authenticate('clinic-sakura', renewed)).toEqual({ outcome: 'refused', reason: 'status-unknown' })
  world.faults.clear()
  expect((await world.authenticated('clinic-sakura', renewed)).accountId).toBe(accountId)
})

test('the new certificate at two providers at once is still one person', async () => {
  const before = await world.card('card-hanako')
  const { accountId } = await world.authenticated('clinic-sakura', before)
  await world.clock.advance(DAY)
  const renewed = await world.card('card-hanako')
  const [clinic, other] = await Promise.all([
    world.authenticated('clinic-sakura', renewed),
    world.authenticated('catv-hikari', renewed),
  ])
  expect(clinic.accountId).toBe(accountId)
  expect(other.accountId).not.toBe(accountId)
})

test('the old certificate, while a list still calls it good, is the same person as well', async () => {
  await world.close()
  world.remove()
  await start('crl')
  const before = await world.card('card-hanako')
  const { accountId } = await world.authenticated('clinic-sakura', before)
  await world.clock.advance(HOUR)
  const renewed = await world.card('card-hanako')
  expect((await world.authenticated('clinic-sakura', renewed)).accountId).toBe(accountId)
  expect((await world.authenticated('clinic-sakura', before)).accountId).toBe(accountId)
})
