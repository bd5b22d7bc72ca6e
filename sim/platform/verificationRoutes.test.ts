/** Stateless verification over the platform's interface: who may ask, what it costs, and that batches say the same. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { toBase64 } from '../messages/base64.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'
import type { Resident } from './testResident.ts'

let world: TestWorld
let hanako: Resident
beforeEach(async () => {
  world = await createTestWorld()
  hanako = await world.card('card-hanako')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const challenge = toBase64(Buffer.from('a challenge the clinic made itself'))
const item = (resident = hanako) => ({ kind: 'authentication', data: challenge, ...resident.prove(challenge) }) as const
const one = (json = item()) => answer(world.as('clinic-sakura').verifications.$post({ json }))
const many = (items: ReturnType<typeof item>[]) =>
  answer(world.as('clinic-sakura').verifications.batch.$post({ json: { items } }))

test('a provider’s own challenge is verified, with method and time of the status', async () => {
  expect(await one()).toEqual({
    outcome: 'accepted',
    notAfter: expect.any(Number),
    revocation: { method: 'ocsp', certStatus: 'good', asOf: expect.any(Number) },
  })
})

test('freshness is the provider’s business: the same signature is good again', async () => {
  expect([(await one()).outcome, (await one()).outcome]).toEqual(['accepted', 'accepted'])
})

test('a revoked certificate is refused with reason and date', async () => {
  await world.revoke('authentication', hanako.authentication, 'keyCompromise')
  await world.clock.advance(15 * MINUTE)
  expect(await one()).toMatchObject({ outcome: 'refused', reason: 'revoked', revocationDate: startAt })
})

test('each check that got a status is owed for, and none that did not', async () => {
  await one()
  await one({ ...item(), data: toBase64(Buffer.from('another')) })
  const items = Array.from({ length: 12 }, () => item())
  expect((await many(items)).answers.every(({ outcome }) => outcome === 'accepted')).toBe(true)
  expect(await world.metered()).toEqual([
    'clinic-sakura authentication.ocsp.verification 13',
    'platform authentication.ocsp.verification 1',
  ])
  const entries = await readJournal('platform', world.siteOf('platform').store.read)
  const fee = { item: 'authentication.ocsp.verification', payer: 'clinic-sakura', payee: 'platform' }
  expect(entries.flatMap(({ body }) => body['fees'] ?? [])).toEqual([
    { ...fee, quantity: 1 },
    { ...fee, quantity: 12 },
  ])
})

test('a batch answers in order', async () => {
  const taro = await world.card('card-taro')
  const items = Array.from({ length: 30 }, (_, n) =>
    n % 3 === 0 ? { ...item(), ...taro.prove(toBase64(Buffer.from('x'))) } : item(),
  )
  const { answers } = await many(items)
  expect(answers.map(({ outcome }) => outcome)).toEqual(items.map((_, n) => (n % 3 === 0 ? 'refused' : 'accepted')))
})

test('counts outlive an orderly end', async () => {
  await one()
  await world.close()
  world = await createTestWorld('ocsp', world.folder, world.clock.now())
  expect(await world.metered()).toContain('clinic-sakura authentication.ocsp.verification 1')
})

test('people may not ask, and more than 300 are refused', async () => {
  expect((await world.as('people').verifications.$post({ json: item() })).status).toBe(403)
  const problem = await many(Array.from({ length: 301 }, () => item())).then(
    () => undefined,
    (thrown: Problem) => thrown,
  )
  expect(problem).toMatchObject({ status: 422 })
})
