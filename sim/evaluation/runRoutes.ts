/** Routes about runs as such: which there are, how each ended, whether its journal is whole, and two side by side. */
import { Hono } from 'hono'
import { z } from 'zod'
import * as messages from '../messages/evaluation.ts'
import type { Integrity, Party, RunSummary } from '../messages/evaluation.ts'
import { compare } from './compare.ts'
import { Unreadable } from './journalFile.ts'
import { ShownProblem } from './problem.ts'
import { described, limit, query, whole, yesOrNo } from './route.ts'
import type { Runs } from './runs.ts'
import type { createTallies } from './tallies.ts'
import { chosenVariables, variableTexts } from './variableList.ts'

const runQuery = z.object({
  scenario: z.string().max(60).optional(),
  passed: yesOrNo.optional(),
  /** Begun at or after, and before (wall time, Unix ms). */
  from: whole.optional(),
  to: whole.optional(),
  /** `name=value`; several times for several. */
  variable: z
    .union([z.string().max(120), z.array(z.string().max(120)).max(20)])
    .transform((asked) => [asked].flat())
    .optional(),
  offset: whole.default(0),
  limit: limit(50, 200),
})

const variablesIn = (written: readonly string[]) =>
  chosenVariables(
    Object.fromEntries(written.map((one) => [one.split('=', 1)[0] ?? '', one.slice(one.indexOf('=') + 1)])),
  )

const matching = (runs: RunSummary[], asked: z.output<typeof runQuery>) => {
  const wanted = Object.entries(variablesIn(asked.variable ?? []))
  return runs.filter(
    (run) =>
      (asked.scenario === undefined || run.scenario === asked.scenario) &&
      (asked.passed === undefined || run.passed === asked.passed) &&
      (asked.from === undefined || run.startedAt >= asked.from) &&
      (asked.to === undefined || run.startedAt < asked.to) &&
      wanted.every(([name, value]) => run.variables[name] === value),
  )
}

/** Recompute every chain; a database that cannot be read is a finding, not a failure. */
const check = async (runs: Runs, run: string): Promise<Integrity> =>
  runs.reading(run, async (journal) => {
    const heads = (await runs.result(run))?.journal.heads
    const parties: Integrity['parties'] = []
    for (const party of journal.parties()) {
      const nothing = { party, entries: 0, head: null, brokenAt: null, damage: null }
      try {
        const found = await journal.file(party)?.verify()
        if (found?.result === 'broken') parties.push({ ...nothing, entries: found.at - 1, brokenAt: found.at })
        else if (found !== undefined) parties.push({ ...nothing, entries: found.entries, head: found.head })
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error
        const damage = { ja: 'データベースを読めません', en: 'the database cannot be read' }
        parties.push({ ...nothing, damage })
      }
    }
    const isWhole = ({ brokenAt, damage }: Integrity['parties'][number]) => brokenAt === null && damage === null
    const recorded = (party: string) => parties.find((one) => one.party === party)?.head
    return {
      run,
      intact: parties.every(isWhole),
      asRecorded: heads === undefined ? null : Object.entries(heads).every(([party, head]) => recorded(party) === head),
      parties,
    }
  })

const notFinished = (run: string) =>
  new ShownProblem(409, 'not-finished', {
    ja: `${run} は終わっていないか、結果を読めません。比べられるのは終わった実行だけです`,
    en: `${run} has not ended, or its result cannot be read: only finished runs can be compared`,
  })

type Parts = { runs: Runs; tallies: ReturnType<typeof createTallies> }

export const createRunRoutes = ({ runs, tallies }: Parts) => {
  const side = async (run: string) => {
    const [summary, result] = [await runs.summary(run), await runs.result(run)]
    if (result === undefined) throw notFinished(run)
    return { summary, result, purposes: await tallies(run, (tally) => tally.purposes) }
  }
  return new Hono()
    .get(
      '/runs',
      described({ id: 'evaluation.runs', summary: 'Runs, newest first', answer: messages.runPage }),
      query(runQuery),
      async (c) => {
        const asked = c.req.valid('query')
        const found = matching(await runs.list(), asked)
        const end = asked.offset + asked.limit
        return c.json({
          runs: found.slice(asked.offset, end),
          total: found.length,
          next: end < found.length ? end : null,
        })
      },
    )
    .get(
      '/runs/compare',
      described({ id: 'evaluation.compare', summary: 'Two runs side by side', answer: messages.comparison }),
      query(z.object({ a: z.string().max(120), b: z.string().max(120) })),
      async (c) => {
        const { a, b } = c.req.valid('query')
        return c.json(compare(await side(a), await side(b), variableTexts))
      },
    )
    .get(
      '/runs/:run',
      described({ id: 'evaluation.run', summary: 'One run with its cases, checks and measures', answer: messages.run }),
      async (c) => {
        const run = c.req.param('run')
        const [summary, result] = [await runs.summary(run), await runs.result(run)]
        const parties: Party[] = runs.parties(run)
        const { cases = [], measures = [], journal } = result ?? {}
        return c.json({ summary, parties, cases, measures, heads: journal?.heads ?? {} })
      },
    )
    .get(
      '/runs/:run/integrity',
      described({ id: 'evaluation.integrity', summary: 'Every hash chain recomputed', answer: messages.integrity }),
      async (c) => c.json(await check(runs, c.req.param('run'))),
    )
}
