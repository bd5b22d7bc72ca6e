/** What may go wrong between parties on purpose: rules set from the management app, drawn with the world's chance. */
import { z } from 'zod'
import type { Random } from './random.ts'

/**
 * drop: the request never arrives · drop-answer: it arrives, its answer is lost · delay: it arrives `ms` later ·
 * duplicate: it arrives twice · error: the receiver's front answers `status` without doing anything · down: nobody answers.
 */
export const faultRule = z.strictObject({
  kind: z.enum(['drop', 'drop-answer', 'delay', 'duplicate', 'error', 'down']),
  from: z.string().max(60).optional(),
  to: z.string().max(60).optional(),
  pathPrefix: z.string().max(200).optional(),
  probability: z.number().min(0).max(1).default(1),
  /** How many messages it strikes before it is used up; without it, all. */
  times: z.number().int().positive().optional(),
  /** At most a day (assumed). */
  ms: z.number().int().nonnegative().max(86_400_000).default(0),
  status: z.number().int().min(500).max(599).default(503),
})

export type FaultRule = z.output<typeof faultRule>
export type Fault = FaultRule & { id: number }

export type Faults = {
  add(rule: FaultRule): Fault
  remove(id: number): boolean
  clear(): void
  list(): Fault[]
  /** The fault that strikes this message, if any. */
  strike(message: { from: string; to: string; path: string }): Fault | undefined
}

export const createFaults = (random: Random): Faults => {
  let rules: Fault[] = []
  let numbered = 0
  const matches = (rule: Fault, message: { from: string; to: string; path: string }) =>
    (rule.from === undefined || rule.from === message.from) &&
    (rule.to === undefined || rule.to === message.to) &&
    (rule.pathPrefix === undefined || message.path.startsWith(rule.pathPrefix)) &&
    (rule.probability === 1 || random.chance(rule.probability))
  return {
    add: (rule) => {
      const fault = { ...rule, id: ++numbered }
      rules.push(fault)
      return { ...fault }
    },
    remove: (id) => {
      const before = rules.length
      rules = rules.filter((rule) => rule.id !== id)
      return rules.length < before
    },
    clear: () => {
      rules = []
    },
    list: () => rules.map((rule) => ({ ...rule })),
    strike: (message) => {
      const rule = rules.find((candidate) => matches(candidate, message))
      if (rule === undefined) return undefined
      if (rule.times === 1) rules = rules.filter((other) => other !== rule)
      else if (rule.times !== undefined) rule.times -= 1
      return { ...rule }
    },
  }
}
