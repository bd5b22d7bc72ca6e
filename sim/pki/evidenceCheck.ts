/**
 * Was it valid when signed? Decides about a document with evidence long afterwards, asking nobody (ETSI EN 319 102-1 section 5.6,
 * validation of signatures with archival data; RFC 5280 section 6; RFC 6960 section 3.2).
 * The earliest time the signature is proven to have existed counts as the time of signing: what the signer says is only told.
 */
import { archiveImprint, isIndexOf } from './archiveTimeStamp.ts'
import { type RefusalReason, type TrustAnchor, validateCertificate } from './chain.ts'
import { type DocumentRefusal, type SignedDocument, verifySignedDocument } from './cms.ts'
import { type Evidence, readEvidence } from './evidence.ts'
import { MalformedError } from './malformed.ts'
import type { Certificate } from './parsedCertificate.ts'
import { reasonCodes } from './revocation.ts'
import { unsignedAttributeOid } from './signedData.ts'
import { type StatusAt, statusAt } from './statusEvidence.ts'
import { checkTimeStamp, readTimeStamp, type StampRefusal } from './timeStamp.ts'

/** A CA generation that was trusted at the time; `distrustedFrom` is the first instant at which its key may have been another's. */
export type FormerAnchor = TrustAnchor & { readonly distrustedFrom?: number }

/** Until when (Unix ms, inclusive) a signature made with keys of this sort is taken as made by their holder. */
export type KeyStrength = { readonly rsa2048: number }

/** Keys of 112 bits of strength protect new signatures until the end of 2030 (NIST SP 800-57 part 1 revision 5, table 4). */
const defaultKeyStrength: KeyStrength = { rsa2048: Date.UTC(2031, 0, 1) - 1 }

export type WhenSignedOptions = {
  anchors: readonly FormerAnchor[]
  /** Certificates of time-stamping authorities (`timeStampAnchors`). */
  tsaAnchors: readonly Certificate[]
  now: number
  /** The document of a detached signature. */
  document?: Uint8Array
  policies?: readonly string[]
  keyStrength?: KeyStrength
}

/** The signature, or its certificate at that time, was no good. */
export type InvalidReason =
  | Exclude<DocumentRefusal, 'no-document' | 'no-signer-certificate' | 'two-documents'>
  | Exclude<RefusalReason, 'unknown-issuer' | 'bad-signature'>
  | 'malformed'
  | 'bad-certificate-signature'
  | 'revoked'

/** It can no longer be told, or not from this evidence. */
export type UndeterminedReason =
  | StampRefusal
  | 'no-document'
  | 'no-signer-certificate'
  | 'two-documents'
  | 'no-evidence'
  | 'unknown-issuer'
  | 'issuer-distrusted'
  | 'weak-key'
  | 'no-status'
  | 'key-compromised'

type Verified = Extract<SignedDocument, { result: 'ok' }>

export type WhenSigned =
  | {
      outcome: 'valid'
      certificate: Certificate
      document: Uint8Array
      /** What the signer says. */
      claimedAt: number
      /** From here on the signature certainly existed. */
      provenAt: number
      /** The time for which the CA said that the certificate was not revoked. */
      statusAsOf: number
    }
  | { outcome: 'invalid'; reason: InvalidReason; provenAt?: number; revocationDate?: number; reasonCode?: number }
  | { outcome: 'undetermined'; reason: UndeterminedReason; provenAt?: number }

const undetermined = (reason: UndeterminedReason, provenAt?: number): WhenSigned =>
  provenAt === undefined ? { outcome: 'undetermined', reason } : { outcome: 'undetermined', reason, provenAt }
const invalid = (reason: InvalidReason, provenAt?: number): WhenSigned =>
  provenAt === undefined ? { outcome: 'invalid', reason } : { outcome: 'invalid', reason, provenAt }

/** When the signature, and when all of the evidence, is proven to have existed. */
type Proven = { provenAt: number; keptAt: number }

/** The archive time-stamp holds everything together; the signature's own is judged as of it (EN 319 102-1 section 5.6.3). */
function proofOf(
  verified: Verified,
  evidence: Evidence,
  options: WhenSignedOptions,
): Proven | { refused: StampRefusal } {
  const { signedData, signerInfo, document } = verified
  const archive = readTimeStamp(evidence.archiveTimeStamp)
  const stamp = readTimeStamp(evidence.signatureTimeStamp)
  const index = archive?.signerInfo.unsignedAttributes.get(unsignedAttributeOid.hashIndexV3)?.value
  if (!archive || !stamp || !index || signedData.hasCrls) return { refused: 'bad-time-stamp' }
  const beside = { certificates: signedData.certificates.map(({ der }) => der), attributes: evidence.covered }
  if (!isIndexOf(index, beside)) return { refused: 'bad-time-stamp' }
  const { digestName: stampDigest } = archive.info
  const anchors = options.tsaAnchors
  const data = archiveImprint({ stampDigest, signedData, signerInfo, document, index: index.bytes })
  const kept = checkTimeStamp(archive, { anchors, data, provenBy: options.now })
  if ('refused' in kept) return kept
  const proven = checkTimeStamp(stamp, { anchors, data: [signerInfo.signature], provenBy: kept.at })
  return 'refused' in proven ? proven : { provenAt: proven.at, keptAt: kept.at }
}

