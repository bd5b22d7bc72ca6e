/** The revocation status of one certificate by the OCSP answers at hand (RFC 6960 section 3.2). */
import { sameBytes } from '../derValue.ts'
import { type ReadName, sameName } from '../name.ts'
import { type CertId, type CertIdHash, certIdOf, sameCertId } from '../ocspRequest.ts'
import { type BasicOcspResponse, type OcspResponse, responderKeyHash, type SingleResponse } from '../ocspResponse.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid, keyPurposeOcspSigning, keyUsageBit } from '../profile.ts'
import { type Budget, foldsOf } from './budget.ts'
import type { Status } from './crlStatus.ts'

export type AnswerRules = {
  readonly now: number
  readonly maxAgeMs?: number | undefined
  /** What was sent with the request; an answer without it or with another is refused. */
  readonly nonces?: readonly Uint8Array[] | undefined
}

/** How old an answer without `nextUpdate` may be (assumed): its sender says only that newer information is always at hand. */
const sufficientlyRecentMs = 60 * 60 * 1000

/** Why an answer does not count at this time (3.2 (5) and (6)). */
function timeRefusal({ thisUpdate, nextUpdate }: SingleResponse, { now, maxAgeMs = Infinity }: AnswerRules) {
  if (now < thisUpdate) return 'answer of the future (6960 3.2)'
  if (now >= (nextUpdate ?? thisUpdate + sufficientlyRecentMs + 1)) return 'stale answer (6960 3.2)'
  return now - thisUpdate > maxAgeMs ? 'stale answer (6960 3.2)' : undefined
}

const isNamed = ({ responderId }: BasicOcspResponse, certificate: Certificate) =>
  responderId.name
    ? sameName(responderId.name, certificate.subjectName)
    : responderId.hex === responderKeyHash(certificate)

/** 4.2.2.2: a delegate's certificate says so itself, and comes from the CA that issued the certificate asked about. */
function isDelegate({ extKeyUsage, extensions, keyUsage }: Certificate): boolean {
  const maySign = keyUsage.has(keyUsageBit.digitalSignature) || keyUsage.has(keyUsageBit.nonRepudiation)
  return extKeyUsage.includes(keyPurposeOcspSigning) && (maySign || !extensions.has(extensionOid.keyUsage))
}

/** Finds what an answer says of this certificate, recomputed from the issuer: by its own name or as the certificate spells it. */
function createMatch(certificate: Certificate, { spki, subjectName }: Certificate) {
  const { serialNumber, issuerName } = certificate
  const wanted = new Map<CertIdHash, readonly CertId[]>()
  return ({ certId }: SingleResponse): boolean => {
    const hash = certId.hashAlgorithm
    if (certId.serialNumber !== serialNumber) return false
    const ids =
      wanted.get(hash) ??
      [subjectName, issuerName].map((name) => certIdOf({ spki, subjectName: name }, serialNumber, hash))
    wanted.set(hash, ids)
    return ids.some((id) => sameCertId(certId, id))
  }
}

export type Answering = {
  readonly issuer: Certificate
  readonly budget: Budget
  /** Certificates of this name that came otherwise than in the answer. */
  readonly named: (name: ReadName) => readonly Certificate[]
  /** Whether a certificate sent along is issued by `issuer`, keeps all rules and is not revoked. */
  readonly isTrusted: (delegate: Certificate) => boolean
}

/** Whether the issuer itself or a delegate of its signed (4.2.2.2). */
function isAuthorised(response: BasicOcspResponse, { issuer, budget, named, isTrusted }: Answering): boolean {
  const signed = { data: response.tbs, signature: response.signature, algorithm: response.signatureAlgorithm }
  if (isNamed(response, issuer) && budget.isSigned(signed, issuer)) return true
  const { name } = response.responderId
  const candidates = [...response.certificates, ...(name ? named(name) : [])]
  return candidates.some(
    (candidate) =>
      isNamed(response, candidate) &&
      isDelegate(candidate) &&
      budget.isSigned(signed, candidate) &&
      isTrusted(candidate),
  )
}

/** Whether any answer is about this serial number, whatever else is wrong with it. */
export const isMentioned = (certificate: Certificate, answers: readonly OcspResponse[]) =>
  answers.some(
    (answer) =>
      answer.responseStatus === 'successful' &&
      answer.responses.some(({ certId }) => certId.serialNumber === certificate.serialNumber),
  )

/** The worst that valid answers say: revoked before unknown before good. */
export function statusByAnswers(
  certificate: Certificate,
  answers: readonly OcspResponse[],
  by: AnswerRules & Answering,
): Status {
  let reason = 'no answer for this certificate'
  let good = false
  let unknown = false
  const speaksOf = createMatch(certificate, by.issuer)
  for (const response of answers) {
    by.budget.spend('evidence')
    if (response.responseStatus !== 'successful') continue
    if (response.responderId.name) by.budget.spend('fold', foldsOf(response.responderId.name))
    const singles = response.responses.filter(speaksOf)
    if (singles.length === 0) continue
    const { nonce } = response
    const isOurs = !by.nonces || (nonce && by.nonces.some((sent) => sameBytes(sent, nonce)))
    const refused = response.unknownCritical
      ? 'unknown critical extension in an answer (6960 4.4)'
      : !isOurs
        ? 'nonce mismatch (6960 4.4.1)'
        : !isAuthorised(response, by)
          ? 'responder not authorised (6960 4.2.2.2)'
          : undefined
    reason = refused ?? reason
    if (refused) continue
    for (const single of singles) {
      const outOfTime = timeRefusal(single, by)
      if (outOfTime) reason = outOfTime
      else if (single.status.certStatus === 'revoked')
        return { status: 'revoked', reasonCode: single.status.reasonCode }
      else if (single.status.certStatus === 'unknown') unknown = true
      else good = true
    }
  }
  if (unknown) return { status: 'undetermined', reason: 'the responder does not know the certificate (6960 2.2)' }
  return good ? { status: 'good' } : { status: 'undetermined', reason }
}
