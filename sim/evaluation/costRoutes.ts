/** Routes for what a run cost: fees owed, work done by hand, and how long answers took. */
import { Hono } from 'hono'
import { z } from 'zod'
import * as messages from '../messages/evaluation.ts'
import { feesOf, timingsOf, worksOf } from './costAnswer.ts'
import { notInRun } from './problem.ts'
import { described, query } from './route.ts'
import type { Runs } from './runs.ts'
import type { createTallies } from './tallies.ts'

type Parts = { runs: Runs; tallies: ReturnType<typeof createTallies> }

const timingQuery = z.object({
  /** Only what this party received. */
  party: z.string().max(60).optional(),
})

export const createCostRoutes = ({ runs, tallies }: Parts) => {
  const named = (run: string) => {
    const names = new Map(runs.parties(run).map(({ id, name }) => [id, name]))
    return (id: string) => ({ id, ...(names.get(id) ?? { ja: id, en: id }) })
  }
  return new Hono()
    .get(
      '/runs/:run/fees',
      described({ id: 'evaluation.fees', summary: 'Fees owed, by payer, payee and item', answer: messages.fees }),
      async (c) => {
        const run = c.req.param('run')
        return tallies(run, ({ costs }) => c.json(feesOf(run, costs, named(run))))
      },
    )
    .get(
      '/runs/:run/work',
      described({ id: 'evaluation.work', summary: 'Work done by hand, by who does it', answer: messages.works }),
      async (c) => {
        const run = c.req.param('run')
        return tallies(run, ({ costs }) => c.json(worksOf(run, costs, named(run))))
      },
    )
    .get(
      '/runs/:run/timings',
      described({ id: 'evaluation.timings', summary: 'Wall time by purpose', answer: messages.timings }),
      query(timingQuery),
      async (c) => {
        const run = c.req.param('run')
        const { party } = c.req.valid('query')
        return tallies(run, ({ costs }) => {
          if (party !== undefined && !runs.parties(run).some(({ id }) => id === party))
            throw notInRun({ ja: 'その機関', en: 'such party' })
          return c.json(timingsOf(run, costs, { party, nameOf: named(run) }))
        })
      },
    )
}
