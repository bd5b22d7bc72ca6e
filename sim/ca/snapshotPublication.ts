/** Signed, numbered snapshots of all that is revoked under one key, and the changes between them: a new one every quarter of an hour. */
import { DAY, SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { snapshotParts } from '../revocation/index.ts'
import type { Authorities, Generation } from './authority.ts'
import { allPartitions, crlNumberAt, type Municipalities } from './crlSchedule.ts'
import type { CrlStore } from './crlStore.ts'
import { createEntryList } from './entryList.ts'
import type { HeldLists, Published } from './heldLists.ts'
import { ocspPeriodMs } from './ocspSigner.ts'
import { joinParts } from './partedBytes.ts'
import type { EntryRange, RevocationPages } from './revocationPages.ts'
import type { SnapshotSeries, SnapshotStore } from './snapshotStore.ts'

/** Snapshots are as of the same instants as OCSP answers (assumed). */
const periodMs = ocspPeriodMs
/** Good for two periods, so that one may be missed, and one fetched at the end of its period is good till the next is (assumed). */
const lifeMs = 2 * periodMs
/** From how far back there are deltas (assumed); who is further behind loads the whole. */
const deltaReachMs = DAY

type Parts = {
  pages: RevocationPages
  snapshots: SnapshotStore
  /** Where the last snapshot of a key is kept, which nobody can sign again. */
  lists: CrlStore
  held: HeldLists
  authorities: Authorities
  municipalities: Municipalities
}

/** Bears the second of its instant since 1970, as lists do. */
type Point = SnapshotSeries & { number: number; thisUpdate: number }

const seriesText = ({ kind, generation }: SnapshotSeries) => `snapshot ${kind} ${generation}`
/** The last one was made between two quarters of an hour: its number is above that of any made in the same second. */
const lastNumberAt = (at: number) => crlNumberAt(at) + 1

export const createSnapshotPublication = (site: Site, parts: Parts) => {
  const { pages, snapshots, lists, held, authorities, municipalities } = parts
  const coming = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  const noSnapshot = (of: SnapshotSeries) => new Problem(404, 'no-such-snapshot', `there is no ${seriesText(of)}`)
  const noDelta = (of: SnapshotSeries, base: number) =>
    new Problem(404, 'no-such-delta', `there is no delta of ${seriesText(of)} from number ${base}`)

  const pointNow = (of: SnapshotSeries): Point => {
    const thisUpdate = Math.floor(site.clock.now() / periodMs) * periodMs
    return { ...of, number: crlNumberAt(thisUpdate), thisUpdate }
  }

  /** Which revocations the snapshot of this instant has; settled when it is first asked for, and the same after a restart. */
  const rangeOf = async (of: Point): Promise<Required<EntryRange>> => {
    const forgetBefore = crlNumberAt(of.thisUpdate - deltaReachMs)
    return rangeAt(of.thisUpdate, await snapshots.make(of, of.number, forgetBefore))
  }
  /** What expired stays for a day, as on lists (RFC 5280 section 3.3). */
  const rangeAt = (thisUpdate: number, upTo: number): Required<EntryRange> => ({
    ...{ from: 0, until: thisUpdate, closed: false, validFrom: thisUpdate - DAY, upTo },
  })

  const signedBy = (of: SnapshotSeries) => {
    const { authority } = authorities.of(of.kind, of.generation)
    if (authority === undefined) throw noSnapshot(of)
    return authority
  }

  type Contents = {
    baseNumber?: number
    nextUpdate: number
    range: Required<EntryRange>
    changedSince?: Required<EntryRange>
  }

  /** The snapshot's bytes part after part; its entries are read once and gone through as often as needed. */
  const write = async function* (of: Point, { baseNumber, nextUpdate, range, changedSince }: Contents) {
    const { kind, generation, number, thisUpdate } = of
    const partitions = allPartitions(kind, municipalities)
    const list = createEntryList()
    if (changedSince === undefined) {
      for (const partition of partitions)
        for await (const page of pages.inRange({ kind, generation, partition }, range))
          for (const entry of page) list.add(entry)
    } else {
      const step = { before: changedSince, after: range }
      for await (const page of pages.between({ kind, generation, partitions }, step))
        for (const entry of page) list.add(entry)
    }
    const ca = signedBy(of)
    yield* snapshotParts({
      ...{ ca, kind, number, thisUpdate, nextUpdate, entries: list.entries },
      ...(baseNumber !== undefined && { baseNumber }),
    })
  }

  const gather = async (bytes: AsyncIterable<Uint8Array>) => {
    const all: Uint8Array[] = []
    for await (const part of bytes) all.push(part)
    return joinParts(all)
  }

  /** Made once, whoever asks at the same time, and held while there is room. */
  const once = async (
    { series, thisUpdate, nextUpdate }: { series: string; thisUpdate: number; nextUpdate: number },
    make: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<Published> => {
    const known = held.find(series, thisUpdate)
    if (known !== undefined) return known
    const key = `${series} ${thisUpdate}`
    const making = coming.get(key) ?? make().finally(() => coming.delete(key))
    coming.set(key, making)
    const published = { bytes: await making, thisUpdate, nextUpdate }
    held.hold(series, published)
    return published
  }

  const isLast = ({ kind, generation }: SnapshotSeries) => authorities.of(kind, generation).state === 'compromised'

  const lastPoint = async (of: SnapshotSeries): Promise<Point> => {
    const thisUpdate = await lists.lastFull(seriesText(of))
    if (thisUpdate === undefined) throw noSnapshot(of)
    return { ...of, number: lastNumberAt(thisUpdate), thisUpdate }
  }

  const last = async (of: SnapshotSeries): Promise<Published> => {
    const { thisUpdate } = await lastPoint(of)
    const nextUpdate = authorities.of(of.kind, of.generation).certificate.notAfter
    const list = seriesText(of)
    return once({ series: list, thisUpdate, nextUpdate }, async () =>
      joinParts(await lists.parts({ list, type: 'full', thisUpdate })),
    )
  }

  return {
    /** The newest snapshot under one key. */
    current: async (of: SnapshotSeries): Promise<Published> => {
      if (isLast(of)) return last(of)
      const point = pointNow(of)
      const nextUpdate = point.thisUpdate + lifeMs
      return once({ series: seriesText(of), thisUpdate: point.thisUpdate, nextUpdate }, async () =>
        gather(write(point, { nextUpdate, range: await rangeOf(point) })),
      )
    },
    /** From snapshot `base` to the newest; `none-yet` for who has that one. */
    delta: async (of: SnapshotSeries, base: number): Promise<Published | 'none-yet'> => {
      const point = isLast(of) ? await lastPoint(of) : pointNow(of)
      if (base === point.number) return 'none-yet'
      const baseAt = base * SECOND
      if (isLast(of) || base > point.number || baseAt < point.thisUpdate - deltaReachMs) throw noDelta(of, base)
      const lastEntry = await snapshots.lastEntryOf(of, base)
      if (lastEntry === undefined) throw noDelta(of, base)
      const nextUpdate = point.thisUpdate + lifeMs
      const series = `${seriesText(of)} from ${base}`
      return once({ series, thisUpdate: point.thisUpdate, nextUpdate }, async () => {
        const changedSince = rangeAt(baseAt, lastEntry)
        return gather(write(point, { baseNumber: base, nextUpdate, range: await rangeOf(point), changedSince }))
      })
    },
    /** The last snapshot under a key that is going to be destroyed: good to the end of its certificate, since nothing can follow. */
    publishLast: async ({ kind, generation, certificate }: Generation, at: number) => {
      const of: Point = { kind, generation, number: lastNumberAt(at), thisUpdate: at }
      const nextUpdate = certificate.notAfter
      const range = { ...rangeAt(at, Number.MAX_SAFE_INTEGER), closed: true }
      const built = { list: seriesText(of), type: 'full', thisUpdate: at, nextUpdate } as const
      await lists.keep(built, write(of, { nextUpdate, range }))
      held.drop(seriesText(of))
    },
  }
}

export type SnapshotPublication = ReturnType<typeof createSnapshotPublication>
