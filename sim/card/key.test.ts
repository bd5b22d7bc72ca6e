import { constants, createHash, publicDecrypt, verify as verifySignature } from 'node:crypto'
import { expect, test } from 'vitest'
import { isPadding, signWithKey, SHA256_DIGEST_INFO } from './key.ts'
import { adultContents, compute, openForAuthentication, openForSignature, publicKeys, send } from './testCard.ts'

const data = Buffer.from('共通IDの申込み')
const hash = createHash('sha256').update(data).digest()
const digestInfo = Buffer.concat([Buffer.from(SHA256_DIGEST_INFO, 'hex'), hash])
const { authentication: publicKey } = publicKeys

const signedBy = (p1: string, input: Uint8Array) =>
  Buffer.from(send(openForAuthentication, compute(p1, '97', input)).last.slice(0, -4), 'hex')

const pkcs1 = { key: publicKey, padding: constants.RSA_PKCS1_PADDING }
const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

test.each([
  ['00', 'a DigestInfo', digestInfo],
  ['02', 'a hash', hash],
  ['03', 'data', data],
])('P1 %s signs %s with RSASSA-PKCS1-v1_5', (p1, _, input) => {
  expect(verifySignature('sha256', data, pkcs1, signedBy(p1, input))).toBe(true)
})

test.each([
  ['04', 'a hash', hash],
  ['05', 'data', data],
])('P1 %s signs %s with RSASSA-PSS', (p1, _, input) => {
  expect(verifySignature('sha256', data, pss, signedBy(p1, input))).toBe(true)
})

test('P1 00 signs bytes as given and P1 01 their bare hash', () => {
  expect([publicDecrypt(publicKey, signedBy('00', data)), publicDecrypt(publicKey, signedBy('01', data))]).toEqual([
    data,
    hash,
  ])
})

test('the signature key signs with its own key', () => {
  const signature = Buffer.from(send(openForSignature, compute('00', '9A', digestInfo)).last.slice(0, -4), 'hex')
  expect(verifySignature('sha256', data, publicKeys.signature, signature)).toBe(true)
  expect(verifySignature('sha256', data, publicKey, signature)).toBe(false)
})

test('the same card and input give the same signature, PSS too', () => {
  const { authentication: privateKey } = adultContents.privateKeys
  expect(signWithKey(privateKey, 4, hash)).toEqual(signWithKey(privateKey, 4, hash))
})

test('there are six paddings', () => {
  expect([-1, 0, 1, 2, 3, 4, 5, 6].map(isPadding)).toEqual([false, true, true, true, true, true, true, false])
})
