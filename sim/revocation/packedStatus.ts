/** A revocation date to the second with its reason in five bytes: the form in which an index and a snapshot hold them. */
import { reasonCodes, reasonName } from '../pki/revocation.ts'

/** UTCTime begins in 1950 (RFC 5280 section 4.1.2.5.1), so no entry of a list is older. */
const epochSeconds = Date.UTC(1950, 0, 1) / 1000

/** 36 bits: instants after the year 4127 are held as its last. */
export const maxSeconds = 2 ** 36 - 1

/** Seconds since 1950 of an instant (Unix ms); throws a RangeError for an earlier one. */
export function packDate(revocationDate: number): number {
  const seconds = Math.floor(revocationDate / 1000) - epochSeconds
  if (!(seconds >= 0)) throw new RangeError('revocation date is before 1950')
  return Math.min(seconds, maxSeconds)
}

/** The upper 4 bits of the seconds before the 4 bits of the reason; the lower 32 bits are kept apart. */
export const packMark = (seconds: number, reasonCode: number) =>
  seconds < 0x100000000 ? reasonCode : (Math.floor(seconds / 0x100000000) << 4) | reasonCode

/** Unix ms. */
export const unpackDate = (low: number, mark: number) => ((mark >>> 4) * 2 ** 32 + low + epochSeconds) * 1000

export const unpackReason = (mark: number) => mark & 0x0f

const lasting = Array.from(
  { length: 16 },
  (_, code) => reasonName(code) !== undefined && code !== reasonCodes.removeFromCRL,
)

/** Whether an entry may stay: all reasons of RFC 5280 section 5.3.1 but removeFromCRL, which takes an entry away. */
export const isLasting = (reasonCode: number) => lasting[reasonCode] === true
