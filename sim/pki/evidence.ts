/**
 * Evidence in a signed document: what was known when it was verified, in its unsigned attributes, so that one file carries everything.
 * A signature time-stamp, the issuer's certificate, the status answers or lists, and an archive time-stamp over all of it
 * (ETSI EN 319 122-1 sections 5.3, A.1.1.2, A.1.2.2 and 5.5.3).
 */
import { archiveImprint, hashIndexBytes } from './archiveTimeStamp.ts'
import * as asn1 from './asn1.ts'
import { verifySignedDocument } from './cms.ts'
import { constructed, type Element, fields, inner, list, onlyElement, tag } from './der.ts'
import { octets, oid } from './derValue.ts'
import { wrap } from './derWriter.ts'
import { digest, type DigestName } from './digest.ts'
import { MalformedError } from './malformed.ts'
import { attribute, inOrder, signedDataBytes } from './signedContent.ts'
import { type SignerInfo, unsignedAttributeOid } from './signedData.ts'
import { createTimeStamp, type TimeStampAuthority } from './timeStamp.ts'

/** What said that the certificate was good: an OCSP answer, or a revocation list. */
export type StatusEvidence = { type: 'ocsp' | 'crl'; der: Uint8Array }

const basicResponseOid = '1.3.6.1.5.5.7.48.1.1'

/** revocation-values hold the basic answer without the envelope (RFC 5126 section 6.3.4). */
function basicResponse(der: Uint8Array): Uint8Array {
  const what = 'ocsp response'
  const outer = fields(onlyElement(der), tag.sequence, what)
  outer.next(tag.enumerated, what)
  const typed = fields(inner(outer.next(constructed(0), what), what), tag.sequence, what)
  outer.end(what)
  if (oid(typed.next(tag.oid, what), what) !== basicResponseOid) throw new MalformedError(`${what}: unsupported type`)
  const content = octets(typed.next(tag.octetString, what), what)
  typed.end(what)
  return content
}

const ocspResponse = (basic: Uint8Array): Uint8Array =>
  wrap(
    tag.sequence,
    wrap(tag.enumerated, Uint8Array.of(0)),
    wrap(constructed(0), wrap(tag.sequence, asn1.encode(asn1.oid(basicResponseOid)), wrap(tag.octetString, basic))),
  )

/** RevocationValues: lists in [0], basic OCSP answers in [1] (RFC 5126 section 6.3.4). */
function revocationValues(status: readonly StatusEvidence[]): Uint8Array {
  const crls = status.filter(({ type }) => type === 'crl').map(({ der }) => der)
  const answers = status.filter(({ type }) => type === 'ocsp').map(({ der }) => basicResponse(der))
  return wrap(
    tag.sequence,
    ...(crls.length > 0 ? [wrap(constructed(0), wrap(tag.sequence, ...crls))] : []),
    ...(answers.length > 0 ? [wrap(constructed(1), wrap(tag.sequence, ...answers))] : []),
  )
}

const attributeBytes = (type: string, value: Uint8Array) => attribute(type, asn1.raw(value))

/** All our time-stamps digest with this. */
const stampDigest: DigestName = 'sha256'

export type EvidenceRequest = {
  cms: Uint8Array
  /** The document of a detached signature. */
  document?: Uint8Array
  /** The signer's certificate where the signature comes without it; it is put inside. */
  certificate?: Uint8Array
  issuer: Uint8Array
  status: readonly StatusEvidence[]
  /** A time-stamp of the signature made earlier; without it one is made now. */
  signatureTimeStamp?: Uint8Array
  authority: TimeStampAuthority
  /** A new number for each time-stamp. */
  drawSerialNumber: () => bigint
  at: number
}

/**
 * The document with evidence of `at`; unsigned attributes it came with are left out. Whether the evidence is any good is not looked at.
 * Throws a RangeError for a document that does not verify.
 */
