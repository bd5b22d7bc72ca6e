/**
 * The certificate revocation lists: published daily by the world's clock and by order, with delta lists in between.
 * Publishing fixes instant, number and entries; the bytes are made when the list is first asked for, and are the same then. Where time is
 * real they are made at once, so that nobody waits for a large list.
 */
import { DAY, SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { issueCrlParts } from '../pki/crlIssue.ts'
import { crlDistributionPoint, certificateKinds, type CertificateKind } from '../pki/profile.ts'
import type { Authorities, Generation } from './authority.ts'
import {
  allPartitions,
  crlNumberAt,
  deltaAt,
  fullAt,
  listText,
  nextDailyAfter,
  type ListName,
  type Municipalities,
  type Publication,
} from './crlSchedule.ts'
import type { CrlStore } from './crlStore.ts'
import { createEntryList } from './entryList.ts'
import type { HeldLists, Published } from './heldLists.ts'
import { joinParts } from './partedBytes.ts'
import type { EntryRange, RevocationPages } from './revocationPages.ts'

type Parts = {
  lists: CrlStore
  pages: RevocationPages
  held: HeldLists
  authorities: Authorities
  municipalities: Municipalities
  deltaIntervalMs: number
}

export const createCrlPublication = (site: Site, parts: Parts) => {
  const { lists, pages, held, authorities, municipalities, deltaIntervalMs } = parts
  const partitionsOf = (kind: CertificateKind) => allPartitions(kind, municipalities)

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

  type Building = { name: ListName; publication: Publication; crlNumber: number }

  const build = async ({ name, publication, crlNumber }: Building): Promise<Uint8Array<ArrayBuffer>> => {
    const { authority } = authorities.of(name.kind, name.generation)
    if (authority === undefined) throw new Problem(404, 'no-such-crl', `the key of ${listText(name)} was destroyed`)
    const { type, thisUpdate, nextUpdate, baseAt } = publication
    const distributionPoint = pointOf(name)
    const list = createEntryList()
    for await (const page of pages.inRange(name, rangeOf(publication))) for (const entry of page) list.add(entry)
    const request = {
      ...{ ca: authority, thisUpdate, nextUpdate, crlNumber, distributionPoint, entries: list.entries },
      // In a directory one entry holds both, as certificateRevocationList and deltaRevocationList (RFC 4523 section 3.3).
      ...(baseAt === undefined ? { freshestCrl: distributionPoint } : { baseCrlNumber: crlNumberAt(baseAt) }),
    }
    return lists.keep({ list: listText(name), type, thisUpdate, nextUpdate }, issueCrlParts(request))
  }

  const coming = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  const listOf = async (name: ListName, publication: Publication): Promise<Published> => {
    const { type, thisUpdate, nextUpdate } = publication
    const list = listText(name)
    const series = `${type} ${list}`
    const known = held.find(series, thisUpdate)
    if (known !== undefined) return known
    const key = `${series} ${thisUpdate}`
    const making =
      coming.get(key) ??
      (async () => {
        const kept = await lists.parts({ list, type, thisUpdate })
        if (kept.length > 0) return joinParts(kept)
        return build({ name, publication, crlNumber: crlNumberAt(thisUpdate) })
      })().finally(() => coming.delete(key))
    coming.set(key, making)
    const made = { bytes: await making, thisUpdate, nextUpdate }
    held.hold(series, made)
    return made
  }

  const isLast = ({ kind, generation }: ListName) => authorities.of(kind, generation).state === 'compromised'

  /** The last full list of a generation that is out of trust: good to the end of its certificate, since nothing can follow. */
  const last = async (name: ListName): Promise<Published> => {
    const thisUpdate = await lists.lastFull(listText(name))
    if (thisUpdate === undefined) throw new Problem(404, 'no-such-crl', `there is no list ${listText(name)}`)
    const nextUpdate = authorities.of(name.kind, name.generation).certificate.notAfter
    return listOf(name, { type: 'full', thisUpdate, nextUpdate, ordered: true })
  }

  /** Verifiers that have not heard yet that the generation is out of trust learn from this list that nothing of it is good. */
  const lastHead = async (name: ListName) => {
    const thisUpdate = await lists.lastFull(listText(name))
    if (thisUpdate === undefined) return undefined
    const { notAfter: nextUpdate } = authorities.of(name.kind, name.generation).certificate
    return { ...name, crlNumber: crlNumberAt(thisUpdate) + 1, thisUpdate, nextUpdate }
  }

  const publicationOf = async (name: ListName, type: 'full' | 'delta'): Promise<Publication> => {
    const orderedAt = await lists.lastOrdered(listText(name))
    const now = site.clock.now()
    return type === 'full' ? fullAt(now, orderedAt) : deltaAt(now, orderedAt, deltaIntervalMs)
  }

  const current = async (name: ListName, type: 'full' | 'delta'): Promise<Published> => {
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
      const listed = await Promise.all(
        certificateKinds.flatMap(names).map(async (name) => {
          if (isLast(name)) return lastHead(name)
          const { thisUpdate, nextUpdate } = await publicationOf(name, 'full')
          return { ...name, crlNumber: crlNumberAt(thisUpdate), thisUpdate, nextUpdate }
        }),
      )
      return listed.filter((head) => head !== undefined)
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
        held.drop(`full ${listText(name)}`)
      }
    },
  }
}

export type CrlPublication = ReturnType<typeof createCrlPublication>
