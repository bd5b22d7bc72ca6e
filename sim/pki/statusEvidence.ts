/** Reads kept status evidence for one instant: what an OCSP answer or a revocation list of then says of a certificate at that time. */
import { checkCrl, parseCrl, statusByCrl } from './crl.ts'
import type { StatusEvidence } from './evidence.ts'
import { checkOcspResponse, parseOcspResponse } from './ocsp.ts'
import type { Certificate } from './parsedCertificate.ts'
import type { CertStatus } from './revocation.ts'

export type StatusAt = {
  status: CertStatus
  /** The time for which the CA says so. */
  asOf: number
}

type Question = {
  certificate: Certificate
  issuer: Certificate
  /** When the signature is proven to have existed. */
  provenAt: number
  /** When the evidence is proven to have existed: nothing in it may be younger. */
  keptAt: number
}

/**
 * A status counts if it was in force at `provenAt`, or was published after that and before the certificate ended: later answers say even
 * more surely what was so then, but may no longer know expired certificates (RFC 5280 section 3.3, RFC 6960 section 4.4.4).
 */
const isOfUse = (at: number, { certificate, keptAt }: Question) => at <= keptAt && at <= certificate.notAfter

function statusByAnswer(der: Uint8Array, question: Question): StatusAt | undefined {
  const response = parseOcspResponse(der)
  if (response.responseStatus !== 'successful') return undefined
  const { certificate, issuer, provenAt } = question
  // The answer is judged as of the first instant at which both it and the signature existed.
  const single = response.responses.find(({ certId }) => certId.serialNumber === certificate.serialNumber)
  if (!single) return undefined
  const at = Math.max(provenAt, response.producedAt, single.thisUpdate)
  if (!isOfUse(at, question)) return undefined
  const status = checkOcspResponse(response, { issuer, certificate, now: at })
  return 'refused' in status ? undefined : { status, asOf: single.thisUpdate }
}

function statusByList(der: Uint8Array, question: Question): StatusAt | undefined {
  const crl = parseCrl(der)
  const { certificate, issuer, provenAt } = question
  const at = Math.max(provenAt, crl.thisUpdate)
  if (!isOfUse(at, question) || checkCrl(crl, { issuer, certificate, now: at }).result !== 'ok') return undefined
  return { status: statusByCrl(crl, certificate.serialNumber), asOf: crl.thisUpdate }
}

/** What the evidence says, or undefined if it says nothing that counts. Throws a MalformedError for what cannot be read. */
export const statusAt = ({ type, der }: StatusEvidence, question: Question): StatusAt | undefined =>
  type === 'ocsp' ? statusByAnswer(der, question) : statusByList(der, question)
