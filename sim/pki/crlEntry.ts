/** The entries of a CRL: written and scanned as bytes, since a list may have more of them than a tree of nodes can hold. */
import { type Element, fields, locate, onlyElement, type Span, tag } from './der.ts'
import { enumerated, serialNumber as readSerial } from './derValue.ts'
import { readExtensions, unknownCritical } from './extension.ts'
import { generalizedTime, time, timeText } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { reasonCodes, reasonName } from './revocation.ts'

export type CrlEntry = { serialNumber: string; revocationDate: number; reasonCode: number }

const invalidityDate = '2.5.29.24'
const reasonCodeOid = '2.5.29.21'

/** The bytes of a serial number as an INTEGER holds them. */
export function serialBytes(serialNumber: string): Uint8Array {
  if (!/^([0-9A-F]{2}){1,20}$/.test(serialNumber) || serialNumber.startsWith('00')) {
    throw new RangeError('serial number must be upper-case hex without a leading zero byte')
  }
  const bytes = Buffer.from(serialNumber, 'hex')
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Uint8Array.of(0), bytes])
}

/** One entry; the reason is left out when unspecified (RFC 5280 section 5.3.1). Every part is shorter than 128 bytes. */
export function entryBytes({ serialNumber, revocationDate, reasonCode }: CrlEntry): Uint8Array {
  if (reasonName(reasonCode) === undefined || reasonCode === reasonCodes.removeFromCRL) {
    throw new RangeError('no such reason in a complete crl')
  }
  const serial = serialBytes(serialNumber)
  const { text, utcTime } = timeText(revocationDate)
  const reason =
    reasonCode === reasonCodes.unspecified
      ? []
      : [0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, reasonCode]
  const date = Buffer.from(text, 'ascii')
  const length = 2 + serial.length + 2 + date.length + reason.length
  return Uint8Array.of(
    ...[0x30, length, tag.integer, serial.length, ...serial],
    ...[utcTime ? tag.utcTime : tag.generalizedTime, date.length, ...date, ...reason],
  )
}

function readEntryExtensions(element: Element): { reasonCode: number; unknownCritical: boolean } {
  const what = 'crl entry extensions'
  const extensions = readExtensions(element, what)
  const reason = extensions.get(reasonCodeOid)
  const reasonCode = reason ? enumerated(onlyElement(reason.value), 'reason code') : reasonCodes.unspecified
  if (reasonName(reasonCode) === undefined || reasonCode === reasonCodes.removeFromCRL) {
    throw new MalformedError('reason code: not one of a complete list')
  }
  const invalidity = extensions.get(invalidityDate)
  if (invalidity) generalizedTime(onlyElement(invalidity.value), 'invalidity date')
  const unknown = unknownCritical(extensions, new Set([reasonCodeOid, invalidityDate]))
  return { reasonCode, unknownCritical: unknown.length > 0 }
}

/** Reads one entry. A critical extension it does not know spoils the whole list (RFC 5280 section 5.3). */
export function readEntry(bytes: Uint8Array): CrlEntry & { unknownCritical: boolean } {
  const what = 'crl entry'
  const inside = fields(onlyElement(bytes), tag.sequence, what)
  const serialNumber = readSerial(inside.next(tag.integer, what))
  const revocationDate = time(inside.any(what), 'revocation date')
  const list = inside.optional(tag.sequence)
  inside.end(what)
  const rest = list ? readEntryExtensions(list) : { reasonCode: reasonCodes.unspecified, unknownCritical: false }
  return { serialNumber, revocationDate, ...rest }
}

/** All entries of a list, checked once: where each starts, and whether any has an unknown critical extension. */
export type EntryList = {
  readonly content: Uint8Array
  readonly starts: Uint32Array
  readonly unknownCritical: boolean
}

export const noEntries: EntryList = { content: new Uint8Array(), starts: new Uint32Array(), unknownCritical: false }

/** How long lists write a reason: SEQUENCE, SEQUENCE, reasonCode, OCTET STRING, ENUMERATED, and then the code. */
const reasonPrefix = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01)

/** Days of each month in a common year; the thorough look knows leap years. */
const shortestMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Whether the bytes are an entry in its usual form: short serial number, UTCTime, at most a reason of a complete list.
 * It accepts only what `readEntry` accepts too; a list of a million entries is read without a million objects.
 */
export function isPlainEntry(content: Uint8Array, start: number, end: number): boolean {
  const length = content[start + 3] ?? 0
  const timeAt = start + 4 + length
  const reasonAt = timeAt + 15
  const first = content[start + 4] ?? 0
  const second = content[start + 5] ?? 0
  if (end - start > 0x81 || content[start + 2] !== tag.integer || length < 1 || length > 20) return false
  if (first >= 0x80 || (first === 0 && (length === 1 || second < 0x80))) return false
  if (content[timeAt] !== tag.utcTime || content[timeAt + 1] !== 13 || content[timeAt + 14] !== 0x5a) return false
  const two = (at: number) => {
    const tens = (content[at] ?? 0) - 0x30
    const ones = (content[at + 1] ?? 0) - 0x30
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
  }
  const month = two(timeAt + 4)
  const day = two(timeAt + 6)
  if (two(timeAt + 2) < 0 || month < 1 || month > 12 || day < 1 || day > (shortestMonths[month - 1] ?? 0)) return false
  const isBelow = (at: number, limit: number) => two(at) >= 0 && two(at) < limit
  if (!isBelow(timeAt + 8, 24) || !isBelow(timeAt + 10, 60) || !isBelow(timeAt + 12, 60)) return false
  if (reasonAt === end) return true
  if (end - reasonAt !== 14) return false
  for (let i = 0; i < 13; i++) if (content[reasonAt + i] !== reasonPrefix[i]) return false
  const reason = content[reasonAt + 13] ?? 0
  return reason <= 10 && reason !== 7 && reason !== reasonCodes.removeFromCRL
}

/** Checks every entry of revokedCertificates. */
export function readEntries(element: Element): EntryList {
  const { content } = element
  if (content.length === 0) throw new MalformedError('revoked certificates: empty')
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  // The shortest entry has 20 bytes: SEQUENCE, INTEGER of one byte, UTCTime.
  const starts = new Uint32Array(Math.ceil(content.length / 20) + 1)
  let count = 0
  let unknown = false
  for (let position = 0; position < content.length; position = span.end) {
    locate(content, position, content.length, span)
    if (span.end - position < 20) throw new MalformedError('crl entry: too short')
    starts[count++] = position
    if (span.tag === tag.sequence && isPlainEntry(content, position, span.end)) continue
    unknown = readEntry(content.subarray(position, span.end)).unknownCritical || unknown
  }
  return { content, starts: starts.slice(0, count), unknownCritical: unknown }
}

/** The bytes of the nth entry. */
export const entryAt = ({ content, starts }: EntryList, index: number) =>
  content.subarray(starts[index], starts[index + 1] ?? content.length)
