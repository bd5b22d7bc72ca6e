/** Signed documents 署名文書: CMS SignedData (RFC 5652) with the attributes of CAdES baseline B (ETSI EN 319 122-1), one signer. */
import { time } from './instant.ts'
import type { Signer } from './key.ts'
import { type Certificate, parseCertificate } from './parsedCertificate.ts'
import { checkSigner, signContent, signerAlgorithm, type SignerRefusal } from './signedContent.ts'
import {
  attributeOid,
  contentOid,
  isSignersCertificate,
  type ReadCertificate,
  readSignedData,
  readSignerInfo,
  type SignedData,
  type SignerInfo,
  unsignedAttributeOid,
} from './signedData.ts'

export type DocumentToSign = {
  document: Uint8Array
  /** The card, or whatever holds the key. */
  signer: Signer
  certificate: Uint8Array
  signingTime: number
  /** Leaves the document out of the result. */
  detached?: boolean
  /** Leaves the certificate out of the result, to be handed over beside it. */
  withoutCertificate?: boolean
}

/** Signs `document`; the signer gets the DER of the signed attributes as a SET OF (RFC 5652 section 5.4). */
export const signDocument = ({ document, ...rest }: DocumentToSign): Promise<Uint8Array> =>
  signContent({ contentType: contentOid.data, content: document, ...rest })

export type DocumentRefusal =
  SignerRefusal | 'not-one-signer' | 'no-signer-certificate' | 'no-document' | 'two-documents'

export type SignedDocument =
  | {
      result: 'ok'
      certificate: Certificate
      document: Uint8Array
      signingTime: number
      signedData: SignedData
      signerInfo: SignerInfo
    }
  | { result: 'refused'; reason: DocumentRefusal }

/** What is handed over beside a detached signature, or beside one without its certificate; and how certificates are read. */
export type Beside = { document?: Uint8Array; certificate?: Uint8Array; read?: ReadCertificate }

/** An unsigned attribute nobody here knows could be another's counter-signature or anything else: not taken. */
const knownUnsigned = new Set<string>([
  unsignedAttributeOid.signatureTimeStamp,
  unsignedAttributeOid.certificateValues,
  unsignedAttributeOid.revocationValues,
  unsignedAttributeOid.archiveTimeStampV3,
])

/**
 * Whether exactly this document was signed, once, by the key of the certificate that comes with it or beside it.
 * Who issued that certificate and whether it is revoked is the caller's business; evidence among the unsigned attributes is not looked at.
 */
export function verifySignedDocument(cms: Uint8Array, beside: Beside = {}): SignedDocument {
  const refused = (reason: DocumentRefusal): SignedDocument => ({ result: 'refused', reason })
  const { read = parseCertificate } = beside
  const signedData = readSignedData(cms, read)
  const [element] = signedData.signerInfos
  if (!element || signedData.signerInfos.length !== 1) return refused('not-one-signer')
  if (signedData.contentType !== contentOid.data) return refused('unsupported')
  if (signedData.content && beside.document) return refused('two-documents')
  const document = signedData.content ?? (beside.document && new Uint8Array(beside.document))
  if (!document) return refused('no-document')
  const signerInfo = readSignerInfo(element)
  if (!signerInfo || !signerAlgorithm(signerInfo)) return refused('unsupported')
  for (const type of signerInfo.unsignedAttributes.keys()) if (!knownUnsigned.has(type)) return refused('unsupported')
  if (!signerInfo.signedAttributes) return refused('no-signed-attributes')
  const given = beside.certificate && read(beside.certificate)
  if (given && !isSignersCertificate(signerInfo, given)) return refused('wrong-certificate')
  const certificate = given ?? signedData.certificates.find((found) => isSignersCertificate(signerInfo, found))
  if (!certificate) return refused('no-signer-certificate')

  const checked = checkSigner(signerInfo, { certificate, contentType: contentOid.data, content: document })
  if ('refused' in checked) return refused(checked.refused)
  const signedAt = checked.attributes.get(attributeOid.signingTime)
  if (!signedAt) return refused('no-signed-attributes')
  const signingTime = time(signedAt.value, 'signing time')
  return { result: 'ok', certificate, document, signingTime, signedData, signerInfo }
}
