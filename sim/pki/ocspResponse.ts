/** OCSP answers (RFC 6960 section 4.2): written and read. */
import { type Algorithm, readAlgorithm, sha1 } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import type { Authority } from './certificate.ts'
import {
  constructed,
  type Element,
  expectTag,
  fields,
  inner,
  list,
  onlyElement,
  primitive,
  readDer,
  tag,
} from './der.ts'
import { enumerated, octets, oid, toHex, wholeBytes } from './derValue.ts'
import { readExtensions, unknownCritical } from './extension.ts'
import { generalizedTime } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { readName } from './name.ts'
import { type CertId, certIdNode, nonceExtension, ocspLimitBytes, readCertId, readNonce } from './ocspRequest.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import { publicKeyBits } from './publicKey.ts'
import { type CertStatus, reasonCodes, reasonName } from './revocation.ts'
import { signStructure } from './signedStructure.ts'

const basicResponseOid = '1.3.6.1.5.5.7.48.1.1'

/** OCSPResponseStatus, RFC 6960 section 4.2.1. */
const errorCodes = { malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 } as const

export type OcspError = keyof typeof errorCodes

/** `nextUpdate` left out means that newer information is available all the time. */
export type SingleResponse = {
  readonly certId: CertId
  readonly status: CertStatus
  readonly thisUpdate: number
  readonly nextUpdate?: number
}

/** An answer that is only an error: not signed, and no statement about any certificate. */
export const createOcspError = (error: OcspError): Uint8Array =>
  asn1.encode(asn1.sequence(asn1.enumerated(errorCodes[error])))

function statusNode(status: CertStatus): asn1.Node {
  if (status.certStatus === 'good') return asn1.implicit(0, new Uint8Array())
  if (status.certStatus === 'unknown') return asn1.implicit(2, new Uint8Array())
  const { revocationDate, reasonCode } = status
  if (reasonName(reasonCode) === undefined) throw new RangeError('no such reason')
  const reason = reasonCode === reasonCodes.unspecified ? [] : [asn1.explicit(0, asn1.enumerated(reasonCode))]
  return asn1.explicit(1, asn1.generalizedTime(revocationDate), ...reason)
}

const singleNode = ({ certId, status, thisUpdate, nextUpdate }: SingleResponse): asn1.Node =>
  asn1.sequence(
    certIdNode(certId),
    statusNode(status),
    asn1.generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [asn1.explicit(0, asn1.generalizedTime(nextUpdate))]),
  )

/** SHA-1 over the key's bits: the KeyHash by which a responder names itself (RFC 6960 section 4.2.1). */
export const responderKeyHash = (certificate: Certificate) => toHex(sha1(publicKeyBits(certificate.spki)))

export type OcspAnswer = {
  /** The CA itself, or a delegate whose certificate is sent along. */
  responder: Authority
  producedAt: number
  responses: readonly SingleResponse[]
  nonce?: Uint8Array
}

export async function createOcspResponse(answer: OcspAnswer): Promise<Uint8Array> {
  const { responder, producedAt, responses, nonce } = answer
  const certificate = parseCertificate(responder.certificate)
  const tbs = asn1.sequence(
    asn1.explicit(2, asn1.octetString(Buffer.from(responderKeyHash(certificate), 'hex'))),
    asn1.generalizedTime(producedAt),
    asn1.sequence(...responses.map(singleNode)),
    ...(nonce ? [asn1.explicit(1, asn1.sequence(nonceExtension(nonce)))] : []),
  )
  const isCa = certificate.basicConstraints?.cA ?? false
  const certificates = isCa ? [] : [asn1.explicit(0, asn1.sequence(asn1.raw(certificate.der)))]
  const basic = await signStructure(tbs, responder.signer, ...certificates)
  const bytes = asn1.sequence(asn1.oid(basicResponseOid), asn1.octetString(basic))
  return asn1.encode(asn1.sequence(asn1.enumerated(0), asn1.explicit(0, bytes)))
}

