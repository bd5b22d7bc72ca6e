/** Time-stamp tokens タイムスタンプ (RFC 3161): made by an authority whose certificate is pinned, and judged. */
import { type Authority, type Certificate, parseCertificate } from './certificate.ts'
import { sameBytes } from './derValue.ts'
import { digest, type DigestName } from './digest.ts'
import { extensionOid, keyUsageBit } from './profile.ts'
import { checkSigner, signContent } from './signedContent.ts'
import { contentOid, isSignersCertificate, readSignedData, readSignerInfo, type SignerInfo } from './signedData.ts'
import { keyPurposeTimeStamping } from './timeStampCertificate.ts'
import { readTimeStampInfo, type TimeStampInfo, timeStampInfoBytes } from './timeStampInfo.ts'

/** A time-stamping authority: its certificate and whatever holds its key. */
export type TimeStampAuthority = Authority

export type StampRequest = {
  authority: TimeStampAuthority
  imprint: Uint8Array
  digestName: DigestName
  serialNumber: bigint
  at: number
  /** DER of whole attributes. */
  unsignedAttributes?: readonly Uint8Array[]
}

/** A token that says `imprint` existed at `at`, cut to the second. */
export const createTimeStamp = (request: StampRequest): Promise<Uint8Array> => {
  const { authority, imprint, digestName, serialNumber, at, unsignedAttributes = [] } = request
  return signContent({
    contentType: contentOid.timeStampInfo,
    content: timeStampInfoBytes({ digestName, imprint, serialNumber, genTime: at }),
    ...{ signer: authority.signer, certificate: authority.certificate, signingTime: at, unsignedAttributes },
  })
}

export type TimeStamp = { info: TimeStampInfo; content: Uint8Array; signerInfo: SignerInfo }

/** Reads a token; undefined for one that is no time-stamp of one signer. Throws a MalformedError for what is no SignedData. */
export function readTimeStamp(token: Uint8Array): TimeStamp | undefined {
  const { contentType, content, signerInfos } = readSignedData(token)
  const [element] = signerInfos
  if (contentType !== contentOid.timeStampInfo || !content || !element || signerInfos.length !== 1) return undefined
  const signerInfo = readSignerInfo(element)
  return signerInfo && { info: readTimeStampInfo(content), content, signerInfo }
}

/** Certificates of authorities to be trusted, each by itself; throws a RangeError for one that is not for time-stamping alone. */
export function timeStampAnchors(given: readonly Uint8Array[]): readonly Certificate[] {
  return given.map((der) => {
    const certificate = parseCertificate(der)
    const { extKeyUsage, keyUsage, extensions, unknownCriticalExtensions } = certificate
    const isCritical = extensions.get(extensionOid.extKeyUsage)?.critical ?? false
    if (extKeyUsage.length !== 1 || extKeyUsage[0] !== keyPurposeTimeStamping || !isCritical)
      throw new RangeError('anchor is not for time-stamping alone')
    if (!keyUsage.has(keyUsageBit.digitalSignature) || unknownCriticalExtensions.length > 0)
      throw new RangeError('anchor may not sign time-stamps')
    return certificate
  })
}

export type StampRefusal = 'unknown-authority' | 'bad-time-stamp' | 'time-stamp-expired'

/**
 * The time a token proves for `data`, or why it proves none. `provenBy` is when the token itself is known to have existed: now, or the
 * time of a later time-stamp over it; its authority's certificate must not have ended before.
 */
export function checkTimeStamp(
  { info, content, signerInfo }: TimeStamp,
  by: { anchors: readonly Certificate[]; data: readonly Uint8Array[]; provenBy: number },
): { at: number } | { refused: StampRefusal } {
  const certificate = by.anchors.find((anchor) => isSignersCertificate(signerInfo, anchor))
  if (!certificate) return { refused: 'unknown-authority' }
  const checked = checkSigner(signerInfo, { certificate, contentType: contentOid.timeStampInfo, content })
  if ('refused' in checked) return { refused: 'bad-time-stamp' }
  if (!sameBytes(info.imprint, digest(info.digestName, ...by.data))) return { refused: 'bad-time-stamp' }
  const { genTime } = info
  if (genTime < certificate.notBefore || genTime > certificate.notAfter) return { refused: 'bad-time-stamp' }
  // A token from after the time by which it is said to have existed.
  if (genTime > by.provenBy) return { refused: 'bad-time-stamp' }
  return by.provenBy > certificate.notAfter ? { refused: 'time-stamp-expired' } : { at: genTime }
}
