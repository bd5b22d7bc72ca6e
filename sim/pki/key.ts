/** Key pairs, their text forms, and the signer that stands before a key or a card. */
import {
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPair as generate,
  type KeyObject,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'
import { readPublicKey } from './publicKey.ts'
import { MalformedError } from './malformed.ts'

export type KeyPair = { privateKey: KeyObject; publicKey: KeyObject }

/**
 * rsa-2048: RSASSA-PKCS1-v1_5 with SHA-256, as JPKI certificates have it (J-LIS profile); p-384: ECDSA with SHA-384, as announced for the
 * next card (次期個人番号カード, Digital Agency task force report of 2024-03-18); p-256: ECDSA with SHA-256, for comparison only.
 */
export type KeyAlgorithm = 'rsa-2048' | 'p-256' | 'p-384'

/** Signs `data` with the algorithm of its key (RSA unless it says otherwise); behind it is a KeyObject or a card. */
export type Signer = {
  certificate?: Uint8Array
  algorithm?: KeyAlgorithm
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** The same over data that comes in parts, for what is too large to be signed at one go. */
  signParts?(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array>
}

const generateRsa = promisify(generate)
const generateEc = promisify(generate)

/** A new pair; runs on the thread pool. The RSA exponent is 65537. */
export const generateKeyPair = (algorithm: KeyAlgorithm = 'rsa-2048'): Promise<KeyPair> =>
  algorithm === 'rsa-2048'
    ? generateRsa('rsa', { modulusLength: 2048, publicExponent: 65537 })
    : generateEc('ec', { namedCurve: curves[algorithm] })

const curves = { 'p-256': 'prime256v1', 'p-384': 'secp384r1' } as const
const digests = { 'rsa-2048': 'sha256', 'p-256': 'sha256', 'p-384': 'sha384' } as const

/** What a key signs with; throws a RangeError for a key none of these algorithms has. */
export function keyAlgorithm({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyAlgorithm {
  if (asymmetricKeyType === 'rsa') return 'rsa-2048'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curves['p-256']) return 'p-256'
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === curves['p-384']) return 'p-384'
  throw new RangeError('no such key algorithm')
}

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

export const keySigner = (key: KeyObject): Signer => {
  const algorithm = keyAlgorithm(key)
  return {
    algorithm,
    sign: (data) => new Uint8Array(sign(digests[algorithm], data, key)),
    signParts: async (parts) => {
      const signing = createSign(digests[algorithm])
      for await (const part of parts) signing.update(part)
      return new Uint8Array(signing.sign(key))
    },
  }
}
