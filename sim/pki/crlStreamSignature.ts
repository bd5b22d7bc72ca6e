/** Checks a signature over bytes that arrive in parts. */
import { createVerify, type KeyObject } from 'node:crypto'
import type { Algorithm } from './algorithm.ts'
import { keyAlgorithm } from './key.ts'

/** The same algorithms as algorithm.ts knows: RFC 4055 section 5, RFC 5758 section 3.2. */
const algorithms: Record<string, { hash: string; keyType: 'rsa' | 'ec'; parameters: 'null' | 'none' }> = {
  '1.2.840.113549.1.1.11': { hash: 'sha256', keyType: 'rsa', parameters: 'null' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', keyType: 'rsa', parameters: 'null' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', keyType: 'rsa', parameters: 'null' },
  '1.2.840.10045.4.3.2': { hash: 'sha256', keyType: 'ec', parameters: 'none' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', keyType: 'ec', parameters: 'none' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', keyType: 'ec', parameters: 'none' },
}

export type StreamVerifier = { update(bytes: Uint8Array): void; verify(signature: Uint8Array): boolean }

/** For an algorithm not listed here, or one that is not the key's, every signature is wrong. */
export function streamVerifier({ oid, parameters }: Algorithm, publicKey: KeyObject): StreamVerifier {
  const known = algorithms[oid]
  if (!known || known.keyType !== publicKey.asymmetricKeyType || known.parameters !== parameters) {
    return { update: () => undefined, verify: () => false }
  }
  const verifying = createVerify(known.hash)
  return {
    update: (bytes) => void verifying.update(bytes),
    verify: (signature) => verifying.verify(publicKey, signature),
  }
}

const oidOfKey = {
  'rsa-2048': '1.2.840.113549.1.1.11',
  'p-256': '1.2.840.10045.4.3.2',
  'p-384': '1.2.840.10045.4.3.3',
} as const

/** The same for what a `Signer` of this key signs, without a name of the algorithm. */
export function keyVerifier(publicKey: KeyObject): StreamVerifier {
  const algorithm = keyAlgorithm(publicKey)
  const parameters = algorithm === 'rsa-2048' ? 'null' : 'none'
  return streamVerifier({ oid: oidOfKey[algorithm], parameters, der: new Uint8Array() }, publicKey)
}
