/** What the evaluation API asks of whoever can play scenarios: those lie above it, so it is handed to it. */
import type { Play, ScenarioShown } from '../messages/evaluation.ts'
import type { Variables } from '../variables.ts'

/** A scenario as the catalogue has it; functions by id. */
export type ScenarioDescription = Omit<ScenarioShown, 'functions' | 'lastRun' | 'playing'> & { functions: string[] }

export type Plays = {
  /** Put a scenario on the list; a ShownProblem when there is no such scenario, or too many wait. */
  ask(request: { scenario: string; seed: string; variables: Partial<Variables> }): Promise<Play>
  find(run: string): Play | undefined
  /** Newest first. */
  list(): Play[]
  /** End it after the step being played; at once if it still waits. What has ended stays as it is. */
  cancel(run: string): Play | undefined
}
