/** What a scenario is: a story of cases, and what a run of it leaves behind. */
import type { Text } from '../sim/core/site.ts'
import type { Variables } from '../sim/variables.ts'
import type { Stage } from './stage.ts'

/** 本人確認 identity · 資格確認 eligibility · 変更確認 change: the plan's three models of use. */
export type Function = 'identity' | 'eligibility' | 'change'

export type Case = {
  id: string
  title: Text
  play(stage: Stage): Promise<void>
}

export type Scenario = {
  id: string
  title: Text
  /** One of the use cases the plan requires (必須ユースケース). */
  required?: boolean
  functions: Function[]
  /** Rows of the plan this answers to (共通ID利活用WG 2014-06-03). */
  from: string[]
  /** Ids of the people it needs, from people.ts. */
  people: string[]
  variables?: Partial<Variables>
  /** What every case stands on: who is insured, subscribed, linked. */
  prepare?(stage: Stage): Promise<void>
  /** Made anew for each run, so that what one run remembers never reaches the next; a world may have cases of its own. */
  cases(variables: Variables): Case[]
}

export const defineScenario = (scenario: Scenario) => scenario

export type ExpectationResult = { text: Text; held: boolean; actual: unknown; expected: unknown }
export type StepResult = { text: Text; tookMs: number; at: number; failure?: string; expectations: ExpectationResult[] }
export type CaseResult = { id: string; title: Text; passed: boolean; tookMs: number; steps: StepResult[] }

export type Measure = { name: Text; value: number | string; unit?: Text }

export type RunResult = {
  run: string
  scenario: string
  title: Text
  seed: string
  mode: 'in-process' | 'split'
  variables: Variables
  passed: boolean
  tookMs: number
  cases: CaseResult[]
  measures: Measure[]
  journal: { entries: number; intact: boolean; heads: Record<string, string> }
}
