/** Routes for what is drawn from a run: who saw which data, who could join what, and where its actors stand. */
import { Hono } from 'hono'
import { z } from 'zod'
import * as messages from '../messages/evaluation.ts'
import type { ActorPage } from '../messages/evaluation.ts'
import { readObject } from './display.ts'
import type { JournalFile } from './journalFile.ts'
import { notInRun } from './problem.ts'
import { linksOf, privacyOf } from './privacy.ts'
import { described, limit, query, whole } from './route.ts'
import type { Runs } from './runs.ts'
import { activeStates } from './stateName.ts'
import type { createTallies } from './tallies.ts'

const actorQuery = z.object({
  party: z.string().max(60),
  kind: z.string().max(60),
  /** As of this running number; without it, of the end. */
  until: whole.optional(),
  /** `next` of an earlier page. */
  after: z.string().max(400).default(''),
  limit: limit(200, 1000),
})

type Actor = ActorPage['actors'][number]

/** Transitions read at a time (assumed); others get a turn between. */
const atATime = 2000

/** Where every actor of a kind stood, from the steps it had taken until then. */
const actorsUntil = async (file: JournalFile, kind: string, until: number): Promise<Actor[]> => {
  const found = new Map<string, Actor>()
  for (let after = 0; ;) {
    const rows = await file.rowsOfKind('transition', after, atATime)
    for (const { order, at, body } of rows) {
      const { kind: ofKind, id, to, version } = readObject(body)
      if (ofKind !== kind || order > until) continue
      if (typeof id !== 'string' || typeof to !== 'string' || typeof version !== 'number') continue
      found.set(id, { id, version, state: to, active: activeStates(to), changedAt: at })
    }
    if (rows.length < atATime) return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    after = rows.at(-1)?.number ?? after
    await new Promise((turn) => setImmediate(turn))
  }
}

const actorsNow = async (file: JournalFile, asked: z.output<typeof actorQuery>): Promise<Actor[]> =>
  (await file.actors(asked.kind, asked.after, asked.limit + 1)).map(({ id, version, state, changedAt }) => ({
    ...{ id, version, state, changedAt },
    active: activeStates(state),
  }))

type Parts = { runs: Runs; tallies: ReturnType<typeof createTallies> }

export const createPictureRoutes = ({ runs, tallies }: Parts) => {
  const named = (run: string) => {
    const names = new Map(runs.parties(run).map(({ id, name }) => [id, name]))
    const outside = { ja: '外部', en: 'outside' }
    return (id: string) => ({ id, ...(names.get(id) ?? (id === 'outside' ? outside : { ja: id, en: id })) })
  }
  return new Hono()
    .get(
      '/runs/:run/privacy',
      described({ id: 'evaluation.privacy', summary: 'Which party received which data', answer: messages.privacy }),
      async (c) => {
        const run = c.req.param('run')
        return tallies(run, (tally, story) => {
          const parties = runs.parties(run).map(({ id }) => id)
          return c.json(privacyOf(run, tally, story, { parties, nameOf: named(run) }))
        })
      },
    )
    .get(
      '/runs/:run/links',
      described({ id: 'evaluation.links', summary: 'Who could join what, by link table', answer: messages.links }),
      async (c) => {
        const run = c.req.param('run')
        return tallies(run, (tally) => c.json(linksOf(run, tally, { nameOf: named(run) })))
      },
    )
    .get(
      '/runs/:run/actors',
      described({ id: 'evaluation.actors', summary: 'Actors of a kind and their states', answer: messages.actorPage }),
      query(actorQuery),
      async (c) => {
        const run = c.req.param('run')
        const asked = c.req.valid('query')
        const { party, kind, after, until, limit: most } = asked
        return runs.reading(run, async (journal) => {
          const file = journal.file(party)
          if (file === undefined) throw notInRun({ ja: 'その機関', en: 'such party' })
          const found =
            until === undefined
              ? await actorsNow(file, asked)
              : (await actorsUntil(file, kind, until)).filter(({ id }) => id > after)
          const actors = found.slice(0, most)
          return c.json({ run, party, kind, actors, next: found.length > most ? (actors.at(-1)?.id ?? null) : null })
        })
      },
    )
}
