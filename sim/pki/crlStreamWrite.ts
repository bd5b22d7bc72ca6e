/** Writes CRL entries by the million: the bytes of `entryBytes`, without an object or a copy for each. */
import type { CrlEntry } from './crlEntry.ts'
import { serialInto } from './crlStreamSerial.ts'
import { tag } from './der.ts'
import { reasonCodes, reasonName } from './revocation.ts'

const dayMs = 24 * 60 * 60 * 1000
const earliest = Date.UTC(1950, 0, 1)
/** From this instant on dates are GeneralizedTime (RFC 5280 section 4.1.2.5). */
const generalizedFrom = Date.UTC(2050, 0, 1)

/** The longest: 20 bytes of serial number, GeneralizedTime, reason. */
export const longestEntryBytes = 2 + 22 + 17 + 14

const reasonHead = Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01)

/** Which reasons may be written: removeFromCRL only in a delta (RFC 5280 section 5.3.1). */
export type EntryRules = { readonly delta: boolean }

const namedReasons = Array.from({ length: 11 }, (_, code) => reasonName(code) !== undefined)

function checkEntry({ revocationDate, reasonCode }: CrlEntry, { delta }: EntryRules): void {
  if (namedReasons[reasonCode] !== true || (reasonCode === reasonCodes.removeFromCRL && !delta)) {
    throw new RangeError('no such reason in a complete crl')
  }
  if (!(revocationDate >= earliest)) throw new RangeError('revocation date is before 1950')
}

const isHigh = (serialNumber: string) => serialNumber.charCodeAt(0) >= 0x38

/** How many bytes `writeEntry` will write. */
export const entrySize = ({ serialNumber, revocationDate, reasonCode }: CrlEntry): number =>
  (serialNumber.length >>> 1) +
  (isHigh(serialNumber) ? 1 : 0) +
  (revocationDate < generalizedFrom ? 19 : 21) +
  (reasonCode === reasonCodes.unspecified ? 0 : 14)

export type EntryWriter = (entry: CrlEntry, bytes: Uint8Array, at: number) => number

/** A writer that returns where the next entry goes; throws a RangeError for an entry that may not exist. */
export function createEntryWriter(rules: EntryRules): EntryWriter {
  let day = NaN
  const date = new Uint8Array(8)

  const two = (value: number, bytes: Uint8Array, at: number) => {
    const tens = (value / 10) | 0
    bytes[at] = 0x30 + tens
    bytes[at + 1] = 0x30 + value - tens * 10
  }
  const useDay = (wanted: number) => {
    if (day === wanted) return
    day = wanted
    const text = new Date(day * dayMs).toISOString()
    for (const [to, from] of [0, 1, 2, 3, 5, 6, 8, 9].entries()) date[to] = text.charCodeAt(from)
  }
  const writeTime = (instant: number, bytes: Uint8Array, at: number): number => {
    useDay(Math.floor(instant / dayMs))
    const short = instant < generalizedFrom
    bytes[at] = short ? tag.utcTime : tag.generalizedTime
    bytes[at + 1] = short ? 13 : 15
    let to = at + 2
    for (let from = short ? 2 : 0; from < 8; from++) bytes[to++] = date[from] ?? 0
    const second = Math.floor((instant - day * dayMs) / 1000)
    two((second / 3600) | 0, bytes, to)
    two(((second / 60) | 0) % 60, bytes, to + 2)
    two(second % 60, bytes, to + 4)
    bytes[to + 6] = 0x5a
    return to + 7
  }

  return (entry, bytes, at) => {
    checkEntry(entry, rules)
    const padded = isHigh(entry.serialNumber) ? 1 : 0
    bytes[at + 4] = 0
    const serial = padded + serialInto(entry.serialNumber, bytes, at + 4 + padded)
    bytes[at] = tag.sequence
    bytes[at + 2] = tag.integer
    bytes[at + 3] = serial
    let to = writeTime(entry.revocationDate, bytes, at + 4 + serial)
    if (entry.reasonCode !== reasonCodes.unspecified) {
      bytes.set(reasonHead, to)
      bytes[to + 13] = entry.reasonCode
      to += 14
    }
    bytes[at + 1] = to - at - 2
    return to
  }
}
