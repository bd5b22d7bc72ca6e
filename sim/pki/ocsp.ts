/** Decides whether an OCSP answer may be relied on, and what it says (RFC 6960 section 3.2). */
import { isSignedBy } from './algorithm.ts'
import { sameBytes } from './derValue.ts'
import { certIdOf, sameCertId } from './ocspRequest.ts'
import { type BasicOcspResponse, type OcspError, type OcspResponse, responderKeyHash } from './ocspResponse.ts'
import { type Certificate, isIssuedBy } from './parsedCertificate.ts'
import { keyPurposeOcspSigning, keyUsageBit } from './profile.ts'
import type { CertStatus } from './revocation.ts'

export {
  type CertId,
  type CertIdHash,
  certIdHashes,
  certIdOf,
  createOcspRequest,
  type OcspQuestion,
  type OcspRequest,
  parseOcspRequest,
  sameCertId,
} from './ocspRequest.ts'
export { createOcspError, createOcspResponse, type OcspAnswer } from './ocspIssue.ts'
export { type OcspError, type OcspResponse, parseOcspResponse, type SingleResponse } from './ocspResponse.ts'

export type OcspRefusal =
  | OcspError
  | 'wrong-issuer'
  | 'wrong-certificate'
  | 'unauthorized-responder'
  | 'bad-signature'
  | 'nonce-mismatch'
  | 'not-yet-valid'
  | 'stale'
  | 'unsupported'

/** Whether a certificate sent along makes its holder a responder for `issuer` at `now`: RFC 6960 section 4.2.2.2. */
function isDelegate(certificate: Certificate, issuer: Certificate, now: number): boolean {
  return (
    certificate.issuerHex === issuer.subjectHex &&
    certificate.extKeyUsage.includes(keyPurposeOcspSigning) &&
    certificate.ocspNoCheck &&
    (certificate.authorityKeyIdentifier === undefined ||
      certificate.authorityKeyIdentifier === issuer.subjectKeyIdentifier) &&
    certificate.keyUsage.has(keyUsageBit.digitalSignature) &&
    !certificate.basicConstraints?.cA &&
    certificate.unknownCriticalExtensions.length === 0 &&
    certificate.notBefore <= now &&
    now <= certificate.notAfter &&
    isIssuedBy(certificate, issuer)
  )
}

const isNamed = ({ responderId }: BasicOcspResponse, certificate: Certificate) =>
  responderId.by === 'name'
    ? responderId.hex === certificate.subjectHex
    : responderId.hex === responderKeyHash(certificate)

const isSigned = (response: BasicOcspResponse, certificate: Certificate) =>
  isSignedBy(
    { data: response.tbs, signature: response.signature, algorithm: response.signatureAlgorithm },
    certificate.publicKey,
  )

/** Why the answer's signature does not count; undefined if it does. */
function signatureRefusal(response: BasicOcspResponse, issuer: Certificate, now: number): OcspRefusal | undefined {
  const allowed = [
    ...(isNamed(response, issuer) ? [issuer] : []),
    ...response.certificates.filter((candidate) => isNamed(response, candidate) && isDelegate(candidate, issuer, now)),
  ]
  if (allowed.length === 0) return 'unauthorized-responder'
  return allowed.some((certificate) => isSigned(response, certificate)) ? undefined : 'bad-signature'
}

export type OcspCheck = {
  /** The CA found when the certificate was validated. */
  issuer: Certificate
  certificate: Certificate
  now: number
  /** What was sent with the request; an answer without it or with another is refused. */
  nonce?: Uint8Array
}

/**
 * What the answer says of `certificate` at `now` (Unix ms), or why it must not be relied on.
 * An answer without `nextUpdate` counts only if it repeats the nonce: it would stay fresh for ever otherwise.
 */
export function checkOcspResponse(response: OcspResponse, check: OcspCheck): CertStatus | { refused: OcspRefusal } {
  const { issuer, certificate, now, nonce } = check
  if (response.responseStatus !== 'successful') return { refused: response.responseStatus }
  if (certificate.issuerHex !== issuer.subjectHex) return { refused: 'wrong-issuer' }
  const matches = response.responses.filter(({ certId }) =>
    sameCertId(certId, certIdOf(issuer, certificate.serialNumber, certId.hashAlgorithm)),
  )
  const [match] = matches
  if (!match || matches.length > 1) return { refused: 'wrong-certificate' }
  const refusal = signatureRefusal(response, issuer, now)
  if (refusal) return { refused: refusal }
  if (response.unknownCritical) return { refused: 'unsupported' }
  if (nonce && !(response.nonce && sameBytes(nonce, response.nonce))) return { refused: 'nonce-mismatch' }
  // Written so that a time that is no number is refused.
  if (!(now >= match.thisUpdate && now >= response.producedAt)) return { refused: 'not-yet-valid' }
  const staleAt = match.nextUpdate ?? (nonce ? Infinity : -Infinity)
  if (now >= staleAt) return { refused: 'stale' }
  return match.status
}
