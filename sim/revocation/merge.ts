/** A new index out of an old one and changes; the old one stays as it is for whoever still reads it. */
import { pause } from '../pki/crlStreamPause.ts'
import { buildIndex } from './build.ts'
import { findDense, findPair, type RevocationIndex, type SharedIndex } from './revocationIndex.ts'
import { createStaging, type Packed, type Staging } from './staging.ts'

export type Changes = {
  /** Made by `stagingFor(base)`; where both have a serial number, the added entry stays. */
  readonly added: Staging
  /** Serial numbers that are no longer revoked, staged the same way; one that is also added stays revoked. */
  readonly removed?: Staging
  /** Entries of these partitions are left out. */
  readonly withoutPartitions?: ReadonlySet<number>
}

/** Staging for changes to an index: its hashes must have the same key. */
export const stagingFor = (base: RevocationIndex): Staging => createStaging(base.share().key)

type Keep = (column: 'short' | 'long', packed: Packed) => boolean

/** How many words of a bitmap, or pairs, are copied between two pauses. */
const perTurn = 32768

async function copyDense({ dense, dates, marks, partitions }: SharedIndex, keep: Keep, to: Staging): Promise<void> {
  if (!dense) return
  const { words, firstHigh, firstLow } = dense
  const packed: Packed = { high: 0, low: 0, date: 0, mark: 0, partition: 0 }
  let entry = 0
  for (let at = 0; at < words.length; at++) {
    for (let rest = words[at] ?? 0; rest !== 0; rest &= rest - 1) {
      packed.high = firstHigh
      packed.low = (firstLow + at * 32 + (31 - Math.clz32(rest & -rest))) >>> 0
      packed.date = dates[entry] ?? 0
      packed.mark = marks[entry] ?? 0
      packed.partition = partitions?.[entry] ?? 0
      if (keep('short', packed)) to.addPacked('short', packed)
      entry++
    }
    if (at % perTurn === perTurn - 1) await pause()
  }
}

async function copyTable(shared: SharedIndex, column: 'short' | 'long', keep: Keep, to: Staging): Promise<void> {
  const { base, count, high, low } = column === 'short' ? shared.exact : shared.hashed
  const packed: Packed = { high: 0, low: 0, date: 0, mark: 0, partition: 0 }
  for (let pair = 0; pair < count; pair++) {
    packed.high = high[pair] ?? 0
    packed.low = low[pair] ?? 0
    packed.date = shared.dates[base + pair] ?? 0
    packed.mark = shared.marks[base + pair] ?? 0
    packed.partition = shared.partitions?.[base + pair] ?? 0
    if (keep(column, packed)) to.addPacked(column, packed)
    if (pair % perTurn === perTurn - 1) await pause()
  }
}

function has({ key, dense, exact, hashed }: SharedIndex, column: 'short' | 'long', { high, low }: Packed): boolean {
  if (column === 'long') return findPair(hashed, key, high, low) >= 0
  return (dense !== undefined && findDense(dense, high, low) >= 0) || findPair(exact, key, high, low) >= 0
}

/** `changes.added` is filled up with what stays of the old index and must not be used again. */
export async function mergeIndex(base: RevocationIndex, changes: Changes): Promise<RevocationIndex> {
  const { added, removed, withoutPartitions } = changes
  const shared = base.share()
  const gone = removed && removed.count > 0 ? (await buildIndex(removed)).share() : undefined
  const keep: Keep = (column, packed) =>
    !(withoutPartitions?.has(packed.partition) ?? false) && !(gone && has(gone, column, packed))
  await copyDense(shared, keep, added)
  await copyTable(shared, 'short', keep, added)
  await copyTable(shared, 'long', keep, added)
  return buildIndex(added, { partitions: shared.partitions !== undefined })
}
