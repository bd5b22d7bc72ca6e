/** Scans the entries of a CRL in a window of bytes, with no object for each. */
import { readEntry } from './crlEntry.ts'
import { locate, type Span, tag } from './der.ts'
import { MalformedError } from './malformed.ts'
import { reasonCodes } from './revocation.ts'

/**
 * Takes one entry. The serial number is the INTEGER's content from `from` up to `to`, in a buffer that is used again;
 * `seconds` counts from 1950-01-01.
 */
export type EntrySink = (bytes: Uint8Array, from: number, to: number, seconds: number, reasonCode: number) => void

export type EntryScan = {
  readonly sink: EntrySink
  count: number
  unknownCritical: boolean
  /** An entry had removeFromCRL, which only deltas may have. */
  removes: boolean
}

/** No entry is longer (assumed); the usual one has some 35 bytes. */
const entryLimitBytes = 16 * 1024

const noDay = 0xffffffff
const epochMs = Date.UTC(1950, 0, 1)

/** Seconds from 1950 to the beginning of each day a UTCTime can name, by year << 9 | month << 5 | day. */
const days = new Uint32Array(100 << 9).fill(noDay)
for (let at = epochMs; at < Date.UTC(2050, 0, 1); at += 86_400_000) {
  const date = new Date(at)
  const year = date.getUTCFullYear() % 100
  days[(year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate()] = (at - epochMs) / 1000
}

/** Two digits as a number; 128 for anything else. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = ((bytes[at] ?? 0) - 0x30) >>> 0
  const ones = ((bytes[at + 1] ?? 0) - 0x30) >>> 0
  return tens > 9 || ones > 9 ? 128 : tens * 10 + ones
}

/** The seconds of the UTCTime at `at`; `noDay` for what is none. */
function secondsAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== tag.utcTime || bytes[at + 1] !== 13 || bytes[at + 14] !== 0x5a) return noDay
  const year = pair(bytes, at + 2)
  const month = pair(bytes, at + 4)
  const day = pair(bytes, at + 6)
  const hour = pair(bytes, at + 8)
  const minute = pair(bytes, at + 10)
  const second = pair(bytes, at + 12)
  if (year > 99 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return noDay
  const start = days[(year << 9) | (month << 5) | day] ?? noDay
  return start === noDay ? noDay : start + hour * 3600 + minute * 60 + second
}

/** How long lists write a reason: SEQUENCE, SEQUENCE, reasonCode, OCTET STRING, ENUMERATED of one byte. */
const isReason = (bytes: Uint8Array, at: number) =>
  bytes[at] === 0x30 &&
  bytes[at + 1] === 0x0c &&
  bytes[at + 2] === 0x30 &&
  bytes[at + 3] === 0x0a &&
  bytes[at + 4] === 0x06 &&
  bytes[at + 5] === 0x03 &&
  bytes[at + 6] === 0x55 &&
  bytes[at + 7] === 0x1d &&
  bytes[at + 8] === 0x15 &&
  bytes[at + 9] === 0x04 &&
  bytes[at + 10] === 0x03 &&
  bytes[at + 11] === 0x0a &&
  bytes[at + 12] === 0x01

/** Takes an entry in its usual form, all of which `readEntry` accepts too; returns false for any other. */
function takePlain(bytes: Uint8Array, start: number, end: number, scan: EntryScan): boolean {
  const length = bytes[start + 3] ?? 0
  const from = start + 4
  const timeAt = from + length
  if (bytes[start + 2] !== tag.integer || length < 1 || length > 20 || timeAt + 15 > end) return false
  const first = bytes[from] ?? 0
  if (first >= 0x80 || (first === 0 && (length === 1 || (bytes[from + 1] ?? 0) < 0x80))) return false
  const seconds = secondsAt(bytes, timeAt)
  if (seconds === noDay) return false
  let reason = 0
  if (timeAt + 15 !== end) {
    if (end - timeAt !== 29 || !isReason(bytes, timeAt + 15)) return false
    reason = bytes[timeAt + 28] ?? 0
    if (reason < 1 || reason === 7 || reason > 10) return false
    if (reason === reasonCodes.removeFromCRL) scan.removes = true
  }
  scan.sink(bytes, from, timeAt, seconds, reason)
  return true
}

function takeOther(entry: Uint8Array, { sink }: EntryScan): boolean {
  if (entry.length < 20) throw new MalformedError('crl entry: too short')
  const { serialNumber, revocationDate, reasonCode, unknownCritical } = readEntry(entry)
  const serial = Buffer.from(serialNumber, 'hex')
  sink(serial, 0, serial.length, (revocationDate - epochMs) / 1000, reasonCode)
  return unknownCritical
}

const span: Span = { tag: 0, contentStart: 0, end: 0 }

/**
 * Takes the entries from `start` on that lie wholly before `end`, and returns where the first other begins.
 * `listEnd` is where the last ends, which may lie beyond the window.
 */
export function scanEntries(
  window: Uint8Array,
  at: { start: number; end: number; listEnd: number },
  scan: EntryScan,
): number {
  const { end, listEnd } = at
  let position = at.start
  while (position + 2 <= end) {
    const length = window[position + 1] ?? 0
    const next = position + 2 + length
    if (length < 0x80 && window[position] === tag.sequence && next <= end) {
      if (next - position >= 20 && takePlain(window, position, next, scan)) {
        position = next
        scan.count++
        continue
      }
    }
    if (end < listEnd && end - position < 6) return position
    locate(window, position, listEnd, span)
    if (span.end - position > entryLimitBytes) throw new MalformedError('crl entry: too large')
    if (span.end > end) return position
    scan.unknownCritical = takeOther(window.subarray(position, span.end), scan) || scan.unknownCritical
    position = span.end
    scan.count++
  }
  return position
}
