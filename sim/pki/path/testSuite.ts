/** Writes certificates byte by byte, honest unless told otherwise: what the cases of suite.test.ts are made of. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as asn1 from '../asn1.ts'
import { constructed, primitive, tag } from '../der.ts'
import { unsignedBytes } from '../derPrimitive.ts'
import { wrap } from '../derWriter.ts'
import { generalizedTimeText, timeText } from '../instant.ts'
import { nameNode } from '../name.ts'
import { extensionOid } from '../profile.ts'
import { publicKeyBits } from '../publicKey.ts'

export const now = Date.UTC(2026, 5, 1, 3)
export const second = 1000
export const hour = 3600 * second
export const day = 24 * hour

export type Bytes = Uint8Array
export const seq = (...parts: Bytes[]): Bytes => wrap(tag.sequence, ...parts)
const oids = new Map<string, Bytes>()
export function oid(text: string): Bytes {
  const made = oids.get(text) ?? asn1.encode(asn1.oid(text))
  oids.set(text, made)
  return made
}
export const int = (value: number | bigint): Bytes => unsignedBytes(BigInt(value))
export const octets = (...parts: Bytes[]): Bytes => wrap(tag.octetString, ...parts)
export const bits = (numbers: readonly number[]): Bytes => asn1.encode(asn1.namedBits(numbers))
export const wholeBits = (bytes: Bytes): Bytes => wrap(tag.bitString, Uint8Array.of(0), bytes)
export const ascii = (identifier: number, text: string): Bytes => wrap(identifier, Buffer.from(text, 'latin1'))
export const yes: Bytes = Uint8Array.of(tag.boolean, 1, 0xff)
export const nothing: Bytes = Uint8Array.of(tag.null, 0)
export const general = (at: number): Bytes => ascii(tag.generalizedTime, generalizedTimeText(at))
export const time = (at: number): Bytes =>
  ascii(timeText(at).utcTime ? tag.utcTime : tag.generalizedTime, timeText(at).text)
export const base64 = (bytes: Bytes) => Buffer.from(bytes).toString('base64')

/** One extension; its value is given as DER. */
export const extension = (id: string, value: Bytes, critical = false): Bytes =>
  seq(oid(id), ...(critical ? [yes] : []), octets(value))
export const strange = (critical: boolean): Bytes => extension('1.2.3.4.5', nothing, critical)

export const name = (...commonNames: string[]): Bytes =>
  asn1.encode(nameNode([['C', 'JP'], ['O', 'Suite'], ...commonNames.map((text) => ['CN', text] as const)]))
export const directory = (of: Bytes): Bytes => wrap(constructed(4), of)
/** DistributionPointName with full names. */
export const fullName = (...names: Bytes[]): Bytes => wrap(constructed(0), wrap(constructed(0), ...names))

const algorithms = {
  'P-256': { hash: 'sha256', identifier: seq(oid('1.2.840.10045.4.3.2')) },
  'P-384': { hash: 'sha384', identifier: seq(oid('1.2.840.10045.4.3.3')) },
  rsa: { hash: 'sha256', identifier: seq(oid('1.2.840.113549.1.1.11'), nothing) },
} as const
export type KeyKind = keyof typeof algorithms

/** Somebody with a name and a key. */
export type Party = { name: Bytes; kind: KeyKind; privateKey: KeyObject; spki: Bytes; keyId: Bytes }

const keyIdOf = (spki: Bytes): Bytes => createHash('sha1').update(publicKeyBits(spki)).digest()

/** A new key under a name; RSA of the size given. */
export function party(named: Bytes | string, kind: KeyKind = 'P-256', rsaBits = 2048): Party {
  const { publicKey, privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: rsaBits })
      : generateKeyPairSync('ec', { namedCurve: kind })
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  return { name: typeof named === 'string' ? name(named) : named, kind, privateKey, spki, keyId: keyIdOf(spki) }
}

/** The envelope of RFC 5280 section 4.1.1; `outer` is the algorithm it names, `flip` breaks a bit of the signature. */
export type Envelope = { signer?: Party; algorithm?: Bytes; outer?: Bytes; hash?: string; flip?: boolean }

export function envelope(
  tbs: Bytes,
  by: Party,
  { signer = by, algorithm, outer, hash, flip }: Envelope,
  ...more: Bytes[]
): Bytes {
  const { hash: usual, identifier } = algorithms[signer.kind]
  const signature = sign(hash ?? usual, tbs, signer.privateKey)
  if (flip) signature[signature.length - 1] = (signature[signature.length - 1] ?? 0) ^ 1
  return seq(tbs, outer ?? algorithm ?? identifier, wholeBits(signature), ...more)
}

export const identifierOf = ({ kind }: Party, { signer, algorithm }: Envelope) =>
  algorithm ?? algorithms[signer?.kind ?? kind].identifier

/** Extensions by identifier: what stands here replaces the usual one, undefined leaves it out. */
export type Extensions = Readonly<Record<string, Bytes | undefined>>
export const extensionList = (usual: Extensions, changed: Extensions = {}, more: readonly Bytes[] = []): Bytes =>
  seq(...[...Object.values({ ...usual, ...changed })].filter((one) => one !== undefined), ...more)

export type CertificateSpec = Envelope & {
  serial?: Bytes | bigint | number
  /** As in the bytes: one less than its number. */
  version?: number | undefined
  notBefore?: Bytes | number
  notAfter?: Bytes | number
  ca?: boolean
  pathLength?: number
  usage?: readonly number[]
  extensions?: Extensions
  more?: readonly Bytes[]
  /** Instead of the list of extensions, with its tag. */
  tail?: Bytes
  subjectName?: Bytes
  issuerName?: Bytes
  spki?: Bytes
}

const timeOf = (given: Bytes | number): Bytes => (typeof given === 'number' ? time(given) : given)

export function certificate(subject: Party, issuer: Party, spec: CertificateSpec = {}): Bytes {
  const { ca = false, pathLength, version = 2, serial = 0x1234, usage = ca ? [5, 6] : [0] } = spec
  const constraints = seq(yes, ...(pathLength === undefined ? [] : [int(pathLength)]))
  const usual: Extensions = {
    [extensionOid.basicConstraints]: ca ? extension(extensionOid.basicConstraints, constraints, true) : undefined,
    [extensionOid.keyUsage]: extension(extensionOid.keyUsage, bits(usage), true),
    [extensionOid.subjectKeyIdentifier]: extension(extensionOid.subjectKeyIdentifier, octets(subject.keyId)),
    [extensionOid.authorityKeyIdentifier]: extension(
      extensionOid.authorityKeyIdentifier,
      seq(wrap(primitive(0), issuer.keyId)),
    ),
  }
  const tail = spec.tail ?? wrap(constructed(3), extensionList(usual, spec.extensions, spec.more))
  const tbs = seq(
    ...(version === 0 ? [] : [wrap(constructed(0), int(version))]),
    typeof serial === 'object' ? serial : int(serial),
    identifierOf(issuer, spec),
    spec.issuerName ?? issuer.name,
    seq(timeOf(spec.notBefore ?? now - 100 * day), timeOf(spec.notAfter ?? now + 900 * day)),
    spec.subjectName ?? subject.name,
    spec.spki ?? subject.spki,
    tail,
  )
  return envelope(tbs, issuer, spec)
}
