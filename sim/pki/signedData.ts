/** Reads CMS SignedData (RFC 5652 section 5) strictly, without deciding anything about it. */
import { type Algorithm, readAlgorithm } from './algorithm.ts'
import { constructed, type Element, fields, inner, list, readDer, tag } from './der.ts'
import { integer, octets, oid, sameBytes, serialNumber, toHex } from './derValue.ts'
import { digest, digestOf } from './digest.ts'
import { readGeneralNames } from './generalName.ts'
import { MalformedError } from './malformed.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'

/** Largest signed document that is read (assumed). */
const cmsLimitBytes = 1024 * 1024

/** RFC 5652 sections 4 and 5.1; RFC 3161 section 2.4.2 for the last. */
export const contentOid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
} as const

/** Signed attributes: RFC 5652 section 11, RFC 5035 section 3, ETSI EN 319 122-1 section 5.2.9.1 for the policy. */
export const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signaturePolicy: '1.2.840.113549.1.9.16.2.15',
} as const

/** Unsigned attributes: ETSI EN 319 122-1 sections 5.3, 5.4, 5.5 and annex A.1. */
export const unsignedAttributeOid = {
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
  certificateValues: '1.2.840.113549.1.9.16.2.23',
  revocationValues: '1.2.840.113549.1.9.16.2.24',
  archiveTimeStampV3: '0.4.0.1733.2.4',
  hashIndexV3: '0.4.0.19122.1.5',
} as const

/** Attributes by type: the whole attribute, and its only value. */
export type Attributes = ReadonlyMap<string, { readonly attribute: Element; readonly value: Element }>

export type SignerInfo = {
  /** The issuer's name in the signer's certificate, DER. */
  issuer: Uint8Array
  serialNumber: string
  digestAlgorithm: Algorithm
  /** The signed attributes as they are signed: tagged as a SET OF. */
  signedAttributes?: Element
  signatureAlgorithm: Algorithm
  signature: Uint8Array
  unsignedAttributes: Attributes
  /** Everything from the version to the signature, as encoded: what no unsigned attribute can change. */
  settled: Uint8Array
}

const noAttributes: Attributes = new Map()

export function readSignerInfo(element: Element): SignerInfo | undefined {
  const what = 'signer info'
  const inside = fields(element, tag.sequence, what)
  const version = integer(inside.next(tag.integer, what), what, 1)
  // Version 3 names the signer by key identifier, which no certificate hash can contradict: not accepted.
  if (version !== 1n) return undefined
  const sid = fields(inside.next(tag.sequence, what), tag.sequence, what)
  const issuer = sid.next(tag.sequence, what).bytes
  const serial = serialNumber(sid.next(tag.integer, what))
  sid.end(what)
  const digestAlgorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const signed = inside.optional(constructed(0))
  const signatureAlgorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const signature = octets(inside.next(tag.octetString, what), what)
  const unsigned = inside.optional(constructed(1))
  inside.end(what)
  const unsignedAttributes = unsigned ? readAttributes(unsigned) : noAttributes
  const settled = element.content.subarray(0, element.content.length - (unsigned?.bytes.length ?? 0))
  const common = { issuer, serialNumber: serial, digestAlgorithm, signatureAlgorithm, signature }
  if (!signed) return { ...common, unsignedAttributes, settled }
  const bytes = new Uint8Array(signed.bytes)
  bytes[0] = tag.set
  const signedAttributes = { tag: tag.set, bytes, content: signed.content }
  return { ...common, signedAttributes, unsignedAttributes, settled }
}

/** Attributes by type, each once with one value, in DER order (X.690 section 11.6). */
export function readAttributes(element: Element): Attributes {
  const what = 'attributes'
  const found = new Map<string, { attribute: Element; value: Element }>()
  const items = list(element, element.tag, what)
  items.forEach((item, index) => {
    const previous = items[index - 1]
    if (previous && Buffer.compare(previous.bytes, item.bytes) >= 0) throw new MalformedError(`${what}: not in order`)
    const inside = fields(item, tag.sequence, what)
    const type = oid(inside.next(tag.oid, what), what)
    const values = inside.next(tag.set, what)
    inside.end(what)
    if (found.has(type)) throw new MalformedError(`${what}: repeated`)
    found.set(type, { attribute: item, value: inner(values, what) })
  })
  return found
}

