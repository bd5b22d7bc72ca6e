import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  exportPrivateKey,
  exportPublicKey,
  generateKeyPair,
  importPrivateKey,
  importPublicKey,
  keySigner,
} from './key.ts'
import { MalformedError } from './malformed.ts'

test('a key pair survives export and import, and its signature is RSASSA-PKCS1-v1_5 with SHA-256', async () => {
  const { privateKey, publicKey } = await generateKeyPair()
  const signer = keySigner(importPrivateKey(exportPrivateKey(privateKey)))
  const data = new TextEncoder().encode('data')
  const signature = await signer.sign(data)
  expect(verify('sha256', data, importPublicKey(exportPublicKey(publicKey)), signature)).toBe(true)
  expect(publicKey.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65537n })
})

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')

test('a short rsa key is refused', () => {
  expect(() => importPublicKey(spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey))).toThrow('modulus')
})

test('an exponent below 65537 is refused: with 1 anyone could sign', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
  expect(() => importPublicKey(spki(publicKey))).toThrow('bad exponent')
  const jwk = { ...publicKey.export({ format: 'jwk' }), e: 'AQ' }
  expect(() => importPublicKey(spki(createPublicKey({ key: jwk, format: 'jwk' })))).toThrow('bad exponent')
})

test('keys of other algorithms are refused, curves of the next card are read', () => {
  expect(() => importPublicKey(spki(generateKeyPairSync('ed25519').publicKey))).toThrow('unsupported')
  expect(importPublicKey(spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)).asymmetricKeyType).toBe(
    'ec',
  )
})

test.each(['', 'AAAA', 'not base64', 'MIIB'])('%j is no key', (text) => {
  expect(() => importPublicKey(text)).toThrow(MalformedError)
  expect(() => importPrivateKey(text)).toThrow(MalformedError)
})
