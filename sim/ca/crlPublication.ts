/**
 * The certificate revocation lists: published daily by the world's clock and by order, with delta lists in between.
 * Publishing fixes instant, number and entries; the bytes are made when the list is first asked for, and are the same then. Where time is
 * real they are made at once, so that nobody waits for a large list.
 */
import { DAY, SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { writeCrl, type LargeCrlRequest } from '../pki/crlIssue.ts'
import { crlDistributionPoint, certificateKinds, type CertificateKind } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import type { Authorities, Generation } from './authority.ts'
import {
  crlNumberAt,
  deltaAt,
  fullAt,
  listText,
  nextDailyAfter,
  wholePartition,
  type ListName,
  type Municipalities,
  type Publication,
} from './crlSchedule.ts'
import type { CrlStore, EntryRange } from './crlStore.ts'

/** Lists with more entries are read from the database page by page each time (assumed). */
const mostHeldEntries = 50_000
/** Parts in which lists are kept (assumed). */
const partBytes = 1024 * 1024
/** A list whose entries changed while it was written is written anew, so often at most (assumed). */
const writingTries = 3

export type PublishedList = { der: Uint8Array<ArrayBuffer>; thisUpdate: number; nextUpdate: number }

type Parts = { lists: CrlStore; authorities: Authorities; municipalities: Municipalities; deltaIntervalMs: number }

export const createCrlPublication = (site: Site, { lists, authorities, municipalities, deltaIntervalMs }: Parts) => {
  const partitionsOf = (kind: CertificateKind) =>
    kind === 'signature' ? Object.keys(municipalities) : [wholePartition]

  const pointOf = ({ kind, partition }: ListName) => {
    const [any] = Object.values(municipalities)
    const own = Object.hasOwn(municipalities, partition) ? municipalities[partition] : undefined
    const municipality = kind === 'authentication' ? any : own
    if (municipality === undefined || !partitionsOf(kind).includes(partition))
      throw new Problem(404, 'no-such-crl', `there is no ${kind} crl ${partition}`)
    return crlDistributionPoint(kind, municipality)
  }

  /** An entry stays on the first list published after its certificate expired, and then drops off (RFC 5280 section 3.3). */
  const rangeOf = ({ thisUpdate, ordered, baseAt = 0 }: Publication): EntryRange => ({
    ...{ from: baseAt, until: thisUpdate, closed: ordered, validFrom: thisUpdate - DAY },
  })

  const entriesOf = async (name: ListName, range: EntryRange): Promise<LargeCrlRequest['entries']> => {
    const pages = async function* () {
      for await (const page of lists.entryPages(name, range))
        yield page.map(({ reason, ...entry }) => ({ ...entry, reasonCode: reasonCodes[reason] }))
    }
    const held: CrlEntry[] = []
    for await (const page of pages()) {
      held.push(...page)
      if (held.length > mostHeldEntries) return pages
    }
    return () => held
  }

  type Building = { name: ListName; publication: Publication; crlNumber: number }

  const write = async ({ name, publication, crlNumber }: Building): Promise<Uint8Array<ArrayBuffer>> => {
    const { authority } = authorities.of(name.kind, name.generation)
    if (authority === undefined) throw new Problem(404, 'no-such-crl', `the key of ${listText(name)} was destroyed`)
    const { type, thisUpdate, nextUpdate, baseAt } = publication
    const distributionPoint = pointOf(name)
    const built = { list: listText(name), type, thisUpdate, nextUpdate }
    await lists.begin(built)
    const whole: Uint8Array[] = []
    let waiting: Uint8Array[] = []
    let waitingBytes = 0
    let part = 0
    const keep = async () => {
      if (waitingBytes > 0) await lists.addPart(built, part++, Buffer.concat(waiting))
      waiting = []
      waitingBytes = 0
    }
    await writeCrl(
      {
        ...{ ca: authority, thisUpdate, nextUpdate, crlNumber, distributionPoint },
        ...(baseAt !== undefined && { baseCrlNumber: crlNumberAt(baseAt) }),
        entries: await entriesOf(name, rangeOf(publication)),
      },
      async (bytes) => {
        whole.push(bytes)
        waiting.push(bytes)
        waitingBytes += bytes.length
        if (waitingBytes >= partBytes) await keep()
      },
    )
    await keep()
    await lists.finish(built)
    return Buffer.concat(whole)
  }

  const build = async (building: Building): Promise<Uint8Array<ArrayBuffer>> => {
    for (let tries = 1; ; tries++) {
      try {
        return await write(building)
      } catch (error) {
        if (!(error instanceof RangeError) || tries >= writingTries) throw error
      }
    }
  }

  /** The newest list of every series as it was asked for last, so that asking again costs no reading. */
  const latest = new Map<string, PublishedList>()
  const coming = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  const listOf = async (name: ListName, publication: Publication): Promise<PublishedList> => {
    const { type, thisUpdate, nextUpdate } = publication
    const list = listText(name)
    const series = `${type} ${list}`
    const known = latest.get(series)
    if (known?.thisUpdate === thisUpdate) return known
    const key = `${series} ${thisUpdate}`
    const making =
      coming.get(key) ??
      (async () => {
        const parts = await lists.parts({ list, type, thisUpdate })
        if (parts.length > 0) return Buffer.concat(parts)
        return build({ name, publication, crlNumber: crlNumberAt(thisUpdate) })
      })().finally(() => coming.delete(key))
    coming.set(key, making)
    const made = { der: await making, thisUpdate, nextUpdate }
    latest.set(series, made)
    return made
  }

  const isLast = ({ kind, generation }: ListName) => authorities.of(kind, generation).state === 'compromised'

  /** The last full list of a generation that is out of trust: good to the end of its certificate, since nothing can follow. */
  const last = async (name: ListName): Promise<PublishedList> => {
    const thisUpdate = await lists.lastFull(listText(name))
    if (thisUpdate === undefined) throw new Problem(404, 'no-such-crl', `there is no list ${listText(name)}`)
    const nextUpdate = authorities.of(name.kind, name.generation).certificate.notAfter
    return listOf(name, { type: 'full', thisUpdate, nextUpdate, ordered: true })
  }

  const publicationOf = async (name: ListName, type: 'full' | 'delta'): Promise<Publication> => {
    const orderedAt = await lists.lastOrdered(listText(name))
    const now = site.clock.now()
    return type === 'full' ? fullAt(now, orderedAt) : deltaAt(now, orderedAt, deltaIntervalMs)
  }

  const current = async (name: ListName, type: 'full' | 'delta'): Promise<PublishedList> => {
    pointOf(name)
    if (!isLast(name)) return listOf(name, await publicationOf(name, type))
    if (type === 'full') return last(name)
    throw new Problem(404, 'no-such-crl', `there are no more delta lists of ${listText(name)}`)
  }

  const names = (kind: CertificateKind): ListName[] =>
    authorities
      .list(kind)
      .flatMap(({ generation }) => partitionsOf(kind).map((partition) => ({ kind, generation, partition })))

  /** Make the lists of the day, so that nobody waits for them. In virtual time they need no making: they are the same whenever made. */
  const publishDaily = async () => {
    site.clock.at(nextDailyAfter(site.clock.now()), publishDaily)
    for (const name of certificateKinds.flatMap(names)) if (!isLast(name)) await current(name, 'full')
  }

  return {
    /** Begin to make lists at every hour of publication, where time is real. */
    start: async () => {
      if (site.clock.mode !== 'virtual') await publishDaily()
    },
    /** Every list, with what is published of it at this moment. */
    published: async () => {
      const all = certificateKinds.flatMap(names).filter((name) => !isLast(name))
      return Promise.all(
        all.map(async (name) => {
          const { thisUpdate, nextUpdate } = await publicationOf(name, 'full')
          return { ...name, crlNumber: crlNumberAt(thisUpdate), thisUpdate, nextUpdate }
        }),
      )
    },
    current,
    /** Publish a list now, between two days, full and delta, for instance after many certificates were revoked at once. */
    publishNow: async (name: ListName): Promise<{ crlNumber: number; thisUpdate: number }> => {
      pointOf(name)
      if (isLast(name))
        throw new Problem(409, 'last-list-published', `nothing follows the last list of ${listText(name)}`)
      const thisUpdate = Math.floor(site.clock.now() / SECOND) * SECOND
      const before = await publicationOf(name, 'full')
      if (before.thisUpdate === thisUpdate || !(await lists.addPublication(listText(name), thisUpdate)))
        throw new Problem(409, 'just-published', `${listText(name)} was published at this very second`)
      for (const type of ['full', 'delta'] as const) await listOf(name, await publicationOf(name, type))
      return { crlNumber: crlNumberAt(thisUpdate), thisUpdate }
    },
    /** The last lists under a key that is going to be destroyed; their number is above all others. */
    publishLast: async ({ kind, generation, certificate }: Generation, at: number) => {
      for (const partition of partitionsOf(kind)) {
        const name = { kind, generation, partition }
        const publication = { type: 'full', thisUpdate: at, nextUpdate: certificate.notAfter, ordered: true } as const
        await build({ name, publication, crlNumber: crlNumberAt(at) + 1 })
        latest.delete(`full ${listText(name)}`)
      }
    },
  }
}

export type CrlPublication = ReturnType<typeof createCrlPublication>
