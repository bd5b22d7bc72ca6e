/** Deletes challenges, authentications and tickets once they are long past any use: the journal tells what became of them. */
import { and, eq, inArray, lt } from 'drizzle-orm'
import { snapshotsTable } from '../core/actorTables.ts'
import { DAY, HOUR } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import type { PeopleStore } from './store.ts'

/** An hour after a challenge was issued nothing that came of it is good for anything (its parts take 5 to 15 minutes). */
const longestUseMs = HOUR
/** They stay so long for questions (assumed). */
const keptMs = DAY
const runEveryMs = DAY
/** Rows deleted in one transaction, so that others get their turn (assumed). */
const atOnce = 5000

export type Retention = {
  /** Something was made that will have to be deleted: a run follows within a day after its time. */
  expect(): void
  /** Delete what is past its time; how many rows. */
  run(): Promise<number>
}

export const createRetention = (site: Site, store: PeopleStore): Retention => {
  let isPlanned = false
  let expectedAt = site.clock.now()

  const oldChallenges = (until: number) =>
    and(
      eq(snapshotsTable.kind, 'challenge'),
      // One that is still issued has a timer; it ends by itself first.
      inArray(snapshotsTable.state, ['used', 'expired']),
      lt(snapshotsTable.changedAt, until),
    )

  const forgetChallenges = async (until: number): Promise<number> => {
    const { store: own } = site
    const ids = await own.read
      .select({ id: snapshotsTable.id })
      .from(snapshotsTable)
      .where(oldChallenges(until))
      .limit(atOnce)
    const named = ids.map(({ id }) => id)
    if (named.length === 0) return 0
    await own.write(async (tx) => {
      await tx.delete(snapshotsTable).where(and(oldChallenges(until), inArray(snapshotsTable.id, named)))
    })
    return named.length
  }

  const run = async (): Promise<number> => {
    const until = site.clock.now() - keptMs
    let deleted = 0
    for (const forget of [forgetChallenges, store.forgetAuthentications, store.forgetTickets])
      for (let count = atOnce; count === atOnce; deleted += count) count = await forget(until, atOnce)
    return deleted
  }

  /** As long as anything is left to delete, another run follows. */
  const plan = () => {
    isPlanned = true
    site.clock.at(site.clock.now() + runEveryMs, async () => {
      isPlanned = false
      await run()
      if (expectedAt + longestUseMs >= site.clock.now() - keptMs) plan()
    })
  }

  return {
    expect: () => {
      expectedAt = site.clock.now()
      if (!isPlanned) plan()
    },
    run,
  }
}
