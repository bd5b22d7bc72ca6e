/** Signature and digest algorithms: their identifiers, and the one place where a signature is decided upon. */
import { createHash, type KeyObject, verify } from 'node:crypto'
import { none, oid as oidNode, sequence } from './asn1.ts'
import { type Element, fields, onlyElement, tag } from './der.ts'
import { oid, toHex } from './derValue.ts'
import type { KeyAlgorithm, Signer } from './key.ts'
import { MalformedError } from './malformed.ts'
import { remembering } from './repeated.ts'

/** RFC 8017 appendix A.2.4, RFC 5758 section 3.2, RFC 5754 section 2. */
export const algorithmOid = {
  rsaEncryption: '1.2.840.113549.1.1.1',
  ecPublicKey: '1.2.840.10045.2.1',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const

/** Those a signature may have: no other is ever right. */
export const signatureAlgorithms: Readonly<Record<string, { hash: string; keyType: 'rsa' | 'ec' }>> = {
  [algorithmOid.sha256WithRSAEncryption]: { hash: 'sha256', keyType: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', keyType: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', keyType: 'rsa' },
  '1.2.840.10045.4.3.2': { hash: 'sha256', keyType: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', keyType: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', keyType: 'ec' },
}

export const sha1 = (data: Uint8Array) => new Uint8Array(createHash('sha1').update(data).digest())
export const sha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest())

/** An AlgorithmIdentifier: parameters NULL for RSA (RFC 4055 section 5), absent for ECDSA (RFC 5758 section 3.2). */
export type Algorithm = {
  readonly oid: string
  readonly parameters: 'none' | 'null' | 'other'
  readonly der: Uint8Array
}

export function readAlgorithm(element: Element, what: string): Algorithm {
  const inside = fields(element, tag.sequence, what)
  const name = oid(inside.next(tag.oid, what), what)
  const parameters = inside.more() ? inside.any(what) : undefined
  inside.end(what)
  if (parameters?.tag === tag.null && parameters.content.length > 0) throw new MalformedError(`${what}: bad null`)
  const form = parameters === undefined ? 'none' : parameters.tag === tag.null ? 'null' : 'other'
  return { oid: name, parameters: form, der: element.bytes }
}

/** The same from its bytes, for the few identifiers all certificates share. */
export const readRepeatedAlgorithm = remembering((bytes) => readAlgorithm(onlyElement(bytes), 'algorithm'))

export const algorithmIdentifier = (name: string) => sequence(oidNode(name), none())

/** What a key of this kind signs with. */
export const signatureOid: Readonly<Record<KeyAlgorithm, string>> = {
  'rsa-2048': algorithmOid.sha256WithRSAEncryption,
  'p-256': '1.2.840.10045.4.3.2',
  'p-384': '1.2.840.10045.4.3.3',
}

/** The AlgorithmIdentifier of what `signer` makes: parameters NULL for RSA, absent for ECDSA. */
export const signatureIdentifier = ({ algorithm = 'rsa-2048' }: Signer) =>
  algorithm === 'rsa-2048' ? algorithmIdentifier(signatureOid[algorithm]) : sequence(oidNode(signatureOid[algorithm]))

/** Taken only where the caller says so: RFC 8017 appendix A.2.4, RFC 3279 section 2.2.3. */
const sha1Algorithms: typeof signatureAlgorithms = {
  '1.2.840.113549.1.1.5': { hash: 'sha1', keyType: 'rsa' },
  '1.2.840.10045.4.1': { hash: 'sha1', keyType: 'ec' },
}

/** Whether `signature` over `data` was made by the private half of `publicKey`; false for any algorithm not listed here. */
export function isSignedBy(
  signed: { data: Uint8Array; signature: Uint8Array; algorithm: Algorithm },
  publicKey: KeyObject,
  options: { allowSha1?: boolean; allowAbsentNull?: boolean } = {},
): boolean {
  const known =
    signatureAlgorithms[signed.algorithm.oid] ?? (options.allowSha1 ? sha1Algorithms[signed.algorithm.oid] : undefined)
  if (!known || known.keyType !== publicKey.asymmetricKeyType) return false
  const { parameters } = signed.algorithm
  // Written as NULL with RSA; whoever reads others' signatures has to take them left out as well (RFC 4055 section 5).
  const isUsual = parameters === (known.keyType === 'rsa' ? 'null' : 'none')
  if (!isUsual && !(options.allowAbsentNull && parameters === 'none')) return false
  return verify(known.hash, signed.data, publicKey, signed.signature)
}

/** SHA-256 of the bytes, as lower-case hex. */
export const fingerprintOf = (der: Uint8Array) => toHex(sha256(der)).toLowerCase()