export type BasicOcspResponse = {
  readonly responseStatus: 'successful'
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  /** Hex of the responder's name or of its key hash. */
  readonly responderId: { readonly by: 'name' | 'key'; readonly hex: string }
  readonly producedAt: number
  readonly responses: readonly SingleResponse[]
  readonly nonce?: Uint8Array
  readonly unknownCritical: boolean
  /** Sent along; nothing is known of them yet. */
  readonly certificates: readonly Certificate[]
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

export type OcspResponse = BasicOcspResponse | { readonly responseStatus: OcspError; readonly der: Uint8Array }

const isEmpty = (element: Element, what: string) => {
  if (element.content.length > 0) throw new MalformedError(`${what}: not empty`)
}

function readStatus(element: Element): CertStatus {
  const what = 'cert status'
  if (element.tag === primitive(0) || element.tag === primitive(2)) {
    isEmpty(element, what)
    return { certStatus: element.tag === primitive(0) ? 'good' : 'unknown' }
  }
  const inside = fields(element, constructed(1), what)
  const revocationDate = generalizedTime(inside.next(tag.generalizedTime, what), what)
  const reason = inside.optional(constructed(0))
  inside.end(what)
  const reasonCode = reason ? enumerated(inner(reason, what), what) : reasonCodes.unspecified
  if (reasonName(reasonCode) === undefined) throw new MalformedError(`${what}: no such reason`)
  return { certStatus: 'revoked', revocationDate, reasonCode }
}

function readSingle(element: Element): { single: SingleResponse; unknownCritical: boolean } {
  const what = 'single response'
  const inside = fields(element, tag.sequence, what)
  const certId = readCertId(inside.next(tag.sequence, what))
  const status = readStatus(inside.any(what))
  const thisUpdate = generalizedTime(inside.any(what), 'this update')
  const next = inside.optional(constructed(0))
  const list = inside.optional(constructed(1))
  inside.end(what)
  const nextUpdate = next && generalizedTime(inner(next, what), 'next update')
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) throw new MalformedError('next update before this update')
  const extensions = list && readExtensions(inner(list, what), what)
  return {
    single: Object.freeze({ certId, status, thisUpdate, ...(nextUpdate !== undefined && { nextUpdate }) }),
    unknownCritical: extensions !== undefined && unknownCritical(extensions, new Set()).length > 0,
  }
}

function readResponderId(element: Element): BasicOcspResponse['responderId'] {
  const what = 'responder id'
  const choice = inner(element, what)
  if (element.tag === constructed(1))
    return { by: 'name', hex: readName(expectTag(choice, tag.sequence, what), what).hex }
  expectTag(element, constructed(2), what)
  const hash = octets(choice, what)
  if (hash.length !== 20) throw new MalformedError(`${what}: bad key hash`)
  return { by: 'key', hex: toHex(hash) }
}

function readResponseData(element: Element) {
  const what = 'response data'
  const inside = fields(element, tag.sequence, what)
  if (inside.optional(constructed(0))) throw new MalformedError(`${what}: unsupported version`)
  const responderId = readResponderId(inside.any('responder id'))
  const producedAt = generalizedTime(inside.any('produced at'), 'produced at')
  const singles = list(inside.next(tag.sequence, what), tag.sequence, what, 256).map(readSingle)
  const extensionList = inside.optional(constructed(1))
  inside.end(what)
  const extensions = extensionList && readExtensions(inner(extensionList, what), what)
  const unknown = extensions ? unknownCritical(extensions, new Set([extensionOid.ocspNonce])).length > 0 : false
  const nonce = extensions && readNonce(extensions)
  return {
    responderId,
    producedAt,
    responses: Object.freeze(singles.map(({ single }) => single)),
    ...(nonce && { nonce }),
    unknownCritical: unknown || singles.some((found) => found.unknownCritical),
  }
}

function readBasic(content: Uint8Array, der: Uint8Array): BasicOcspResponse {
  const what = 'basic response'
  const outer = fields(onlyElement(content), tag.sequence, what)
  const tbs = outer.next(tag.sequence, what)
  const signatureAlgorithm = readAlgorithm(outer.next(tag.sequence, what), what)
  const signature = wholeBytes(outer.next(tag.bitString, what), what)
  const certificates = outer.optional(constructed(0))
  outer.end(what)
  return Object.freeze({
    responseStatus: 'successful',
    der,
    tbs: tbs.bytes,
    ...readResponseData(tbs),
    certificates: certificates
      ? list(inner(certificates, what), tag.sequence, what, 4).map(({ bytes }) => parseCertificate(bytes))
      : [],
    signature,
    signatureAlgorithm,
  })
}

/** Throws a MalformedError for anything but one strict answer. Says nothing about whether to rely on it. */
export function parseOcspResponse(input: Uint8Array): OcspResponse {
  const what = 'ocsp response'
  const whole = readDer(input, ocspLimitBytes)
  const outer = fields(whole, tag.sequence, what)
  const code = enumerated(outer.next(tag.enumerated, what), what)
  const bytes = outer.optional(constructed(0))
  outer.end(what)
  if (code !== 0) {
    const error = errors.find((name) => errorCodes[name] === code)
    if (!error || bytes) throw new MalformedError(`${what}: bad status`)
    return Object.freeze({ responseStatus: error, der: whole.bytes })
  }
  if (!bytes) throw new MalformedError(`${what}: no answer`)
  const typed = fields(inner(bytes, what), tag.sequence, what)
  const type = oid(typed.next(tag.oid, what), what)
  const content = octets(typed.next(tag.octetString, what), what)
  typed.end(what)
  if (type !== basicResponseOid) throw new MalformedError(`${what}: unsupported type`)
  return readBasic(content, whole.bytes)
}

const errors: readonly OcspError[] = ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized']
