/** Signing up: only the person the certificate names, for this provider, once for each nonce. */
import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { answer, once } from '../core/network.ts'
import { createTestWorld, signedBy, taro } from './testWorld.ts'

test('who signs an application becomes a customer as the certificate says', async () => {
  const { desk, known } = await createTestWorld()
  const contractId = await desk.join(taro, { applicant: { ...taro, address: '見本県青葉野市中央1-2-3' } })
  const view = await desk.view(contractId)
  expect([view.state, view.customer, view.consent, known.withdrawn]).toEqual(['active', taro, true, []])
})

test('without consent there is a contract, and nothing is kept for checks', async () => {
  const { desk, known } = await createTestWorld()
  const view = await desk.view(await desk.join(taro, { changeCheckConsent: false }))
  expect([view.state, view.consent, known.stored]).toEqual(['unwatched', false, []])
})

test.each([
  ['not-the-applicant', { applicant: { ...taro, name: '見本　次郎' } }],
  ['wrong-document', { provider: 'broadcaster-koho' }],
  ['wrong-document', { service: 'cable-tv' }],
  ['nonce-unknown', { nonce: '0123456789abcdef' }],
] as const)('an application is refused as %s, and its certificate not kept', async (reason, changes) => {
  const { desk, known, sora } = await createTestWorld()
  const given = await desk.signUp(taro, changes)
  const { contracts } = await answer(sora.contracts.$get())
  expect([given, contracts, known.withdrawn]).toEqual([{ outcome: 'refused', reason }, [], known.stored])
})

test('a document that is no application is refused', async () => {
  const { sora } = await createTestWorld()
  const json = { signedDocument: signedBy(taro, 'hello') }
  expect(await answer(sora.contracts.$post({ json }))).toEqual({ outcome: 'refused', reason: 'wrong-document' })
})

test('what the platform refuses is refused for its reason', async () => {
  const { sora } = await createTestWorld()
  const json = { signedDocument: signedBy(taro, {}, 'revoked') }
  expect(await answer(sora.contracts.$post({ json }))).toEqual({ outcome: 'refused', reason: 'revoked' })
})

test('a nonce serves once', async () => {
  const { sora, signed } = await createTestWorld()
  const json = await signed()
  await answer(sora.contracts.$post({ json }))
  expect(await answer(sora.contracts.$post({ json }))).toEqual({ outcome: 'refused', reason: 'nonce-unknown' })
})

test('a nonce serves for an hour', async () => {
  const { sora, signed, clock } = await createTestWorld()
  const json = await signed()
  await clock.advance(HOUR + 1)
  expect(await answer(sora.contracts.$post({ json }))).toEqual({ outcome: 'refused', reason: 'nonce-unknown' })
})

test('a repeated request makes one contract', async () => {
  const { sora, signed } = await createTestWorld()
  const json = await signed()
  const first = await answer(sora.contracts.$post({ json }, once('r-1')))
  const again = await answer(sora.contracts.$post({ json }, once('r-1')))
  expect([again, (await answer(sora.contracts.$get())).contracts.length]).toEqual([first, 1])
})

test('while the platform is silent the application waits, and is verified when it answers', async () => {
  const { desk, faults, clock } = await createTestWorld()
  const down = faults.add(faultRule.parse({ kind: 'down', to: 'platform' }))
  const given = await desk.signUp()
  faults.remove(down.id)
  await clock.advance(2 * MINUTE)
  const contractId = given.outcome === 'accepted' ? given.contractId : ''
  expect([given, (await desk.view(contractId)).state]).toEqual([
    { outcome: 'accepted', contractId, state: 'verifying' },
    'active',
  ])
})

test('an unknown field is refused by name', async () => {
  const { sora, signed } = await createTestWorld()
  const json = { ...(await signed()), consent: true }
  await expect(answer(sora.contracts.$post({ json }))).rejects.toMatchObject({
    status: 422,
    errors: [{ field: '/consent', reason: 'unknown field' }],
  })
})
