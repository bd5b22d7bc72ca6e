/** The life of a challenge: issued to one provider, used once, or expired. */
import { assign, setup } from 'xstate'
import { timerActions } from '../core/actors.ts'
import { MINUTE } from '../core/clock.ts'

/** How long a card may take to sign (assumed). */
const challengeLifeMs = 5 * MINUTE

export type ChallengeInput = { challenge: string; provider: string; at: number }
export type Challenge = Omit<ChallengeInput, 'at'> & {
  expiresAt: number
  /** The provider's request that used it. */
  usedBy?: string
}

export type ChallengeEvent = { type: 'challenge.presented'; by: string; at: number } | { type: 'expiry.due' }

export const challengeMachine = setup({
  types: { context: {} as Challenge, events: {} as ChallengeEvent, input: {} as ChallengeInput },
  guards: { inTime: ({ context, event }) => event.type === 'challenge.presented' && event.at < context.expiresAt },
  actions: {
    ...timerActions,
    noteUse: assign(({ event }) => (event.type === 'challenge.presented' ? { usedBy: event.by } : {})),
    /** Nothing changes, but the journal shows that it was presented again. */
    refuse: () => undefined,
  },
}).createMachine({
  id: 'challenge',
  context: ({ input: { at, ...input } }) => ({ ...input, expiresAt: at + challengeLifeMs }),
  initial: 'issued',
  states: {
    issued: {
      entry: {
        type: 'schedule',
        params: ({ context }) => ({ name: 'expiry', dueAt: context.expiresAt, event: { type: 'expiry.due' } }),
      },
      exit: { type: 'unschedule', params: { name: 'expiry' } },
      on: {
        'challenge.presented': [
          { guard: 'inTime', target: 'used', actions: 'noteUse' },
          { target: 'expired', actions: 'refuse' },
        ],
        'expiry.due': 'expired',
      },
    },
    used: { on: { 'challenge.presented': { actions: 'refuse' } } },
    expired: { on: { 'challenge.presented': { actions: 'refuse' } } },
  },
})
