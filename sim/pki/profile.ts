/**
 * The certificate profile: names, object identifiers and extensions.
 * Sources: the public CA certificates of JPKI (2015 to 2023), J-LIS 公的個人認証サービス プロファイル仕様書 and public dumps of
 * certificates on cards; what is marked "assumed" was not found anywhere.
 */
import { createHash } from 'node:crypto'
import { generalizedTimeText } from './instant.ts'
import type { Name } from './name.ts'

/** 署名用電子証明書 (signature) and 利用者証明用電子証明書 (authentication). */
export type CertificateKind = 'signature' | 'authentication'

export const certificateKinds: readonly CertificateKind[] = ['signature', 'authentication']

/** Extensions, RFC 5280 sections 4.2 and 5.2, RFC 6960 sections 4.2.2.2.1 and 4.4. */
export const extensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
} as const

export const accessMethodOcsp = '1.3.6.1.5.5.7.48.1'
export const keyPurposeOcspSigning = '1.3.6.1.5.5.7.3.9'
/** id-qt-cps, RFC 5280 section 4.2.1.4. Real certificates point to www.jpki.go.jp; ours to a name that can never exist (RFC 2606). */
export const qualifierCps = '1.3.6.1.5.5.7.2.1'
export const cpsUri = 'http://jpki-sim.example/cps.html'

/** Key usage bits, RFC 5280 section 4.2.1.3. */
export const keyUsageBit = { digitalSignature: 0, nonRepudiation: 1, keyCertSign: 5, cRLSign: 6 } as const

/** The real certificates' usage: signature `03 02 06 C0`, authentication `03 02 07 80`, CA `03 02 01 06`. */
export const keyUsageBits = {
  signature: [keyUsageBit.digitalSignature, keyUsageBit.nonRepudiation],
  authentication: [keyUsageBit.digitalSignature],
  ca: [keyUsageBit.keyCertSign, keyUsageBit.cRLSign],
  ocspSigner: [keyUsageBit.digitalSignature],
} as const

/** Which extension, and whether who does not understand it must refuse the certificate. */
export type ExtensionRow = { readonly oid: string; readonly critical: boolean }
/** What holds the key: 個人番号カード, or the secure element of a smartphone (スマホ用電子証明書, since 2023-05-11, 公的個人認証法 16条の2). */
export type Medium = 'card' | 'smartphone'

export const mediums: readonly Medium[] = ['card', 'smartphone']

/**
 * Under which arc policies are written. `simulation` stands below the number kept for examples (RFC 5612 section 2), so that nothing of ours
 * can be taken for a real certificate; `jpki` is the real one, for programs that insist on it.
 */
export type PolicyArc = 'simulation' | 'jpki'

const arcs: Record<PolicyArc, string> = {
  simulation: '1.3.6.1.4.1.32473.1',
  jpki: '1.2.392.200149.8.5.1',
}

/**
 * The branches below the arc: classes 20 and 30 of the card are in the J-LIS profile and on cards; class 40 is reported for the
 * smartphone's signature certificate, unconfirmed; class 50 for its authentication certificate is assumed.
 */
const policyBranch: Record<Medium, Record<CertificateKind, string>> = {
  card: { signature: '1.20', authentication: '3.30' },
  smartphone: { signature: '1.40', authentication: '3.50' },
}

export const policyOid = (kind: CertificateKind, arc: PolicyArc = 'simulation', medium: Medium = 'card') =>
  `${arcs[arc]}.${policyBranch[medium][kind]}`

/** Every policy under which a certificate is accepted as one of `kind`, the card's first. */
export const policiesOf = (kind: CertificateKind, arc: PolicyArc = 'simulation'): readonly string[] =>
  mediums.map((medium) => policyOid(kind, arc, medium))

const isPolicyOf = (policy: string, kind: CertificateKind, medium: Medium) =>
  policyOid(kind, 'simulation', medium) === policy || policyOid(kind, 'jpki', medium) === policy

/** The kind a policy stands for; undefined for policies of others. */
export const kindOfPolicy = (policy: string): CertificateKind | undefined =>
  certificateKinds.find((kind) => mediums.some((medium) => isPolicyOf(policy, kind, medium)))

