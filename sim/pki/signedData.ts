/** Reads CMS SignedData (RFC 5652 section 5) strictly, without deciding anything about it. */
import { type Algorithm, algorithmOid, readAlgorithm } from './algorithm.ts'
import { constructed, type Element, fields, inner, list, readDer, tag } from './der.ts'
import { integer, octets, oid, serialNumber, toHex } from './derValue.ts'
import { readGeneralNames } from './generalName.ts'
import { MalformedError } from './malformed.ts'
import { readName } from './name.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'

/** Largest signed document that is read (assumed). */
const cmsLimitBytes = 1024 * 1024

/** RFC 5652 sections 4, 5.1 and 11; RFC 5035 section 3 for the last. */
export const contentOid = { data: '1.2.840.113549.1.7.1', signedData: '1.2.840.113549.1.7.2' } as const
export const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const

export type SignerInfo = {
  issuerHex: string
  serialNumber: string
  digestAlgorithm: Algorithm
  /** The signed attributes as they are signed: tagged as a SET OF. */
  signedAttributes?: Element
  signatureAlgorithm: Algorithm
  signature: Uint8Array
}

export function readSignerInfo(element: Element): SignerInfo | undefined {
  const what = 'signer info'
  const inside = fields(element, tag.sequence, what)
  const version = integer(inside.next(tag.integer, what), what, 1)
  // Version 3 names the signer by key identifier, which no certificate hash can contradict: not accepted.
  if (version !== 1n) return undefined
  const sid = fields(inside.next(tag.sequence, what), tag.sequence, what)
  const issuerHex = readName(sid.next(tag.sequence, what), what).hex
  const serial = serialNumber(sid.next(tag.integer, what))
  sid.end(what)
  const digestAlgorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const signed = inside.optional(constructed(0))
  const signatureAlgorithm = readAlgorithm(inside.next(tag.sequence, what), what)
  const signature = octets(inside.next(tag.octetString, what), what)
  const unsigned = inside.optional(constructed(1))
  inside.end(what)
  if (unsigned) readAttributes(unsigned)
  if (!signed) return { issuerHex, serialNumber: serial, digestAlgorithm, signatureAlgorithm, signature }
  const bytes = new Uint8Array(signed.bytes)
  bytes[0] = tag.set
  const signedAttributes = { tag: tag.set, bytes, content: signed.content }
  return { issuerHex, serialNumber: serial, digestAlgorithm, signedAttributes, signatureAlgorithm, signature }
}

/** Attributes by type, each once with one value, in DER order (X.690 section 11.6). */
export function readAttributes(element: Element): ReadonlyMap<string, Element> {
  const what = 'attributes'
  const found = new Map<string, Element>()
  const items = list(element, element.tag, what)
  items.forEach((item, index) => {
    const previous = items[index - 1]
    if (previous && Buffer.compare(previous.bytes, item.bytes) >= 0) throw new MalformedError(`${what}: not in order`)
    const inside = fields(item, tag.sequence, what)
    const type = oid(inside.next(tag.oid, what), what)
    const values = inside.next(tag.set, what)
    inside.end(what)
    if (found.has(type)) throw new MalformedError(`${what}: repeated`)
    found.set(type, inner(values, what))
  })
  return found
}

/** Whether signing-certificate-v2 means this certificate (RFC 5035 section 4). */
export function namesCertificate(value: Element, certificate: Certificate): boolean {
  const what = 'signing certificate'
  const outer = fields(value, tag.sequence, what)
  const [first] = list(outer.next(tag.sequence, what), tag.sequence, what)
  const policies = outer.optional(tag.sequence)
  outer.end(what)
  if (policies) list(policies, tag.sequence, what)
  if (!first) return false
  const id = fields(first, tag.sequence, what)
  const algorithm = id.optional(tag.sequence)
  const hash = octets(id.next(tag.octetString, what), what)
  const issuerSerial = id.optional(tag.sequence)
  id.end(what)
  if (algorithm && readAlgorithm(algorithm, what).oid !== algorithmOid.sha256) return false
  if (issuerSerial) {
    const inside = fields(issuerSerial, tag.sequence, what)
    const names = readGeneralNames(inside.next(tag.sequence, what), tag.sequence, what)
    const serial = serialNumber(inside.next(tag.integer, what))
    inside.end(what)
    const isIssuer = names.some(({ element }) => toHex(element.content) === certificate.issuerHex)
    if (!isIssuer || serial !== certificate.serialNumber) return false
  }
  return toHex(hash) === certificate.fingerprint.toUpperCase()
}

export type SignedData = {
  document?: Uint8Array
  isData: boolean
  certificates: readonly Certificate[]
  signerInfos: readonly Element[]
}

export function readSignedData(cms: Uint8Array): SignedData {
  const what = 'signed data'
  const outer = fields(readDer(cms, cmsLimitBytes), tag.sequence, what)
  if (oid(outer.next(tag.oid, what), what) !== contentOid.signedData) throw new MalformedError(`${what}: other content`)
  const inside = fields(inner(outer.next(constructed(0), what), what), tag.sequence, what)
  outer.end(what)
  const version = integer(inside.next(tag.integer, what), what, 1)
  if (version < 1n || version > 5n) throw new MalformedError(`${what}: unsupported version`)
  list(inside.next(tag.set, what), tag.set, what).forEach((algorithm) => readAlgorithm(algorithm, what))
  const encapsulated = fields(inside.next(tag.sequence, what), tag.sequence, what)
  const isData = oid(encapsulated.next(tag.oid, what), what) === contentOid.data
  const content = encapsulated.optional(constructed(0))
  encapsulated.end(what)
  const document = content && octets(inner(content, what), what)
  const certificates = inside.optional(constructed(0))
  const crls = inside.optional(constructed(1))
  const signerInfos = fields(inside.next(tag.set, what), tag.set, what)
  inside.end(what)
  if (crls) list(crls, constructed(1), what).forEach((crl) => fields(crl, tag.sequence, what))
  const infos: Element[] = []
  while (signerInfos.more() && infos.length < 2) infos.push(signerInfos.next(tag.sequence, what))
  return {
    ...(document && { document }),
    isData,
    certificates: certificates
      ? list(certificates, constructed(0), what, 8).map(({ bytes }) => parseCertificate(bytes))
      : [],
    signerInfos: infos,
  }
}