export async function addEvidence(request: EvidenceRequest): Promise<Uint8Array> {
  const { authority, drawSerialNumber, at, signatureTimeStamp: earlier } = request
  const verified = verifySignedDocument(request.cms, request)
  if (verified.result === 'refused') throw new RangeError(`evidence of a document that is refused: ${verified.reason}`)
  const { signedData, signerInfo, document, certificate } = verified
  const certificates = signedData.certificates.map(({ der }) => der)
  if (!signedData.certificates.some(({ fingerprint }) => fingerprint === certificate.fingerprint))
    certificates.push(certificate.der)
  const stamp = (imprint: Uint8Array, unsignedAttributes: Uint8Array[] = []) =>
    createTimeStamp({
      ...{ authority, imprint, digestName: stampDigest, at, unsignedAttributes },
      serialNumber: drawSerialNumber(),
    })

  const { signatureTimeStamp, certificateValues, revocationValues: revocation } = unsignedAttributeOid
  const values = [
    attributeBytes(signatureTimeStamp, earlier ?? (await stamp(digest(stampDigest, signerInfo.signature)))),
    attributeBytes(certificateValues, wrap(tag.sequence, request.issuer)),
    attributeBytes(revocation, revocationValues(request.status)),
  ]
  const index = hashIndexBytes(stampDigest, { certificates, attributes: values })
  const imprint = digest(stampDigest, ...archiveImprint({ stampDigest, signedData, signerInfo, document, index }))
  const archive = await stamp(imprint, [attributeBytes(unsignedAttributeOid.hashIndexV3, index)])
  values.push(attributeBytes(unsignedAttributeOid.archiveTimeStampV3, archive))
  return signedDataBytes({
    contentType: signedData.contentType,
    ...(signedData.content && { content: signedData.content }),
    digestAlgorithm: signerInfo.digestAlgorithm.der,
    certificates,
    signerInfo: wrap(tag.sequence, signerInfo.settled, wrap(constructed(1), inOrder(values))),
  })
}

export type Evidence = {
  signatureTimeStamp: Uint8Array
  archiveTimeStamp: Uint8Array
  /** The attributes the archive time-stamp covers: all but itself. */
  covered: readonly Uint8Array[]
  status: readonly StatusEvidence[]
}

function readRevocationValues(value: Element): StatusEvidence[] {
  const what = 'revocation values'
  const inside = fields(value, tag.sequence, what)
  const crls = inside.optional(constructed(0))
  const answers = inside.optional(constructed(1))
  inside.end(what)
  const lists = crls ? list(inner(crls, what), tag.sequence, what, 8) : []
  const basics = answers ? list(inner(answers, what), tag.sequence, what, 8) : []
  return [
    ...lists.map(({ bytes }) => ({ type: 'crl', der: bytes }) as const),
    ...basics.map(({ bytes }) => ({ type: 'ocsp', der: ocspResponse(bytes) }) as const),
  ]
}

/** What the unsigned attributes hold; undefined unless all four are there. */
export function readEvidence({ unsignedAttributes }: SignerInfo): Evidence | undefined {
  const found = (type: string) => unsignedAttributes.get(type)
  const signatureTimeStamp = found(unsignedAttributeOid.signatureTimeStamp)
  const archiveTimeStamp = found(unsignedAttributeOid.archiveTimeStampV3)
  const certificateValues = found(unsignedAttributeOid.certificateValues)
  const revocation = found(unsignedAttributeOid.revocationValues)
  if (!signatureTimeStamp || !archiveTimeStamp || !certificateValues || !revocation) return undefined
  return {
    signatureTimeStamp: signatureTimeStamp.value.bytes,
    archiveTimeStamp: archiveTimeStamp.value.bytes,
    covered: [signatureTimeStamp, certificateValues, revocation].map(({ attribute: { bytes } }) => bytes),
    status: readRevocationValues(revocation.value),
  }
}
