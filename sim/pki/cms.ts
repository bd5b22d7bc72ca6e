/** Signed documents 署名文書: CMS SignedData (RFC 5652) with the attributes of CAdES baseline B (ETSI EN 319 122-1), one signer. */
import { type Algorithm, algorithmIdentifier, algorithmOid, isSignedBy, sha256 } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { serialBytes } from './crlEntry.ts'
import { constructed, tag } from './der.ts'
import { octets, oid, sameBytes } from './derValue.ts'
import { time } from './instant.ts'
import type { Signer } from './key.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import {
  attributeOid,
  contentOid,
  namesCertificate,
  readAttributes,
  readSignedData,
  readSignerInfo,
  type SignerInfo,
} from './signedData.ts'

const attribute = (type: string, value: asn1.Node) => asn1.sequence(asn1.oid(type), asn1.setOf(value))

/** ESSCertIDv2 with SHA-256, which is the default and so not written (RFC 5035 section 4). */
const signingCertificate = (der: Uint8Array) =>
  asn1.sequence(asn1.sequence(asn1.sequence(asn1.octetString(sha256(der)))))

const issuerAndSerial = (certificate: Certificate) => {
  const serial = serialBytes(certificate.serialNumber)
  return asn1.sequence(
    asn1.raw(Buffer.from(certificate.issuerHex, 'hex')),
    asn1.raw(Uint8Array.of(tag.integer, serial.length, ...serial)),
  )
}

export type DocumentToSign = {
  document: Uint8Array
  /** The card, or whatever holds the key. */
  signer: Signer
  certificate: Uint8Array
  signingTime: number
  /** Leaves the document out of the result. */
  detached?: boolean
}

/** Signs `document`; the signer gets the DER of the signed attributes as a SET OF (RFC 5652 section 5.4). */
export async function signDocument(request: DocumentToSign): Promise<Uint8Array> {
  const { document, signer, signingTime, detached = false } = request
  const certificate = parseCertificate(request.certificate)
  const attributes = asn1.encode(
    asn1.setOf(
      attribute(attributeOid.contentType, asn1.oid(contentOid.data)),
      attribute(attributeOid.messageDigest, asn1.octetString(sha256(document))),
      attribute(attributeOid.signingTime, asn1.time(signingTime)),
      attribute(attributeOid.signingCertificateV2, signingCertificate(certificate.der)),
    ),
  )
  const signature = await signer.sign(attributes)
  const sha256Identifier = asn1.sequence(asn1.oid(algorithmOid.sha256))
  const signerInfo = asn1.sequence(
    asn1.integer(1),
    issuerAndSerial(certificate),
    sha256Identifier,
    asn1.raw(Uint8Array.of(constructed(0), ...attributes.subarray(1))),
    algorithmIdentifier(algorithmOid.rsaEncryption),
    asn1.octetString(signature),
  )
  const content = detached ? [] : [asn1.explicit(0, asn1.octetString(document))]
  const signedData = asn1.sequence(
    asn1.integer(1),
    asn1.setOf(sha256Identifier),
    asn1.sequence(asn1.oid(contentOid.data), ...content),
    asn1.explicit(0, asn1.raw(certificate.der)),
    asn1.setOf(signerInfo),
  )
  return asn1.encode(asn1.sequence(asn1.oid(contentOid.signedData), asn1.explicit(0, signedData)))
}

export type DocumentRefusal =
  | 'not-one-signer'
  | 'no-signed-attributes'
  | 'no-signer-certificate'
  | 'wrong-certificate'
  | 'no-document'
  | 'two-documents'
  | 'wrong-digest'
  | 'bad-signature'
  | 'unsupported'

export type SignedDocument =
  | { result: 'ok'; certificate: Certificate; document: Uint8Array; signingTime: number }
  | { result: 'refused'; reason: DocumentRefusal }

const rsaNames = new Set<string>([algorithmOid.rsaEncryption, algorithmOid.sha256WithRSAEncryption])

/** The signer's algorithm as a whole signature algorithm: rsaEncryption leaves the digest to digestAlgorithm (RFC 3370 section 3.2). */
function fullAlgorithm({ digestAlgorithm, signatureAlgorithm }: SignerInfo): Algorithm | undefined {
  if (digestAlgorithm.oid !== algorithmOid.sha256 || digestAlgorithm.parameters === 'other') return undefined
  if (!rsaNames.has(signatureAlgorithm.oid) || signatureAlgorithm.parameters !== 'null') return undefined
  return { ...signatureAlgorithm, oid: algorithmOid.sha256WithRSAEncryption }
}

/**
 * Whether exactly this document was signed, once, by the key of the certificate that comes with it.
 * Who issued that certificate and whether it is revoked is the caller's business.
 */
export function verifySignedDocument(cms: Uint8Array, detachedDocument?: Uint8Array): SignedDocument {
  const refused = (reason: DocumentRefusal): SignedDocument => ({ result: 'refused', reason })
  const signedData = readSignedData(cms)
  const [element] = signedData.signerInfos
  if (!element || signedData.signerInfos.length !== 1) return refused('not-one-signer')
  if (!signedData.isData) return refused('unsupported')
  if (signedData.document && detachedDocument) return refused('two-documents')
  const document = signedData.document ?? (detachedDocument && new Uint8Array(detachedDocument))
  if (!document) return refused('no-document')
  const signerInfo = readSignerInfo(element)
  const algorithm = signerInfo && fullAlgorithm(signerInfo)
  if (!signerInfo || !algorithm) return refused('unsupported')
  if (!signerInfo.signedAttributes) return refused('no-signed-attributes')
  const certificate = signedData.certificates.find(
    (found) => found.issuerHex === signerInfo.issuerHex && found.serialNumber === signerInfo.serialNumber,
  )
  if (!certificate) return refused('no-signer-certificate')

  const attributes = readAttributes(signerInfo.signedAttributes)
  const contentType = attributes.get(attributeOid.contentType)
  const messageDigest = attributes.get(attributeOid.messageDigest)
  const signedAt = attributes.get(attributeOid.signingTime)
  const named = attributes.get(attributeOid.signingCertificateV2)
  if (!contentType || !messageDigest || !signedAt || !named) return refused('no-signed-attributes')
  if (oid(contentType, 'content type') !== contentOid.data) return refused('unsupported')
  if (!namesCertificate(named, certificate)) return refused('wrong-certificate')
  if (!sameBytes(octets(messageDigest, 'message digest'), sha256(document))) return refused('wrong-digest')
  const signed = { data: signerInfo.signedAttributes.bytes, signature: signerInfo.signature, algorithm }
  if (!isSignedBy(signed, certificate.publicKey)) return refused('bad-signature')
  return { result: 'ok', certificate, document, signingTime: time(signedAt, 'signing time') }
}
