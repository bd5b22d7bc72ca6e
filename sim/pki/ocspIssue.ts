/** Writes OCSP answers (RFC 6960 section 4.2) straight into bytes, so that an answer costs little more than its signature. */
import { signatureIdentifier } from './algorithm.ts'
import { encode, oid } from './asn1.ts'
import type { Authority } from './certificate.ts'
import { serialBytes } from './crlEntry.ts'
import { constructed, primitive, tag } from './der.ts'
import { wrap } from './derWriter.ts'
import { generalizedTimeText } from './instant.ts'
import type { CertId } from './ocspRequest.ts'
import { basicResponseOid, errorCodes, type OcspError, responderKeyHash, type SingleResponse } from './ocspResponse.ts'
import { parseCertificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import { type CertStatus, reasonCodes, reasonName } from './revocation.ts'

/** An answer that is only an error: not signed, and no statement about any certificate. */
export const createOcspError = (error: OcspError): Uint8Array<ArrayBuffer> =>
  wrap(tag.sequence, wrap(tag.enumerated, Uint8Array.of(errorCodes[error])))

const ascii = new TextEncoder()
const none = new Uint8Array(0)
const fromHex = (hex: string) => Buffer.from(hex, 'hex')

/** AlgorithmIdentifiers with parameters NULL (RFC 4055 section 2.1, RFC 8954 leaves SHA-1 as RFC 6960 has it). */
const hashIdentifier = {
  sha1: fromHex('300906052B0E03021A0500'),
  sha256: fromHex('300D06096086480165030402010500'),
  sha384: fromHex('300D06096086480165030402020500'),
  sha512: fromHex('300D06096086480165030402030500'),
} as const

const certIdBytes = ({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: CertId) =>
  wrap(
    tag.sequence,
    hashIdentifier[hashAlgorithm],
    wrap(tag.octetString, fromHex(issuerNameHash)),
    wrap(tag.octetString, fromHex(issuerKeyHash)),
    wrap(tag.integer, serialBytes(serialNumber)),
  )

const timeBytes = (at: number) => wrap(tag.generalizedTime, ascii.encode(generalizedTimeText(at)))

const good = wrap(primitive(0))
const unknown = wrap(primitive(2))

/** A reason is left out when unspecified, as RFC 5280 section 5.3.1 asks of lists. */
const statusBytes = (status: CertStatus): Uint8Array => {
  if (status.certStatus === 'good') return good
  if (status.certStatus === 'unknown') return unknown
  const { revocationDate, reasonCode } = status
  if (reasonName(reasonCode) === undefined) throw new RangeError('no such reason')
  const reason = wrap(constructed(0), wrap(tag.enumerated, Uint8Array.of(reasonCode)))
  return wrap(constructed(1), timeBytes(revocationDate), reasonCode === reasonCodes.unspecified ? none : reason)
}

const singleBytes = ({ certId, status, thisUpdate, nextUpdate }: SingleResponse) =>
  wrap(
    tag.sequence,
    certIdBytes(certId),
    statusBytes(status),
    timeBytes(thisUpdate),
    nextUpdate === undefined ? none : wrap(constructed(0), timeBytes(nextUpdate)),
  )

const nonceOid = encode(oid(extensionOid.ocspNonce))

/** RFC 9654 section 2.1: 1 to 128 bytes. */
const nonceBytes = (nonce: Uint8Array) => {
  if (nonce.length < 1 || nonce.length > 128) throw new RangeError('nonce must have 1 to 128 bytes')
  const value = wrap(tag.octetString, wrap(tag.octetString, nonce))
  return wrap(constructed(1), wrap(tag.sequence, wrap(tag.sequence, nonceOid, value)))
}

export type OcspData = { producedAt: number; responses: readonly SingleResponse[]; nonce?: Uint8Array }

export type OcspResponder = (data: OcspData) => Promise<Uint8Array<ArrayBuffer>>

const basicOid = encode(oid(basicResponseOid))
const successful = wrap(tag.enumerated, Uint8Array.of(0))
const noUnusedBits = Uint8Array.of(0)

/** Whoever answers: the CA itself, or a delegate whose certificate is sent along. What never changes is made once, here. */
export const createOcspResponder = ({ certificate: der, signer }: Authority): OcspResponder => {
  const certificate = parseCertificate(der)
  const responderId = wrap(constructed(2), wrap(tag.octetString, fromHex(responderKeyHash(certificate))))
  const algorithm = encode(signatureIdentifier(signer))
  const isCa = certificate.basicConstraints?.cA ?? false
  const certificates = isCa ? none : wrap(constructed(0), wrap(tag.sequence, certificate.der))
  return async ({ producedAt, responses, nonce }) => {
    const tbs = wrap(
      tag.sequence,
      responderId,
      timeBytes(producedAt),
      wrap(tag.sequence, ...responses.map(singleBytes)),
      nonce === undefined ? none : nonceBytes(nonce),
    )
    const signature = wrap(tag.bitString, noUnusedBits, await signer.sign(tbs))
    const basic = wrap(tag.sequence, tbs, algorithm, signature, certificates)
    return wrap(
      tag.sequence,
      successful,
      wrap(constructed(0), wrap(tag.sequence, basicOid, wrap(tag.octetString, basic))),
    )
  }
}

export type OcspAnswer = OcspData & { responder: Authority }

/** One answer of a responder that is not kept. */
export const createOcspResponse = ({ responder, ...data }: OcspAnswer) => createOcspResponder(responder)(data)
