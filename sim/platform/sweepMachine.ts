/** The life of a sweep: every stored certificate of every provider is looked up once; a crash only interrupts it. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'

export type SweepInput = { at: number }
export type Sweep = { startedAt: number; endedAt?: number; checked: number; found: number }

export type SweepEvent = { type: 'sweep.finished'; at: number; checked: number; found: number }

export const sweepMachine = setup({
  types: { context: {} as Sweep, events: {} as SweepEvent, input: {} as SweepInput },
  actions: {
    sweepAll: effect(),
    noteResult: assign(({ event: { at, checked, found } }) => ({ endedAt: at, checked, found })),
  },
}).createMachine({
  id: 'changeSweep',
  context: ({ input }) => ({ startedAt: input.at, checked: 0, found: 0 }),
  initial: 'running',
  states: {
    running: { entry: 'sweepAll', on: { 'sweep.finished': { target: 'done', actions: 'noteResult' } } },
    done: { type: 'final' },
  },
})
