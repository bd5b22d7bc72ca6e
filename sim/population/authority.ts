/** The world's certification authority as a population meets it: its keys, its running numbers, its rows. Nothing else here knows its database. */
import { createClock } from '../core/clock.ts'
import { addIssued, type BulkOrder, firstSerialNumbers, hasIssuedFor, issuingKeys, numberingOf } from '../ca/bulk.ts'
import { dailyAt } from '../ca/crlSchedule.ts'
import { describeParties } from '../parties.ts'
import { certificateKinds } from '../pki/profile.ts'
import type { Variables } from '../variables.ts'
import { completeVariables, createLocal, defaultKeyPool } from '../world.ts'
import { cardIdOf, longestAgoMs, type Era } from './card.ts'
import type { IssuingAuthority } from './issue.ts'
import type { Card } from './packedFile.ts'
import type { Town } from './resident.ts'

export { NumbersMoved as AuthorityMoved } from '../ca/bulk.ts'

/**
 * Each generation issued from its beginning until the next one's, within the last four years before `until`.
 * One that has nothing of its own in that time issued no card here.
 */
export const erasOf = (authorities: readonly IssuingAuthority[], until: number): Era[] => {
  const generations = [...new Set(authorities.map(({ generation }) => generation))].sort((a, b) => a - b)
  const eras = generations.map((generation) => {
    const own = authorities.filter((one) => one.generation === generation)
    return {
      generation,
      complete: certificateKinds.every((kind) => own.some((one) => one.kind === kind)),
      from: Math.max(...own.map(({ notBefore }) => notBefore)),
      notAfter: Math.min(...own.map(({ notAfter }) => notAfter)),
    }
  })
  return eras.flatMap(({ generation, complete, from, notAfter }, index) => {
    const era = {
      generation,
      from: Math.max(from, until - longestAgoMs),
      until: Math.min(until, eras[index + 1]?.from ?? until, notAfter),
      notAfter,
    }
    return complete && era.from < era.until && notAfter > until ? [era] : []
  })
}

/** `variables` count where a world is founded; one that is there keeps its own. */
type Place = { folder: string; now: number; variables?: Partial<Variables> }

/** Open the authority of the world in `folder`, founding it where there is none; it must not be running elsewhere. `now` is Unix ms. */
export const openAuthority = async ({ folder, now, variables }: Place) => {
  const seed = 'world'
  const parties = describeParties(completeVariables(variables), { keyPool: defaultKeyPool, seed })
  const description = parties.find((party) => party.folder === 'ca')
  if (description?.folder !== 'ca') throw new Error('the world has no certification authority')
  const clock = createClock({ mode: 'virtual', startAt: now })
  const { sites } = await createLocal(
    { folder, seed, mode: 'virtual', directory: new Map(), clock, only: [description.id] },
    parties,
  )
  const store = sites.get(description.id)?.store
  if (store === undefined) throw new Error('the certification authority did not open')

  const towns = Object.entries(description.options.municipalities).map(([party, municipality]): Town => ({
    party,
    municipality,
    nameJa: `見本県${parties.find(({ id }) => id === party)?.name.ja ?? ''}`,
  }))

  return {
    towns,
    authorities: await issuingKeys(store),
    /** The latest daily publication: every list has what was revoked until then. */
    until: dailyAt(now),
    /** The running numbers when the population is planned: nobody may take any until it is entered. */
    numbering: () => numberingOf(store),
    firstSerialNumbers,
    /** Whether the population of this seed has been entered. */
    knows: (seed: string): Promise<boolean> => hasIssuedFor(store, cardIdOf(seed, 1)),
    /** Enter all cards or none. Throws AuthorityMoved when numbers were given to others since they were planned with. */
    enter: (cards: AsyncIterable<Card>, order: BulkOrder) => addIssued(store, cards, order),
    close: () => store.close(),
  }
}

export type PopulationAuthority = Awaited<ReturnType<typeof openAuthority>>
