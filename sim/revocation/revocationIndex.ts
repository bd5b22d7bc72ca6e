/** Revoked serial numbers with date and reason, to be asked millions of times a second by any thread: at most 16 bytes each. */
import type { CrlEntry } from '../pki/crlEntry.ts'
import { serialInto } from '../pki/crlStreamSerial.ts'
import { hashBytes, type Halves, type HashKey } from './keyedHash.ts'
import { unpackDate, unpackReason } from './packedStatus.ts'
import { exactBytes } from './staging.ts'

/**
 * Serial numbers from a first one on, a bit each; `ranks` counts the bits set before each 256. All numbers are whole and fit in 31 bits
 * or are signed words, so that the engine computes with integers.
 */
export type DensePart = {
  /** The two halves of the first number covered; the range does not go beyond the lower half. */
  readonly firstHigh: number
  /** As a signed word. */
  readonly firstLow: number
  /** Numbers covered, a multiple of 256. */
  readonly range: number
  readonly count: number
  readonly words: Uint32Array
  readonly ranks: Uint32Array
}

/** Pairs of words in buckets; bucket b holds the pairs from offsets[b] up to offsets[b + 1]. */
export type TablePart = {
  /** Number of the first pair's entry. */
  readonly base: number
  readonly count: number
  readonly bucketBits: number
  readonly high: Uint32Array
  readonly low: Uint32Array
  readonly offsets: Uint32Array
}

/**
 * An index as plain data on SharedArrayBuffers: send it to a worker thread, which opens it without copying.
 * It holds the key of the hashes, so it stays within the process.
 */
export type SharedIndex = {
  readonly key: HashKey
  readonly dense: DensePart | undefined
  /** Serial numbers of up to eight bytes that lie too thinly for a bitmap. */
  readonly exact: TablePart
  /** Keyed 64-bit hashes of longer ones: one never revoked is taken for revoked with a probability of count / 2^64. */
  readonly hashed: TablePart
  readonly dates: Uint32Array
  readonly marks: Uint8Array
  readonly partitions: Uint16Array | undefined
}

export type Revocation = { revocationDate: number; reasonCode: number }

export type RevocationIndex = {
  readonly entryCount: number
  /** Memory of the whole index. */
  readonly sizeBytes: number
  /** How many entries are held in which form. */
  readonly forms: { readonly dense: number; readonly exact: number; readonly hashed: number }
  /** The number of the entry for a serial number of up to eight bytes given in two unsigned halves, or -1. Allocates nothing. */
  find(high: number, low: number): number
  /** The same for a serial number in bytes, leading zeros allowed. */
  findBytes(bytes: Uint8Array, from?: number, to?: number): number
  /** Unix ms; of an entry that was found. */
  revocationDateAt(entry: number): number
  reasonCodeAt(entry: number): number
  /** The partition it was added with; 0 in an index without partitions. */
  partitionAt(entry: number): number
  /** Of a serial number in upper-case hex; throws a RangeError for any other text. */
  has(serialNumber: string): boolean
  lookup(serialNumber: string): Revocation | undefined
  lookupBytes(bytes: Uint8Array): Revocation | undefined
  /** All entries, in no promised order; throws a RangeError if some are hashed, since their serial numbers are gone. */
  entries(): Generator<CrlEntry>
  share(): SharedIndex
}

