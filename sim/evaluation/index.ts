/** The evaluation API 評価API: what evaluators and the portal ask about worlds, runs and what is in their journals. */
import { createClock } from '../core/clock.ts'
import { describeParties, people } from '../parties.ts'
import { completeVariables } from '../world.ts'
import { createApp } from './app.ts'
import type { Plays, ScenarioDescription } from './plays.ts'
import { createRuns } from './runs.ts'
import type { OpenWorld } from './worldState.ts'

export type { Plays, ScenarioDescription } from './plays.ts'
export { ShownProblem } from './problem.ts'
export type { OpenWorld } from './worldState.ts'

export type EvaluationOptions = {
  /** The world that stays open, if there is one. */
  world?: OpenWorld
  /** Where runs leave their folders. */
  runsFolder: string
  scenarios: readonly ScenarioDescription[]
  plays: Plays
  report?(error: unknown): void
}

/** For the portal: `hc<EvaluationApp>('/evaluation')`. */
export type EvaluationApp = ReturnType<typeof createApp>

/** `close` lets go of every database; nothing else has to be ended. */
export const createEvaluation = (options: EvaluationOptions): { app: EvaluationApp; close(): void } => {
  const { world, runsFolder, scenarios, plays, report = console.error } = options
  const defaults = completeVariables()
  const parties = new Map(
    [...describeParties(defaults, { keyPool: '', seed: '' }), { ...people, folder: 'people' }].map(
      ({ id, role, folder, name }) => [id, { id, role, folder, name }],
    ),
  )
  const runs = createRuns({
    runsFolder,
    live: world,
    defaults,
    playOf: (run) => plays.find(run),
    titleOf: (scenario) => scenarios.find(({ id }) => id === scenario)?.title,
    nameOf: (id) => parties.get(id) ?? { id, role: 'unknown', folder: 'unknown', name: { ja: id, en: id } },
  })
  const clock = createClock({ mode: 'real' })
  return { app: createApp({ world, runs, plays, scenarios, clock, report }), close: runs.close }
}
