/**
 * Reads any CRL in strict DER, delta and indirect ones included, into one object per entry: for the general validator.
 * Lists of this profile, which have a hundred thousand entries and more, are read by `crl.ts`.
 */
import { type Algorithm, readAlgorithm } from '../algorithm.ts'
import { constructed, type Element, fields, inner, onlyElement, readDer, tag } from '../der.ts'
import { enumerated, integer, sameBytes, serialText, toHex, wholeBytes } from '../derValue.ts'
import { type Extension, readAuthorityKeyIdentifier, readExtensions, unknownCritical } from '../extension.ts'
import { readGeneralNames } from '../generalName.ts'
import { anyTime, generalizedTime } from '../instant.ts'
import { MalformedError } from '../malformed.ts'
import { type ReadName, readName } from '../name.ts'
import { extensionOid } from '../profile.ts'
import { reasonCodes, reasonName } from '../revocation.ts'
import { type IssuingPoint, readIssuingPoint } from './distributionPoint.ts'

/** Largest list read this way (assumed). */
const listLimitBytes = 4 * 1024 * 1024

export type RevocationList = {
  readonly tbs: Uint8Array
  readonly issuerName: ReadName
  readonly thisUpdate: number
  readonly nextUpdate?: number | undefined
  readonly crlNumber?: bigint | undefined
  /** The base's number, in a delta. */
  readonly baseNumber?: bigint | undefined
  readonly authorityKeyIdentifier?: string | undefined
  readonly issuingPoint?: IssuingPoint | undefined
  /** The issuing distribution point's DER in hex: two lists with the same have the same scope. */
  readonly scope: string
  /** Reason codes by `entryKey`; of several the first that is not removeFromCRL. */
  readonly reasons: ReadonlyMap<string, number>
  readonly unknownCritical: boolean
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

const issuerKey = (issuer: ReadName) => issuer.folded.join(',')

/** How an entry is found: by the issuer of its certificate and the serial number. */
export const entryKey = (issuer: ReadName, serialNumber: string) => `${issuerKey(issuer)} ${serialNumber}`

const understood = new Set<string>([
  extensionOid.issuingDistributionPoint,
  extensionOid.deltaCrlIndicator,
  extensionOid.authorityKeyIdentifier,
])
const understoodInEntry = new Set<string>([
  extensionOid.reasonCode,
  extensionOid.invalidityDate,
  extensionOid.certificateIssuer,
])

function listNumber(extension: Extension | undefined, what: string): bigint | undefined {
  const found = extension && integer(onlyElement(extension.value), what)
  if (found !== undefined && found < 0n) throw new MalformedError(`${what}: negative`)
  return found
}

const noExtensions: ReadonlyMap<string, Extension> = new Map()

/** The directory name of an indirect list's certificateIssuer (RFC 5280 section 5.3.3). */
function readCertificateIssuer(value: Uint8Array): ReadName {
  const what = 'certificate issuer'
  const names = readGeneralNames(onlyElement(value), tag.sequence, what)
  const found = names.find(({ directory }) => directory)?.directory
  if (!found) throw new MalformedError(`${what}: no directory name`)
  return found
}

function readReason(extensions: ReadonlyMap<string, Extension>): number {
  const reason = extensions.get(extensionOid.reasonCode)
  const code = reason ? enumerated(onlyElement(reason.value), 'reason code') : reasonCodes.unspecified
  if (reasonName(code) === undefined) throw new MalformedError('reason code: no such reason')
  const invalidity = extensions.get(extensionOid.invalidityDate)
  if (invalidity) generalizedTime(onlyElement(invalidity.value), 'invalidity date')
  return code
}

function readEntries(revoked: Element | undefined, listIssuer: ReadName) {
  const what = 'crl entry'
  const reasons = new Map<string, number>()
  let unknown = false
  // 5.3.3: an entry without a certificateIssuer has that of the entry before it.
  let issuer = issuerKey(listIssuer)
  const entries = revoked && fields(revoked, tag.sequence, what)
  if (entries && !entries.more()) throw new MalformedError('revoked certificates: empty')
  while (entries?.more()) {
    const entry = fields(entries.next(tag.sequence, what), tag.sequence, what)
    const serial = serialText(entry.next(tag.integer, what))
    anyTime(entry.any(what), 'revocation date')
    const list = entry.optional(tag.sequence)
    entry.end(what)
    const extensions = list ? readExtensions(list, what) : noExtensions
    unknown ||= unknownCritical(extensions, understoodInEntry).length > 0
    const named = extensions.get(extensionOid.certificateIssuer)
    if (named) issuer = issuerKey(readCertificateIssuer(named.value))
    const key = `${issuer} ${serial}`
    const before = reasons.get(key)
    if (before === undefined || before === reasonCodes.removeFromCRL) reasons.set(key, readReason(extensions))
  }
  return { reasons, unknown }
}

function readTbs(element: Element) {
  const tbs = fields(element, tag.sequence, 'crl')
  const version = tbs.optional(tag.integer)
  if (version && integer(version, 'version', 1) !== 1n) throw new MalformedError('version is not 2')
  const algorithm = readAlgorithm(tbs.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const issuerName = readName(tbs.next(tag.sequence, 'issuer'), 'issuer')
  const thisUpdate = anyTime(tbs.any('this update'), 'this update')
  const next = tbs.optional(tag.utcTime) ?? tbs.optional(tag.generalizedTime)
  const nextUpdate = next && anyTime(next, 'next update')
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) throw new MalformedError('next update before this update')
  const revoked = tbs.optional(tag.sequence)
  const list = version && tbs.optional(constructed(0))
  tbs.end('crl')
  const extensions = list ? readExtensions(inner(list, 'crl extensions'), 'crl extensions') : noExtensions
  return { algorithm, issuerName, thisUpdate, nextUpdate, extensions, ...readEntries(revoked, issuerName) }
}

/** Throws a MalformedError for anything but one strict list of version 1 or 2. Says nothing about whether to rely on it. */
export function readRevocationList(input: Uint8Array): RevocationList {
  const outer = fields(readDer(input, listLimitBytes), tag.sequence, 'crl')
  const tbsElement = outer.next(tag.sequence, 'crl')
  const signatureAlgorithm = readAlgorithm(outer.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const signature = wholeBytes(outer.next(tag.bitString, 'signature'), 'signature')
  outer.end('crl')
  const { algorithm, extensions, issuerName, thisUpdate, nextUpdate, reasons, unknown } = readTbs(tbsElement)
  if (!sameBytes(algorithm.der, signatureAlgorithm.der)) throw new MalformedError('two signature algorithms')
  const point = extensions.get(extensionOid.issuingDistributionPoint)
  const keyIdentifier = extensions.get(extensionOid.authorityKeyIdentifier)
  return {
    tbs: tbsElement.bytes,
    issuerName,
    thisUpdate,
    nextUpdate,
    crlNumber: listNumber(extensions.get(extensionOid.crlNumber), 'crl number'),
    baseNumber: listNumber(extensions.get(extensionOid.deltaCrlIndicator), 'base crl number'),
    authorityKeyIdentifier: keyIdentifier && readAuthorityKeyIdentifier(keyIdentifier.value),
    issuingPoint: point && readIssuingPoint(point.value),
    scope: point ? toHex(point.value) : '',
    reasons,
    unknownCritical: unknown || unknownCritical(extensions, understood).length > 0,
    signature,
    signatureAlgorithm,
  }
}
