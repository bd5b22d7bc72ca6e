/** A member has the card linked at the insurer’s counter or on the issuer’s member page, on the whole world. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answer } from './core/network.ts'
import type { InsurerApp } from './insurer/index.ts'
import type { MunicipalityApp } from './municipality/index.ts'
import type { PaymentApp } from './payment/index.ts'
import { createInhabited, type Inhabited } from './testInhabited.ts'

let inhabited: Inhabited

beforeAll(async () => {
  inhabited = await createInhabited()
})
afterAll(() => inhabited.remove())

const insurer = () => inhabited.world.people.network.connect<InsurerApp>('insurer-nhi')
const issuer = () => inhabited.world.people.network.connect<PaymentApp>('payment-credit')
const insuredNumber = () => inhabited.parameters['insuredNumber'] ?? ''

const linkInsurance = async (number: string) => {
  const json = { ...(await inhabited.prove('insurer-nhi')), consentGiven: true as const }
  return insurer()['insured-persons'][':insuredNumber'].links.$post({ param: { insuredNumber: number }, json })
}

test('a number nobody has cannot be linked', async () => {
  expect((await linkInsurance('nobodys')).status).toBe(404)
})

test('without consent nothing is linked', async () => {
  const json = { ...(await inhabited.prove('insurer-nhi')), consentGiven: false }
  const path = `/insured-persons/${insuredNumber()}/links`
  const app = inhabited.world.local.apps.get('insurer-nhi')
  const answered = await app?.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
  })
  expect(answered?.status).toBe(422)
})

test('the counter gives a challenge and links the card to the number', async () => {
  const { challengeId, challenge } = await answer(insurer().challenges.$post())
  expect(challengeId).toMatch(/./)
  expect(Buffer.from(challenge, 'base64')).toHaveLength(32)
  expect(await answer(linkInsurance(insuredNumber()))).toMatchObject({ outcome: 'linked' })
})

test('a proof for one holder is no use at another', async () => {
  const json = { ...(await inhabited.prove('insurer-nhi')), consentGiven: true as const }
  const param = { accountNumber: inhabited.parameters['accountNumber'] ?? '' }
  expect(await answer(issuer().accounts[':accountNumber'].links.$post({ param, json }))).toEqual({
    outcome: 'refused',
    reason: 'challenge-unknown',
  })
})

test('a lost card is linked to nothing any more', async () => {
  const town = inhabited.world.people.network.connect<MunicipalityApp>('municipality-aobano').residents
  await answer(
    town[':residentId']['card-losses'].$post({ param: { residentId: inhabited.parameters['residentId'] ?? '' } }),
  )
  await inhabited.world.advance(2 * 3_600_000)
  expect(await answer(linkInsurance(insuredNumber()))).toEqual({ outcome: 'refused', reason: 'revoked' })
})
