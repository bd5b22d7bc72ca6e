/** Reads OCSP answers (RFC 6960 section 4.2). */
import { type Algorithm, readAlgorithm, sha1 } from './algorithm.ts'
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
import { enumerated, octets, oid, serialNumber, serialText, toHex, wholeBytes } from './derValue.ts'
import { readExtensions, unknownCritical } from './extension.ts'
import { generalizedTime } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { type ReadName, readName } from './name.ts'
import { type CertId, ocspLimitBytes, readCertId, readNonce } from './ocspRequest.ts'
import { type Certificate, parseCertificate, readCertificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import { publicKeyBits } from './publicKey.ts'
import { type CertStatus, reasonCodes, reasonName } from './revocation.ts'

export const basicResponseOid = '1.3.6.1.5.5.7.48.1.1'

/** OCSPResponseStatus, RFC 6960 section 4.2.1. */
export const errorCodes = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

export type OcspError = keyof typeof errorCodes

/** `nextUpdate` left out means that newer information is available all the time. */
export type SingleResponse = {
  readonly certId: CertId
  readonly status: CertStatus
  readonly thisUpdate: number
  readonly nextUpdate?: number
}

/** SHA-1 over the key's bits: the KeyHash by which a responder names itself (RFC 6960 section 4.2.1). */
export const responderKeyHash = (certificate: Certificate) => toHex(sha1(publicKeyBits(certificate.spki)))

export type BasicOcspResponse = {
  readonly responseStatus: 'successful'
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  /** Hex of the responder's name or of its key hash. */
  readonly responderId: { readonly by: 'name' | 'key'; readonly hex: string; readonly name?: ReadName }
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

/** Most certificates in one answer (assumed): a delegate's, and those of the CAs above it. */
const mostCertificates = 16

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

/** Who reads the parts that the profile limits: `profile` refuses what no party of the profile writes. */
type Reading = {
  readonly certificate: (der: Uint8Array) => Certificate
  readonly serialNumber: (element: Element) => string
}

const profileReading: Reading = { certificate: parseCertificate, serialNumber }
const anyReading: Reading = { certificate: (der) => readCertificate(der), serialNumber: serialText }

function readSingle(element: Element, reading: Reading): { single: SingleResponse; unknownCritical: boolean } {
  const what = 'single response'
  const inside = fields(element, tag.sequence, what)
  const certId = readCertId(inside.next(tag.sequence, what), reading.serialNumber)
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
  if (element.tag === constructed(1)) {
    const name = readName(expectTag(choice, tag.sequence, what), what)
    return { by: 'name', hex: name.hex, name }
  }
  expectTag(element, constructed(2), what)
  const hash = octets(choice, what)
  if (hash.length !== 20) throw new MalformedError(`${what}: bad key hash`)
  return { by: 'key', hex: toHex(hash) }
}

function readResponseData(element: Element, reading: Reading) {
  const what = 'response data'
  const inside = fields(element, tag.sequence, what)
  if (inside.optional(constructed(0))) throw new MalformedError(`${what}: unsupported version`)
  const responderId = readResponderId(inside.any('responder id'))
  const producedAt = generalizedTime(inside.any('produced at'), 'produced at')
  const singles = list(inside.next(tag.sequence, what), tag.sequence, what, 256).map((single) =>
    readSingle(single, reading),
  )
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

function readBasic(content: Uint8Array, der: Uint8Array, reading: Reading): BasicOcspResponse {
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
    ...readResponseData(tbs, reading),
    certificates: certificates
      ? list(inner(certificates, what), tag.sequence, what, mostCertificates).map(({ bytes }) =>
          reading.certificate(bytes),
        )
      : [],
    signature,
    signatureAlgorithm,
  })
}

/** Throws a MalformedError for anything but one strict answer of this profile. Says nothing about whether to rely on it. */
export const parseOcspResponse = (input: Uint8Array): OcspResponse => read(input, profileReading)

/** The same for any responder's answer, for `validatePath`: certificates and serial numbers may be of any kind. */
export const readOcspResponse = (input: Uint8Array): OcspResponse => read(input, anyReading)

function read(input: Uint8Array, reading: Reading): OcspResponse {
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
  return readBasic(content, whole.bytes, reading)
}

const errors: readonly OcspError[] = ['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized']
