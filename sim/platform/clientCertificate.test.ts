/** A certificate shown in a TLS handshake, as a provider has the platform check it. */
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer, once } from '../core/network.ts'
import { toBase64 } from '../messages/base64.ts'
import type { Resident } from './testResident.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'

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

type Provider = Parameters<TestWorld['as']>[0]
const shown = (provider: Provider = 'catv-hikari', { certificate } = hanako.authentication, requestId = '') =>
  answer(
    world.as(provider)['client-certificates'].$post({ json: { certificate } }, requestId === '' ? {} : once(requestId)),
  )

test('its holder has the pseudonym that an authentication gives, and another one at another provider', async () => {
  const { accountId } = await world.authenticated('catv-hikari', hanako)
  const given = await shown()
  expect(given).toEqual({
    outcome: 'accepted',
    accountId,
    notAfter: expect.any(Number),
    revocation: { method: 'ocsp', certStatus: 'good', asOf: expect.any(Number) },
  })
  expect(await shown('mobile-sora')).not.toMatchObject({ accountId })
})

test('a revoked one is refused with reason and date, also under a request id that was answered before', async () => {
  await shown('catv-hikari', hanako.authentication, 'one')
  await world.revoke('authentication', hanako.authentication, 'certificateHold')
  await world.clock.advance(15 * MINUTE)
  expect(await shown('catv-hikari', hanako.authentication, 'one')).toEqual({
    outcome: 'refused',
    reason: 'revoked',
    revocationReason: 'certificateHold',
    revocationDate: startAt,
    revocation: { method: 'ocsp', certStatus: 'revoked', asOf: expect.any(Number) },
  })
})

test('the signature certificate and bytes that are none are refused', async () => {
  expect(await shown('catv-hikari', hanako.signature)).toEqual({ outcome: 'refused', reason: 'wrong-kind' })
  const certificate = toBase64(Buffer.from('a certificate, it says'))
  expect(await shown('catv-hikari', { serialNumber: '00', certificate })).toEqual({
    outcome: 'refused',
    reason: 'malformed',
  })
})

test('the journal has the certificate only if it is ours: that of a real card, shown by mistake, is not kept', async () => {
  const kept = async () => JSON.stringify(await readJournal('platform', world.siteOf('platform').store.read))
  const other = await createTestWorld()
  const stranger = await other.card('card-stranger')
  await other.close()
  other.remove()
  const none = toBase64(Buffer.from('a certificate, it says'))
  const longer = toBase64(Buffer.alloc(20_000, 7))
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null']
  const foreign = toBase64(
    execFileSync('openssl', ['req', '-x509', ...newKey, '-subj', '/CN=x', '-outform', 'DER'], { stdio: 'pipe' }),
  )
  expect(await shown('catv-hikari', stranger.authentication)).toMatchObject({ outcome: 'refused' })
  await shown('catv-hikari', { serialNumber: '00', certificate: none })
  expect(await shown('catv-hikari', { serialNumber: '00', certificate: foreign })).toMatchObject({ outcome: 'refused' })
  await shown('catv-hikari', { serialNumber: '00', certificate: longer }).catch(() => undefined)
  for (const certificate of [stranger.authentication.certificate, none, foreign, longer])
    expect(await kept()).not.toContain(certificate.slice(0, 60))
  await shown()
  expect(await kept()).toContain(hanako.authentication.certificate)
})

test('no status, no acceptance', async () => {
  world.breakLine('ca')
  expect(await shown()).toEqual({ outcome: 'refused', reason: 'status-unknown' })
})

test('each status check is owed for', async () => {
  await shown()
  await shown('catv-hikari', hanako.signature)
  expect(await world.metered()).toContain('catv-hikari authentication.ocsp.verification 1')
  const entries = await readJournal('platform', world.siteOf('platform').store.read)
  expect(entries.flatMap(({ body }) => body['fees'] ?? [])).toEqual([
    { item: 'authentication.ocsp.verification', payer: 'catv-hikari', payee: 'platform', quantity: 1 },
  ])
})

test('it is no presence: nothing can be linked on it, and no ticket comes with it', async () => {
  await world.insure('nhi-1')
  const given = await shown()
  if (given.outcome !== 'accepted') throw new Error(given.reason)
  const links = world.as('catv-hikari').links
  const json = { purpose: 'health-insurance', holder: 'insurer-nhi', reference: 'nhi-1', consentGiven: true } as const
  const tried = await answer(links.$post({ json: { ...json, authenticationId: given.accountId } }))
  expect(tried).toEqual({ outcome: 'refused', reason: 'authentication-unknown' })
  expect(Object.keys(given).sort()).toEqual(['accountId', 'notAfter', 'outcome', 'revocation'])
})

test('people may not ask', async () => {
  const json = { certificate: hanako.authentication.certificate }
  expect((await world.as('people')['client-certificates'].$post({ json })).status).toBe(403)
})
