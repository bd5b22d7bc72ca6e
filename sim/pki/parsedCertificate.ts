/** Reads a certificate into a plain object, refusing all that is not strict DER of an X.509 version 3 certificate. */
import type { KeyObject } from 'node:crypto'
import { type Algorithm, fingerprintOf, isSignedBy, readAlgorithm } from './algorithm.ts'
import { type CertifiedBasicFour, readBasicFour } from './basicFour.ts'
import { constructed, type Element, fields, inner, readDer, tag } from './der.ts'
import { integer, sameBytes, serialNumber, wholeBytes } from './derValue.ts'
import {
  checkOcspNoCheck,
  type Extension,
  readAltNames,
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readDistributionPoints,
  readExtensions,
  readKeyPurposes,
  readKeyUsage,
  readOcspUrl,
  readPolicies,
  readSubjectKeyIdentifier,
  unknownCritical,
} from './extension.ts'
import type { GeneralName } from './generalName.ts'
import { time } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { readName } from './name.ts'
import { type CertificateKind, extensionOid, kindOfPolicy } from './profile.ts'
import { readPublicKey } from './publicKey.ts'

/** Largest certificate that is read (assumed); real ones have about 2 KiB. */
const certificateLimitBytes = 16 * 1024

export type Certificate = {
  readonly der: Uint8Array
  /** SHA-256 of `der`, lower-case hex. */
  readonly fingerprint: string
  /** The bytes that are signed. */
  readonly tbs: Uint8Array
  /** Upper-case hex without a leading zero byte. */
  readonly serialNumber: string
  /** One line for people; compare `issuerHex` and `subjectHex`, the DER. */
  readonly issuer: string
  readonly issuerHex: string
  readonly subject: string
  readonly subjectHex: string
  /** Values of O in the subject. */
  readonly organizations: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: KeyObject
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Bit numbers; empty when the extension is absent. */
  readonly keyUsage: ReadonlySet<number>
  readonly extKeyUsage: readonly string[]
  readonly policies: readonly string[]
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLenConstraint?: number }
  /** What its policy says it is; undefined for CA certificates and those of others. */
  readonly kind?: CertificateKind
  readonly basicFour?: CertifiedBasicFour
  /** One line for people, of the first of `distributionPoints`. */
  readonly crlDistributionPoint?: string
  readonly distributionPoints: readonly GeneralName[]
  readonly ocspUrl?: string
  readonly ocspNoCheck: boolean
  readonly subjectKeyIdentifier?: string
  readonly authorityKeyIdentifier?: string
  readonly extensions: ReadonlyMap<string, Extension>
  readonly unknownCriticalExtensions: readonly string[]
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

/** Critical extensions that are looked at here or by whoever validates. */
const understood = new Set<string>([
  extensionOid.keyUsage,
  extensionOid.basicConstraints,
  extensionOid.certificatePolicies,
  extensionOid.subjectAltName,
  extensionOid.extKeyUsage,
  extensionOid.crlDistributionPoints,
])