/** What holds the key of a certificate under this policy; undefined for policies of others. */
export const mediumOfPolicy = (policy: string): Medium | undefined =>
  mediums.find((medium) => certificateKinds.some((kind) => isPolicyOf(policy, kind, medium)))

export const defaultOrganization = 'JPKI-SIM'

const reservedOrganizations = new Set(['JPKI', 'JPKI-TEST'])

/** Whether a name belongs to the real hierarchy or its test environment, however it is spelt. */
export const isReservedOrganization = (organization: string) =>
  reservedOrganizations.has(organization.normalize('NFKC').trim().toUpperCase())

/** Throws for the organisations of the real hierarchies: no certificate of ours may ever be taken for one of theirs. */
function checkOrganization(organization: string): string {
  if (isReservedOrganization(organization)) throw new RangeError(`organization ${organization} is reserved`)
  return organization
}

const purpose = {
  signature: { unit: 'JPKI for digital signature', japanese: '公的個人認証サービス署名用' },
  authentication: { unit: 'JPKI for user authentication', japanese: '公的個人認証サービス利用者証明用' },
} as const

/** Subject and issuer of a CA certificate, in the order the real ones have. */
export const caName = (kind: CertificateKind, organization = defaultOrganization): Name => [
  ['C', 'JP'],
  ['O', checkOrganization(organization)],
  ['OU', purpose[kind].unit],
  ['OU', 'Japan Agency for Local Authority Information Systems'],
]

/** The CA's Japanese name: subjectAltName of the CA, issuerAltName of its certificates; the real one's O lacks （模擬）. */
export const caAlternativeName = (kind: CertificateKind): Name => [
  ['C', 'JP'],
  ['O', '公的個人認証サービス（模擬）'],
  ['OU', purpose[kind].japanese],
  ['OU', '地方公共団体情報システム機構'],
]

export const ocspSignerName = (kind: CertificateKind, organization = defaultOrganization): Name => [
  ...caName(kind, organization),
  ['CN', 'OCSP Responder'],
]

/** 市区町村: five-digit code (JIS X 0401 and 0402) and names in Latin letters, e.g. 13221, Tokyo-to, Kiyose-shi. */
export type Municipality = { code: string; prefecture: string; city: string }

/**
 * Where the revocation of a certificate is published: one partition for each municipality for signature certificates;
 * one for all authentication certificates (assumed, its form was not found).
 */
export const crlDistributionPoint = (
  kind: CertificateKind,
  municipality: Municipality,
  organization = defaultOrganization,
): Name => {
  const common: Name = [
    ['C', 'JP'],
    ['O', checkOrganization(organization)],
    ['OU', purpose[kind].unit],
    ['OU', 'CRL Distribution Points'],
  ]
  if (kind === 'authentication') return [...common, ['CN', 'CRLDP']]
  return [...common, ['OU', municipality.prefecture], ['CN', `${municipality.city} CRLDP`]]
}

/** The counter's number within the municipality, as the last four characters of common names have it; this one is assumed. */
const window = '003A'
const jstOffsetMs = 9 * 60 * 60 * 1000

/**
 * The subject of a resident's certificate. `subjectSequence` tells apart what is issued by one municipality:
 * in signature certificates its last five digits follow the time of issue, in authentication certificates it is hidden
 * in fourteen opaque characters.
 */
export function residentName(of: {
  kind: CertificateKind
  municipality: Municipality
  subjectSequence: string | number
  issuedAt: number
}): Name {
  const { code, prefecture, city } = of.municipality
  if (!/^\d{5}$/.test(code)) throw new RangeError('municipality code must have five digits')
  const sequence = String(of.subjectSequence)
  if (of.kind === 'authentication') {
    const digest = createHash('sha256').update(`${code} ${sequence}`).digest('hex').toUpperCase()
    return [
      ['C', 'JP'],
      ['CN', `${digest.slice(0, 14)}${code}${window}`],
    ]
  }
  if (!/^\d+$/.test(sequence)) throw new RangeError('subject sequence must be a number')
  const requested = generalizedTimeText(of.issuedAt + jstOffsetMs).slice(0, 14)
  return [
    ['C', 'JP'],
    ['L', prefecture],
    ['L', city],
    ['CN', `${requested}${sequence.slice(-5).padStart(5, '0')}${code}${window}`],
  ]
}
