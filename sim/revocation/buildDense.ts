/** The dense form: where serial numbers are a running number, a bitmap with counts says which entry is whose. */
import { pause } from '../pki/crlStreamPause.ts'
import { bitCount, type DensePart, findDense } from './revocationIndex.ts'
import { type Chunk, type Column, filled } from './staging.ts'

export type Range = { readonly first: number; readonly size: number }

/** Where entries' dates and reasons go. */
export type StatusColumns = {
  readonly dates: Uint32Array
  readonly marks: Uint8Array
  readonly partitions: Uint16Array | undefined
}

/** A bit costs 1.125 bits with its count; the other form costs about 70 bits an entry more than date and reason. */
const bitsPerEntry = 48
/** Positions fit in 31 bits, which the engine computes with faster than with anything larger. */
const largestRange = 2 ** 31 - 1024

const cellCount = 4096
const mostRounds = 12

/** Serial numbers below 2^53: plain numbers hold them. */
const largestHigh = 2 ** 21 - 1

export const isInside = (range: Range, high: number, low: number) => {
  const value = high * 0x100000000 + low
  return high <= largestHigh && value >= range.first && value - range.first < range.size
}

/** Calls back for every chunk, with pauses. */
async function eachChunk(column: Column, visit: (chunk: Chunk, end: number) => void): Promise<void> {
  for (const [number, chunk] of column.chunks.entries()) {
    visit(chunk, filled(column, number))
    if (number % 4 === 3) await pause()
  }
}

async function extent(column: Column, range: Range) {
  let lowest = Infinity
  let highest = -Infinity
  let count = 0
  await eachChunk(column, ({ high, low }, end) => {
    for (let at = 0; at < end; at++) {
      if (!isInside(range, high[at] ?? 0, low[at] ?? 0)) continue
      const value = (high[at] ?? 0) * 0x100000000 + (low[at] ?? 0)
      if (value < lowest) lowest = value
      if (value > highest) highest = value
      count++
    }
  })
  return { first: lowest, size: highest - lowest + 1, count }
}

const paysFor = (size: number, count: number) => size <= Math.min(count * bitsPerEntry, largestRange)

/** Drops the emptier end, cell by cell, until what is left is dense or one cell. */
function trim(cells: Uint32Array, cellSize: number, total: number): { from: number; to: number } {
  let from = 0
  let to = cells.length - 1
  let left = total
  while (from < to && !paysFor((to - from + 1) * cellSize, left)) {
    const [lower, upper] = [cells[from] ?? 0, cells[to] ?? 0]
    left -= Math.min(lower, upper)
    if (lower <= upper) from++
    else to--
  }
  return { from, to }
}

/** Whole blocks of 256, all with the same upper half: what lies on the smaller side of such a border is left to the table. */
function aligned({ first, size }: Range): Range {
  const start = Math.floor(first / 256) * 256
  const end = Math.ceil((first + size) / 256) * 256
  const border = (Math.floor(start / 0x100000000) + 1) * 0x100000000
  if (end <= border) return { first: start, size: end - start }
  return border - start >= end - border ? { first: start, size: border - start } : { first: border, size: end - border }
}

/** The range of serial numbers that holds at least half of all so densely that a bitmap is smaller than a table. */
export async function denseRange(column: Column): Promise<Range | undefined> {
  let range: Range = { first: 0, size: 2 ** 53 }
  for (let round = 0; round < mostRounds; round++) {
    const { first, size, count } = await extent(column, range)
    if (count === 0 || count * 2 < column.count) return undefined
    if (paysFor(size, count)) return aligned({ first, size })
    const cellSize = Math.ceil(size / cellCount)
    const cells = new Uint32Array(cellCount)
    await eachChunk(column, ({ high, low }, end) => {
      for (let at = 0; at < end; at++) {
        if (!isInside({ first, size }, high[at] ?? 0, low[at] ?? 0)) continue
        const cell = Math.floor(((high[at] ?? 0) * 0x100000000 + (low[at] ?? 0) - first) / cellSize)
        cells[cell] = (cells[cell] ?? 0) + 1
      }
    })
    const { from, to } = trim(cells, cellSize, count)
    range = { first: first + from * cellSize, size: (to - from + 1) * cellSize }
  }
  return undefined
}

async function countRanks({ words, ranks }: DensePart): Promise<number> {
  let total = 0
  for (let block = 0; block < ranks.length; block++) {
    ranks[block] = total
    for (let word = block * 8; word < block * 8 + 8; word++) total += bitCount(words[word] ?? 0)
    if (block % 65536 === 65535) await pause()
  }
  return total
}

/** No reason code, so no entry has this mark yet. */
const free = 0xff

/** Fills the first places of the columns with the entries inside `range`. */
export async function buildDense(column: Column, range: Range, to: StatusColumns): Promise<DensePart> {
  const firstHigh = Math.floor(range.first / 0x100000000) | 0
  const firstLow = (range.first % 0x100000000) | 0
  const words = new Uint32Array(new SharedArrayBuffer(range.size / 8))
  const ranks = new Uint32Array(new SharedArrayBuffer(range.size / 64))
  await eachChunk(column, ({ high, low }, end) => {
    for (let at = 0; at < end; at++) {
      if (!isInside(range, high[at] ?? 0, low[at] ?? 0)) continue
      const position = (((low[at] ?? 0) | 0) - firstLow) >>> 0
      words[position >>> 5] = (words[position >>> 5] ?? 0) | (1 << (position & 31))
    }
  })
  const bare: DensePart = { firstHigh, firstLow, range: range.size | 0, count: 0, words, ranks }
  const part = { ...bare, count: await countRanks(bare) }
  const { dates, marks, partitions } = to
  marks.fill(free, 0, part.count)
  await eachChunk(column, (chunk, end) => {
    for (let at = 0; at < end; at++) {
      const entry = findDense(part, chunk.high[at] ?? 0, chunk.low[at] ?? 0)
      if (entry < 0 || marks[entry] !== free) continue
      dates[entry] = chunk.dates[at] ?? 0
      marks[entry] = chunk.marks[at] ?? 0
      if (partitions) partitions[entry] = chunk.partitions[at] ?? 0
    }
  })
  return part
}
