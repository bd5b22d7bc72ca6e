/** Finds what a list says of one certificate, reading all its entries strictly but without an object for each (RFC 5280 sections 5.1.2.6 and 5.3). */
import { isPlainEntry } from '../crlEntry.ts'
import { fields, locate, onlyElement, type Span, tag } from '../der.ts'
import { enumerated, serialText } from '../derValue.ts'
import { type Extension, readExtensions, unknownCritical } from '../extension.ts'
import { readGeneralNames } from '../generalName.ts'
import { anyTime, generalizedTime } from '../instant.ts'
import { MalformedError } from '../malformed.ts'
import type { ReadName } from '../name.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid } from '../profile.ts'
import { reasonCodes, reasonName } from '../revocation.ts'
import { blocksOf, type Budget, foldsOf } from './budget.ts'

/** The entries of a list, not yet looked at, and what its own extensions say of them. */
export type Entries = {
  /** The content of revokedCertificates; undefined where there is none. */
  readonly content: Uint8Array | undefined
  readonly listIssuer: ReadName
  readonly version: 1 | 2
  readonly isDelta: boolean
  readonly isIndirect: boolean
}

const what = 'crl entry'

const understood = new Set<string>([
  extensionOid.reasonCode,
  extensionOid.invalidityDate,
  extensionOid.certificateIssuer,
])

const noExtensions: ReadonlyMap<string, Extension> = new Map()

/** The directory name of an indirect list's certificateIssuer (5.3.3). */
function readCertificateIssuer(value: Uint8Array): ReadName {
  const names = readGeneralNames(onlyElement(value), tag.sequence, 'certificate issuer')
  const found = names.find(({ directory }) => directory)?.directory
  if (!found) throw new MalformedError('certificate issuer: no directory name')
  return found
}

function readReason(extensions: ReadonlyMap<string, Extension>, isDelta: boolean): number {
  const reason = extensions.get(extensionOid.reasonCode)
  const code = reason ? enumerated(onlyElement(reason.value), 'reason code') : reasonCodes.unspecified
  if (reasonName(code) === undefined) throw new MalformedError('reason code: no such reason')
  // 5.3.1: only in deltas. Taken as it stands it would clear a certificate that is on the list.
  if (code === reasonCodes.removeFromCRL && !isDelta)
    throw new MalformedError('reason code: not one of a complete list')
  const invalidity = extensions.get(extensionOid.invalidityDate)
  if (invalidity) generalizedTime(onlyElement(invalidity.value), 'invalidity date')
  return code
}

/** One entry in any form: its serial number as text, its reason, and the issuer it names. */
function readEntry(bytes: Uint8Array, { version, isDelta, isIndirect }: Entries) {
  const entry = fields(onlyElement(bytes), tag.sequence, what)
  const serial = serialText(entry.next(tag.integer, what))
  anyTime(entry.any(what), 'revocation date')
  const list = entry.optional(tag.sequence)
  entry.end(what)
  if (list && version === 1) throw new MalformedError(`${what}: extensions before version 2`)
  const extensions = list ? readExtensions(list, what) : noExtensions
  if (unknownCritical(extensions, understood).length > 0)
    throw new MalformedError(`${what}: unknown critical extension`)
  const named = extensions.get(extensionOid.certificateIssuer)
  if (named && !isIndirect) throw new MalformedError(`${what}: another issuer in a direct list`)
  return { serial, reason: readReason(extensions, isDelta), issuer: named && readCertificateIssuer(named.value) }
}

const issuerKey = ({ folded }: ReadName) => folded.join(',')

/** The content of the INTEGER that holds a positive serial number; of one that is none, bytes that no plain entry has. */
function serialContent(serialNumber: string): Uint8Array {
  const bytes = Buffer.from(serialNumber.replace(/^-/, ''), 'hex')
  if (serialNumber.startsWith('-')) return new Uint8Array()
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Uint8Array.of(0), bytes])
}

/** Reason codes of all entries for the certificate, in their order; throws a MalformedError if any entry of the list is not as it must be. */
export function reasonsFor(
  entries: Entries,
  { issuerName: issuer, serialNumber }: Certificate,
  budget: Budget,
): number[] {
  const { content, version } = entries
  if (!content) return []
  if (content.length === 0) throw new MalformedError('revoked certificates: empty')
  budget.spend('block', blocksOf(content))
  const wanted = serialContent(serialNumber)
  const wantedIssuer = issuerKey(issuer)
  // 5.3.3: an entry without a certificateIssuer has that of the entry before it.
  let isOfIssuer = issuerKey(entries.listIssuer) === wantedIssuer
  const reasons: number[] = []
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  const isWanted = (at: number) => {
    if (content[at + 3] !== wanted.length) return false
    for (let i = 0; i < wanted.length; i++) if (content[at + 4 + i] !== wanted[i]) return false
    return true
  }
  for (let at = 0; at < content.length; at = span.end) {
    locate(content, at, content.length, span)
    const isPlain = span.tag === tag.sequence && version === 2 && isPlainEntry(content, at, span.end)
    if (isPlain && !(isOfIssuer && isWanted(at))) continue
    budget.spend('entry')
    const { serial, reason, issuer: named } = readEntry(content.subarray(at, span.end), entries)
    if (named) {
      budget.spend('fold', foldsOf(named))
      isOfIssuer = issuerKey(named) === wantedIssuer
    }
    if (isOfIssuer && serial === serialNumber) reasons.push(reason)
  }
  return reasons
}