/** Revoked for one of these, a key may have been another's long before the date on record. */
const compromises = new Set<number>([reasonCodes.keyCompromise, reasonCodes.cACompromise, reasonCodes.aACompromise])

/**
 * Revoked at or before the proven time: invalid (EN 319 102-1 says undetermined where an earlier signature could be imagined; nobody proved
 * one here). Revoked after it: the signature stands, unless for a compromise, whose real date nobody knows (RFC 5280 section 5.3.2).
 */
function decideByStatus(found: readonly StatusAt[], provenAt: number): WhenSigned | { statusAsOf: number } {
  let later = false
  for (const { status } of found) {
    if (status.certStatus !== 'revoked') continue
    const { revocationDate, reasonCode } = status
    if (revocationDate <= provenAt)
      return { outcome: 'invalid', reason: 'revoked', provenAt, revocationDate, reasonCode }
    later ||= compromises.has(reasonCode)
  }
  if (later) return undetermined('key-compromised', provenAt)
  const known = found.filter(({ status }) => status.certStatus !== 'unknown').map(({ asOf }) => asOf)
  return known.length === 0 ? undetermined('no-status', provenAt) : { statusAsOf: Math.max(...known) }
}

/** 3072 bits are what 128 bits of strength need (NIST SP 800-57 part 1 revision 5, table 2). */
const isWeak = ({ key }: Certificate, at: number, strength: KeyStrength) =>
  key.type === 'rsa' && key.bits < 3072 && at > strength.rsa2048

function decide(evidenceDocument: Uint8Array, options: WhenSignedOptions): WhenSigned {
  const { anchors, document: beside, policies, keyStrength = defaultKeyStrength } = options
  const verified = verifySignedDocument(evidenceDocument, beside ? { document: beside } : {})
  if (verified.result === 'refused') {
    const { reason } = verified
    if (reason === 'no-document' || reason === 'no-signer-certificate' || reason === 'two-documents')
      return undetermined(reason)
    return invalid(reason)
  }
  const { certificate, document, signingTime: claimedAt } = verified
  const evidence = readEvidence(verified.signerInfo)
  if (!evidence) return undetermined('no-evidence')
  const proven = proofOf(verified, evidence, options)
  if ('refused' in proven) return undetermined(proven.refused)
  const { provenAt, keptAt } = proven

  const validation = validateCertificate(certificate, {
    ...{ kind: 'signature', anchors, now: provenAt },
    ...(policies && { policies }),
  })
  if (validation.result === 'refused') {
    const { reason } = validation
    if (reason === 'unknown-issuer') return undetermined(reason, provenAt)
    return invalid(reason === 'bad-signature' ? 'bad-certificate-signature' : reason, provenAt)
  }
  const { issuer } = validation
  const anchor = anchors.find((candidate) => candidate.certificate.fingerprint === issuer.fingerprint)
  // Whoever has the CA's key could have made certificate and status alike: both must be proven to be older.
  if (anchor?.distrustedFrom !== undefined && keptAt >= anchor.distrustedFrom)
    return undetermined('issuer-distrusted', provenAt)
  if (isWeak(certificate, provenAt, keyStrength) || isWeak(issuer, keptAt, keyStrength))
    return undetermined('weak-key', provenAt)

  const question = { certificate, issuer, provenAt, keptAt }
  const found = evidence.status.map((kept) => statusAt(kept, question)).filter((status) => status !== undefined)
  const decided = decideByStatus(found, provenAt)
  return 'outcome' in decided ? decided : { outcome: 'valid', certificate, document, claimedAt, provenAt, ...decided }
}

/** Never throws for anything in the document: what cannot be read is invalid as malformed. */
export function checkWhenSigned(evidenceDocument: Uint8Array, options: WhenSignedOptions): WhenSigned {
  try {
    return decide(evidenceDocument, options)
  } catch (error) {
    if (error instanceof MalformedError) return invalid('malformed')
    throw error
  }
}
