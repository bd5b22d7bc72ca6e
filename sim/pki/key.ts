/** Key pairs, their text forms, and the signer that stands before a key or a card. */
import { createPrivateKey, createPublicKey, generateKeyPair as generate, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { readPublicKey } from './publicKey.ts'
import { MalformedError } from './malformed.ts'

export type KeyPair = { privateKey: KeyObject; publicKey: KeyObject }

/** Makes RSASSA-PKCS1-v1_5 signatures with SHA-256 over `data`; behind it is a KeyObject or a card. */
export type Signer = { certificate?: Uint8Array; sign(data: Uint8Array): Uint8Array | Promise<Uint8Array> }

const generateAsync = promisify(generate)

/** RSA-2048 with exponent 65537, as JPKI certificates have it (J-LIS profile); runs on the thread pool. */
export const generateKeyPair = (): Promise<KeyPair> =>
  generateAsync('rsa', { modulusLength: 2048, publicExponent: 65537 })

/** PKCS#8 DER in base64. */
export const exportPrivateKey = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' }).toString('base64')

/** SubjectPublicKeyInfo DER in base64. */
export const exportPublicKey = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')

export function importPrivateKey(base64: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })
  } catch {
    throw new MalformedError('private key')
  }
}

export const importPublicKey = (base64: string): KeyObject => readPublicKey(fromBase64(base64, 'public key'))

/** The public half of a private key. */
export const publicKeyOf = (privateKey: KeyObject) => createPublicKey(privateKey)

/** Base64 with padding and nothing else in it. */
export function fromBase64(base64: string, what: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) throw new MalformedError(`${what}: bad base64`)
  return new Uint8Array(bytes)
}

export const keySigner = (key: KeyObject): Signer => ({
  sign: (data) => new Uint8Array(sign('sha256', data, key)),
})
