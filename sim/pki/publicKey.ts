/** Reads a SubjectPublicKeyInfo into a KeyObject, refusing keys that are weak or oddly encoded. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { algorithmOid, readAlgorithm } from './algorithm.ts'
import { fields, onlyElement, tag } from './der.ts'
import { integer, wholeBytes } from './derValue.ts'
import { MalformedError } from './malformed.ts'

const what = 'public key'

/** The bits of a SubjectPublicKeyInfo's key: what key identifiers and OCSP key hashes are taken over. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const inside = fields(onlyElement(spki), tag.sequence, what)
  inside.next(tag.sequence, what)
  const bits = wholeBytes(inside.next(tag.bitString, what), what)
  inside.end(what)
  return bits
}

/** RSA of 2048 to 4096 bits with an exponent in the range of FIPS 186-5 A.1.1 (1 would let anyone sign); the upper size is assumed. */
function checkRsa(bits: Uint8Array): void {
  const inside = fields(onlyElement(bits), tag.sequence, what)
  const modulus = inside.next(tag.integer, what)
  const exponent = integer(inside.next(tag.integer, what), what, 32)
  inside.end(what)
  const sizeBytes = modulus.content.length - 1
  const isPositive = modulus.content[0] === 0 && (modulus.content[1] ?? 0) >= 0x80
  const isOdd = (modulus.content[sizeBytes] ?? 0) % 2 === 1
  if (!isPositive || !isOdd || sizeBytes < 256 || sizeBytes > 512) throw new MalformedError(`${what}: bad modulus`)
  if (exponent < 65537n || exponent % 2n === 0n) throw new MalformedError(`${what}: bad exponent`)
}

export function readPublicKey(spki: Uint8Array): KeyObject {
  const inside = fields(onlyElement(spki), tag.sequence, what)
  const algorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const isRsa = algorithm.oid === algorithmOid.rsaEncryption && algorithm.parameters === 'null'
  if (!isRsa && algorithm.oid !== algorithmOid.ecPublicKey) throw new MalformedError(`${what}: unsupported`)
  if (isRsa) checkRsa(publicKeyBits(spki))
  else publicKeyBits(spki)
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    throw new MalformedError(what)
  }
}
