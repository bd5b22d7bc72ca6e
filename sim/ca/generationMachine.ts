/** The life of a CA key and its certificate: current until another follows, out of trust for ever once it is declared compromised. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'
import type { CertificateKind } from '../pki/profile.ts'

/** `old` generations issue nothing more, but what they issued stays valid and its status is still served under their own keys. */
export type GenerationState = 'current' | 'old' | 'compromised'

export type GenerationInput = { kind: CertificateKind; generation: number }
export type GenerationLife = GenerationInput & { compromisedAt?: number }

export type GenerationEvent =
  | { type: 'generation.followed' }
  /** `at`: Unix ms, whole seconds, as X.509 has them. */
  | { type: 'generation.compromised'; at: number }

export const generationMachine = setup({
  types: { context: {} as GenerationLife, events: {} as GenerationEvent, input: {} as GenerationInput },
  actions: {
    noteCompromise: assign(({ event }) => (event.type === 'generation.compromised' ? { compromisedAt: event.at } : {})),
    publishAnchor: effect(),
    retire: effect(),
    withdrawAnchor: effect(),
    revokeAll: effect(),
  },
}).createMachine({
  id: 'generation',
  context: ({ input }) => input,
  initial: 'current',
  states: {
    current: {
      entry: 'publishAnchor',
      on: {
        'generation.followed': 'old',
        'generation.compromised': { target: 'compromised', actions: 'noteCompromise' },
      },
    },
    old: {
      entry: 'retire',
      on: { 'generation.compromised': { target: 'compromised', actions: 'noteCompromise' } },
    },
    compromised: { type: 'final', entry: ['withdrawAnchor', 'revokeAll'] },
  },
})
