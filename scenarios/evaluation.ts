/** The evaluation API over the open world, the scenarios of the catalogue and the runs they leave. */
import { Hono } from 'hono'
import { createClock } from '../sim/core/clock.ts'
import { createEvaluation, type ScenarioDescription } from '../sim/evaluation/index.ts'
import { completeVariables, type Local, type World } from '../sim/world.ts'
import { catalogue } from './catalogue.ts'
import { createPlays } from './plays.ts'
import { runsFolder } from './runner.ts'
import type { Scenario } from './scenario.ts'

export const describeScenario = (scenario: Scenario): ScenarioDescription => {
  const { id, title, required = false, functions, from, people, variables = {} } = scenario
  const cases = scenario.cases(completeVariables(variables)).map((one) => ({ id: one.id, title: one.title }))
  return { id, title, required, functions, from, people, variables, cases }
}

/** To be served under `/evaluation`; it needs no ending: plays end by themselves once this process is gone. */
export const openEvaluation = (world: World & { local: Local }, loginUrl?: string): Hono => {
  const { local, parties, variables, folder, seed } = world
  const openedAt = createClock({ mode: 'real' }).now()
  const open = { local, parties, variables, folder, seed, openedAt, ...(loginUrl !== undefined && { loginUrl }) }
  const plays = createPlays({ runsFolder, catalogue })
  const scenarios = catalogue.map(describeScenario)
  const { app } = createEvaluation({ world: open, runsFolder, scenarios, plays })
  return new Hono().route('/', app)
}
