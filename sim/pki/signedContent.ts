/** Signs one piece of content as CMS SignedData, and checks its one signer: alike for documents and for time-stamps. */
import { type Algorithm, algorithmIdentifier, algorithmOid, isSignedBy, signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { serialBytes } from './crlEntry.ts'
import { constructed, tag } from './der.ts'
import { octets, oid, sameBytes } from './derValue.ts'
import { wrap } from './derWriter.ts'
import { digest, digestIdentifier, type DigestName, digestOf } from './digest.ts'
import type { Signer } from './key.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import {
  type Attributes,
  attributeOid,
  contentOid,
  namesCertificate,
  readAttributes,
  type SignerInfo,
} from './signedData.ts'

/** An attribute with one value (RFC 5652 section 5.3), as DER. */
export const attribute = (type: string, value: asn1.Node): Uint8Array =>
  asn1.encode(asn1.sequence(asn1.oid(type), asn1.setOf(value)))

/** Members of a SET OF in DER order (X.690 section 11.6), without the tag around them. */
export const inOrder = (members: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([...members].sort((a, b) => Buffer.compare(a, b)))

/** ESSCertIDv2 with SHA-256, which is the default and so not written (RFC 5035 section 4). */
const signingCertificate = (der: Uint8Array) =>
  asn1.sequence(asn1.sequence(asn1.sequence(asn1.octetString(digest('sha256', der)))))

const issuerAndSerial = (certificate: Certificate): Uint8Array =>
  wrap(
    tag.sequence,
    Buffer.from(certificate.issuerHex, 'hex'),
    wrap(tag.integer, serialBytes(certificate.serialNumber)),
  )

/** What a key signs with decides the digest of the content too (RFC 5753 section 2.1.1 wants both alike). */
const digestBySigner = ({ algorithm = 'rsa-2048' }: Signer): DigestName => (algorithm === 'p-384' ? 'sha384' : 'sha256')

const signatureAlgorithm = (signer: Signer) =>
  // CMS names the RSA key alone and leaves the digest to digestAlgorithm (RFC 3370 section 3.2).
  (signer.algorithm ?? 'rsa-2048') === 'rsa-2048'
    ? algorithmIdentifier(algorithmOid.rsaEncryption)
    : signatureIdentifier(signer)

/** SignedData as a ContentInfo; the certificates and the signer are DER already. */
export const signedDataBytes = (parts: {
  contentType: string
  content?: Uint8Array
  digestAlgorithm: Uint8Array
  certificates: readonly Uint8Array[]
  signerInfo: Uint8Array
}): Uint8Array => {
  const { contentType, content, certificates } = parts
  // RFC 5652 section 5.1: version 3 for whatever is not plain data.
  const version = Uint8Array.of(contentType === contentOid.data ? 1 : 3)
  const type = asn1.encode(asn1.oid(contentType))
  const signedData = wrap(
    tag.sequence,
    wrap(tag.integer, version),
    wrap(tag.set, parts.digestAlgorithm),
    wrap(tag.sequence, type, ...(content ? [wrap(constructed(0), wrap(tag.octetString, content))] : [])),
    ...(certificates.length > 0 ? [wrap(constructed(0), inOrder(certificates))] : []),
    wrap(tag.set, parts.signerInfo),
  )
  return wrap(tag.sequence, asn1.encode(asn1.oid(contentOid.signedData)), wrap(constructed(0), signedData))
}

export type ContentToSign = {
  contentType: string
  content: Uint8Array
  signer: Signer
  certificate: Uint8Array
  signingTime: number
  /** Leaves the content out of the result. */
  detached?: boolean
  /** Leaves the certificate out of the result. */
  withoutCertificate?: boolean
  /** DER of whole attributes. */
  unsignedAttributes?: readonly Uint8Array[]
}

/** The signer gets the DER of the signed attributes as a SET OF (RFC 5652 section 5.4). */
export async function signContent(request: ContentToSign): Promise<Uint8Array> {
  const { contentType, content, signer, detached = false, unsignedAttributes = [] } = request
  const certificate = parseCertificate(request.certificate)
  const name = digestBySigner(signer)
  const members = inOrder([
    attribute(attributeOid.contentType, asn1.oid(contentType)),
    attribute(attributeOid.messageDigest, asn1.octetString(digest(name, content))),
    attribute(attributeOid.signingTime, asn1.time(request.signingTime)),
    attribute(attributeOid.signingCertificateV2, signingCertificate(certificate.der)),
  ])
  const signature = await signer.sign(wrap(tag.set, members))
  const digestAlgorithm = asn1.encode(digestIdentifier(name))
  const signerInfo = wrap(
    tag.sequence,
    wrap(tag.integer, Uint8Array.of(1)),
    issuerAndSerial(certificate),
    digestAlgorithm,
    wrap(constructed(0), members),
    asn1.encode(signatureAlgorithm(signer)),
    wrap(tag.octetString, signature),
    ...(unsignedAttributes.length > 0 ? [wrap(constructed(1), inOrder(unsignedAttributes))] : []),
  )
  const certificates = request.withoutCertificate === true ? [] : [certificate.der]
  return signedDataBytes({
    contentType,
    ...(detached ? {} : { content }),
    ...{ digestAlgorithm, certificates, signerInfo },
  })
}

export type SignerRefusal =
  'no-signed-attributes' | 'wrong-certificate' | 'wrong-digest' | 'bad-signature' | 'unsupported'

/** PKCS#1 v1.5 with each digest, RFC 4055 section 5. */
const rsaWith: Readonly<Record<DigestName, string>> = {
  sha256: algorithmOid.sha256WithRSAEncryption,
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
}

/** ECDSA with each digest, RFC 5758 section 3.2. */
const ecdsaWith: Readonly<Record<DigestName, string>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
}

