/** Certificates for a smartphone, applied for with the card. */
import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts'
import { trustAnchors, validateCertificate } from '../pki/chain.ts'
import { signDocument } from '../pki/cms.ts'
import { exportPublicKey, generateKeyPair, keySigner } from '../pki/key.ts'
import { mediumOfPolicy, policiesOf } from '../pki/profile.ts'
import { cardKey, createTestWorld } from './testWorld.ts'

const world = await createTestWorld()
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
const phoneKeys = { signature: await generateKeyPair(), authentication: await generateKeyPair() }
const application = {
  order: 'smartphone-certificates',
  signaturePublicKey: exportPublicKey(phoneKeys.signature.publicKey),
  authenticationPublicKey: exportPublicKey(phoneKeys.authentication.publicKey),
}

const sign = async (certificate: string, order: unknown = application, key = cardKey) => {
  const document = new TextEncoder().encode(JSON.stringify(order))
  const signer = keySigner(key.privateKey)
  const signingTime = world.clock.now()
  return toBase64(await signDocument({ document, signer, certificate: fromBase64(certificate), signingTime }))
}
const apply = (signedDocument: string, requestId?: string) =>
  answer(
    world.people['smartphone-certificates'].$post(
      { json: { signedDocument } },
      requestId === undefined ? {} : { headers: { 'idempotency-key': requestId } },
    ),
  )
const cardOf = async (cardId: string) => ({
  authentication: await world.issue('authentication', { cardId }),
  signature: await world.issue('signature', { cardId }),
})
const stateOf = (kind: string, serialNumber: string) =>
  answer(world.town.certificates[':kind'][':serialNumber'].$get({ param: { kind, serialNumber } }))

test('a card’s signature brings certificates of both kinds, for as long as the card’s own and with the same basic four', async () => {
  const card = await cardOf('a1')
  const phone = await apply(await sign(card.signature.certificate))
  const [signature, authentication] = [phone.signature, phone.authentication].map(({ certificate }) =>
    parseCertificate(fromBase64(certificate)),
  )
  expect(signature?.basicFour).toEqual(parseCertificate(fromBase64(card.signature.certificate)).basicFour)
  expect(authentication?.basicFour).toBeUndefined()
  expect(
    [signature?.policies, authentication?.policies].map((policies) => mediumOfPolicy(policies?.[0] ?? '')),
  ).toEqual(['smartphone', 'smartphone'])
  expect([phone.signature.notAfter, phone.authentication.notAfter]).toEqual([
    card.signature.notAfter,
    card.authentication.notAfter,
  ])
  expect(signature?.publicKey.equals(phoneKeys.signature.publicKey)).toBe(true)
  expect(
    isIssuedBy(parseCertificate(fromBase64(phone.signature.certificate)), await world.authorityOf('signature')),
  ).toBe(true)
  expect(await stateOf('signature', phone.signature.serialNumber)).toMatchObject({
    medium: 'smartphone',
    certStatus: 'good',
  })
})

test('a verifier accepts them as certificates of their kind by their own policy', async () => {
  const card = await cardOf('a2')
  const phone = await apply(await sign(card.signature.certificate))
  const issuer = await world.authorityOf('authentication')
  const anchors = trustAnchors([{ kind: 'authentication', der: issuer.der }])
  const certificate = parseCertificate(fromBase64(phone.authentication.certificate))
  const check = { kind: 'authentication', anchors, now: world.clock.now() } as const
  const policies = policiesOf('authentication')
  expect(validateCertificate(certificate, { ...check, policies })).toMatchObject({ result: 'ok' })
})

test('with the card’s certificate those of the phone of the same kind are revoked, the other kind is not', async () => {
  const card = await cardOf('b1')
  const phone = await apply(await sign(card.signature.certificate))
  await world.revoke('signature', card.signature.serialNumber, 'affiliationChanged')
  expect(await stateOf('signature', phone.signature.serialNumber)).toMatchObject({ reason: 'affiliationChanged' })
  expect((await stateOf('authentication', phone.authentication.serialNumber)).certStatus).toBe('good')
  await world.clock.advance(15 * MINUTE)
  expect(await world.ocsp('signature', phone.signature.certificate)).toMatchObject({ certStatus: 'revoked' })
})

test('a phone’s signature certificate leads to the phone’s authentication certificate, the card’s to the card’s', async () => {
  const card = await cardOf('c1')
  const phone = await apply(await sign(card.signature.certificate))
  const linked = (signatureSerialNumber: string) =>
    answer(world.platform['serial-links'].$post({ json: { signatureSerialNumber } }))
  expect(await linked(phone.signature.serialNumber)).toEqual({
    authenticationSerialNumber: phone.authentication.serialNumber,
  })
  expect(await linked(card.signature.serialNumber)).toEqual({
    authenticationSerialNumber: card.authentication.serialNumber,
  })
})

test('the same application is answered with the same certificates', async () => {
  const card = await cardOf('d1')
  const signedDocument = await sign(card.signature.certificate)
  expect(await apply(signedDocument, 'phone-1')).toEqual(await apply(signedDocument, 'phone-1'))
})

test('what is not signed just now with a good signature certificate of a card is refused', async () => {
  const card = await cardOf('e1')
  const refused = { status: 422, code: 'order-refused' }
  const stale = await sign(card.signature.certificate)
  await world.clock.advance(HOUR + MINUTE)
  const phone = await apply(await sign(card.signature.certificate))
  const documents = [
    stale,
    await sign(card.authentication.certificate),
    await sign(card.signature.certificate, application, phoneKeys.signature),
    await sign(phone.signature.certificate, application, phoneKeys.signature),
    await sign(card.signature.certificate, { ...application, extra: 1 }),
    toBase64(Buffer.from('hello')),
  ]
  for (const signedDocument of documents) expect(await problemOf(apply(signedDocument))).toMatchObject(refused)
  const weak = await sign(card.signature.certificate, { ...application, signaturePublicKey: 'AAAA' })
  expect(await problemOf(apply(weak))).toMatchObject({ code: 'malformed-public-key' })
  await world.revoke('signature', card.signature.serialNumber, 'certificateHold')
  expect(await problemOf(apply(await sign(card.signature.certificate)))).toMatchObject(refused)
})

test('a phone’s certificate under a newer key goes when the key of its card’s certificate is compromised', async () => {
  const own = await createTestWorld()
  const card = await own.issue('signature', { cardId: 'f1' })
  await own.issue('authentication', { cardId: 'f1' })
  const staff = own.staff.authorities[':kind'].generations
  await answer(staff.$post({ param: { kind: 'signature' } }))
  const document = new TextEncoder().encode(JSON.stringify(application))
  const signed = await signDocument({
    ...{ document, signer: keySigner(cardKey.privateKey), certificate: fromBase64(card.certificate) },
    signingTime: own.clock.now(),
  })
  const json = { signedDocument: toBase64(signed) }
  const phone = await answer(own.people['smartphone-certificates'].$post({ json }))
  const param = { kind: 'signature', serialNumber: phone.signature.serialNumber }
  const state = () => answer(own.town.certificates[':kind'][':serialNumber'].$get({ param }))
  expect(await state()).toMatchObject({ generation: 3, certStatus: 'good' })
  await answer(staff[':generation'].compromises.$post({ param: { kind: 'signature', generation: '2' } }))
  expect(await state()).toMatchObject({ certStatus: 'revoked', reason: 'cACompromise' })
})
