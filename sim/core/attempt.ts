/** Calling a neighbour that may stay silent: no answer, or a server that broke (5xx), and so may or may not have acted. */
import { Unreachable } from './network.ts'
import { Problem } from './problem.ts'

export type Attempt<T> =
  { outcome: 'answered'; value: T } | { outcome: 'refused'; reason: string } | { outcome: 'silent' }

/** What became of a call; `reason` is the code of the problem with which it was refused (4xx). */
export const attempt = async <T>(call: Promise<T>): Promise<Attempt<T>> => {
  try {
    return { outcome: 'answered', value: await call }
  } catch (error) {
    if (error instanceof Unreachable) return { outcome: 'silent' }
    if (!(error instanceof Problem)) throw error
    return error.status >= 500 ? { outcome: 'silent' } : { outcome: 'refused', reason: error.code }
  }
}

/** The same where silence is not good enough: thrown as `Unreachable`, so that the effect is carried out again later. */
export const insist = async <T>(to: string, call: Promise<T>) => {
  const attempted = await attempt(call)
  if (attempted.outcome === 'silent') throw new Unreachable(to, 'down')
  return attempted
}