/** The signer's digest and whole signature algorithm, which must agree with each other; undefined for all we do not take. */
export function signerAlgorithm(signerInfo: SignerInfo): { name: DigestName; algorithm: Algorithm } | undefined {
  const { digestAlgorithm, signatureAlgorithm: given } = signerInfo
  const name = digestOf(digestAlgorithm)
  if (name === undefined) return undefined
  if (given.oid === ecdsaWith[name]) return { name, algorithm: given }
  const isRsa = given.oid === algorithmOid.rsaEncryption || given.oid === rsaWith[name]
  return isRsa ? { name, algorithm: { ...given, oid: rsaWith[name] } } : undefined
}

/**
 * The signed attributes, if `certificate` signed exactly this content of this type with the attributes of CAdES baseline B
 * (ETSI EN 319 122-1 section 6.3; the signing time is left to the caller).
 */
export function checkSigner(
  signerInfo: SignerInfo,
  of: { certificate: Certificate; contentType: string; content: Uint8Array },
): { attributes: Attributes } | { refused: SignerRefusal } {
  const signing = signerAlgorithm(signerInfo)
  if (!signing) return { refused: 'unsupported' }
  if (!signerInfo.signedAttributes) return { refused: 'no-signed-attributes' }
  const attributes = readAttributes(signerInfo.signedAttributes)
  const contentType = attributes.get(attributeOid.contentType)
  const messageDigest = attributes.get(attributeOid.messageDigest)
  const named = attributes.get(attributeOid.signingCertificateV2)
  if (!contentType || !messageDigest || !named) return { refused: 'no-signed-attributes' }
  if (oid(contentType.value, 'content type') !== of.contentType) return { refused: 'unsupported' }
  // The rules of a signature policy would have to be known and kept.
  if (attributes.has(attributeOid.signaturePolicy)) return { refused: 'unsupported' }
  if (!namesCertificate(named.value, of.certificate)) return { refused: 'wrong-certificate' }
  if (!sameBytes(octets(messageDigest.value, 'message digest'), digest(signing.name, of.content)))
    return { refused: 'wrong-digest' }
  const { algorithm } = signing
  const signed = { data: signerInfo.signedAttributes.bytes, signature: signerInfo.signature, algorithm }
  return isSignedBy(signed, of.certificate.publicKey) ? { attributes } : { refused: 'bad-signature' }
}
