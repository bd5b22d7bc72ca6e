/** A resident's consent that one service may learn the latest basic four: stands until withdrawn, and may be given again. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'

export type BasicFourItem = 'name' | 'dateOfBirth' | 'sex' | 'address'

export type ConsentTerms = {
  items: BasicFourItem[]
  /** Unix ms: from the start of the next day to the end of the day ten years on, in Japan. */
  validFrom: number
  validTo: number
  /** When the document was signed, and its SHA-256: an older document cannot undo a newer one. */
  signedAt: number
  digest: string
}
/** `lineage`: the first in the line of the resident's signature certificates, so that consent survives every revocation. */
export type ConsentInput = ConsentTerms & { lineage: string; service: string }

export type ConsentEvent =
  ({ type: 'consent.given' } & ConsentTerms) | { type: 'consent.withdrawn'; signedAt: number; digest: string }

export const consentMachine = setup({
  types: { context: {} as ConsentInput, events: {} as ConsentEvent, input: {} as ConsentInput },
  guards: {
    isNewer: ({ context, event }) => event.signedAt > context.signedAt,
  },
  actions: {
    noteTerms: assign(({ event }) => {
      if (event.type !== 'consent.given') return {}
      const { type: _, ...terms } = event
      return terms
    }),
    noteWithdrawal: assign(({ event: { signedAt, digest } }) => ({ signedAt, digest })),
    enterConsent: effect(),
    enterWithdrawal: effect(),
  },
}).createMachine({
  id: 'basic-four-consent',
  context: ({ input }) => input,
  initial: 'standing',
  states: {
    standing: {
      entry: 'enterConsent',
      on: {
        'consent.given': { guard: 'isNewer', target: 'standing', reenter: true, actions: 'noteTerms' },
        'consent.withdrawn': { guard: 'isNewer', target: 'withdrawn', actions: 'noteWithdrawal' },
      },
    },
    withdrawn: {
      entry: 'enterWithdrawal',
      on: { 'consent.given': { guard: 'isNewer', target: 'standing', actions: 'noteTerms' } },
    },
  },
})
