/** Writes certificates exactly as the profile has them: of a CA, of a resident, of an OCSP responder. */
import type { KeyObject } from 'node:crypto'
import { sha1, signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { basicFourAltName, type BasicFour, type CertifiedBasicFour } from './basicFour.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import { extension } from './extension.ts'
import { directoryName, distributionPointName, uri } from './generalName.ts'
import { exportPublicKey, fromBase64, importPublicKey, type KeyPair, keySigner, type Signer } from './key.ts'
import { type Name, nameNode } from './name.ts'
import * as profile from './profile.ts'
import { publicKeyBits } from './publicKey.ts'
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
  spki: Uint8Array
}

/** Values of extensions by identifier; those of `rows` are written, in that order. */
type Values = Partial<Record<string, asn1.Node>>

const { extensionOid } = profile

function writeCertificate(of: Subject, rows: readonly profile.ExtensionRow[], values: Values, signer: Signer) {
  if (of.serialNumber <= 0n || of.serialNumber >= 1n << 159n) throw new RangeError('serial number out of range')
  if (of.notAfter < of.notBefore) throw new RangeError('validity ends before it starts')
  const extensions = rows.map((row) => {
    const value = values[row.oid]
    if (!value) throw new RangeError(`no value for extension ${row.oid}`)
    return extension(row, value)
  })
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(of.serialNumber),
    signatureIdentifier(signer),
    of.issuer,
    asn1.sequence(asn1.time(of.notBefore), asn1.time(of.notAfter)),
    of.subject,
    asn1.raw(of.spki),
    asn1.explicit(3, asn1.sequence(...extensions)),
  )
  return signStructure(tbs, signer)
}

/** SHA-1 over the PKCS#1 key, as in all real certificates (RFC 5280 section 4.2.1.2 method 1). */
const keyIdentifier = (spki: Uint8Array) => sha1(publicKeyBits(spki))

const distributionPoints = (name: Name) => asn1.sequence(asn1.sequence(distributionPointName(name)))

const policies = (kind: profile.CertificateKind, arc: profile.PolicyArc) =>
  asn1.sequence(
    asn1.sequence(
      asn1.oid(profile.policyOid(kind, arc)),
      asn1.sequence(asn1.sequence(asn1.oid(profile.qualifierCps), asn1.ia5String(profile.cpsUri))),
    ),
  )

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
  const spki = spkiOf(keyPair.publicKey)
  const values: Values = {
    [extensionOid.keyUsage]: asn1.namedBits(profile.keyUsageBits.ca),
    [extensionOid.subjectAltName]: asn1.sequence(directoryName(profile.caAlternativeName(kind))),
    [extensionOid.basicConstraints]: asn1.sequence(asn1.isTrue()),
    [extensionOid.crlDistributionPoints]: distributionPoints(name),
    [extensionOid.subjectKeyIdentifier]: asn1.octetString(keyIdentifier(spki)),
  }
  const subject = { ...request, issuer: nameNode(name), subject: nameNode(name), spki }
  return writeCertificate(subject, profile.extensionTable.ca, values, keySigner(keyPair.privateKey))
}

const spkiOf = (key: KeyObject) => fromBase64(exportPublicKey(key), 'public key')

/** What every certificate below a CA says of that CA. */
function issuedBy(ca: Certificate, spki: Uint8Array): { issuer: asn1.Node; values: Values; organization: string } {
  const { subjectKeyIdentifier } = ca
  const [organization] = ca.organizations
  if (subjectKeyIdentifier === undefined || organization === undefined) throw new RangeError('not a ca of this profile')
  return {
    issuer: asn1.raw(Buffer.from(ca.subjectHex, 'hex')),
    organization,
    values: {
      [extensionOid.authorityKeyIdentifier]: asn1.sequence(asn1.implicit(0, Buffer.from(subjectKeyIdentifier, 'hex'))),
      [extensionOid.subjectKeyIdentifier]: asn1.octetString(keyIdentifier(spki)),
    },
  }
}

export type ResidentCertificateRequest = {
  kind: profile.CertificateKind
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
  const { kind, municipality, basicFour, ocspUrl } = request
  if ((kind === 'signature') !== (basicFour !== undefined)) {
    throw new RangeError('the basic four belong into signature certificates only')
  }
  const ca = parseCertificate(request.ca.certificate)
  importPublicKey(request.publicKey)
  const spki = fromBase64(request.publicKey, 'public key')
  const { issuer, organization, values } = issuedBy(ca, spki)
  const point = profile.crlDistributionPoint(kind, municipality, organization)
  Object.assign(values, {
    [extensionOid.keyUsage]: asn1.namedBits(profile.keyUsageBits[kind]),
    [extensionOid.certificatePolicies]: policies(kind, request.policyArc ?? 'simulation'),
    [extensionOid.issuerAltName]: asn1.sequence(directoryName(profile.caAlternativeName(kind))),
    [extensionOid.crlDistributionPoints]: distributionPoints(point),
    ...(basicFour && { [extensionOid.subjectAltName]: basicFourAltName(basicFour) }),
    ...(ocspUrl && {
      [extensionOid.authorityInfoAccess]: asn1.sequence(
        asn1.sequence(asn1.oid(profile.accessMethodOcsp), uri(ocspUrl)),
      ),
    }),
  })
  const table = profile.extensionTable[kind]
  const rows = ocspUrl
    ? [...table.slice(0, -1), { oid: extensionOid.authorityInfoAccess, critical: false }, ...table.slice(-1)]
    : table
  const subject = nameNode(profile.residentName({ ...request, issuedAt: request.notBefore }))
  return writeCertificate({ ...request, issuer, subject, spki }, rows, values, request.ca.signer)
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
  const ca = parseCertificate(request.ca.certificate)
  importPublicKey(request.publicKey)
  const spki = fromBase64(request.publicKey, 'public key')
  const { issuer, organization, values } = issuedBy(ca, spki)
  Object.assign(values, {
    [extensionOid.keyUsage]: asn1.namedBits(profile.keyUsageBits.ocspSigner),
    [extensionOid.extKeyUsage]: asn1.sequence(asn1.oid(profile.keyPurposeOcspSigning)),
    [extensionOid.ocspNoCheck]: asn1.none(),
  })
  const subject = nameNode(profile.ocspSignerName(request.kind, organization))
  return writeCertificate(
    { ...request, issuer, subject, spki },
    profile.extensionTable.ocspSigner,
    values,
    request.ca.signer,
  )
}