/** Whether the signer says that this is the certificate (RFC 5652 section 5.3). */
export const isSignersCertificate = ({ issuer, serialNumber: serial }: SignerInfo, certificate: Certificate) =>
  serial === certificate.serialNumber && sameBytes(issuer, certificate.issuerName.bytes)

/** Whether signing-certificate-v2 means this certificate (RFC 5035 section 4). */
export function namesCertificate(value: Element, certificate: Certificate): boolean {
  const what = 'signing certificate'
  const outer = fields(value, tag.sequence, what)
  const [first, second] = list(outer.next(tag.sequence, what), tag.sequence, what)
  const policies = outer.optional(tag.sequence)
  outer.end(what)
  // Further certificates and policies would limit the path (RFC 5035 section 3): nothing here evaluates them.
  if (!first || second || policies) return false
  const id = fields(first, tag.sequence, what)
  const algorithm = id.optional(tag.sequence)
  const hash = octets(id.next(tag.octetString, what), what)
  const issuerSerial = id.optional(tag.sequence)
  id.end(what)
  // SHA-256 is the default.
  const name = algorithm ? digestOf(readAlgorithm(algorithm, what)) : 'sha256'
  if (name === undefined) return false
  if (issuerSerial) {
    const inside = fields(issuerSerial, tag.sequence, what)
    const names = readGeneralNames(inside.next(tag.sequence, what), tag.sequence, what)
    const serial = serialNumber(inside.next(tag.integer, what))
    inside.end(what)
    const isIssuer = names.some(({ element }) => toHex(element.content) === certificate.issuerHex)
    if (!isIssuer || serial !== certificate.serialNumber) return false
  }
  return sameBytes(hash, digest(name, certificate.der))
}

export type SignedData = {
  contentType: string
  /** The object identifier of the content type, as encoded. */
  contentTypeBytes: Uint8Array
  content?: Uint8Array
  certificates: readonly Certificate[]
  /** Whether there are lists beside the signature: nothing here puts any there. */
  hasCrls: boolean
  /** At most two: more than one is refused anyway. */
  signerInfos: readonly Element[]
}

/** Reads one certificate, or throws a MalformedError; whoever meets the same ones again may remember them. */
export type ReadCertificate = (der: Uint8Array) => Certificate

/** Throws a MalformedError for anything but one strict SignedData. */
export function readSignedData(cms: Uint8Array, read: ReadCertificate = parseCertificate): SignedData {
  const what = 'signed data'
  const outer = fields(readDer(cms, cmsLimitBytes), tag.sequence, what)
  if (oid(outer.next(tag.oid, what), what) !== contentOid.signedData) throw new MalformedError(`${what}: other content`)
  const inside = fields(inner(outer.next(constructed(0), what), what), tag.sequence, what)
  outer.end(what)
  const version = integer(inside.next(tag.integer, what), what, 1)
  if (version < 1n || version > 5n) throw new MalformedError(`${what}: unsupported version`)
  list(inside.next(tag.set, what), tag.set, what).forEach((algorithm) => readAlgorithm(algorithm, what))
  const encapsulated = fields(inside.next(tag.sequence, what), tag.sequence, what)
  const type = encapsulated.next(tag.oid, what)
  const explicit = encapsulated.optional(constructed(0))
  encapsulated.end(what)
  const content = explicit && octets(inner(explicit, what), what)
  const certificates = inside.optional(constructed(0))
  const crls = inside.optional(constructed(1))
  const signerInfos = fields(inside.next(tag.set, what), tag.set, what)
  inside.end(what)
  if (crls) list(crls, constructed(1), what).forEach((crl) => fields(crl, tag.sequence, what))
  const infos: Element[] = []
  while (signerInfos.more() && infos.length < 2) infos.push(signerInfos.next(tag.sequence, what))
  return {
    contentType: oid(type, what),
    contentTypeBytes: type.bytes,
    ...(content && { content }),
    certificates: certificates ? list(certificates, constructed(0), what, 8).map(({ bytes }) => read(bytes)) : [],
    hasCrls: crls !== undefined,
    signerInfos: infos,
  }
}
