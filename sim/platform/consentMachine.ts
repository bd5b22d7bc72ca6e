/** The life of a person's consent (同意) that one provider may use a link for one purpose: given, withdrawn, perhaps given again. */
import { assign, setup } from 'xstate'

export type ConsentInput = { subjectId: string; provider: string; purpose: string; at: number }
export type Consent = Omit<ConsentInput, 'at'> & { givenAt: number; withdrawnAt?: number }

export type ConsentEvent = { type: 'consent.given'; at: number } | { type: 'consent.withdrawn'; at: number }

export const consentMachine = setup({
  types: { context: {} as Consent, events: {} as ConsentEvent, input: {} as ConsentInput },
  actions: {
    noteGiven: assign({ givenAt: ({ event }) => event.at }),
    noteWithdrawn: assign({ withdrawnAt: ({ event }) => event.at }),
  },
}).createMachine({
  id: 'consent',
  context: ({ input: { at, ...input } }) => ({ ...input, givenAt: at }),
  initial: 'given',
  states: {
    given: { on: { 'consent.withdrawn': { target: 'withdrawn', actions: 'noteWithdrawn' } } },
    withdrawn: { on: { 'consent.given': { target: 'given', actions: 'noteGiven' } } },
  },
})
