/** The life of a signature certificate kept for a provider's change checks (変更確認): watched until consent is withdrawn. */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'

export type StoredCertificate = {
  provider: string
  /** DER in base64; gone after withdrawal, since nothing may be asked about it any more. */
  certificate: string
  notAfter: number
  consentedAt: number
  withdrawnAt?: number
  /**
   * Which certificate took its place, by number only, and which was known before: what the authority answered to the provider's
   * question `learntBy` (latestBasicFour.ts).
   */
  latest?: { serialNumber: string; since: string; learntBy: string } | undefined
}

export type StoredCertificateEvent =
  | { type: 'consent.withdrawn'; at: number }
  | { type: 'successor.learnt'; serialNumber: string; since: string; learntBy: string }

export const storedCertificateMachine = setup({
  types: {
    context: {} as StoredCertificate,
    events: {} as StoredCertificateEvent,
    input: {} as StoredCertificate,
  },
  actions: {
    forgetCertificate: assign(({ event }) =>
      event.type === 'consent.withdrawn' ? { certificate: '', latest: undefined, withdrawnAt: event.at } : {},
    ),
    noteSuccessor: assign(({ event }) => {
      if (event.type !== 'successor.learnt') return {}
      const { serialNumber, since, learntBy } = event
      return { latest: { serialNumber, since, learntBy } }
    }),
    leaveAsItIs: () => undefined,
    /** Onto and off the list that sweeps go through. */
    list: effect(),
    strikeOff: effect(),
  },
}).createMachine({
  id: 'storedCertificate',
  context: ({ input }) => input,
  initial: 'watched',
  states: {
    watched: {
      entry: 'list',
      on: {
        'consent.withdrawn': { target: 'withdrawn', actions: ['forgetCertificate', 'strikeOff'] },
        'successor.learnt': { target: 'followed', actions: ['noteSuccessor', 'strikeOff'] },
      },
    },
    /** Of the one in its place no status can be asked, since only its number is known: the authority tells what is new of it. */
    followed: {
      on: {
        'consent.withdrawn': { target: 'withdrawn', actions: 'forgetCertificate' },
        'successor.learnt': { actions: 'noteSuccessor' },
      },
    },
    withdrawn: { on: { 'consent.withdrawn': { actions: 'leaveAsItIs' } } },
  },
})
