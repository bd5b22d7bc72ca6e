/**
 * Decides whether a resident's certificate was issued by one of the CAs trusted (RFC 5280 section 6.1, for a path of one).
 * There are no intermediate CAs in JPKI, so nothing an attacker sends can become part of a path.
 */
import { importSpki } from './publicKey.ts'
import { algorithmOid } from './algorithm.ts'
import { sameBytes } from './derValue.ts'
import { type Certificate, isIssuedBy, parseCertificate } from './parsedCertificate.ts'
import {
  type CertificateKind,
  certificateKinds,
  isReservedOrganization,
  keyUsageBit,
  keyUsageBits,
  policiesOf,
} from './profile.ts'

export type TrustAnchor = { readonly kind: CertificateKind; readonly certificate: Certificate }

/** CAs by kind; several generations with the same name and different keys live at once. */
export type TrustAnchors = readonly TrustAnchor[]

/** Reads CA certificates to be trusted; throws a RangeError for one that is no CA, not self-signed, or of the real hierarchies. */
export function trustAnchors(given: readonly { kind: CertificateKind; der: Uint8Array }[]): TrustAnchors {
  return Object.freeze(
    given.map(({ kind, der }) => {
      const certificate = parseCertificate(der)
      if (certificate.organizations.some(isReservedOrganization))
        throw new RangeError('anchor of a reserved organization')
      const { keyUsage, basicConstraints, unknownCriticalExtensions } = certificate
      const mayIssue = keyUsage.has(keyUsageBit.keyCertSign) && keyUsage.has(keyUsageBit.cRLSign)
      if (!basicConstraints?.cA || !mayIssue || unknownCriticalExtensions.length > 0)
        throw new RangeError('anchor is no ca')
      const isSelfIssued = sameBytes(certificate.issuerName.bytes, certificate.subjectName.bytes)
      if (!isSelfIssued || !isIssuedBy(certificate, certificate)) {
        throw new RangeError('anchor is not self-signed')
      }
      return Object.freeze({ kind, certificate })
    }),
  )
}

export type RefusalReason =
  | 'unknown-issuer'
  | 'bad-signature'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-key-usage'
  | 'wrong-policy'
  | 'wrong-kind'
  | 'unsupported'

export type Validation = { result: 'ok'; issuer: Certificate } | { result: 'refused'; reason: RefusalReason }

/** The generation whose key signed, by signature and never by name alone; a key identifier given must be its (4.2.1.1). */
function findIssuer(certificate: Certificate, candidates: readonly Certificate[]): Certificate | undefined {
  const hinted = (issuer: Certificate) => issuer.subjectKeyIdentifier === certificate.authorityKeyIdentifier
  const named = certificate.authorityKeyIdentifier === undefined ? candidates : candidates.filter(hinted)
  return named.find((issuer) => isIssuedBy(certificate, issuer))
}

function timeReason(certificate: Certificate, now: number): RefusalReason | undefined {
  // Written so that a time that is no number is refused.
  if (!(now >= certificate.notBefore)) return 'not-yet-valid'
  return now <= certificate.notAfter ? undefined : 'expired'
}

/** The profile's keys: RSA-2048 with exponent 65537, and P-384, announced for the next card (Digital Agency, 2024-03-18). */
const isProfileKey = ({ key }: Certificate): boolean =>
  key.type === 'rsa' ? key.bits === 2048 && key.exponent === 65537n : key.type === 'ec' && key.curve === 'P-384'

/** The profile's signatures, each by a CA of its own kind of key: no CA of one kind vouches with the algorithm of the other. */
const profileSignatures = new Set<string>([algorithmOid.sha256WithRSAEncryption, algorithmOid.ecdsaWithSha384])

const sameSet = (found: ReadonlySet<number>, wanted: readonly number[]) =>
  found.size === wanted.length && wanted.every((bit) => found.has(bit))

/**
 * Whether `certificate` is a certificate of `kind` at `now` (Unix ms), and of which CA. Revocation is not looked at.
 * `policies` are those accepted; without it only the simulation's own.
 */
export function validateCertificate(
  certificate: Certificate,
  options: { kind: CertificateKind; anchors: TrustAnchors; now: number; policies?: readonly string[] },
): Validation {
  const { kind, anchors, now, policies = policiesOf(kind) } = options
  const refused = (reason: RefusalReason): Validation => ({ result: 'refused', reason })

  // 6.1.4 (o), 6.1.5 (f): an unknown critical extension ends it. The signature algorithm is one of the profile's two.
  if (certificate.unknownCriticalExtensions.length > 0) return refused('unsupported')
  if (!profileSignatures.has(certificate.signatureAlgorithm.oid)) return refused('unsupported')

  // 6.1.3 (a)(4): the issuer's name; the two hierarchies are separate, and crossing them is its own answer.
  const { bytes: issuerName } = certificate.issuerName
  const named = anchors.filter((anchor) => sameBytes(anchor.certificate.subjectName.bytes, issuerName))
  const sameKind = named.filter((anchor) => anchor.kind === kind).map((anchor) => anchor.certificate)
  if (sameKind.length === 0) return refused(named.length > 0 ? 'wrong-kind' : 'unknown-issuer')

  // 6.1.3 (a)(1): the signature, by whichever generation made it.
  const issuer = findIssuer(certificate, sameKind)
  if (!issuer) return refused('bad-signature')

  // 6.1.3 (a)(2): the time, of the certificate and (stricter than 6.1, which leaves anchors out) of the CA.
  const outOfTime = timeReason(certificate, now) ?? timeReason(issuer, now)
  if (outOfTime) return refused(outOfTime)

  // 4.2.1.9: an end entity is no CA. A certificate of the other kind under this CA would be a mistake of the CA.
  const otherKind = certificateKinds.some((other) => other !== kind && certificate.kind === other)
  if (certificate.basicConstraints?.cA || otherKind) return refused('wrong-kind')

  // 6.1.3 (d), 6.1.5 (g): one of the policies asked for, none of them mapped or implied.
  if (!certificate.policies.some((policy) => policies.includes(policy))) return refused('wrong-policy')

  // 4.2.1.3 and 4.2.1.12: exactly the profile's usage, and no certificate limited to other purposes.
  if (!sameSet(certificate.keyUsage, keyUsageBits[kind]) || certificate.extKeyUsage.length > 0) {
    return refused('wrong-key-usage')
  }
  if (certificate.key.type === 'ec') importSpki(certificate.spki)
  if (!isProfileKey(certificate)) return refused('unsupported')
  return { result: 'ok', issuer }
}
