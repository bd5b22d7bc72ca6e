/** OCSP requests (RFC 6960 section 4.1): which certificates are asked about, named by hashes of their issuer. */
import { createHash } from 'node:crypto'
import { algorithmOid, readAlgorithm } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { serialBytes } from './crlEntry.ts'
import { constructed, type Element, fields, inner, list, onlyElement, readDer, tag } from './der.ts'
import { octets, serialNumber, toHex, wholeBytes } from './derValue.ts'
import { type Extension, extension, readExtensions, unknownCritical } from './extension.ts'
import { readGeneralName } from './generalName.ts'
import { MalformedError } from './malformed.ts'
import type { Certificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import { publicKeyBits } from './publicKey.ts'

/** Largest request or answer that is read (assumed). */
export const ocspLimitBytes = 64 * 1024

export type CertIdHash = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** Hashes and serial number as upper-case hex. */
export type CertId = {
  readonly hashAlgorithm: CertIdHash
  readonly issuerNameHash: string
  readonly issuerKeyHash: string
  readonly serialNumber: string
}

/** Of these an answer may use any (RFC 6960 section 4.1.1 leaves the choice open); the bytes each has, and its identifier (RFC 5754 section 2). */
const hashes: Readonly<Record<CertIdHash, { oid: string; sizeBytes: number }>> = {
  sha1: { oid: algorithmOid.sha1, sizeBytes: 20 },
  sha256: { oid: algorithmOid.sha256, sizeBytes: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', sizeBytes: 48 },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', sizeBytes: 64 },
}
const isHash = (name: string): name is CertIdHash => name in hashes
/** All that a request may use. */
export const certIdHashes: readonly CertIdHash[] = Object.keys(hashes).filter(isHash)

const digest = (name: CertIdHash, data: Uint8Array) => createHash(name).update(data).digest()

/** Names a certificate of `issuer`. SHA-1 is only a name here, and what every responder understands (RFC 6960 section 4.3). */
export function certIdOf(
  issuer: Pick<Certificate, 'subjectName' | 'spki'>,
  serial: string,
  hashAlgorithm: CertIdHash = 'sha1',
): CertId {
  return {
    hashAlgorithm,
    issuerNameHash: toHex(digest(hashAlgorithm, issuer.subjectName.bytes)),
    issuerKeyHash: toHex(digest(hashAlgorithm, publicKeyBits(issuer.spki))),
    serialNumber: serial,
  }
}

/** Whether two names mean the same certificate; they must use the same hash. */
export const sameCertId = (a: CertId, b: CertId) =>
  a.serialNumber === b.serialNumber &&
  a.hashAlgorithm === b.hashAlgorithm &&
  a.issuerNameHash === b.issuerNameHash &&
  a.issuerKeyHash === b.issuerKeyHash

const certIdNode = (id: CertId): asn1.Node =>
  asn1.sequence(
    asn1.sequence(asn1.oid(hashes[id.hashAlgorithm].oid), asn1.none()),
    asn1.octetString(Buffer.from(id.issuerNameHash, 'hex')),
    asn1.octetString(Buffer.from(id.issuerKeyHash, 'hex')),
    asn1.raw(Uint8Array.of(tag.integer, serialBytes(id.serialNumber).length, ...serialBytes(id.serialNumber))),
  )

export function readCertId(element: Element, readSerial: (element: Element) => string = serialNumber): CertId {
  const what = 'cert id'
  const inside = fields(element, tag.sequence, what)
  const algorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const nameHash = octets(inside.next(tag.octetString, what), what)
  const keyHash = octets(inside.next(tag.octetString, what), what)
  const serial = readSerial(inside.next(tag.integer, what))
  inside.end(what)
  const hashAlgorithm = certIdHashes.find((name) => hashes[name].oid === algorithm.oid)
  if (!hashAlgorithm || algorithm.parameters === 'other') throw new MalformedError(`${what}: unsupported hash`)
  const { sizeBytes } = hashes[hashAlgorithm]
  if (nameHash.length !== sizeBytes || keyHash.length !== sizeBytes)
    throw new MalformedError(`${what}: bad hash length`)
  const names = { issuerNameHash: toHex(nameHash), issuerKeyHash: toHex(keyHash) }
  return Object.freeze({ hashAlgorithm, ...names, serialNumber: serial })
}

/** A nonce of 1 to 128 bytes (RFC 9654 section 2.1). */
const nonceExtension = (nonce: Uint8Array): asn1.Node => {
  if (nonce.length < 1 || nonce.length > 128) throw new RangeError('nonce must have 1 to 128 bytes')
  return extension({ oid: extensionOid.ocspNonce, critical: false }, asn1.octetString(nonce))
}

export function readNonce(extensions: ReadonlyMap<string, Extension>): Uint8Array | undefined {
  const found = extensions.get(extensionOid.ocspNonce)
  if (!found) return undefined
  const nonce = octets(onlyElement(found.value), 'nonce')
  if (nonce.length < 1 || nonce.length > 128) throw new MalformedError('nonce: bad length')
  return nonce
}

export type OcspQuestion = {
  issuer: Certificate
  serialNumbers: readonly string[]
  nonce?: Uint8Array
  hashAlgorithm?: CertIdHash
}

/** A request about certificates of one issuer. */
export function createOcspRequest(question: OcspQuestion): Uint8Array {
  const { issuer, serialNumbers, nonce, hashAlgorithm } = question
  if (serialNumbers.length === 0) throw new RangeError('no serial number asked about')
  const requests = serialNumbers.map((serial) => asn1.sequence(certIdNode(certIdOf(issuer, serial, hashAlgorithm))))
  const extensions = nonce ? [asn1.explicit(2, asn1.sequence(nonceExtension(nonce)))] : []
  return asn1.encode(asn1.sequence(asn1.sequence(asn1.sequence(...requests), ...extensions)))
}

export type OcspRequest = { readonly certIds: readonly CertId[]; readonly nonce?: Uint8Array }

/** A SignatureValue that may follow a request; who asked is decided by the caller, not by this signature. */
function skipSignature(element: Element): void {
  const what = 'request signature'
  const inside = fields(inner(element, what), tag.sequence, what)
  readAlgorithm(inside.next(tag.sequence, what), what)
  wholeBytes(inside.next(tag.bitString, what), what)
  const certificates = inside.optional(constructed(0))
  inside.end(what)
  if (certificates) list(inner(certificates, what), tag.sequence, what)
}

function readSingleRequest(element: Element): CertId {
  const what = 'request'
  const inside = fields(element, tag.sequence, what)
  const id = readCertId(inside.next(tag.sequence, what))
  const extensions = inside.optional(constructed(0))
  inside.end(what)
  if (extensions && unknownCritical(readExtensions(inner(extensions, what), what), new Set()).length > 0) {
    throw new MalformedError(`${what}: unknown critical extension`)
  }
  return id
}

/** At most this many certificates in one request (assumed). */
const maxRequests = 256

/** Throws a MalformedError for anything but one strict request. */
export function parseOcspRequest(input: Uint8Array): OcspRequest {
  const what = 'ocsp request'
  const outer = fields(readDer(input, ocspLimitBytes), tag.sequence, what)
  const tbs = fields(outer.next(tag.sequence, what), tag.sequence, what)
  const signature = outer.optional(constructed(0))
  outer.end(what)
  if (signature) skipSignature(signature)
  // Version 1 is the default, and DER leaves defaults out.
  if (tbs.optional(constructed(0))) throw new MalformedError(`${what}: unsupported version`)
  const requestor = tbs.optional(constructed(1))
  if (requestor) readGeneralName(inner(requestor, what), what)
  const certIds = list(tbs.next(tag.sequence, what), tag.sequence, what, maxRequests).map(readSingleRequest)
  const extensionList = tbs.optional(constructed(2))
  tbs.end(what)
  const extensions = extensionList && readExtensions(inner(extensionList, what), what)
  if (extensions && unknownCritical(extensions, new Set([extensionOid.ocspNonce])).length > 0) {
    throw new MalformedError(`${what}: unknown critical extension`)
  }
  const nonce = extensions && readNonce(extensions)
  return Object.freeze({ certIds, ...(nonce && { nonce }) })
}
