/** The sparse form: pairs of words in keyed buckets, filled by counting first. */
import { pause } from '../pki/crlStreamPause.ts'
import { isInside, type Range, type StatusColumns } from './buildDense.ts'
import type { HashKey } from './keyedHash.ts'
import { bucketOf, type TablePart } from './revocationIndex.ts'
import { type Chunk, type Column, filled } from './staging.ts'

/** Entries of a column but those that the dense form took. */
export type Source = { readonly from: Column; readonly except: Range | undefined }

export type TableOptions = { readonly key: HashKey; readonly base: number; readonly columns: StatusColumns }

async function eachOutside({ from, except }: Source, visit: (chunk: Chunk, at: number) => void): Promise<void> {
  for (const [number, chunk] of from.chunks.entries()) {
    const end = filled(from, number)
    for (let at = 0; at < end; at++) {
      if (!except || !isInside(except, chunk.high[at] ?? 0, chunk.low[at] ?? 0)) visit(chunk, at)
    }
    if (number % 2 === 1) await pause()
  }
}

const words = (count: number) => new Uint32Array(new SharedArrayBuffer(4 * count))

/** Turns counts into starts: the place after the last entry of each bucket becomes the place of its first. */
function sumUp(offsets: Uint32Array): void {
  let total = 0
  for (let bucket = 0; bucket < offsets.length; bucket++) {
    const count = offsets[bucket] ?? 0
    offsets[bucket] = total
    total += count
  }
}

/** Closes the gaps that later entries with the same pair leave; returns how many stay. */
async function dropRepeated(part: TablePart, starts: Uint32Array, to: StatusColumns): Promise<number> {
  const { offsets, high, low, base } = part
  let kept = 0
  for (let bucket = 0; bucket + 1 < offsets.length; bucket++) {
    const end = starts[bucket] ?? 0
    const from = offsets[bucket] ?? 0
    const first = kept
    for (let at = from; at < end; at++) {
      let seen = first
      while (seen < kept && !(low[seen] === low[at] && high[seen] === high[at])) seen++
      if (seen < kept) continue
      high[kept] = high[at] ?? 0
      low[kept] = low[at] ?? 0
      to.dates[base + kept] = to.dates[base + at] ?? 0
      to.marks[base + kept] = to.marks[base + at] ?? 0
      if (to.partitions) to.partitions[base + kept] = to.partitions[base + at] ?? 0
      kept++
    }
    offsets[bucket] = first
    if (bucket % 65536 === 65535) await pause()
  }
  offsets[offsets.length - 1] = kept
  return kept
}

/** Fills the columns from `base` on. Buckets hold four to eight pairs on average: at most one byte an entry. */
export async function buildTable(source: Source, { key, base, columns }: TableOptions): Promise<TablePart> {
  let count = 0
  await eachOutside(source, () => count++)
  const bucketBits = Math.min(27, Math.max(1, Math.ceil(Math.log2(Math.max(count, 1) / 8))))
  const part = { base, bucketBits, high: words(count), low: words(count), offsets: words(2 ** bucketBits + 1) }
  const { offsets } = part
  const bucketAt = (chunk: Chunk, at: number) => bucketOf(key, bucketBits, chunk.high[at] ?? 0, chunk.low[at] ?? 0)
  await eachOutside(source, (chunk, at) => {
    const bucket = bucketAt(chunk, at)
    offsets[bucket] = (offsets[bucket] ?? 0) + 1
  })
  sumUp(offsets)
  const next = offsets.slice()
  await eachOutside(source, (chunk, at) => {
    const bucket = bucketAt(chunk, at)
    const place = next[bucket] ?? 0
    next[bucket] = place + 1
    part.high[place] = chunk.high[at] ?? 0
    part.low[place] = chunk.low[at] ?? 0
    columns.dates[base + place] = chunk.dates[at] ?? 0
    columns.marks[base + place] = chunk.marks[at] ?? 0
    if (columns.partitions) columns.partitions[base + place] = chunk.partitions[at] ?? 0
  })
  return { ...part, count: await dropRepeated({ ...part, count }, next, columns) }
}
