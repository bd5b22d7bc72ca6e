/** Signing with a private key on the card: RSA-2048 with the paddings COMPUTE DIGITAL SIGNATURE offers, or ECDSA on P-384. */
import { constants, createHash, createHmac, createPrivateKey, type KeyObject, privateEncrypt } from 'node:crypto'
import type { KeyAlgorithm } from '../pki/key.ts'
import { p384Bytes, signP384Hash } from '../pki/p384.ts'

/** What a card signs with, both keys alike: RSA today, P-384 on the next card (Digital Agency, task force report of 2024-03-18). */
export type CardKey = Exclude<KeyAlgorithm, 'p-256'>

/** Size of what COMPUTE DIGITAL SIGNATURE answers: the RSA block, or r and s one after the other. */
export const signatureBytes: Readonly<Record<CardKey, number>> = { 'rsa-2048': 256, 'p-384': 2 * p384Bytes }

/** DigestInfo of SHA-256 up to the hash itself (RFC 8017 section 9.2, note 1), hex. */
export const SHA256_DIGEST_INFO = '3031300D060960864801650304020105000420'

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** MGF1 with SHA-256 (RFC 8017 appendix B.2.1). */
const mask = (seed: Uint8Array, length: number) => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, counter) =>
    sha256(seed, Buffer.from([0, 0, 0, counter])),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

/** EMSA-PSS of a SHA-256 hash for a 2048-bit key and a 32-byte salt (RFC 8017 section 9.1.1). */
const encodePss = (hash: Uint8Array, salt: Uint8Array) => {
  const digest = sha256(Buffer.alloc(8), hash, salt)
  const block = Buffer.concat([Buffer.alloc(256 - 32 - 32 - 2), Buffer.from([1]), salt])
  const stream = mask(digest, block.length)
  const masked = block.map((byte, index) => byte ^ (stream[index] ?? 0))
  masked[0] = (masked[0] ?? 0) & 0x7f
  return Buffer.concat([masked, digest, Buffer.from([0xbc])])
}

/** How the input becomes the block the key works on; the numbers are P1 (measured by soltia48/myna-card). */
const paddings = {
  0: { hashes: false, encoding: 'as given' },
  1: { hashes: true, encoding: 'as given' },
  2: { hashes: false, encoding: 'digest info' },
  3: { hashes: true, encoding: 'digest info' },
  4: { hashes: false, encoding: 'pss' },
  5: { hashes: true, encoding: 'pss' },
} as const

/** P1 of COMPUTE DIGITAL SIGNATURE. */
export type Padding = keyof typeof paddings

/**
 * Whether a P1 means something to this kind of key. ECDSA has no padding, so of the six only 00, the hash as given, and 01, hashed by the
 * card, are left. How the next card will be asked is not published: hash in, r and s out, is how ISO/IEC 7816-8 has it (assumed).
 */
export const isPadding = (keyAlgorithm: CardKey, p1: number): p1 is Padding =>
  keyAlgorithm === 'p-384' ? p1 === 0 || p1 === 1 : p1 in paddings

/** Whether input of this size (bytes, at least 1) fits: 32 or 48 for a hash, 245 for PKCS#1 v1.5 with 2048 bits, else 255. */
export const fits = (keyAlgorithm: CardKey, padding: Padding, sizeBytes: number) => {
  const { hashes, encoding } = paddings[padding]
  if (hashes) return true
  if (keyAlgorithm === 'p-384') return sizeBytes === p384Bytes
  return encoding === 'as given' ? sizeBytes <= 245 : sizeBytes === 32
}

const signWithP384 = (key: KeyObject, padding: Padding, input: Uint8Array) => {
  const hash = paddings[padding].hashes ? createHash('sha384').update(input).digest() : input
  return signP384Hash(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'), hash)
}

/**
 * The signature, as long as `signatureBytes` says; `privateKey` is base64 of PKCS#8 DER. A real card draws the PSS salt and the number
 * ECDSA needs. Here both are derived from key and hash, so that the same card and command always give the same answer; verifiers cannot tell.
 */
export const signWithKey = (privateKey: string, padding: Padding, input: Uint8Array): Buffer => {
  const pkcs8 = Buffer.from(privateKey, 'base64')
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  if (key.asymmetricKeyType === 'ec') return signWithP384(key, padding, input)
  const { hashes, encoding } = paddings[padding]
  const message = hashes ? sha256(input) : input
  if (encoding === 'pss') {
    const salt = createHmac('sha256', pkcs8).update(message).digest()
    return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(message, salt))
  }
  const prefix = Buffer.from(encoding === 'digest info' ? SHA256_DIGEST_INFO : '', 'hex')
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([prefix, message]))
}
