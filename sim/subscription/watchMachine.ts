/** The provider's rounds of change checks (変更確認): one at each interval, or when somebody asks for one. */
import { assign, setup } from 'xstate'
import type { z } from 'zod'
import { effect, timerActions } from '../core/actors.ts'
import type { roundReport } from '../messages/contract.ts'

export type RoundReport = z.output<typeof roundReport>

export type WatchContext = { checkIntervalMs: number; nextRoundAt: number; lastRound?: RoundReport }

export type WatchEvent =
  | { type: 'round.due'; at: number }
  | { type: 'round.asked'; at: number }
  | { type: 'round.done'; report: RoundReport; at: number }

/** The next time of the rhythm that lies after `at`. */
const nextAfter = ({ nextRoundAt, checkIntervalMs }: WatchContext, at: number) =>
  nextRoundAt > at
    ? nextRoundAt
    : nextRoundAt + (Math.floor((at - nextRoundAt) / checkIntervalMs) + 1) * checkIntervalMs

export const watch = setup({
  types: {
    context: {} as WatchContext,
    events: {} as WatchEvent,
    input: {} as { checkIntervalMs: number; at: number },
  },
  actions: {
    ...timerActions,
    checkAll: effect(),
    recordRound: assign(({ context }, { report, at }: { report: RoundReport; at: number }) => ({
      lastRound: report,
      nextRoundAt: nextAfter(context, at),
    })),
  },
}).createMachine({
  id: 'watch',
  context: ({ input: { checkIntervalMs, at } }) => ({ checkIntervalMs, nextRoundAt: at + checkIntervalMs }),
  initial: 'waiting',
  states: {
    waiting: {
      entry: {
        type: 'schedule',
        params: ({ context: { nextRoundAt } }) => ({
          name: 'round',
          dueAt: nextRoundAt,
          event: { type: 'round.due', at: nextRoundAt },
        }),
      },
      on: {
        'round.due': { target: 'checking', actions: 'checkAll' },
        'round.asked': { target: 'checking', actions: 'checkAll' },
      },
    },
    checking: {
      on: { 'round.done': { target: 'waiting', actions: { type: 'recordRound', params: ({ event }) => event } } },
    },
  },
})
