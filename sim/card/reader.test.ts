import { verify as verifySignature } from 'node:crypto'
import { expect, test } from 'vitest'
import { createCard, respond, type Card } from './machine.ts'
import { ForeignCard } from './foreignCard.ts'
import { CardError, createReader, type ReaderOptions } from './reader.ts'
import {
  adultCard,
  adultContents,
  authenticationPin,
  certificates,
  childCard,
  p384Card,
  publicKeys,
  publicKeysP384,
  signaturePassword,
} from './testCard.ts'

/** A reader with a card in it; `apdus` are those sent. */
const insert = (card: Card, options?: ReaderOptions) => {
  const apdus: string[] = []
  const reader = createReader(async (apdu) => {
    apdus.push(apdu)
    const answered = respond(card, apdu)
    card = answered.snapshot
    return answered.response
  }, options)
  return { reader, apdus }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

test('an authentication takes five APDUs, one to learn which kind of key the card has, and a signature that verifies', async () => {
  const { reader, apdus } = insert(adultCard)
  await reader.select()
  await reader.verify('authentication', authenticationPin)
  const challenge = Buffer.from('challenge')
  const signature = await reader.sign('authentication', challenge)
  expect(verifySignature('sha256', challenge, publicKeys.authentication, signature)).toBe(true)
  expect(apdus.length).toBe(5)
})

test('certificates come byte for byte, 256 bytes an APDU', async () => {
  const { reader, apdus } = insert(adultCard)
  await reader.select()
  expect(hex(await reader.readAuthenticationCertificate())).toBe(certificates.authentication)
  expect(apdus.length).toBe(1 + Math.ceil(1600 / 256))
  expect(hex(await reader.readCaCertificate('authentication'))).toBe(certificates.authenticationCa)
  expect(hex(await reader.readCaCertificate('signature'))).toBe(certificates.signatureCa)
})

test('the signature certificate needs the password', async () => {
  const { reader } = insert(adultCard)
  await reader.select()
  await expect(reader.readSignatureCertificate()).rejects.toEqual(new CardError('6982', 'read signature certificate'))
  await reader.verify('signature', signaturePassword)
  expect(hex(await reader.readSignatureCertificate())).toBe(certificates.signature)
})

test('wrong PINs are answers until the PIN is blocked', async () => {
  const { reader } = insert(adultCard)
  await reader.select()
  const results = []
  for (const pin of ['0000', '0001', '0002', authenticationPin])
    results.push(await reader.verify('authentication', pin))
  expect(results).toEqual([
    { result: 'wrong', triesLeft: 2 },
    { result: 'wrong', triesLeft: 1 },
    { result: 'blocked' },
    { result: 'blocked' },
  ])
  expect([await reader.triesLeft('authentication'), await reader.triesLeft('signature')]).toEqual([0, 5])
})

test('signing without a PIN is an error with the status word', async () => {
  const { reader } = insert(adultCard)
  await reader.select()
  await expect(reader.sign('signature', Buffer.from('x'))).rejects.toMatchObject({
    statusWord: '6982',
    message: 'sign with signature key: security status not satisfied (6982)',
  })
})

test('a PIN is changed with the old one', async () => {
  const { reader } = insert(adultCard)
  await reader.select()
  expect([
    await reader.changePin('signature', 'WRONG111', 'NEW12345'),
    await reader.changePin('signature', signaturePassword, 'lower123'),
    await reader.changePin('signature', signaturePassword, 'NEW12345'),
    await reader.verify('signature', 'NEW12345'),
  ]).toEqual([{ result: 'wrong', triesLeft: 4 }, { result: 'unacceptable' }, { result: 'ok' }, { result: 'ok' }])
})

test('a reader sees that a card under 15 cannot sign', async () => {
  const { reader } = insert(childCard)
  await reader.select()
  expect([await reader.readPresence(), await reader.verify('signature', signaturePassword)]).toEqual([
    { signature: false, authentication: true },
    { result: 'blocked' },
  ])
})

test('a trusted terminal authenticates without a PIN', async () => {
  const { reader } = insert(createCard({ ...adultContents, terminalKey: 'AABBCCDD' }))
  await reader.select()
  expect(await reader.presentTerminal(Buffer.from('00BBCCDD', 'hex'))).toBe(false)
  expect(await reader.presentTerminal(Buffer.from('AABBCCDD', 'hex'))).toBe(true)
  expect((await reader.sign('authentication', Buffer.from('x'))).length).toBe(256)
})

test('a card that sends no more does not keep the reader waiting', async () => {
  const reader = createReader(async (apdu) => (apdu.startsWith('00B08A') ? '308206009000' : '9000'))
  await expect(reader.readAuthenticationCertificate()).rejects.toThrow('card stopped sending')
})

test('a P-384 card is told by its token information, and signs what X.509 and CMS take', async () => {
  const { reader } = insert(p384Card)
  await reader.select()
  await reader.verify('signature', signaturePassword)
  const signer = await reader.signer('signature')
  const data = Buffer.from('document')
  expect(signer.algorithm).toBe('p-384')
  expect(verifySignature('sha384', data, publicKeysP384.signature, await signer.sign(data))).toBe(true)
  expect((await insertedAlgorithm(adultCard)).algorithm).toBe('rsa-2048')
})

const insertedAlgorithm = async (card: Card) => {
  const { reader } = insert(card)
  await reader.select()
  return reader.signer('authentication')
}

const anchor = Buffer.from(certificates.authenticationCa, 'hex')
const stranger = Buffer.from(certificates.signatureCa, 'hex')
const password = Buffer.from(signaturePassword).toString('hex')
const carriesSecret = (apdu: string) => /^0020008004|^00240180|^80A2/.test(apdu) || apdu.includes(password)

test('a card of our own authority gets its PIN; that it is ours is asked once a session', async () => {
  const { reader, apdus } = insert(adultCard, { anchors: () => [stranger, anchor] })
  await reader.select()
  expect(await reader.verify('authentication', authenticationPin)).toEqual({ result: 'ok' })
  const before = apdus.length
  expect(await reader.verify('signature', signaturePassword)).toEqual({ result: 'ok' })
  expect(apdus.length - before).toBe(2)
  await reader.select()
  await reader.verify('authentication', authenticationPin)
  expect(apdus.filter((apdu) => apdu === '00B08B0000').length).toBe(2)
})

test('a card of another authority gets no secret, whatever is asked of it', async () => {
  const key = Buffer.from('AABBCCDD', 'hex')
  const card = createCard({ ...adultContents, terminalKey: 'AABBCCDD' })
  const { reader, apdus } = insert(card, { anchors: async () => [stranger] })
  await reader.select()
  const asked = [
    () => reader.verify('authentication', authenticationPin),
    () => reader.verify('signature', signaturePassword),
    () => reader.changePin('authentication', authenticationPin, '5678'),
    () => reader.presentTerminal(key),
    () => reader.checkCard(),
  ]
  for (const ask of asked) await expect(ask()).rejects.toThrow(ForeignCard)
  expect(apdus.filter(carriesSecret)).toEqual([])
  expect(await reader.triesLeft('authentication')).toBe(3)
})

test('the refusal says in both languages that no PIN was sent', async () => {
  const { reader } = insert(adultCard, { anchors: () => [] })
  await reader.select()
  const refused = await reader.checkCard().catch((error: unknown) => error)
  expect(refused instanceof ForeignCard && refused.text).toEqual({
    ja: expect.stringContaining('暗証番号は送っていません'),
    en: expect.stringContaining('no PIN was sent'),
  })
})

test('a card exchanged for another is asked again, once it is selected', async () => {
  let card = adultCard
  const foreign = createCard({ ...adultContents, caCertificates: { authentication: certificates.signatureCa } })
  const reader = createReader(
    async (apdu) => {
      const answered = respond(card, apdu)
      card = answered.snapshot
      return answered.response
    },
    { anchors: () => [anchor] },
  )
  await reader.select()
  await reader.verify('authentication', authenticationPin)
  card = foreign
  await expect(reader.verify('authentication', authenticationPin)).rejects.toThrow(CardError)
  await reader.select()
  await expect(reader.verify('authentication', authenticationPin)).rejects.toThrow(ForeignCard)
})

test('a card that was never personalised is none of ours', async () => {
  const { reader } = insert(createCard({ authenticationPin }), { anchors: () => [anchor] })
  await reader.select()
  await expect(reader.verify('authentication', authenticationPin)).rejects.toThrow(ForeignCard)
})

test('a broken line to the card is no foreign card', async () => {
  const reader = createReader(
    async (apdu) => {
      if (apdu.startsWith('00B0')) throw new Error('the line broke')
      return '9000'
    },
    { anchors: () => [anchor] },
  )
  await reader.select()
  await expect(reader.verify('authentication', authenticationPin)).rejects.toThrow('the line broke')
})
