/** 最新の利用者情報(4情報)提供サービス: consent, withdrawal, inquiry, and what the platform gets for it. */
import { expect, test } from 'vitest'
import { DAY, MINUTE, SECOND } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { signDocument } from '../pki/cms.ts'
import { keySigner } from '../pki/key.ts'
import { cardKey, createTestWorld } from './testWorld.ts'

const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
/** Instants are given in Japan's time. */
const japan = (text: string) => Date.parse(`${text}+09:00`)
const service = 'mobile-sora'
const items = ['name', 'address'] as const

const open = async () => {
  const world = await createTestWorld({ options: { latestBasicFour: true } })
  const sign = async (certificate: string, order: unknown) => {
    const document = new TextEncoder().encode(JSON.stringify(order))
    const request = { document, signer: keySigner(cardKey.privateKey), certificate: fromBase64(certificate) }
    return { json: { signedDocument: toBase64(await signDocument({ ...request, signingTime: world.clock.now() })) } }
  }
  const consents = world.people['basic-four-consents']
  const consent = async (certificate: string, of = service) =>
    answer(consents.$post(await sign(certificate, { order: 'latest-basic-four.consent', service: of, items })))
  const withdraw = async (certificate: string) =>
    answer(consents.withdrawals.$post(await sign(certificate, { order: 'latest-basic-four.withdrawal', service })))
  const inquire = async (certificate: string) =>
    (await answer(consents.inquiries.$post(await sign(certificate, { order: 'latest-basic-four.inquiry' })))).consents
  const ask = (signatureSerialNumber: string) =>
    answer(world.platform['latest-basic-four'].$post({ json: { service, signatureSerialNumber } }))
  const fees = async () =>
    (await readJournal('ca', world.caSite.store.read))
      .flatMap(({ body }) => body['fees'] ?? [])
      .filter((fee) => JSON.stringify(fee).includes('latest-basic-four'))
  /** The holder moves: the old certificate is revoked and a new one issued, later, for another card or the same. */
  const move = async (serialNumber: string, cardId: string) => {
    await world.revoke('signature', serialNumber, 'affiliationChanged')
    await world.clock.advance(DAY)
    return world.issue('signature', { cardId, replaces: serialNumber })
  }
  return { ...world, sign, consent, withdraw, inquire, ask, fees, move }
}

test('consent counts from the next day for ten years, in Japan’s days', async () => {
  const world = await open()
  const { certificate } = await world.issue('signature', { cardId: 'a1' })
  expect(await world.consent(certificate)).toEqual({
    ...{ service, state: 'standing', items },
    validFrom: japan('2026-04-02T00:00:00'),
    validTo: japan('2036-04-01T23:59:59'),
  })
})

test('the new items are given once a new certificate exists, only those consented to, and then cost a fee', async () => {
  const world = await open()
  const { certificate, serialNumber } = await world.issue('signature', { cardId: 'b1' })
  await world.consent(certificate)
  await world.clock.advance(DAY)
  expect(await world.ask(serialNumber)).toEqual({ outcome: 'nothing-new' })
  await world.revoke('signature', serialNumber, 'affiliationChanged')
  expect(await world.ask(serialNumber)).toEqual({ outcome: 'nothing-new' })
  expect(await world.fees()).toEqual([])
  const fresh = await world.issue('signature', { cardId: 'b1' })
  expect(await world.ask(serialNumber)).toEqual({
    outcome: 'given',
    basicFour: { name: '見本　花子', address: '見本県青葉野市1-1' },
    signatureSerialNumber: fresh.serialNumber,
  })
  expect(await world.fees()).toEqual([{ item: 'latest-basic-four', payer: 'platform', payee: 'ca', quantity: 1 }])
})

test('consent survives any number of revocations and new cards', async () => {
  const world = await open()
  const first = await world.issue('signature', { cardId: 'c1' })
  await world.consent(first.certificate)
  const second = await world.move(first.serialNumber, 'c1')
  const third = await world.move(second.serialNumber, 'c2')
  expect(await world.ask(first.serialNumber)).toMatchObject({ signatureSerialNumber: third.serialNumber })
  expect(await world.ask(second.serialNumber)).toMatchObject({ signatureSerialNumber: third.serialNumber })
  expect(await world.ask(third.serialNumber)).toEqual({ outcome: 'nothing-new' })
})

test('before the first day, for another service, and once withdrawn nothing is given', async () => {
  const world = await open()
  const first = await world.issue('signature', { cardId: 'd1' })
  await world.consent(first.certificate)
  await world.revoke('signature', first.serialNumber, 'affiliationChanged')
  const second = await world.issue('signature', { cardId: 'd1' })
  expect(await world.ask(first.serialNumber)).toEqual({ outcome: 'no-consent' })
  await world.clock.advance(DAY)
  expect((await world.ask(first.serialNumber)).outcome).toBe('given')
  const other = { json: { service: 'catv-hikari', signatureSerialNumber: first.serialNumber } }
  expect(await answer(world.platform['latest-basic-four'].$post(other))).toEqual({ outcome: 'no-consent' })
  expect((await world.withdraw(second.certificate)).state).toBe('withdrawn')
  expect(await world.ask(first.serialNumber)).toEqual({ outcome: 'no-consent' })
})

test('an old document does not bring back a consent that was withdrawn later', async () => {
  const world = await open()
  const { certificate } = await world.issue('signature', { cardId: 'e1' })
  const order = { order: 'latest-basic-four.consent', service, items }
  const old = await world.sign(certificate, order)
  const consents = world.people['basic-four-consents']
  const given = await answer(consents.$post(old))
  expect(await answer(consents.$post(old))).toEqual(given)
  await world.clock.advance(MINUTE)
  await world.withdraw(certificate)
  expect(await problemOf(answer(consents.$post(old)))).toMatchObject({ status: 409, code: 'overtaken' })
  await world.clock.advance(SECOND)
  expect((await world.consent(certificate)).state).toBe('standing')
})

test('consents are listed to who asks with the card’s authentication certificate', async () => {
  const world = await open()
  const authentication = await world.issue('authentication', { cardId: 'f1' })
  const { certificate } = await world.issue('signature', { cardId: 'f1' })
  await world.consent(certificate)
  await world.consent(certificate, 'catv-hikari')
  await world.clock.advance(MINUTE)
  await world.withdraw(certificate)
  expect((await world.inquire(authentication.certificate)).map(({ service: of, state }) => [of, state])).toEqual([
    ['catv-hikari', 'standing'],
    ['mobile-sora', 'withdrawn'],
  ])
  expect(await problemOf(world.inquire(certificate))).toMatchObject({ code: 'order-refused' })
})

test('only the platform may ask, and there is no such service unless the world has it', async () => {
  const world = await open()
  const json = { service, signatureSerialNumber: '4BAD' }
  expect((await world.insurer['latest-basic-four'].$post({ json })).status).toBe(403)
  const without = await createTestWorld()
  const call = answer(without.platform['latest-basic-four'].$post({ json }))
  expect(await problemOf(call)).toMatchObject({ status: 404, code: 'no-such-service' })
})
