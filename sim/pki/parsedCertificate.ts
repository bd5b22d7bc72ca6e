/** Reads a certificate into a plain object, refusing all that is not strict DER of an X.509 version 3 certificate. */
import type { KeyObject } from 'node:crypto'
import { type Algorithm, fingerprintOf, isSignedBy, readRepeatedAlgorithm } from './algorithm.ts'
import type { CertifiedBasicFour } from './basicFour.ts'
import { constructed, inner, primitive, readDer, type Span, tag, walk } from './der.ts'
import { sameBytes, serialNumber, serialProblem, serialText, wholeBytes } from './derValue.ts'
import { type Reading, readValues, understood } from './certificateExtension.ts'
import { type Extension, readExtensions, unknownCritical } from './extension.ts'
import type { GeneralName } from './generalName.ts'
import { anyTime, time } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { nameLater, type ReadName, readRepeatedName } from './name.ts'
import type { CertificateKind } from './profile.ts'
import { importSpki, type KeyFacts, keyFacts, keyProblem } from './publicKey.ts'

/** Largest certificate that is read (assumed); residents' have about 2 KiB, those of large web sites up to 12. */
const certificateLimitBytes = 16 * 1024

export type Certificate = {
  readonly der: Uint8Array
  /** SHA-256 of `der`, lower-case hex. */
  readonly fingerprint: string
  /** The bytes that are signed. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2 | 3
  /** Upper-case hex without a leading zero byte. */
  readonly serialNumber: string
  /** Why no conforming CA writes this number; only `readCertificate` lets one through. */
  readonly serialProblem?: string | undefined
  readonly issuerName: ReadName
  readonly subjectName: ReadName
  /** One line for people; compare `issuerHex` and `subjectHex`, the DER. */
  readonly issuer: string
  readonly issuerHex: string
  readonly subject: string
  readonly subjectHex: string
  /** Values of O in the subject. */
  readonly organizations: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  /** Imported when asked for; throws a MalformedError for a key that `readCertificate` let through and cannot be used. */
  readonly publicKey: KeyObject
  readonly key: KeyFacts
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Bit numbers; empty when the extension is absent. */
  readonly keyUsage: ReadonlySet<number>
  readonly extKeyUsage: readonly string[]
  readonly policies: readonly string[]
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLenConstraint?: number } | undefined
  /** What its policy says it is; undefined for CA certificates and those of others. */
  readonly kind?: CertificateKind | undefined
  readonly basicFour?: CertifiedBasicFour | undefined
  readonly altNames?: readonly GeneralName[] | undefined
  /** One line for people, of the first of `distributionPoints`. */
  readonly crlDistributionPoint?: string | undefined
  readonly distributionPoints: readonly GeneralName[]
  readonly ocspUrl?: string | undefined
  readonly ocspNoCheck: boolean
  readonly subjectKeyIdentifier?: string | undefined
  readonly authorityKeyIdentifier?: string | undefined
  readonly extensions: ReadonlyMap<string, Extension>
  /** Critical extensions that neither this file nor the validators look at. */
  readonly unknownCriticalExtensions: readonly string[]
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

const noExtensions: ReadonlyMap<string, Extension> = new Map()

/** The version, its number less one in the bytes; version 1 is the default, which DER leaves out. */
function readVersion(content: Uint8Array): 2 | 3 {
  const [type, length, number] = content
  if (content.length !== 3 || type !== tag.integer || length !== 1) throw new MalformedError('version: unexpected type')
  if (number !== 1 && number !== 2) throw new MalformedError('no such version')
  return number === 2 ? 3 : 2
}

function readValidity(source: Uint8Array, outer: Span, reading: Reading): { notBefore: number; notAfter: number } {
  const inside = walk(source, outer.contentStart, outer.end)
  const readTime = reading === 'any' ? anyTime : time
  inside.next('not before')
  const notBefore = readTime(inside.value(), 'not before')
  inside.next('not after')
  const notAfter = readTime(inside.value(), 'not after')
  inside.end('validity')
  if (notAfter < notBefore) throw new MalformedError('validity ends before it starts')
  return { notBefore, notAfter }
}

