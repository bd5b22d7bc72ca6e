/** Asks the index about every stored certificate in turn: the change confirmation 変更確認 of a whole nation in seconds. */
import { pause } from '../pki/crlStreamPause.ts'
import { createProbe, type Probe, upperWord } from './probe.ts'
import type { RevocationIndex } from './revocationIndex.ts'

/** Serial numbers of one width in bytes, leading zeros allowed, one after the other. */
export type WideSerials = { readonly bytes: Uint8Array; readonly width: number }

/** Stored certificates that follow one another: as many serial numbers as ids, whoever they belong to. */
export type StoredBatch = { readonly ids: Uint32Array; readonly serials: BigUint64Array | WideSerials }

/** How far a sweep is. Its hits are those of the certificates before `position`. */
export type Checkpoint = {
  readonly position: number
  /** Number of the oldest index that any of them was compared with: the sweep is as of that one. */
  readonly indexNumber: number
  readonly hitCount: number
}

export type Hit = { readonly id: number; readonly revocationDate: number; readonly reasonCode: number }

export type SweepProgress = {
  readonly position: number
  readonly hitCount: number
  readonly total?: number
  /** At the pace so far; unknown before there is one. */
  readonly remainingMs?: number
}

export type SweepOptions = {
  readonly index: RevocationIndex
  /** The number of the snapshot or list behind the index. */
  readonly indexNumber: number
  /** The stored certificates from the given position on, always in the same order; batches of any size. */
  readonly stored: (position: number) => AsyncIterable<StoredBatch> | Iterable<StoredBatch>
  /** Where an earlier run stopped. A newer index may go on with it, an older one not. */
  readonly from?: Checkpoint
  /** Store both in one transaction: then a crash at any instant reports nothing twice and misses nothing. */
  readonly onBatch: (batch: { hits: Hit[]; checkpoint: Checkpoint }) => Promise<void> | void
  /** How many certificates are stored. */
  readonly total?: number
  /** Milliseconds of a clock that runs, for the time remaining. */
  readonly now?: () => number
  readonly onProgress?: (progress: SweepProgress) => void
  /** Most certificates between two checkpoints; 65,536 unless told. */
  readonly batchSize?: number
}

export type SweepResult = { result: 'done'; checkpoint: Checkpoint } | { result: 'refused'; reason: 'older-index' }

/** A function that writes the places of those revoked, and the entry of such a place. */
type Asked = { places(from: number, to: number, into: Uint32Array): number; entryAt(place: number): number }

/** Serial numbers of up to eight bytes as pairs of words, as `probe` takes them. */
function wordsOf({ bytes, width }: WideSerials): Uint32Array {
  const count = bytes.length / width
  const words = new Uint32Array(2 * count)
  for (let at = 0, from = 0; at < count; at++, from += width) {
    let high = 0
    let low = 0
    for (let byte = from; byte < from + width; byte++) {
      high = (high << 8) | (low >>> 24)
      low = (low << 8) | (bytes[byte] ?? 0)
    }
    words[2 * at + upperWord] = high
    words[2 * at + 1 - upperWord] = low
  }
  return words
}

function ask(index: RevocationIndex, probe: Probe, serials: StoredBatch['serials']): Asked {
  if (!(serials instanceof BigUint64Array) && serials.width > 8) {
    const { bytes, width } = serials
    const entryAt = (place: number) => index.findBytes(bytes, place * width, (place + 1) * width)
    const places: Asked['places'] = (from, to, into) => {
      let found = 0
      for (let at = from; at < to; at++) if (entryAt(at) >= 0) into[found++] = at
      return found
    }
    return { places, entryAt }
  }
  const isNumbers = serials instanceof BigUint64Array
  const words = isNumbers ? new Uint32Array(serials.buffer, serials.byteOffset, serials.length * 2) : wordsOf(serials)
  return {
    places: (from, to, into) => probe(words, from, to, into),
    entryAt: (place) => index.find(words[2 * place + upperWord] ?? 0, words[2 * place + 1 - upperWord] ?? 0),
  }
}

function checkBatch({ ids, serials }: StoredBatch): void {
  const count = serials instanceof BigUint64Array ? serials.length : serials.bytes.length / serials.width
  if (count !== ids.length) throw new RangeError('a batch has as many serial numbers as ids')
}

function hitsAmong(index: RevocationIndex, ids: Uint32Array, asked: Asked, places: Uint32Array): Hit[] {
  const hits: Hit[] = []
  for (let at = 0; at < places.length; at++) {
    const place = places[at] ?? 0
    const entry = asked.entryAt(place)
    const revocationDate = index.revocationDateAt(entry)
    hits.push({ id: ids[place] ?? 0, revocationDate, reasonCode: index.reasonCodeAt(entry) })
  }
  return hits
}

/**
 * Asks for each in turn: a probe of a bitmap costs less than keeping both sides sorted for a merge, and needs no order.
 * Certificates must stay in their order between the runs of one sweep.
 */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { index, indexNumber, stored, from, onBatch, total, now, onProgress, batchSize = 65536 } = options
  if (from && indexNumber < from.indexNumber) return { result: 'refused', reason: 'older-index' }
  let checkpoint: Checkpoint = from ?? { position: 0, indexNumber, hitCount: 0 }
  const begun = { at: now?.() ?? 0, position: checkpoint.position }
  const report = () => {
    const { position, hitCount } = checkpoint
    const done = position - begun.position
    const pace = now && done > 0 && total !== undefined ? (now() - begun.at) / done : undefined
    onProgress?.({
      ...{ position, hitCount },
      ...(total !== undefined && { total }),
      ...(pace !== undefined &&
        total !== undefined && { remainingMs: Math.round(pace * Math.max(total - position, 0)) }),
    })
  }
  const probe = createProbe(index.share())
  const places = new Uint32Array(batchSize + 1)
  for await (const batch of stored(checkpoint.position)) {
    checkBatch(batch)
    const asked = ask(index, probe, batch.serials)
    for (let start = 0; start < batch.ids.length; start += batchSize) {
      const end = Math.min(start + batchSize, batch.ids.length)
      const found = asked.places(start, end, places)
      const hits = hitsAmong(index, batch.ids, asked, places.subarray(0, found))
      const next: Checkpoint = {
        position: checkpoint.position + end - start,
        indexNumber: checkpoint.indexNumber,
        hitCount: checkpoint.hitCount + hits.length,
      }
      await onBatch({ hits, checkpoint: next })
      checkpoint = next
      report()
      await pause()
    }
  }
  return { result: 'done', checkpoint }
}
