/** When which list is published, and under which number: full lists once a day and by order, delta lists in between. */
import { DAY, HOUR, SECOND } from '../core/clock.ts'
import type { CertificateKind, Municipality } from '../pki/profile.ts'

/** The municipalities that may ask for certificates, by party id, named as certificates name them. */
export type Municipalities = Record<string, Municipality>

/** Authentication certificates have one partition, signature certificates one for each municipality. */
const wholePartition = 'all'
export const partitionOf = (kind: CertificateKind, municipality: string) =>
  kind === 'signature' ? municipality : wholePartition

export const allPartitions = (kind: CertificateKind, municipalities: Municipalities) =>
  kind === 'signature' ? Object.keys(municipalities) : [wholePartition]

/** One series of lists: each has numbers of its own that only grow. */
export type ListName = { kind: CertificateKind; generation: number; partition: string }
export const listText = ({ kind, generation, partition }: ListName) => `${kind} ${generation} ${partition}`

/** Once a day (Digital Agency, introduction to JPKI, section 5.1.2), at 03:00 in Japan (assumed), which is 18:00 UTC. */
const publicationHourUtcMs = 18 * HOUR
/** A full list is good for two days, so that one publication may be missed (assumed). */
const fullLifeMs = 2 * DAY
/** Delta lists come every hour unless the world says otherwise; whether the real CA has any is not known (assumed). */
export const defaultDeltaIntervalMs = HOUR

/** The daily publication at or before `now`. */
export const dailyAt = (now: number) => Math.floor((now - publicationHourUtcMs) / DAY) * DAY + publicationHourUtcMs
export const nextDailyAfter = (now: number) => dailyAt(now) + DAY

/**
 * What is published at `thisUpdate` bears the seconds since 1970: it grows with every publication, whether a list was asked for or not,
 * and a full and a delta list of one instant bear the same number (RFC 5280 section 5.2.3).
 */
export const crlNumberAt = (thisUpdate: number) => Math.floor(thisUpdate / SECOND)

/** A list to be published. `ordered`: between two days, so that it has what was revoked in its very second too. */
export type Publication = {
  type: 'full' | 'delta'
  thisUpdate: number
  nextUpdate: number
  ordered: boolean
  /** The day's full list, on which a delta list builds. */
  baseAt?: number
}

/** The full list in force at `now`; `orderedAt`: the last publication by order, if there was one. */
export const fullAt = (now: number, orderedAt: number | undefined): Publication => {
  const daily = dailyAt(now)
  const ordered = orderedAt !== undefined && orderedAt > daily
  return { type: 'full', thisUpdate: ordered ? orderedAt : daily, nextUpdate: daily + fullLifeMs, ordered }
}

/**
 * The delta list in force at `now`: to the last day's full list before it, so that the one published together with a full list completes
 * the list of the day before. Good for two intervals, so that one may be missed (assumed).
 */
export const deltaAt = (now: number, orderedAt: number | undefined, intervalMs: number): Publication => {
  const daily = dailyAt(now)
  const regular = daily + Math.floor((now - daily) / intervalMs) * intervalMs
  const ordered = orderedAt !== undefined && orderedAt > regular
  const thisUpdate = ordered ? orderedAt : regular
  return { type: 'delta', thisUpdate, nextUpdate: regular + 2 * intervalMs, ordered, baseAt: dailyAt(thisUpdate - 1) }
}