function readTbs(source: Uint8Array, outer: Span, reading: Reading) {
  const tbs = walk(source, outer.contentStart, outer.end)
  const { span, next } = tbs
  const isAny = reading === 'any'
  let version: 1 | 2 | 3 = 1
  if (tbs.isNext(constructed(0))) {
    next('version')
    version = readVersion(source.subarray(span.contentStart, span.end))
  }
  if (version !== 3 && !isAny) throw new MalformedError('version is not 3')
  next('serial number', tag.integer)
  const serial = tbs.value()
  const algorithm = source.subarray(next('signature algorithm', tag.sequence), span.end)
  const issuer = readRepeatedName(source.subarray(next('issuer', tag.sequence), span.end))
  next('validity', tag.sequence)
  const validity = readValidity(source, span, reading)
  const subjectAt = next('subject', tag.sequence)
  const subject = nameLater({ ...tbs.value(), bytes: source.subarray(subjectAt, span.end) }, 'subject')
  const spki = source.subarray(next('public key', tag.sequence), span.end)
  // Unique identifiers are read over where anything may come (RFC 5280 section 4.1.2.8).
  if (isAny && version > 1) for (const number of [1, 2]) if (tbs.isNext(primitive(number))) next('unique identifier')
  const mayEnd = isAny && !(version === 3 && tbs.more())
  if (!mayEnd) next('extensions', constructed(3))
  const extensions = mayEnd ? noExtensions : readExtensions(inner(tbs.value(), 'extensions'))
  tbs.end('certificate')
  return {
    version,
    serialNumber: isAny ? serialText(serial) : serialNumber(serial),
    serialProblem: isAny ? serialProblem(serial) : undefined,
    algorithm,
    issuer,
    ...validity,
    subject,
    spki,
    extensions,
  }
}

/** The key's facts, and the key itself once somebody asks; a point of a curve is checked at once where the profile reads. */
function readKey(spki: Uint8Array, reading: Reading): { facts: KeyFacts; key: () => KeyObject } {
  const facts = keyFacts(spki)
  const problem = reading === 'profile' ? keyProblem(facts) : undefined
  if (problem) throw new MalformedError(`public key: ${problem}`)
  let imported = reading === 'profile' && facts.type !== 'rsa' ? importSpki(spki) : undefined
  return { facts, key: () => (imported ??= importSpki(spki)) }
}

function read(input: Uint8Array, reading: Reading, limitBytes: number): Certificate {
  const der = readDer(input, limitBytes).bytes
  const whole = walk(der, 0, der.length)
  whole.next('certificate', tag.sequence)
  const outer = walk(der, whole.span.contentStart, whole.span.end)
  const tbsAt = outer.next('certificate', tag.sequence)
  const tbsSpan = { ...outer.span }
  const algorithm = der.subarray(outer.next('signature algorithm', tag.sequence), outer.span.end)
  outer.next('signature', tag.bitString)
  const signature = wholeBytes(outer.value(), 'signature')
  outer.end('certificate')
  const tbs = readTbs(der, tbsSpan, reading)
  if (!sameBytes(tbs.algorithm, algorithm)) throw new MalformedError('two signature algorithms')
  const { issuer, subject } = tbs
  const key = readKey(tbs.spki, reading)
  let fingerprint: string | undefined
  return {
    der,
    get fingerprint() {
      return (fingerprint ??= fingerprintOf(der))
    },
    tbs: der.subarray(tbsAt, tbsSpan.end),
    version: tbs.version,
    serialNumber: tbs.serialNumber,
    serialProblem: tbs.serialProblem,
    issuerName: issuer,
    get subjectName() {
      return subject()
    },
    issuer: issuer.text,
    issuerHex: issuer.hex,
    get subject() {
      return subject().text
    },
    get subjectHex() {
      return subject().hex
    },
    get organizations() {
      return subject().organizations
    },
    notBefore: tbs.notBefore,
    notAfter: tbs.notAfter,
    get publicKey() {
      return key.key()
    },
    key: key.facts,
    spki: tbs.spki,
    ...readValues(tbs.extensions, reading),
    extensions: tbs.extensions,
    unknownCriticalExtensions: unknownCritical(tbs.extensions, understood[reading]),
    signature,
    signatureAlgorithm: readRepeatedAlgorithm(algorithm),
  }
}

/** Throws a MalformedError for anything but one strict version 3 certificate of this profile. Says nothing about whether to trust it. */
export const parseCertificate = (input: Uint8Array): Certificate => read(input, 'profile', certificateLimitBytes)

/**
 * Any X.509 certificate in strict DER, of whatever version, key and serial number: for `validatePath`, whose rules judge all that.
 * Throws a MalformedError for bytes that are none.
 */
export const readCertificate = (input: Uint8Array, limitBytes = certificateLimitBytes): Certificate =>
  read(input, 'any', limitBytes)

/** Whether the key of `issuer` signed `certificate`; nothing else is looked at. */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate) =>
  isSignedBy(
    { data: certificate.tbs, signature: certificate.signature, algorithm: certificate.signatureAlgorithm },
    issuer.publicKey,
  )
