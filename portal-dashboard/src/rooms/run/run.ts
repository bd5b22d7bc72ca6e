/** What a run's page shows, worked out from its result. */
import type { Run } from '../../../../sim/messages/evaluation.ts'

type Case = Run['cases'][number]
type Step = Case['steps'][number]

export type Checks = { held: number; total: number }

export const stepHeld = ({ failure, expectations }: Step) =>
  failure === undefined && expectations.every(({ held }) => held)

export const checksOf = (steps: readonly Step[]): Checks => {
  const all = steps.flatMap(({ expectations }) => expectations)
  return { held: all.filter(({ held }) => held).length, total: all.length }
}

/** A value of an expectation on one line or, when it is long, on several. */
export const written = (value: unknown): string => {
  const short = JSON.stringify(value)
  if (short === undefined) return 'undefined'
  return short.length <= 80 ? short : JSON.stringify(value, null, 2)
}

/** Cases that failed are open at first, so that nobody has to look for them. */
export const openAtFirst = (cases: readonly Case[]): Set<string> =>
  new Set(cases.filter(({ passed }) => !passed).map(({ id }) => id))