function readValues(extensions: ReadonlyMap<string, Extension>) {
  const read = <T>(name: keyof typeof extensionOid, parse: (value: Uint8Array) => T): T | undefined => {
    const found = extensions.get(extensionOid[name])
    return found && parse(found.value)
  }
  const altNames = read('subjectAltName', (value) => readAltNames(value, 'subject alternative name'))
  read('issuerAltName', (value) => readAltNames(value, 'issuer alternative name'))
  const policies = read('certificatePolicies', readPolicies) ?? []
  const [kind] = policies.map(kindOfPolicy).filter((found) => found !== undefined)
  const distributionPoints = read('crlDistributionPoints', readDistributionPoints) ?? []
  const basicConstraints = read('basicConstraints', readBasicConstraints)
  const basicFour = altNames && readBasicFour(altNames)
  const ocspUrl = read('authorityInfoAccess', readOcspUrl)
  const subjectKeyIdentifier = read('subjectKeyIdentifier', readSubjectKeyIdentifier)
  const authorityKeyIdentifier = read('authorityKeyIdentifier', readAuthorityKeyIdentifier)
  const [firstPoint] = distributionPoints
  return {
    keyUsage: read('keyUsage', readKeyUsage) ?? new Set<number>(),
    extKeyUsage: read('extKeyUsage', readKeyPurposes) ?? [],
    policies,
    distributionPoints,
    ocspNoCheck: read('ocspNoCheck', checkOcspNoCheck) ?? false,
    ...(basicConstraints && { basicConstraints }),
    ...(kind && { kind }),
    ...(basicFour && { basicFour }),
    ...(firstPoint && { crlDistributionPoint: firstPoint.text }),
    ...(ocspUrl && { ocspUrl }),
    ...(subjectKeyIdentifier && { subjectKeyIdentifier }),
    ...(authorityKeyIdentifier && { authorityKeyIdentifier }),
  }
}

function readTbs(element: Element) {
  const tbs = fields(element, tag.sequence, 'certificate')
  const version = integer(inner(tbs.next(constructed(0), 'version'), 'version'), 'version', 1)
  if (version !== 2n) throw new MalformedError('version is not 3')
  const serial = serialNumber(tbs.next(tag.integer, 'serial number'))
  const algorithm = readAlgorithm(tbs.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const issuer = readName(tbs.next(tag.sequence, 'issuer'), 'issuer')
  const validity = fields(tbs.next(tag.sequence, 'validity'), tag.sequence, 'validity')
  const notBefore = time(validity.any('not before'), 'not before')
  const notAfter = time(validity.any('not after'), 'not after')
  validity.end('validity')
  if (notAfter < notBefore) throw new MalformedError('validity ends before it starts')
  const subject = readName(tbs.next(tag.sequence, 'subject'), 'subject')
  const spki = tbs.next(tag.sequence, 'public key').bytes
  const list = tbs.next(constructed(3), 'extensions')
  tbs.end('certificate')
  return {
    serial,
    algorithm,
    issuer,
    notBefore,
    notAfter,
    subject,
    spki,
    extensions: readExtensions(inner(list, 'extensions')),
  }
}

/** Throws a MalformedError for anything but one strict version 3 certificate. Says nothing about whether to trust it. */
export function parseCertificate(input: Uint8Array): Certificate {
  const whole = readDer(input, certificateLimitBytes)
  const der = whole.bytes
  const outer = fields(whole, tag.sequence, 'certificate')
  const tbsElement = outer.next(tag.sequence, 'certificate')
  const signatureAlgorithm = readAlgorithm(outer.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const signature = wholeBytes(outer.next(tag.bitString, 'signature'), 'signature')
  outer.end('certificate')
  const tbs = readTbs(tbsElement)
  if (!sameBytes(tbs.algorithm.der, signatureAlgorithm.der)) throw new MalformedError('two signature algorithms')
  return Object.freeze({
    der,
    fingerprint: fingerprintOf(der),
    tbs: tbsElement.bytes,
    serialNumber: tbs.serial,
    issuer: tbs.issuer.text,
    issuerHex: tbs.issuer.hex,
    subject: tbs.subject.text,
    subjectHex: tbs.subject.hex,
    organizations: tbs.subject.organizations,
    notBefore: tbs.notBefore,
    notAfter: tbs.notAfter,
    publicKey: readPublicKey(tbs.spki),
    spki: tbs.spki,
    ...readValues(tbs.extensions),
    extensions: tbs.extensions,
    unknownCriticalExtensions: unknownCritical(tbs.extensions, understood),
    signature,
    signatureAlgorithm,
  })
}

/** Whether the key of `issuer` signed `certificate`; nothing else is looked at. */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate) =>
  isSignedBy(
    { data: certificate.tbs, signature: certificate.signature, algorithm: certificate.signatureAlgorithm },
    issuer.publicKey,
  )
