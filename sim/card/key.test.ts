import { constants, createHash, publicDecrypt, verify as verifySignature } from 'node:crypto'
import { expect, test } from 'vitest'
import { type CardKey, isPadding, signWithKey, SHA256_DIGEST_INFO } from './key.ts'
import {
  adultContents,
  authenticationPin,
  compute,
  openForAuthentication,
  openForSignature,
  p384Card,
  publicKeys,
  publicKeysP384,
  SELECT_JPKI,
  selectFile,
  send,
  verify,
} from './testCard.ts'

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

const openP384 = send(p384Card, SELECT_JPKI, selectFile('0018'), verify(authenticationPin)).card
const hash384 = createHash('sha384').update(data).digest()

test.each([
  ['00', 'a hash', hash384],
  ['01', 'data', data],
])('with a P-384 key P1 %s signs %s as r and s one after the other', (p1, _, input) => {
  const { last } = send(openP384, compute(p1, '97', input))
  expect(last).toMatch(/^[0-9A-F]{192}9000$/)
  const plain = { key: publicKeysP384.authentication, dsaEncoding: 'ieee-p1363' } as const
  expect(verifySignature('sha384', data, plain, Buffer.from(last.slice(0, -4), 'hex'))).toBe(true)
})

test.each([
  ['a DigestInfo', compute('00', '97', digestInfo), '6700'],
  ['a hash of SHA-256', compute('00', '97', hash), '6700'],
  ['a padding of RSA', compute('02', '97', hash384), '6A86'],
  ['PSS', compute('04', '97', hash384), '6A86'],
  ['a hash without the PIN', compute('00', '9A', hash384), '6982'],
  ['too little room for the signature', compute('00', '97', hash384).slice(0, -2) + '5F', '6700'],
])('a P-384 card refuses %s', (_, apdu, statusWord) => {
  expect(send(openP384, apdu).last).toBe(statusWord)
})

test('a P-384 card answers where there is just room for the signature', () => {
  expect(send(openP384, compute('00', '97', hash384).slice(0, -2) + '60').last).toMatch(/9000$/)
})

test('there are six paddings for RSA, and none for ECDSA but whether the card hashes', () => {
  const known = (key: CardKey) => [-1, 0, 1, 2, 3, 4, 5, 6].filter((p1) => isPadding(key, p1))
  expect([known('rsa-2048'), known('p-384')]).toEqual([
    [0, 1, 2, 3, 4, 5],
    [0, 1],
  ])
})
