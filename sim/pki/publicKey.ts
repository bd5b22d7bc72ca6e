/** Reads a SubjectPublicKeyInfo into a KeyObject, refusing keys that are weak or oddly encoded. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { algorithmOid, readAlgorithm } from './algorithm.ts'
import { fields, onlyElement, tag } from './der.ts'
import { integer, oid, wholeBytes } from './derValue.ts'
import { MalformedError } from './malformed.ts'

const what = 'public key'

/** What a key is, as far as its own bytes say. */
export type KeyFacts =
  | { readonly type: 'rsa'; readonly bits: number; readonly exponent: bigint; readonly wellFormed: boolean }
  | { readonly type: 'ec'; readonly curve: Curve }
  | { readonly type: 'unsupported' }

export type Curve = 'P-256' | 'P-384' | 'P-521'

/** Named curves and the bytes of a coordinate, RFC 5480 section 2.1.1.1. Curves with explicit parameters are forbidden there. */
const curves: Record<string, { curve: Curve; bytes: number }> = {
  '1.2.840.10045.3.1.7': { curve: 'P-256', bytes: 32 },
  '1.3.132.0.34': { curve: 'P-384', bytes: 48 },
  '1.3.132.0.35': { curve: 'P-521', bytes: 66 },
}

/** The bits of a SubjectPublicKeyInfo's key: what key identifiers and OCSP key hashes are taken over. */
export function publicKeyBits(spki: Uint8Array): Uint8Array {
  const inside = fields(onlyElement(spki), tag.sequence, what)
  inside.next(tag.sequence, what)
  const bits = wholeBytes(inside.next(tag.bitString, what), what)
  inside.end(what)
  return bits
}

function rsaFacts(bits: Uint8Array): KeyFacts {
  const inside = fields(onlyElement(bits), tag.sequence, what)
  const { content: modulus } = inside.next(tag.integer, what)
  const exponent = integer(inside.next(tag.integer, what), what, 32)
  inside.end(what)
  const first = modulus[0] === 0 ? modulus[1] : modulus[0]
  const length = modulus[0] === 0 ? modulus.length - 1 : modulus.length
  const isPositive = (modulus[0] ?? 0x80) < 0x80 && !(modulus[0] === 0 && (first ?? 0) < 0x80)
  const isOdd = (modulus[modulus.length - 1] ?? 0) % 2 === 1
  if (first === undefined) throw new MalformedError(`${what}: bad modulus`)
  return { type: 'rsa', bits: length * 8 - Math.clz32(first) + 24, exponent, wellFormed: isPositive && isOdd }
}

/** All that is the same in every RSA-2048 key with exponent 65537: what stands before its modulus' 256 bytes, and behind. */
const usualHead = Buffer.from('30820122300d06092a864886f70d01010105000382010f003082010a0282010100', 'hex')
const usualTail = Buffer.from('0203010001', 'hex')
const usual: KeyFacts = { type: 'rsa', bits: 2048, exponent: 65537n, wellFormed: true }

/** Whether the key is of the usual kind, by its bytes alone; `keyFacts` says the same of it the long way. */
function isUsual(spki: Uint8Array): boolean {
  const modulusAt = usualHead.length
  const tailAt = modulusAt + 256
  if (spki.length !== tailAt + usualTail.length) return false
  for (let i = 0; i < modulusAt; i++) if (spki[i] !== usualHead[i]) return false
  for (let i = 0; i < usualTail.length; i++) if (spki[tailAt + i] !== usualTail[i]) return false
  return (spki[modulusAt] ?? 0) >= 0x80 && (spki[tailAt - 1] ?? 0) % 2 === 1
}

/** What kind of key the bytes hold; throws only for what is no SubjectPublicKeyInfo at all. */
export function keyFacts(spki: Uint8Array): KeyFacts {
  return isUsual(spki) ? usual : anyKeyFacts(spki)
}

/** The long way, for keys of any kind. */
export function anyKeyFacts(spki: Uint8Array): KeyFacts {
  const inside = fields(onlyElement(spki), tag.sequence, what)
  const identifier = inside.next(tag.sequence, what)
  const bits = wholeBytes(inside.next(tag.bitString, what), what)
  inside.end(what)
  const algorithm = readAlgorithm(identifier, what)
  if (algorithm.oid === algorithmOid.rsaEncryption && algorithm.parameters === 'null') return rsaFacts(bits)
  if (algorithm.oid !== algorithmOid.ecPublicKey) return { type: 'unsupported' }
  const parameters = fields(identifier, tag.sequence, what)
  parameters.next(tag.oid, what)
  const name = parameters.optional(tag.oid)
  const known = name && curves[oid(name, what)]
  const isWhole = known !== undefined && bits[0] === 4 && bits.length === 1 + 2 * known.bytes
  return known && isWhole ? { type: 'ec', curve: known.curve } : { type: 'unsupported' }
}

/** FIPS 186-5 section A.1.1. With an exponent of 1 anyone could sign; small ones only make padding mistakes of others dangerous. */
const minExponent = 65537n

/** What keys are taken: RSA of so many bits with an odd exponent of so much at least, or a named curve. */
export function keyProblem(
  facts: KeyFacts,
  least: { readonly rsaBits?: number; readonly exponent?: bigint } = {},
): string | undefined {
  const { rsaBits = 2048, exponent = minExponent } = least
  if (facts.type === 'unsupported') return 'unsupported'
  if (facts.type === 'ec') return undefined
  // The upper size is assumed: a larger key only costs time.
  if (!facts.wellFormed || facts.bits % 8 !== 0 || facts.bits < rsaBits || facts.bits > 8192) return 'bad modulus'
  return facts.exponent < exponent || facts.exponent % 2n === 0n ? 'bad exponent' : undefined
}

/** The KeyObject of bytes that were looked at; the point of a curve is checked here. */
export function importSpki(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    throw new MalformedError(what)
  }
}

export function readPublicKey(spki: Uint8Array): KeyObject {
  const problem = keyProblem(keyFacts(spki))
  if (problem) throw new MalformedError(`${what}: ${problem}`)
  return importSpki(spki)
}
