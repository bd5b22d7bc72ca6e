/** Entries on their way into an index: collected in columns, with no object for each. */
import { randomBytes } from 'node:crypto'
import { type CrlEntry, serialBytes } from '../pki/crlEntry.ts'
import { hashBytes, type Halves, type HashKey } from './keyedHash.ts'
import { isLasting, maxSeconds, packDate, packMark } from './packedStatus.ts'

const chunkEntries = 2 ** 16

/** Some entries: the serial number, or its hash, in two halves; date and reason as packedStatus.ts has them. */
export type Chunk = {
  readonly high: Uint32Array
  readonly low: Uint32Array
  readonly dates: Uint32Array
  readonly marks: Uint8Array
  readonly partitions: Uint16Array
}

export type Column = {
  readonly chunks: Chunk[]
  /** The one that is being filled. */
  last: Chunk
  count: number
}

const newChunk = (size = chunkEntries): Chunk => ({
  high: new Uint32Array(size),
  low: new Uint32Array(size),
  dates: new Uint32Array(size),
  marks: new Uint8Array(size),
  partitions: new Uint16Array(size),
})

const noChunk = newChunk(0)

/** How many of a chunk's places are taken. */
export const filled = (column: Column, chunk: number) => Math.min(column.count - chunk * chunkEntries, chunkEntries)

export type Packed = { high: number; low: number; date: number; mark: number; partition: number }

function append(column: Column, high: number, low: number, date: number, mark: number, partition: number): void {
  const at = column.count & (chunkEntries - 1)
  if (at === 0) column.chunks.push((column.last = newChunk()))
  const chunk = column.last
  chunk.high[at] = high
  chunk.low[at] = low
  chunk.dates[at] = date
  chunk.marks[at] = mark
  chunk.partitions[at] = partition
  column.count++
}

/** A key for the hashes of one index and those made from it. */
function newHashKey(): HashKey {
  const words = randomBytes(8)
  return [words.readUInt32LE(0), words.readUInt32LE(4)]
}

/** Serial numbers of up to eight bytes are held as they are, longer ones as a keyed hash. */
export const exactBytes = 8

export type Staging = {
  readonly key: HashKey
  readonly short: Column
  readonly long: Column
  readonly count: number
  /**
   * One entry: its serial number is the bytes from `from` up to `to` of an INTEGER's content, `seconds` counts from 1950.
   * Of several entries with one serial number the first stays.
   */
  add(bytes: Uint8Array, from: number, to: number, seconds: number, reasonCode: number, partition?: number): void
  /** Throws a RangeError for what no list may hold. */
  addEntry(entry: CrlEntry, partition?: number): void
  /** An entry of another index with the same key. */
  addPacked(column: 'short' | 'long', packed: Packed): void
}

export function createStaging(key: HashKey = newHashKey()): Staging {
  const short: Column = { chunks: [], last: noChunk, count: 0 }
  const long: Column = { chunks: [], last: noChunk, count: 0 }
  const hashed: Halves = { high: 0, low: 0 }

  const add: Staging['add'] = (bytes, from, to, seconds, reasonCode, partition = 0) => {
    let start = from
    while (start < to && bytes[start] === 0) start++
    const date = Math.min(seconds, maxSeconds)
    const mark = packMark(date, reasonCode)
    if (to - start > exactBytes) {
      hashBytes(key, bytes, start, to, hashed)
      append(long, hashed.high, hashed.low, date, mark, partition)
      return
    }
    let high = 0
    let low = 0
    for (let at = start; at < to; at++) {
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | (bytes[at] ?? 0)
    }
    append(short, high, low, date, mark, partition)
  }

  return {
    key,
    short,
    long,
    get count() {
      return short.count + long.count
    },
    add,
    addEntry: ({ serialNumber, revocationDate, reasonCode }, partition) => {
      if (!isLasting(reasonCode)) throw new RangeError('no such reason in a complete crl')
      const bytes = serialBytes(serialNumber)
      add(bytes, 0, bytes.length, packDate(revocationDate), reasonCode, partition)
    },
    addPacked: (column, { high, low, date, mark, partition }) =>
      append(column === 'short' ? short : long, high, low, date, mark, partition),
  }
}
