/** What a scenario stands on while it is played: steps, expectations, time, faults, and the people with their cards. */
import { isDeepStrictEqual } from 'node:util'
import type { FaultRule } from '../sim/core/faults.ts'
import { faultRule } from '../sim/core/faults.ts'
import type { Text } from '../sim/core/site.ts'
import type { World } from '../sim/world.ts'
import type { z } from 'zod'
import type { CaseResult, Measure, StepResult } from './scenario.ts'

/** What happens, told as it happens. */
export type Told =
  { type: 'case'; title: Text } | { type: 'step'; step: StepResult } | { type: 'case-done'; result: CaseResult }

/** Work done by hand: who, which of the Standard Cost Model's activities, and which parameter says how long it takes. */
export type ManualWork = { stakeholder: string; work: string; parameter: string; case?: string }

export type Stage = {
  world: World
  connect: World['people']['network']['connect']
  now(): number
  /** One line of the story; what it throws ends the case. */
  step<T>(text: Text, act: () => Promise<T>): Promise<T>
  /** Holds when both are deeply equal; a broken expectation fails the case but the story goes on. */
  expect(text: Text, actual: unknown, expected: unknown): void
  advance(ms: number): Promise<void>
  /** Play `act` while these faults are in force. */
  during<T>(faults: z.input<typeof faultRule>[], act: () => Promise<T>): Promise<T>
  work(work: ManualWork): Promise<void>
  measure(measure: Measure): void
  /** What earlier steps left for later ones: ids by name. */
  memory: Map<string, string>
}

/** A step failed; everything it has to say was told already. */
class StepFailed extends Error {}

export type StageControl = {
  stage: Stage
  playCase(id: string, title: Text, play: (stage: Stage) => Promise<void>): Promise<CaseResult>
  measures: Measure[]
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

export const createStage = (world: World, tell: (told: Told) => void): StageControl => {
  let steps: StepResult[] = []
  let open: StepResult | undefined
  let playing: string | undefined
  const measures: Measure[] = []

  const step: Stage['step'] = async (text, act) => {
    if (open !== undefined) return act()
    const current: StepResult = { text, at: world.clock.now(), tookMs: 0, expectations: [] }
    open = current
    steps.push(current)
    const started = performance.now()
    try {
      return await act()
    } catch (error) {
      current.failure = explain(error)
      throw new StepFailed(current.failure, { cause: error })
    } finally {
      current.tookMs = performance.now() - started
      open = undefined
      await world.people.journal.append('step', {
        text: { ...text },
        case: playing,
        held: current.failure === undefined && current.expectations.every(({ held }) => held),
      })
      tell({ type: 'step', step: current })
    }
  }

  const stage: Stage = {
    world,
    connect: world.people.network.connect,
    now: () => world.clock.now(),
    step,
    expect: (text, actual, expected) => {
      const result = { text, held: isDeepStrictEqual(actual, expected), actual, expected }
      if (open === undefined) throw new Error(`expectation outside a step: ${text.en}`)
      open.expectations.push(result)
    },
    advance: world.advance,
    during: async (faults, act) => {
      for (const fault of faults) await world.addFault(parseFault(fault))
      try {
        return await act()
      } finally {
        await world.clearFaults()
      }
    },
    work: (work) => world.people.journal.append('manual', { ...work }),
    measure: (measure) => void measures.push(measure),
    memory: new Map(),
  }

  const playCase: StageControl['playCase'] = async (id, title, play) => {
    steps = []
    playing = id
    tell({ type: 'case', title })
    const started = performance.now()
    let failure: string | undefined
    try {
      await play(stage)
    } catch (error) {
      if (!(error instanceof StepFailed)) failure = explain(error)
      await world.clearFaults()
    }
    if (failure !== undefined) {
      const step: StepResult = {
        text: { ja: '予期しない失敗', en: 'unexpected failure' },
        at: world.clock.now(),
        tookMs: 0,
        failure,
        expectations: [],
      }
      steps.push(step)
      tell({ type: 'step', step })
    }
    const passed = steps.every((one) => one.failure === undefined && one.expectations.every(({ held }) => held))
    const result = { id, title, passed, tookMs: performance.now() - started, steps }
    tell({ type: 'case-done', result })
    return result
  }

  return { stage, playCase, measures }
}

const parseFault = (fault: z.input<typeof faultRule>): FaultRule => faultRule.parse(fault)
