/** What the comparison of two runs shows, worked out from the evaluation's answer. */
import type { Comparison } from '../../../../sim/messages/evaluation.ts'

type Message = Comparison['messages'][number]

export type MessageRow = Message & { /** Lengths of the two bars, 0 to 1. */ partA: number; partB: number }

/** Messages by purpose, the greatest difference first, with bars to one common scale. */
export const messageRows = (messages: readonly Message[]): MessageRow[] => {
  const most = Math.max(1, ...messages.flatMap(({ a, b }) => [a.calls, b.calls]))
  return messages
    .map((message) => ({ ...message, partA: message.a.calls / most, partB: message.b.calls / most }))
    .sort(
      (x, y) =>
        Math.abs(y.difference.calls) - Math.abs(x.difference.calls) || y.a.calls + y.b.calls - (x.a.calls + x.b.calls),
    )
}

/** Whether nothing at all differs between the two runs but when they were made. */
export const isSame = ({ variables, measures, cases, expectations, messages }: Comparison): boolean =>
  variables.length + cases.length + expectations.length === 0 &&
  measures.every(({ a, b }) => a === b) &&
  messages.every(({ difference }) => difference.calls === 0 && difference.bytes === 0)
