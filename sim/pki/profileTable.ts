/** The extensions of every kind of certificate as data: order, criticality, how each value is made, what the real one is, and whence we know. */
import * as asn1 from './asn1.ts'
import { sha1 } from './algorithm.ts'
import { basicFourAltName, type BasicFour, type CertifiedBasicFour } from './basicFour.ts'
import { directoryName, distributionPointName, uri } from './generalName.ts'
import type { Name } from './name.ts'
import * as profile from './profile.ts'
import type { FieldRow } from './profileSource.ts'
import { publicKeyBits } from './publicKey.ts'

export type CertificateType =
  'ca' | 'signature' | 'authentication' | 'smartphone-signature' | 'smartphone-authentication' | 'ocsp-signer'

export const certificateTypeOf = (kind: profile.CertificateKind, medium: profile.Medium): CertificateType =>
  medium === 'card' ? kind : `smartphone-${kind}`

/** What the values of extensions are made of. */
export type Facts = {
  kind: profile.CertificateKind
  medium: profile.Medium
  organization: string
  /** SubjectPublicKeyInfo, DER. */
  spki: Uint8Array
  policyArc: profile.PolicyArc
  /** Of the issuer's key, for certificates below a CA. */
  issuerKeyIdentifier?: Uint8Array
  municipality?: profile.Municipality
  basicFour?: BasicFour | CertifiedBasicFour
  ocspUrl?: string
}

/** `value` is undefined only where `optional`: the extension is left out then. */
export type ExtensionField = FieldRow & {
  readonly oid: string
  readonly critical: boolean
  readonly optional?: true
  readonly value: (facts: Facts) => asn1.Node | undefined
}

const { extensionOid } = profile
const need = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new RangeError(`no ${what} for this certificate`)
  return value
}

const row = (
  field: keyof typeof extensionOid,
  rest: Omit<ExtensionField, 'field' | 'oid' | 'critical'> & { critical?: true },
): ExtensionField => ({ field, oid: extensionOid[field], ...rest, critical: rest.critical ?? false })

const pointTo = (name: Name) => asn1.sequence(asn1.sequence(distributionPointName(name)))

/** SHA-1 over the PKCS#1 key, as in all real certificates (RFC 5280 section 4.2.1.2 method 1). */
const subjectKeyIdentifier = row('subjectKeyIdentifier', {
  ja: '主体者鍵識別子',
  real: 'SHA-1 over the PKCS#1 key, the last extension',
  source: 'cards',
  value: ({ spki }) => asn1.octetString(sha1(publicKeyBits(spki))),
})

const authorityKeyIdentifier = row('authorityKeyIdentifier', {
  ja: '発行者鍵識別子',
  real: 'present; keyIdentifier alone, or with issuer and serial number: not known',
  ours: 'keyIdentifier alone',
  source: 'inferred',
  value: ({ issuerKeyIdentifier }) =>
    asn1.sequence(asn1.implicit(0, need(issuerKeyIdentifier, 'key identifier of the issuer'))),
})

const keyUsage = (kind: keyof typeof profile.keyUsageBits, rest: Pick<FieldRow, 'real' | 'source'>) =>
  row('keyUsage', {
    ja: '鍵用途',
    critical: true,
    ...rest,
    value: () => asn1.namedBits(profile.keyUsageBits[kind]),
  })

const issuerAltName = row('issuerAltName', {
  ja: '発行者別名',
  real: 'directoryName: the CA’s Japanese name, C=JP, O=公的個人認証サービス, two OUs',
  ours: 'O=公的個人認証サービス（模擬）',
  source: 'cards',
  value: ({ kind }) => asn1.sequence(directoryName(profile.caAlternativeName(kind))),
})

const policies = (real: Pick<FieldRow, 'real' | 'source'>) =>
  row('certificatePolicies', {
    ja: '証明書ポリシー',
    critical: true,
    ...real,
    ours: 'the same branch under an arc of our own, CPS http://jpki-sim.example/cps.html',
    value: ({ kind, policyArc, medium }) =>
      asn1.sequence(
        asn1.sequence(
          asn1.oid(profile.policyOid(kind, policyArc, medium)),
          asn1.sequence(asn1.sequence(asn1.oid(profile.qualifierCps), asn1.ia5String(profile.cpsUri))),
        ),
      ),
  })

const crlPoint = (rest: Pick<FieldRow, 'real' | 'source'>) =>
  row('crlDistributionPoints', {
    ja: 'CRL配布点',
    ...rest,
    ours: 'O=JPKI-SIM',
    value: ({ kind, municipality, organization }) =>
      pointTo(profile.crlDistributionPoint(kind, need(municipality, 'municipality'), organization)),
  })