export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The bucket of a pair: keyed, so that nobody can choose serial numbers that share one. */
export function bucketOf(key: HashKey, bucketBits: number, high: number, low: number): number {
  let mixed = Math.imul(low ^ key[0], 0x9e3779b1) ^ Math.imul(high ^ key[1], 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return (mixed ^ (mixed >>> 15)) >>> (32 - bucketBits)
}

/** How many of the bitmap's numbers before `position` are set: the number of its entry. */
function rankAt({ words, ranks }: DensePart, position: number): number {
  const word = position >>> 5
  let rank = ranks[position >>> 8] ?? 0
  for (let at = (position >>> 8) << 3; at < word; at++) rank += bitCount(words[at] ?? 0)
  return rank + bitCount((words[word] ?? 0) & ((1 << (position & 31)) - 1))
}

/** The number of the dense entry for a serial number in two halves, or -1. */
export function findDense(part: DensePart, high: number, low: number): number {
  const position = ((low | 0) - part.firstLow) >>> 0
  if (position >= part.range || (high | 0) !== part.firstHigh) return -1
  return ((part.words[position >>> 5] ?? 0) >>> (position & 31)) & 1 ? rankAt(part, position) : -1
}

/** The number of the entry for a pair, or -1. */
export function findPair(part: TablePart, key: HashKey, high: number, low: number): number {
  const { offsets, base } = part
  const bucket = bucketOf(key, part.bucketBits, high, low)
  const end = offsets[bucket + 1] ?? 0
  for (let at = offsets[bucket] ?? 0; at < end; at++) {
    if (part.low[at] === low && part.high[at] === high) return base + at
  }
  return -1
}

const serialText = (high: number, low: number) => {
  const text = (BigInt(high) * 0x100000000n + BigInt(low)).toString(16).toUpperCase()
  return text.length % 2 === 0 ? text : `0${text}`
}

/** The numbers of a bitmap in order, each with its entry. */
function* denseValues({ words, firstHigh, firstLow }: DensePart): Generator<{ value: number; entry: number }> {
  const first = firstHigh * 0x100000000 + (firstLow >>> 0)
  let entry = 0
  for (let at = 0; at < words.length; at++) {
    for (let rest = words[at] ?? 0; rest !== 0; rest &= rest - 1) {
      yield { value: first + at * 32 + (31 - Math.clz32(rest & -rest)), entry: entry++ }
    }
  }
}

const sizeOf = ({ dense, exact, hashed, ...shared }: SharedIndex) =>
  [dense?.words, dense?.ranks, exact.high, exact.low, exact.offsets, hashed.high, hashed.low, hashed.offsets]
    .concat([shared.dates])
    .reduce((sum, column) => sum + (column?.byteLength ?? 0), shared.marks.byteLength) +
  (shared.partitions?.byteLength ?? 0)

/** The questions over an index's data, in the thread that built it or in another. */
export function openIndex(shared: SharedIndex): RevocationIndex {
  const { key, dense, exact, hashed, dates, marks, partitions } = shared
  const hash: Halves = { high: 0, low: 0 }
  const serial = new Uint8Array(20)

  const find = (high: number, low: number): number => {
    const entry = dense ? findDense(dense, high, low) : -1
    return entry >= 0 || exact.count === 0 ? entry : findPair(exact, key, high, low)
  }
  const findBytes = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
    let start = from
    while (start < to && bytes[start] === 0) start++
    if (to - start > exactBytes) {
      if (hashed.count === 0) return -1
      hashBytes(key, bytes, start, to, hash)
      return findPair(hashed, key, hash.high, hash.low)
    }
    let high = 0
    let low = 0
    for (let at = start; at < to; at++) {
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | (bytes[at] ?? 0)
    }
    return find(high >>> 0, low >>> 0)
  }
  const findHex = (serialNumber: string) => findBytes(serial, 0, serialInto(serialNumber, serial))
  const revocationDateAt = (entry: number) => unpackDate(dates[entry] ?? 0, marks[entry] ?? 0)
  const reasonCodeAt = (entry: number) => unpackReason(marks[entry] ?? 0)
  const at = (entry: number): Revocation | undefined =>
    entry < 0 ? undefined : { revocationDate: revocationDateAt(entry), reasonCode: reasonCodeAt(entry) }

  function* entries(): Generator<CrlEntry> {
    if (hashed.count > 0) throw new RangeError('hashed serial numbers cannot be given back')
    const whole = (serialNumber: string, entry: number): CrlEntry => ({
      serialNumber,
      revocationDate: revocationDateAt(entry),
      reasonCode: reasonCodeAt(entry),
    })
    if (dense) {
      for (const { value, entry } of denseValues(dense)) {
        yield whole(serialText(Math.floor(value / 0x100000000), value % 0x100000000), entry)
      }
    }
    for (let pair = 0; pair < exact.count; pair++) {
      yield whole(serialText(exact.high[pair] ?? 0, exact.low[pair] ?? 0), exact.base + pair)
    }
  }

  return {
    entryCount: (dense?.count ?? 0) + exact.count + hashed.count,
    sizeBytes: sizeOf(shared),
    forms: { dense: dense?.count ?? 0, exact: exact.count, hashed: hashed.count },
    find,
    findBytes,
    revocationDateAt,
    reasonCodeAt,
    partitionAt: (entry) => partitions?.[entry] ?? 0,
    has: (serialNumber) => findHex(serialNumber) >= 0,
    lookup: (serialNumber) => at(findHex(serialNumber)),
    lookupBytes: (bytes) => at(findBytes(bytes)),
    entries,
    share: () => shared,
  }
}
