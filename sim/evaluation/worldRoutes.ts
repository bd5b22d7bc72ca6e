/** Routes that tell how the open world stands, what can be set and played in it, and what its machines look like. */
import { Hono } from 'hono'
import * as messages from '../messages/evaluation.ts'
import type { Clock } from '../core/clock.ts'
import { chartOf, countStates } from './machineChart.ts'
import type { Plays, ScenarioDescription } from './plays.ts'
import { ShownProblem } from './problem.ts'
import { described } from './route.ts'
import type { RunSummary } from '../messages/evaluation.ts'
import type { Runs } from './runs.ts'
import { variableList } from './variableList.ts'
import { createWorldState, type OpenWorld } from './worldState.ts'

const functionNames: Record<string, { ja: string; en: string }> = {
  identity: { ja: '本人確認', en: 'identity confirmation' },
  eligibility: { ja: '資格確認', en: 'eligibility confirmation' },
  change: { ja: '変更確認', en: 'change confirmation' },
}

type Parts = {
  world: OpenWorld | undefined
  clock: Clock
  runs: Runs
  plays: Plays
  scenarios: readonly ScenarioDescription[]
}

const noWorld = () =>
  new ShownProblem(503, 'no-open-world', { ja: 'いま開いている世界はありません', en: 'no world is open now' })

const noMachine = () =>
  new ShownProblem(404, 'no-such-machine', {
    ja: 'この機関にその状態機械はありません。一覧から選んでください',
    en: 'this party has no such machine: choose one from the list',
  })

/** How long what was counted of the world is told again without counting anew (assumed). */
const countedForMs = 200

const createScenarioList = ({ runs, plays, scenarios }: Parts) => {
  const lastOf = (all: RunSummary[], id: string) =>
    all.find(({ scenario, passed }) => scenario === id && passed !== null)
  return async () => {
    const all = await runs.list()
    return scenarios.map(({ functions, ...scenario }) => {
      const last = lastOf(all, scenario.id)
      return {
        ...scenario,
        functions: functions.map((id) => ({ id, ...(functionNames[id] ?? { ja: id, en: id }) })),
        lastRun: last === undefined ? null : { run: last.run, passed: last.passed === true, at: last.startedAt },
        playing: plays
          .list()
          .filter((play) => play.scenario === scenario.id && (play.state === 'playing' || play.state === 'queued'))
          .map(({ run }) => run),
      }
    })
  }
}

const createWorldReader = ({ world, clock, runs }: Parts) => {
  let state: ReturnType<typeof createWorldState> | undefined
  let answer: Promise<messages.World> | undefined
  let askedAt = -Infinity
  return async () => {
    if (world === undefined) throw noWorld()
    // held for as long as the process lives: the journal of the open world is read all the time
    state ??= createWorldState(world, (await runs.hold('live')).journal)
    if (answer === undefined || clock.now() - askedAt > countedForMs) {
      askedAt = clock.now()
      answer = state.read()
      answer.catch(() => {
        answer = undefined
      })
    }
    return answer
  }
}

export const createWorldRoutes = (parts: Parts) => {
  const { world } = parts
  const scenarios = createScenarioList(parts)
  const readWorld = createWorldReader(parts)
  const machines = () =>
    [...(world?.local.sites.values() ?? [])].flatMap((site) =>
      [...site.actors.machines()].map(([kind, machine]) => ({ party: site.id, kind, machine })),
    )
  return new Hono()
    .get(
      '/world',
      described({ id: 'evaluation.world', summary: 'How the open world stands', answer: messages.world }),
      async (c) => c.json(await readWorld()),
    )
    .get(
      '/variables',
      described({ id: 'evaluation.variables', summary: 'What can be set for a run', answer: messages.variableList }),
      (c) => c.json({ variables: variableList }),
    )
    .get(
      '/scenarios',
      described({ id: 'evaluation.scenarios', summary: 'What can be played', answer: messages.scenarioList }),
      async (c) => c.json({ scenarios: await scenarios() }),
    )
    .get(
      '/machines',
      described({ id: 'evaluation.machines', summary: 'Machines of the parties', answer: messages.machineList }),
      (c) => {
        if (world === undefined) throw noWorld()
        return c.json({
          machines: machines().map(({ party, kind, machine }) => ({ party, kind, states: countStates(machine) })),
        })
      },
    )
    .get(
      '/machines/:party/:kind',
      described({ id: 'evaluation.machine', summary: 'One machine as a chart', answer: messages.machine }),
      (c) => {
        const { party, kind } = c.req.param()
        const found = machines().find((one) => one.party === party && one.kind === kind)
        if (found === undefined) throw noMachine()
        return c.json(chartOf(party, kind, found.machine))
      },
    )
}
