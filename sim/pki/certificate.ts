/** Writes certificates exactly as the profile has them: of a CA, of a resident, of an OCSP responder. */
import type { KeyObject } from 'node:crypto'
import { signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import type { BasicFour, CertifiedBasicFour } from './basicFour.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import { extension } from './extension.ts'
import { exportPublicKey, fromBase64, importPublicKey, type KeyPair, keySigner, type Signer } from './key.ts'
import { nameNode } from './name.ts'
import * as profile from './profile.ts'
import { type CertificateType, certificateTypeOf, extensionFields, type Facts } from './profileTable.ts'
import { signStructure } from './signedStructure.ts'

export { type Certificate, isIssuedBy, parseCertificate } from './parsedCertificate.ts'

/** A CA that issues: its certificate and whatever holds its key. */
export type Authority = { certificate: Uint8Array; signer: Signer }

type Subject = {
  serialNumber: bigint
  issuer: asn1.Node
  subject: asn1.Node
  notBefore: number
  notAfter: number
}

function writeCertificate(of: Subject, type: CertificateType, facts: Facts, signer: Signer) {
  if (of.serialNumber <= 0n || of.serialNumber >= 1n << 159n) throw new RangeError('serial number out of range')
  if (of.notAfter < of.notBefore) throw new RangeError('validity ends before it starts')
  const extensions = extensionFields[type].flatMap((field) => {
    const value = field.value(facts)
    if (value === undefined && !field.optional) throw new RangeError(`no value for extension ${field.oid}`)
    return value === undefined ? [] : [extension(field, value)]
  })
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(of.serialNumber),
    signatureIdentifier(signer),
    of.issuer,
    asn1.sequence(asn1.time(of.notBefore), asn1.time(of.notAfter)),
    of.subject,
    asn1.raw(facts.spki),
    asn1.explicit(3, asn1.sequence(...extensions)),
  )
  return signStructure(tbs, signer)
}

export type CaCertificateRequest = {
  kind: profile.CertificateKind
  keyPair: KeyPair
  serialNumber: bigint
  notBefore: number
  notAfter: number
  organization?: string
}

/** A self-signed CA certificate; real ones last ten years and end at 23:59:59 in Japan. */
export async function issueCaCertificate(request: CaCertificateRequest): Promise<Uint8Array> {
  const { kind, keyPair, organization = profile.defaultOrganization } = request
  const name = profile.caName(kind, organization)
  const subject = { ...request, issuer: nameNode(name), subject: nameNode(name) }
  const spki = spkiOf(keyPair.publicKey)
  const facts: Facts = { kind, medium: 'card', organization, spki, policyArc: 'simulation' }
  return writeCertificate(subject, 'ca', facts, keySigner(keyPair.privateKey))
}

const spkiOf = (key: KeyObject) => fromBase64(exportPublicKey(key), 'public key')

/** What every certificate below a CA says of that CA. */
function issuedBy(ca: Certificate) {
  const { subjectKeyIdentifier } = ca
  const [organization] = ca.organizations
  if (subjectKeyIdentifier === undefined || organization === undefined) throw new RangeError('not a ca of this profile')
  return {
    issuer: asn1.raw(Buffer.from(ca.subjectHex, 'hex')),
    organization,
    issuerKeyIdentifier: Buffer.from(subjectKeyIdentifier, 'hex'),
  }
}

export type ResidentCertificateRequest = {
  kind: profile.CertificateKind
  /** The card unless said otherwise. */
  medium?: profile.Medium
  ca: Authority
  serialNumber: bigint
  /** SubjectPublicKeyInfo in base64. */
  publicKey: string
  notBefore: number
  notAfter: number
  municipality: profile.Municipality
  subjectSequence: string | number
  /** Signature certificates must have it, authentication certificates must not. */
  basicFour?: BasicFour | CertifiedBasicFour
  policyArc?: profile.PolicyArc
  /** Switches authorityInfoAccess on; real certificates seem to have none. */
  ocspUrl?: string
}

/** A resident's certificate. Throws a RangeError for a request no CA of this profile may fulfil. */
export async function issueResidentCertificate(request: ResidentCertificateRequest): Promise<Uint8Array> {
  const { kind, medium = 'card', municipality, basicFour, ocspUrl, policyArc = 'simulation' } = request
  if ((kind === 'signature') !== (basicFour !== undefined)) {
    throw new RangeError('the basic four belong into signature certificates only')
  }
  importPublicKey(request.publicKey)
  const { issuer, organization, issuerKeyIdentifier } = issuedBy(parseCertificate(request.ca.certificate))
  const facts: Facts = {
    ...{ kind, medium, organization, policyArc, issuerKeyIdentifier, municipality },
    spki: fromBase64(request.publicKey, 'public key'),
    ...(basicFour && { basicFour }),
    ...(ocspUrl && { ocspUrl }),
  }
  const subject = nameNode(profile.residentName({ ...request, issuedAt: request.notBefore }))
  return writeCertificate({ ...request, issuer, subject }, certificateTypeOf(kind, medium), facts, request.ca.signer)
}

export type OcspSignerCertificateRequest = {
  kind: profile.CertificateKind
  ca: Authority
  serialNumber: bigint
  publicKey: string
  notBefore: number
  notAfter: number
}

/** Longest life of an OCSP signer: with no-check nobody asks whether it was revoked (RFC 6960 section 4.2.2.2.1; 90 days assumed). */
export const ocspSignerLifeMs = 90 * 24 * 60 * 60 * 1000

/** A certificate for a delegated OCSP responder (RFC 6960 section 4.2.2.2). */
export async function issueOcspSignerCertificate(request: OcspSignerCertificateRequest): Promise<Uint8Array> {
  if (request.notAfter - request.notBefore > ocspSignerLifeMs) throw new RangeError('validity too long')
  importPublicKey(request.publicKey)
  const { issuer, organization, issuerKeyIdentifier } = issuedBy(parseCertificate(request.ca.certificate))
  const facts: Facts = {
    ...{ kind: request.kind, medium: 'card', organization, policyArc: 'simulation', issuerKeyIdentifier },
    spki: fromBase64(request.publicKey, 'public key'),
  }
  const subject = nameNode(profile.ocspSignerName(request.kind, organization))
  return writeCertificate({ ...request, issuer, subject }, 'ocsp-signer', facts, request.ca.signer)
}
