/** Checks a signature over bytes that arrive in parts. */
import { createVerify, type KeyObject } from 'node:crypto'
import { type Algorithm, signatureAlgorithms, signatureOid } from './algorithm.ts'
import { keyAlgorithm } from './key.ts'

export type StreamVerifier = { update(bytes: Uint8Array): void; verify(signature: Uint8Array): boolean }

/** For an algorithm not listed here, or one that is not the key's, every signature is wrong. */
export function streamVerifier({ oid, parameters }: Algorithm, publicKey: KeyObject): StreamVerifier {
  const known = signatureAlgorithms[oid]
  const wanted = known?.keyType === 'rsa' ? 'null' : 'none'
  if (!known || known.keyType !== publicKey.asymmetricKeyType || parameters !== wanted) {
    return { update: () => undefined, verify: () => false }
  }
  const verifying = createVerify(known.hash)
  return {
    update: (bytes) => void verifying.update(bytes),
    verify: (signature) => verifying.verify(publicKey, signature),
  }
}

/** The same for what a `Signer` of this key signs, without a name of the algorithm. */
export function keyVerifier(publicKey: KeyObject): StreamVerifier {
  const algorithm = keyAlgorithm(publicKey)
  const parameters = algorithm === 'rsa-2048' ? 'null' : 'none'
  return streamVerifier({ oid: signatureOid[algorithm], parameters, der: new Uint8Array() }, publicKey)
}
