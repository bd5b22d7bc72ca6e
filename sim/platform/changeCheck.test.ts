/** Signatures and change checks over the platform's interface: consent, sharing, metering, withdrawal. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, MINUTE } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'
import { hanakoFour, type Resident } from './testResident.ts'

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

type Provider = 'mobile-sora' | 'broadcaster-koho'
const application = (provider: Provider, changeCheckConsent = true) => ({
  provider,
  service: 'mobile',
  applicant: hanakoFour,
  changeCheckConsent,
  nonce: 'nonce-0001',
})
const verify = async (provider: Provider, document: unknown, keepForChangeChecks = true, requestId = 's-1') => {
  const signedDocument = await hanako.sign(document)
  return answer(
    world.as(provider).signatures.$post({ json: { signedDocument, keepForChangeChecks } }, world.once(requestId)),
  )
}
const keep = async (provider: Provider, requestId = 's-1') => {
  const verified = await verify(provider, application(provider), true, requestId)
  if (verified.outcome === 'refused' || verified.storedCertificateId === undefined) throw new Error('not stored')
  return verified.storedCertificateId
}
const check = async (provider: Provider, ...storedCertificateIds: string[]) =>
  answer(world.as(provider)['change-checks'].$post({ json: { storedCertificateIds } }))
const withdraw = (provider: Provider, storedCertificateId: string, requestId = 'w-1') =>
  answer(
    world
      .as(provider)
      ['stored-certificates'][':storedCertificateId'].withdrawals.$post(
        { param: { storedCertificateId } },
        world.once(requestId),
      ),
  )

test('a signed document is accepted with the basic four of its certificate', async () => {
  const verified = await verify('mobile-sora', 'a plain document', false)
  expect(verified).toEqual({
    outcome: 'accepted',
    basicFour: hanakoFour,
    document: toBase64(Buffer.from('a plain document')),
    signedAt: startAt,
    notAfter: expect.any(Number),
  })
  expect(await world.metered()).toEqual([
    'mobile-sora signature.ocsp.verification 1',
    'platform signature.ocsp.verification 1',
  ])
})

test('a certificate is kept only with consent to this provider in the signed document', async () => {
  expect(await verify('mobile-sora', application('mobile-sora'))).toMatchObject({
    outcome: 'accepted',
    storedCertificateId: expect.stringMatching(/^stored-/),
  })
  const refused = { outcome: 'refused', reason: 'no-consent' }
  expect(await verify('mobile-sora', application('mobile-sora', false), true, 's-2')).toEqual(refused)
  expect(await verify('mobile-sora', application('broadcaster-koho'), true, 's-3')).toEqual(refused)
  expect(await verify('mobile-sora', 'no application', true, 's-4')).toEqual(refused)
  expect(await verify('mobile-sora', { ...application('mobile-sora'), extra: 1 }, true, 's-5')).toEqual(refused)
})

test('a repeated request keeps one certificate', async () => {
  expect(await keep('mobile-sora')).toBe(await keep('mobile-sora'))
  expect(await keep('mobile-sora', 's-2')).not.toBe(await keep('mobile-sora'))
})

test('a changed document, a signature by the authentication certificate, and junk are refused', async () => {
  const send = (bytes: Uint8Array) =>
    answer(world.as('mobile-sora').signatures.$post({ json: { signedDocument: toBase64(bytes) } }))
  const whole = Buffer.from(fromBase64(await hanako.sign('pay 1000 yen')))
  const changed = Buffer.from(whole)
  changed.write('9', whole.indexOf('1000 yen'))
  expect(await send(changed)).toEqual({ outcome: 'refused', reason: 'bad-signature' })
  const byOther = fromBase64(await hanako.sign('pay 1000 yen', hanako.authentication))
  expect(await send(byOther)).toEqual({ outcome: 'refused', reason: 'wrong-kind' })
  expect(await send(Buffer.from('junk'))).toEqual({ outcome: 'refused', reason: 'malformed' })
  expect(await send(whole.subarray(0, 700))).toEqual({ outcome: 'refused', reason: 'malformed' })
})

test('a document signed with a revoked certificate is refused with the reason', async () => {
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(15 * MINUTE)
  expect(await verify('mobile-sora', application('mobile-sora'))).toEqual({
    outcome: 'refused',
    reason: 'revoked',
    revocationReason: 'affiliationChanged',
    revocationDate: startAt,
  })
})

test('a change check tells good from revoked, with reason and date', async () => {
  const id = await keep('mobile-sora')
  await world.clock.advance(DAY)
  expect((await check('mobile-sora', id)).results).toEqual([{ storedCertificateId: id, certStatus: 'good' }])
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(DAY)
  expect(await check('mobile-sora', id)).toEqual({
    checkedAt: world.clock.now(),
    method: 'ocsp',
    results: [
      {
        storedCertificateId: id,
        certStatus: 'revoked',
        reason: 'affiliationChanged',
        revocationDate: startAt + DAY,
      },
    ],
  })
})

test('providers that hold the same certificate share one answer of the authority within its quarter of an hour', async () => {
  const [sora, koho] = [await keep('mobile-sora'), await keep('broadcaster-koho')]
  await world.clock.advance(DAY)
  await Promise.all([check('mobile-sora', sora), check('broadcaster-koho', koho)])
  await check('mobile-sora', sora)
  const counted = async () => (await world.metered()).filter((line) => line.includes('change-check'))
  expect(await counted()).toEqual([
    'broadcaster-koho signature.ocsp.change-check 1',
    'mobile-sora signature.ocsp.change-check 2',
    'platform signature.ocsp.change-check 1',
  ])
  await world.clock.advance(15 * MINUTE)
  await check('mobile-sora', sora)
  expect(await counted()).toContain('platform signature.ocsp.change-check 2')
})

test('after withdrawal the certificate is not checked, and nothing is asked or owed', async () => {
  const id = await keep('mobile-sora')
  const withdrawn = await withdraw('mobile-sora', id)
  expect(withdrawn).toEqual({ storedCertificateId: id, withdrawnAt: startAt })
  await world.clock.advance(DAY)
  expect(await withdraw('mobile-sora', id, 'w-2')).toEqual(withdrawn)
  expect((await check('mobile-sora', id)).results).toEqual([{ storedCertificateId: id, certStatus: 'not-checked' }])
  expect((await world.metered()).filter((line) => line.includes('change-check'))).toEqual([])
})

test('another provider’s stored certificate is neither checked nor withdrawn', async () => {
  const id = await keep('mobile-sora')
  expect((await check('broadcaster-koho', id, 'made-up')).results).toEqual([
    { storedCertificateId: id, certStatus: 'not-checked' },
    { storedCertificateId: 'made-up', certStatus: 'not-checked' },
  ])
  const problem = await withdraw('broadcaster-koho', id).then(
    () => undefined,
    (thrown: Problem) => thrown,
  )
  expect(problem).toMatchObject({ status: 404, code: 'no-such-stored-certificate' })
})

test('a certificate past its end is expired without a question', async () => {
  const id = await keep('mobile-sora')
  await world.clock.advanceTo(Date.UTC(2032, 0, 1))
  expect((await check('mobile-sora', id)).results).toEqual([{ storedCertificateId: id, certStatus: 'expired' }])
  expect((await world.metered()).filter((line) => line.includes('change-check'))).toEqual([])
})

test('while the authority is down the status is unknown and nothing is owed', async () => {
  const id = await keep('mobile-sora')
  await world.clock.advance(DAY)
  world.breakLine('ca')
  expect((await check('mobile-sora', id)).results).toEqual([{ storedCertificateId: id, certStatus: 'unknown' }])
  expect((await world.metered()).filter((line) => line.includes('change-check'))).toEqual([])
})

test('fees fall due with each check, by what was checked how and why', async () => {
  const id = await keep('mobile-sora')
  await check('mobile-sora', id, 'made-up')
  const entries = await readJournal('platform', world.siteOf('platform').store.read)
  const item = (name: string) => ({ item: name, payer: 'mobile-sora', payee: 'platform', quantity: 1 })
  expect(entries.flatMap(({ body }) => body['fees'] ?? [])).toEqual([
    item('signature.ocsp.verification'),
    item('signature.ocsp.change-check'),
  ])
})

test('a clinic’s people cannot ask for change checks', async () => {
  const response = await world.as('people')['change-checks'].$post({ json: { storedCertificateIds: ['x'] } })
  expect(response.status).toBe(403)
})