/** Switched off by default; where it would stand is assumed. */
const authorityInfoAccess: ExtensionField = row('authorityInfoAccess', {
  ja: '機関情報アクセス',
  real: 'none seen',
  ours: 'left out; a switch for programs that look for an OCSP address',
  source: 'inferred',
  optional: true,
  value: ({ ocspUrl }) =>
    ocspUrl === undefined ? undefined : asn1.sequence(asn1.sequence(asn1.oid(profile.accessMethodOcsp), uri(ocspUrl))),
})

const basicFour = row('subjectAltName', {
  ja: '主体者別名 (基本4情報)',
  real: 'six otherNames under 1.2.392.200149.8.5.5: .1 name, .4 date of birth, .3 sex, .5 address, .2 and .6 substitute flags',
  source: 'cards',
  value: ({ basicFour: items }) => basicFourAltName(need(items, 'basic four')),
})

const tail = [authorityKeyIdentifier, authorityInfoAccess, subjectKeyIdentifier] as const

const signature = [
  keyUsage('signature', { real: 'digitalSignature, nonRepudiation: 03 02 06 C0', source: 'cards' }),
  basicFour,
  issuerAltName,
  policies({ real: '1.2.392.200149.8.5.1.1.20, CPS http://www.jpki.go.jp/cps.html', source: 'profile' }),
  crlPoint({
    real: 'directoryName: O=JPKI, OU=JPKI for digital signature, OU=CRL Distribution Points, OU=prefecture, CN=city CRLDP',
    source: 'rebuilt',
  }),
  ...tail,
]

const authentication = [
  keyUsage('authentication', { real: 'digitalSignature: 03 02 07 80', source: 'cards' }),
  issuerAltName,
  policies({ real: '1.2.392.200149.8.5.1.3.30, CPS assumed as above', source: 'reported' }),
  crlPoint({ real: 'not known; one point without prefecture and city', source: 'assumed' }),
  ...tail,
]

/** The same but for the policy, as far as is known. */
const onSmartphone = (rows: readonly ExtensionField[], policy: Pick<FieldRow, 'real' | 'source'>): ExtensionField[] =>
  rows.map((found) =>
    found.oid === extensionOid.certificatePolicies ? policies(policy) : { ...found, source: 'assumed' as const },
  )

const ca = [
  keyUsage('ca', { real: 'keyCertSign, cRLSign: 03 02 01 06', source: 'ca' }),
  row('subjectAltName', {
    ja: '主体者別名',
    real: 'directoryName: C=JP, O=公的個人認証サービス, OU=公的個人認証サービス署名用 | 利用者証明用, OU=地方公共団体情報システム機構',
    ours: 'O=公的個人認証サービス（模擬）',
    source: 'ca',
    value: ({ kind }) => asn1.sequence(directoryName(profile.caAlternativeName(kind))),
  }),
  row('basicConstraints', {
    ja: '基本制約',
    critical: true,
    real: 'cA TRUE, no path length: 30 03 01 01 FF',
    source: 'ca',
    value: () => asn1.sequence(asn1.isTrue()),
  }),
  row('crlDistributionPoints', {
    ja: 'CRL配布点',
    real: 'directoryName: the CA’s own name',
    ours: 'O=JPKI-SIM',
    source: 'ca',
    value: ({ kind, organization }) => pointTo(profile.caName(kind, organization)),
  }),
  { ...subjectKeyIdentifier, source: 'ca' as const },
]

/** RFC 6960 section 4.2.2.2 asks for the key purpose, and 4.2.2.2.1 for no-check on a short-lived one; the order is assumed. */
const ocspSigner = [
  keyUsage('ocspSigner', { real: 'not known; digitalSignature: 03 02 07 80', source: 'assumed' }),
  row('extKeyUsage', {
    ja: '拡張鍵用途',
    real: 'not known; id-kp-OCSPSigning',
    source: 'rfc',
    value: () => asn1.sequence(asn1.oid(profile.keyPurposeOcspSigning)),
  }),
  row('ocspNoCheck', {
    ja: 'OCSP失効確認不要',
    real: 'not known; NULL: 05 00',
    source: 'rfc',
    value: () => asn1.none(),
  }),
  { ...authorityKeyIdentifier, source: 'rfc' as const },
  { ...subjectKeyIdentifier, source: 'rfc' as const },
]

/** Extensions in the order encoded. */
export const extensionFields: Record<CertificateType, readonly ExtensionField[]> = {
  ca,
  signature,
  authentication,
  'smartphone-signature': onSmartphone(signature, {
    real: '1.2.392.200149.8.5.1.1.40',
    source: 'reported',
  }),
  'smartphone-authentication': onSmartphone(authentication, { real: 'not known; …3.50', source: 'assumed' }),
  'ocsp-signer': ocspSigner,
}

/** What every certificate of this kind has, in order: without the extensions that are switched off. */
export const extensionTable = (type: CertificateType): profile.ExtensionRow[] =>
  extensionFields[type].filter(({ optional }) => !optional).map(({ oid, critical }) => ({ oid, critical }))
