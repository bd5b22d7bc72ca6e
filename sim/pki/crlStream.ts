/** Reads a CRL of any size as it arrives (RFC 5280 section 5), checking the signature on the way; nothing of it stays in memory. */
import { sequence, encode, raw, type Node } from './asn1.ts'
import { readAlgorithm } from './algorithm.ts'
import { type Crl, parseCrl } from './crl.ts'
import { type EntryScan, type EntrySink, scanEntries } from './crlStreamEntry.ts'
import { streamVerifier, type StreamVerifier } from './crlStreamSignature.ts'
import { type ByteWindow, openWindow } from './crlStreamWindow.ts'
import { constructed, fields, inner, locate, onlyElement, type Span, tag } from './der.ts'
import { integer } from './derValue.ts'
import { readExtensions, unknownCritical } from './extension.ts'
import { MalformedError } from './malformed.ts'
import type { Certificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'

export type { EntrySink } from './crlStreamEntry.ts'

/** Largest list that is read (assumed): some 30 million entries with a reason. */
const listLimitBytes = 1024 ** 3
/** What stands before the entries, and what stands after them (assumed): names and extensions, under 1 KiB in practice. */
const partLimitBytes = 64 * 1024

/** All that a list says beside its entries. */
export type CrlHead = Pick<
  Crl,
  | 'issuer'
  | 'issuerHex'
  | 'thisUpdate'
  | 'nextUpdate'
  | 'crlNumber'
  | 'authorityKeyIdentifier'
  | 'issuingDistributionPoint'
> & {
  /** Of a delta: the number of the list it completes (RFC 5280 section 5.2.4). */
  readonly baseCrlNumber?: bigint
  readonly entryCount: number
  /** Critical extensions nobody here understands, in the list or in an entry. */
  readonly unknownCritical: boolean
  readonly sizeBytes: number
}

/** What was read, and whether the issuer's key signed it. Whoever kept the entries must throw them away if it did not. */
export type StreamedCrl = { readonly head: CrlHead; readonly signatureValid: boolean }

export type CrlStreamOptions = {
  /** The CA whose key must have signed the list. */
  issuer: Certificate
  sink: EntrySink
  limitBytes?: number
}

/** Offsets in the whole list. */
type Layout = {
  readonly wholeEnd: number
  readonly tbsStart: number
  readonly fieldsStart: number
  readonly fieldsEnd: number
  readonly entriesStart: number
  readonly entriesEnd: number
  readonly tbsEnd: number
}

/** Finds the parts by the lengths that the beginning states; what they contain is looked at afterwards. */
function layOut(bytes: Uint8Array, limitBytes: number): Layout {
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  const open = (at: number, expected: number, end: number) => {
    if (bytes[at] !== expected) throw new MalformedError('crl: unexpected type')
    locate(bytes, at, end, span)
    if (span.contentStart > bytes.length) throw new MalformedError('cut short')
    return { ...span }
  }
  const whole = open(0, tag.sequence, Infinity)
  if (whole.end > limitBytes) throw new MalformedError('too large')
  const tbs = open(whole.contentStart, tag.sequence, whole.end)
  let at = tbs.contentStart
  for (const expected of [tag.integer, tag.sequence, tag.sequence]) at = open(at, expected, tbs.end).end
  while (bytes[at] === tag.utcTime || bytes[at] === tag.generalizedTime) at = open(at, bytes[at] ?? 0, tbs.end).end
  if (at > Math.min(bytes.length, partLimitBytes)) throw new MalformedError('crl: too much before the entries')
  const common = {
    wholeEnd: whole.end,
    tbsStart: whole.contentStart,
    fieldsStart: tbs.contentStart,
    fieldsEnd: at,
    tbsEnd: tbs.end,
  }
  if (at === tbs.end || bytes[at] !== tag.sequence) return { ...common, entriesStart: at, entriesEnd: at }
  const entries = open(at, tag.sequence, tbs.end)
  if (entries.end === entries.contentStart) throw new MalformedError('revoked certificates: empty')
  return { ...common, entriesStart: entries.contentStart, entriesEnd: entries.end }
}

/** The window is full of the beginning, or the list is shorter than that. */
async function readLayout(window: ByteWindow, limitBytes: number): Promise<Layout> {
  while (window.end < partLimitBytes && (await window.more())) continue
  const layout = layOut(window.bytes.subarray(0, window.end), limitBytes)
  if (layout.wholeEnd - layout.entriesEnd > partLimitBytes) throw new MalformedError('crl: too much after the entries')
  return layout
}

async function readAllEntries(window: ByteWindow, layout: Layout, scan: EntryScan): Promise<void> {
  let position = layout.entriesStart
  while (position < layout.entriesEnd) {
    const { offset } = window
    const listEnd = layout.entriesEnd - offset
    const end = Math.min(window.end, listEnd)
    position = offset + scanEntries(window.bytes, { start: position - offset, end, listEnd }, scan)
    if (position >= layout.entriesEnd) return
    if (end === listEnd) throw new MalformedError('crl entry: cut short')
    window.drop(position)
    if (!(await window.more())) throw new MalformedError('cut short')
  }
}

/** Everything but the entries, as a list of its own: the reader of small lists judges it, so both judge alike. */
function withoutEntries(before: Uint8Array, after: Uint8Array, tbsAfterBytes: number): Uint8Array {
  const tbsAfter = after.subarray(0, tbsAfterBytes)
  if (tbsAfter.length > 0 && tbsAfter[0] !== constructed(0)) throw new MalformedError('crl: unexpected type')
  const members = (bytes: Uint8Array): Node[] => {
    const found: Node[] = []
    const span: Span = { tag: 0, contentStart: 0, end: 0 }
    for (let at = 0; at < bytes.length; at = span.end) {
      locate(bytes, at, bytes.length, span)
      found.push(raw(bytes.subarray(at, span.end)))
      if (found.length > 16) throw new MalformedError('crl: trailing field')
    }
    return found
  }
  const tbs = sequence(...members(before), ...members(tbsAfter))
  return encode(sequence(tbs, ...members(after.subarray(tbsAfterBytes))))
}

function readHead(skeleton: Uint8Array, scan: EntryScan, sizeBytes: number): CrlHead {
  const crl = parseCrl(skeleton)
  const tbs = fields(onlyElement(crl.tbs), tag.sequence, 'crl')
  let list = tbs.any('crl')
  while (tbs.more()) list = tbs.any('crl')
  const extensions = readExtensions(inner(list, 'crl extensions'), 'crl extensions')
  const indicator = extensions.get(extensionOid.deltaCrlIndicator)
  const baseCrlNumber = indicator && integer(onlyElement(indicator.value), 'base crl number')
  if (baseCrlNumber !== undefined && baseCrlNumber < 0n) throw new MalformedError('base crl number: negative')
  if (scan.removes && baseCrlNumber === undefined) throw new MalformedError('reason code: not one of a complete list')
  const { issuer, issuerHex, thisUpdate, nextUpdate, crlNumber, authorityKeyIdentifier, issuingDistributionPoint } = crl
  return {
    ...{ issuer, issuerHex, thisUpdate, nextUpdate, entryCount: scan.count, sizeBytes },
    ...(crlNumber !== undefined && { crlNumber }),
    ...(authorityKeyIdentifier !== undefined && { authorityKeyIdentifier }),
    ...(issuingDistributionPoint && { issuingDistributionPoint }),
    ...(baseCrlNumber !== undefined && { baseCrlNumber }),
    unknownCritical: scan.unknownCritical || unknownCritical(extensions, understood).length > 0,
  }
}

const understood = new Set<string>([
  extensionOid.issuingDistributionPoint,
  extensionOid.authorityKeyIdentifier,
  extensionOid.deltaCrlIndicator,
])

/** The algorithm named inside the signed part: known before the entries come, compared with the one outside at the end. */
function readSignatureAlgorithm(bytes: Uint8Array) {
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  locate(bytes, 0, bytes.length, span)
  const start = span.end
  locate(bytes, start, bytes.length, span)
  return readAlgorithm(onlyElement(bytes.subarray(start, span.end)), 'signature algorithm')
}

/** Throws a MalformedError for anything but one strict version 2 list, complete or delta. */
export async function readCrlStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { issuer, sink, limitBytes = listLimitBytes }: CrlStreamOptions,
): Promise<StreamedCrl> {
  const window = openWindow(chunks)
  try {
    const layout = await readLayout(window, limitBytes)
    const before = window.bytes.slice(layout.fieldsStart, layout.fieldsEnd)
    const verifier: StreamVerifier = streamVerifier(readSignatureAlgorithm(before), issuer.publicKey)
    window.tap(layout.tbsStart, layout.tbsEnd, verifier.update)
    const scan: EntryScan = { sink, count: 0, unknownCritical: false, removes: false }
    await readAllEntries(window, layout, scan)
    window.drop(layout.entriesEnd)
    while (window.offset + window.end < layout.wholeEnd) {
      if (!(await window.more())) throw new MalformedError('cut short')
    }
    const after = window.bytes.slice(0, layout.wholeEnd - window.offset)
    if (window.offset + window.end > layout.wholeEnd || (await window.more()))
      throw new MalformedError('trailing bytes')
    const skeleton = withoutEntries(before, after, layout.tbsEnd - layout.entriesEnd)
    const head = readHead(skeleton, scan, layout.wholeEnd)
    return { head, signatureValid: verifier.verify(parseCrl(skeleton).signature) }
  } finally {
    await window.close()
  }
}
