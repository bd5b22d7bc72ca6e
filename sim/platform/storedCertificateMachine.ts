/** The life of a signature certificate kept for a provider's change checks (変更確認): watched until consent is withdrawn. */
import { assign, setup } from 'xstate'

export type StoredCertificate = {
  provider: string
  /** DER in base64; gone after withdrawal, since nothing may be asked about it any more. */
  certificate: string
  notAfter: number
  consentedAt: number
  withdrawnAt?: number
}

export const storedCertificateMachine = setup({
  types: {
    context: {} as StoredCertificate,
    events: {} as { type: 'consent.withdrawn'; at: number },
    input: {} as StoredCertificate,
  },
  actions: {
    forgetCertificate: assign({ certificate: '', withdrawnAt: ({ event }) => event.at }),
    leaveAsItIs: () => undefined,
  },
}).createMachine({
  id: 'storedCertificate',
  context: ({ input }) => input,
  initial: 'watched',
  states: {
    watched: { on: { 'consent.withdrawn': { target: 'withdrawn', actions: 'forgetCertificate' } } },
    withdrawn: { on: { 'consent.withdrawn': { actions: 'leaveAsItIs' } } },
  },
})
