import { verify as verifySignature } from 'node:crypto'
import { expect, test } from 'vitest'
import { createCard, respond, type Card } from './machine.ts'
import { CardError, createReader } from './reader.ts'
import {
  adultCard,
  adultContents,
  authenticationPin,
  certificates,
  childCard,
  publicKeys,
  signaturePassword,
} from './testCard.ts'

/** A reader with a card in it; `apdus` are those sent. */
const insert = (card: Card) => {
  const apdus: string[] = []
  const reader = createReader(async (apdu) => {
    apdus.push(apdu)
    const answered = respond(card, apdu)
    card = answered.snapshot
    return answered.response
  })
  return { reader, apdus }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()

test('an authentication takes four APDUs and a signature that verifies', async () => {
  const { reader, apdus } = insert(adultCard)
  await reader.select()
  await reader.verify('authentication', authenticationPin)
  const challenge = Buffer.from('challenge')
  const signature = await reader.sign('authentication', challenge)
  expect(verifySignature('sha256', challenge, publicKeys.authentication, signature)).toBe(true)
  expect(apdus.length).toBe(4)
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
