/** Authentication over the platform's interface: challenges, certificates, status, pseudonyms. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CaApp } from '../ca/index.ts'
import { MINUTE } from '../core/clock.ts'
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

type Json = { challengeId: string; certificate: string; signature: string }
const post = (provider: 'clinic-sakura' | 'catv-hikari', json: Json, requestId?: string) =>
  answer(world.as(provider).authentications.$post({ json }, requestId === undefined ? {} : world.once(requestId)))
const proof = async (resident = hanako): Promise<Json> => {
  const { challengeId, challenge } = await world.challenge('clinic-sakura')
  return { challengeId, ...resident.prove(challenge) }
}

test('who signs a fresh challenge with a valid certificate is accepted, without tickets when none are asked for', async () => {
  expect(await post('clinic-sakura', await proof())).toEqual({
    outcome: 'accepted',
    authenticationId: expect.stringMatching(/^authentication-/),
    accountId: expect.stringMatching(/^account-/),
    tickets: [],
    missing: [],
  })
  expect(await world.metered()).toEqual([
    'clinic-sakura authentication.ocsp.verification 1',
    'platform authentication.ocsp.verification 1',
  ])
})

test('a challenge has 32 bytes and five minutes', async () => {
  const { challenge, expiresAt } = await world.challenge('clinic-sakura')
  expect(Buffer.from(challenge, 'base64')).toHaveLength(32)
  expect(expiresAt).toBe(startAt + 5 * MINUTE)
})

test('the pseudonym stays the same at one provider and differs between providers and people', async () => {
  const first = await world.authenticated('clinic-sakura', hanako)
  const again = await world.authenticated('clinic-sakura', hanako)
  const elsewhere = await world.authenticated('catv-hikari', hanako)
  const taro = await world.authenticated('clinic-sakura', await world.card('card-taro'))
  expect(again.accountId).toBe(first.accountId)
  expect(new Set([first.accountId, elsewhere.accountId, taro.accountId]).size).toBe(3)
})

test('a challenge serves once, even for requests at the same time', async () => {
  const json = await proof()
  const outcomes = await Promise.all([
    post('clinic-sakura', json),
    post('clinic-sakura', json),
    post('clinic-sakura', json),
  ])
  expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome.outcome === 'refused').map(({ reason }) => reason)).toEqual([
    'challenge-used',
    'challenge-used',
  ])
})

test('the same request sent again is answered alike', async () => {
  const json = await proof()
  const first = await post('clinic-sakura', json, 'visit:1')
  expect(await post('clinic-sakura', json, 'visit:1')).toEqual(first)
  expect(await world.metered()).toContain('clinic-sakura authentication.ocsp.verification 1')
})

test('a challenge lives five minutes', async () => {
  const json = await proof()
  await world.clock.advance(5 * MINUTE)
  expect(await post('clinic-sakura', json)).toEqual({ outcome: 'refused', reason: 'challenge-expired' })
})

test('another provider can neither use nor spoil a challenge', async () => {
  const json = await proof()
  expect(await post('catv-hikari', json)).toEqual({ outcome: 'refused', reason: 'challenge-unknown' })
  expect(await post('clinic-sakura', json)).toMatchObject({ outcome: 'accepted' })
})

test('a challenge never issued is unknown', async () => {
  const json = { ...(await proof()), challengeId: 'made-up' }
  expect(await post('clinic-sakura', json)).toEqual({ outcome: 'refused', reason: 'challenge-unknown' })
})

test('a failed attempt uses the challenge up', async () => {
  const json = await proof()
  const wrong = { ...json, signature: toBase64(Buffer.alloc(256, 1)) }
  expect(await post('clinic-sakura', wrong)).toEqual({ outcome: 'refused', reason: 'bad-signature' })
  expect(await post('clinic-sakura', json)).toEqual({ outcome: 'refused', reason: 'challenge-used' })
  expect(await world.metered()).toEqual([])
})

test('bytes that are no certificate are refused as malformed', async () => {
  const json = await proof()
  const whole = Buffer.from(json.certificate, 'base64')
  const broken = [Buffer.from('no certificate'), whole.subarray(0, 500), Buffer.concat([whole, Buffer.alloc(1)])]
  for (const bytes of broken)
    expect(await post('clinic-sakura', { ...json, certificate: toBase64(bytes) })).toEqual({
      outcome: 'refused',
      reason: 'malformed',
    })
})

test('no single changed byte of a certificate is accepted or makes the platform fail', async () => {
  const { certificate } = hanako.authentication
  for (let position = 0; position < 1400; position += 53) {
    const bytes = Buffer.from(certificate, 'base64')
    bytes.writeUInt8((bytes[position % bytes.length] ?? 0) ^ 0x55, position % bytes.length)
    const json = { ...(await proof()), certificate: toBase64(bytes) }
    expect(await post('clinic-sakura', json)).toMatchObject({ outcome: 'refused' })
  }
})

test('a signature certificate does not authenticate', async () => {
  const json = { ...(await proof()), certificate: hanako.signature.certificate }
  expect(await post('clinic-sakura', json)).toEqual({ outcome: 'refused', reason: 'wrong-kind' })
})

test('a certificate of another authority is refused', async () => {
  const elsewhere = await createTestWorld()
  const stranger = await elsewhere.card('card-hanako')
  await elsewhere.close()
  elsewhere.remove()
  expect(await post('clinic-sakura', await proof(stranger))).toEqual({ outcome: 'refused', reason: 'bad-signature' })
})

test('a certificate past its end is refused as expired without a question to the authority', async () => {
  await world.clock.advanceTo(Date.UTC(2032, 0, 1))
  expect(await post('clinic-sakura', await proof())).toEqual({ outcome: 'refused', reason: 'expired' })
  expect(await world.metered()).toEqual([])
})

test('a revoked certificate is refused with reason and date, once the responder has the news', async () => {
  await world.revoke('authentication', hanako.authentication, 'certificateHold')
  expect(await post('clinic-sakura', await proof())).toMatchObject({ outcome: 'accepted' })
  await world.clock.advance(15 * MINUTE)
  expect(await post('clinic-sakura', await proof())).toEqual({
    outcome: 'refused',
    reason: 'revoked',
    revocationReason: 'certificateHold',
    revocationDate: startAt,
  })
})

test('while the authority cannot be reached, or fails, the status is unknown and nothing is owed', async () => {
  world.breakLine('ca')
  expect(await post('clinic-sakura', await proof())).toEqual({ outcome: 'refused', reason: 'status-unknown' })
  world.faults.clear()
  await world.authenticated('clinic-sakura', hanako)
  await world.clock.advance(15 * MINUTE)
  for (const kind of ['down', 'error'] as const) {
    const { id } = world.breakLine('ca', kind)
    expect(await post('clinic-sakura', await proof())).toEqual({ outcome: 'refused', reason: 'status-unknown' })
    world.faults.remove(id)
  }
  expect(await world.metered()).toContain('clinic-sakura authentication.ocsp.verification 1')
})

test('an answer of the authority serves all checks until its nextUpdate, and no longer', async () => {
  await world.authenticated('clinic-sakura', hanako)
  world.breakLine('ca')
  expect(await world.authenticate('catv-hikari', hanako)).toMatchObject({ outcome: 'accepted' })
  await world.clock.advance(15 * MINUTE)
  expect(await world.authenticate('clinic-sakura', hanako)).toEqual({ outcome: 'refused', reason: 'status-unknown' })
  expect(await world.metered()).toEqual([
    'catv-hikari authentication.ocsp.verification 1',
    'clinic-sakura authentication.ocsp.verification 1',
    'platform authentication.ocsp.verification 1',
  ])
})

test('municipalities and people may not ask for challenges, and a wrong field is named', async () => {
  const response = await world.as('people').challenges.$post()
  expect(response.status).toBe(403)
  const json = { ...(await proof()), pin: '1234' }
  const problem = await post('clinic-sakura', json).then(
    () => undefined,
    (thrown: Problem) => thrown,
  )
  expect(problem).toMatchObject({ status: 422, errors: [{ field: '/pin', reason: 'unknown field' }] })
})

test('a provider cannot ask the authority itself', async () => {
  const { siteOf } = world
  const response = await siteOf('clinic-sakura').network.connect<CaApp>('ca').crls.$get()
  expect(response.status).toBe(403)
})
