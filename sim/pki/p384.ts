/** ECDSA on P-384 that comes out the same every time: keys made of given bytes, signatures without drawn numbers, and their two forms. */
import { createECDH, createHmac, createPrivateKey, createPublicKey } from 'node:crypto'
import { tag } from './der.ts'
import { unsignedBytes } from './derPrimitive.ts'
import { wrap } from './derWriter.ts'
import type { KeyPair } from './key.ts'
import { MalformedError } from './malformed.ts'

/** Bytes of a coordinate, of a private key and of a hash of SHA-384. */
export const p384Bytes = 48

/** Order of the base point (NIST SP 800-186 section 3.2.1.4). */
const order = BigInt(
  '0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973',
)

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(2 * p384Bytes, '0'), 'hex')

/** The point that many times the base point, computed by OpenSSL, as two coordinates. */
const pointOf = (factor: Uint8Array) => {
  const curve = createECDH('secp384r1')
  curve.setPrivateKey(factor)
  const point = curve.getPublicKey()
  return { x: point.subarray(1, 1 + p384Bytes), y: point.subarray(1 + p384Bytes) }
}

/** Bytes a key is made of: eight more than the order has, so that no value is likelier than another (FIPS 186-5 section A.2.1). */
export const p384SeedBytes = p384Bytes + 8

/** The key pair of this seed, always the same one. */
export const p384KeyPair = (seed: Uint8Array): KeyPair => {
  if (seed.length !== p384SeedBytes) throw new RangeError(`a P-384 key is made of ${p384SeedBytes} bytes`)
  const secret = bytesOf((numberOf(seed) % (order - 1n)) + 1n)
  const { x, y } = pointOf(secret)
  const point = { kty: 'EC', crv: 'P-384', x: x.toString('base64url'), y: y.toString('base64url') }
  const jwk = { ...point, d: secret.toString('base64url') }
  return {
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
    publicKey: createPublicKey({ key: point, format: 'jwk' }),
  }
}

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]) => {
  const mac = createHmac('sha384', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** The numbers that stand in for drawn ones, in the order they are tried (RFC 6979 section 3.2). */
function* noncesOf(secret: Uint8Array, hash: Uint8Array): Generator<Buffer> {
  const reduced = bytesOf(numberOf(hash) % order)
  let value: Uint8Array = Buffer.alloc(p384Bytes, 1)
  let key: Uint8Array = Buffer.alloc(p384Bytes, 0)
  for (const step of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(step), secret, reduced)
    value = hmac(key, value)
  }
  for (;;) {
    const candidate = hmac(key, value)
    const number = numberOf(candidate)
    if (number > 0n && number < order) yield candidate
    key = hmac(key, candidate, Uint8Array.of(0))
    value = hmac(key, candidate)
  }
}

/** The inverse modulo the order, by the extended Euclidean algorithm. */
const inverse = (value: bigint): bigint => {
  let [a, b] = [order, value % order]
  let [x, y] = [0n, 1n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return x < 0n ? x + order : x
}

/**
 * ECDSA over a SHA-384 hash as r and s one after the other, 96 bytes, with the numbers of RFC 6979: the same key and hash always give
 * the same signature, and verifiers cannot tell. `secret` is the private key as 48 bytes. Not safe against whoever measures its time.
 */
export const signP384Hash = (secret: Uint8Array, hash: Uint8Array): Buffer => {
  if (secret.length !== p384Bytes || hash.length !== p384Bytes) throw new RangeError('key and hash have 48 bytes')
  for (const nonce of noncesOf(secret, hash)) {
    const r = numberOf(pointOf(nonce).x) % order
    const s = (inverse(numberOf(nonce)) * (numberOf(hash) + r * numberOf(secret))) % order
    if (r > 0n && s > 0n) return Buffer.concat([bytesOf(r), bytesOf(s)])
  }
  throw new Error('unreachable')
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3), as certificates and CMS have it, of r and s one after the other, as cards give it. */
export const ecdsaSigValue = (signature: Uint8Array): Uint8Array => {
  if (signature.length === 0 || signature.length % 2 !== 0) throw new MalformedError('signature: not r and s')
  const half = signature.length / 2
  return wrap(
    tag.sequence,
    unsignedBytes(numberOf(signature.subarray(0, half))),
    unsignedBytes(numberOf(signature.subarray(half))),
  )
}
