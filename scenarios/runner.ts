/** Runs one scenario in a world of its own and leaves a folder with its databases, journal and result. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createClock } from '../sim/core/clock.ts'
import { verifyJournal } from '../sim/core/journal.ts'
import { createRandom } from '../sim/core/random.ts'
import { openStore } from '../sim/core/store.ts'
import { createSplitWorld } from '../sim/split.ts'
import { createWorld, type World } from '../sim/world.ts'
import type { Variables } from '../sim/variables.ts'
import { found } from './acts/founding.ts'
import type { CaseResult, RunResult, Scenario } from './scenario.ts'
import { createStage, type Told } from './stage.ts'

export const runsFolder = join(import.meta.dirname, '..', 'data', 'runs')

export type RunOptions = {
  seed: string
  split?: boolean
  /** Where it leaves everything; the run is called as the folder is. */
  folder?: string
  /** Set in place of the scenario's own and the standard ones. */
  variables?: Partial<Variables>
  tell?: (told: Told) => void
}

/** `cable-tv-20261122-101502-3fa4`: scenario, wall time (UTC), and four digits so that two runs never meet. */
export const nameRun = (scenario: string) => {
  const now = createClock({ mode: 'real' }).now()
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${scenario}-${stamp}-${createRandom(`${now}${process.pid}${performance.now()}`).id().slice(0, 4)}`
}

const verifyAll = async (folder: string, ids: string[]) => {
  const heads: Record<string, string> = {}
  let entries = 0
  let intact = true
  for (const id of ids) {
    const store = await openStore(join(folder, `${id}.db`))
    const verified = await verifyJournal(store.read)
    await store.close()
    if (verified.result === 'broken') intact = false
    else {
      entries += verified.entries
      heads[id] = verified.head
    }
  }
  return { entries, intact, heads }
}

export const runScenario = async (
  scenario: Scenario,
  { seed, split = false, folder, variables = {}, tell = () => undefined }: RunOptions,
): Promise<RunResult> => {
  const place = folder ?? join(runsFolder, nameRun(scenario.id))
  const run = basename(place)
  mkdirSync(place, { recursive: true })
  const started = performance.now()
  const options = {
    folder: place,
    seed: `${seed}/${scenario.id}`,
    mode: 'virtual' as const,
    variables: { ...scenario.variables, ...variables },
  }
  const world: World = split ? await createSplitWorld(options) : await createWorld(options)
  const played = scenario.cases(world.variables)
  const cases: CaseResult[] = []
  const { stage, playCase, measures } = createStage(world, tell)
  try {
    const prepared = await playCase('founding', { ja: '準備', en: 'Preparation' }, async () => {
      await found(stage, scenario.people)
      await scenario.prepare?.(stage)
    })
    cases.push(prepared)
    if (prepared.passed) for (const { id, title, play } of played) cases.push(await playCase(id, title, play))
  } finally {
    await world.close()
  }
  const result: RunResult = {
    run,
    scenario: scenario.id,
    title: scenario.title,
    seed,
    mode: split ? 'split' : 'in-process',
    variables: world.variables,
    passed: cases.every(({ passed }) => passed) && cases.length === played.length + 1,
    tookMs: performance.now() - started,
    cases,
    measures,
    journal: await verifyAll(place, [...world.parties.map(({ id }) => id), world.people.id]),
  }
  result.passed &&= result.journal.intact
  writeFileSync(join(place, 'result.json'), JSON.stringify(result, null, 2))
  return result
}
