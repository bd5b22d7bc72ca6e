/** The latest basic four over the platform's interface: consent passed on, answers passed on, and a serial number that is not. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answersTable } from '../core/answers.ts'
import { DAY } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { type Resident, hanakoFour } from './testResident.ts'
import { createTestWorld, type TestWorld } from './testWorld.ts'

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

const items = ['name', 'dateOfBirth', 'sex', 'address']
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
const mobile = () => world.as('mobile-sora')

const keep = async () => {
  const form = { service: 'mobile', applicant: hanakoFour, changeCheckConsent: true, nonce: 'nonce-0001' }
  const signedDocument = await hanako.sign({ provider: 'mobile-sora', ...form })
  const kept = await answer(mobile().signatures.$post({ json: { signedDocument, keepForChangeChecks: true } }))
  if (kept.outcome === 'refused' || kept.storedCertificateId === undefined) throw new Error('not stored')
  return kept.storedCertificateId
}
const consent = async (service = 'mobile-sora', caller: 'mobile-sora' | 'broadcaster-koho' = 'mobile-sora') => {
  const signedDocument = await hanako.sign({ order: 'latest-basic-four.consent', service, items })
  return answer(world.as(caller)['basic-four-consents'].$post({ json: { signedDocument } }))
}
/** Consent counts from the next day. */
const keepWithConsent = async () => {
  const stored = await keep()
  await consent()
  await world.clock.advance(DAY)
  return stored
}
const ask = (storedCertificateId: string, requestId?: string) =>
  answer(
    mobile()['latest-basic-four'].$post(
      { json: { storedCertificateId } },
      requestId === undefined ? {} : world.once(requestId),
    ),
  )
const check = async (storedCertificateId: string) =>
  (await answer(mobile()['change-checks'].$post({ json: { storedCertificateIds: [storedCertificateId] } }))).results[0]
    ?.certStatus
/** The certificate is revoked, and a new one issued for the same card. */
const replaceCertificate = async () => {
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  hanako = await world.card('card-hanako')
}
const feesAt = async (party: string) =>
  (await readJournal(party, world.siteOf(party).store.read))
    .flatMap(({ body }) => body['fees'] ?? [])
    .filter((fee) => JSON.stringify(fee).includes('latest-basic-four'))

test('a consent for this provider reaches the authority, one for another is not passed on', async () => {
  expect(await consent()).toMatchObject({ service: 'mobile-sora', state: 'standing', items })
  expect(await problemOf(consent('broadcaster-koho'))).toMatchObject({ status: 422, code: 'not-for-this-provider' })
  const json = { signedDocument: Buffer.from('junk').toString('base64') }
  const junk = answer(mobile()['basic-four-consents'].$post({ json }))
  expect(await problemOf(junk)).toMatchObject({ status: 422, code: 'not-for-this-provider' })
})

test('what the authority refuses is refused', async () => {
  await world.revoke('signature', hanako.signature, 'keyCompromise')
  expect(await problemOf(consent())).toMatchObject({ status: 422, code: 'consent-refused' })
})

test('nothing new, then the new data for a fee, then nothing new again', async () => {
  const stored = await keepWithConsent()
  expect([await ask(stored), await check(stored)]).toEqual([{ outcome: 'nothing-new' }, 'good'])
  await replaceCertificate()
  expect(await ask(stored)).toEqual({ outcome: 'given', basicFour: hanakoFour })
  expect([await ask(stored), await check(stored)]).toEqual([{ outcome: 'nothing-new' }, 'followed'])
  expect(await feesAt('platform')).toEqual([
    { item: 'latest-basic-four', payer: 'mobile-sora', payee: 'platform', quantity: 1 },
  ])
  expect(await feesAt('ca')).toEqual([{ item: 'latest-basic-four', payer: 'platform', payee: 'ca', quantity: 1 }])
})

test('the new serial number is not told, and each later certificate is found from the one before', async () => {
  const stored = await keepWithConsent()
  await replaceCertificate()
  const first = await ask(stored)
  const { serialNumber } = hanako.signature
  await replaceCertificate()
  const second = await ask(stored)
  expect([first.outcome, second.outcome, (await ask(stored)).outcome]).toEqual(['given', 'given', 'nothing-new'])
  expect(JSON.stringify([first, second])).not.toContain(serialNumber)
})

test('an answer that got lost with the process is given again, and charged once', async () => {
  const stored = await keepWithConsent()
  await replaceCertificate()
  // What a crash between learning and answering leaves: the number is known, the answer was not kept.
  const before = await ask(stored, 'r-1')
  await world.siteOf('platform').store.write(async (tx) => void (await tx.delete(answersTable)))
  expect(await ask(stored, 'r-1')).toEqual(before)
  expect((await feesAt('ca')).length).toBe(1)
})

test('other providers’ certificates are unknown, and withdrawn ones are not asked about', async () => {
  const stored = await keepWithConsent()
  await replaceCertificate()
  const other = world.as('broadcaster-koho')['latest-basic-four'].$post({ json: { storedCertificateId: stored } })
  expect(await problemOf(answer(other))).toMatchObject({ status: 404, code: 'no-such-stored-certificate' })
  const param = { storedCertificateId: stored }
  await ask(stored)
  await answer(mobile()['stored-certificates'][':storedCertificateId'].withdrawals.$post({ param }))
  expect([await ask(stored), await check(stored)]).toEqual([{ outcome: 'no-consent' }, 'not-checked'])
})

test('without consent at the authority nothing is given, and the certificate goes on being watched', async () => {
  const stored = await keep()
  await world.clock.advance(DAY)
  await replaceCertificate()
  await world.clock.advance(DAY)
  expect([await ask(stored), await check(stored)]).toEqual([{ outcome: 'no-consent' }, 'revoked'])
})

test('an authority that does not answer is a passing failure', async () => {
  const stored = await keepWithConsent()
  world.breakLine('ca')
  expect(await problemOf(ask(stored))).toMatchObject({ status: 503, code: 'authority-silent' })
})
