/** The life of a resident's certificate: valid until it is revoked, which is for ever (a hold is never lifted either). */
import { assign, setup } from 'xstate'
import { effect } from '../core/actors.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'

export type CertificateInput = {
  kind: CertificateKind
  serialNumber: string
  cardId: string
  notAfter: number
  /** Party id of the municipality that asked for it. */
  municipality: string
  /** Which of its CA's keys signed it. */
  generation: number
}
export type CertificateLife = CertificateInput & { reason?: RevocationReason; revocationDate?: number }

/** `at`: Unix ms, whole seconds, as X.509 has them. */
export type CertificateEvent = { type: 'certificate.revoked'; reason: RevocationReason; at: number }

export const certificateMachine = setup({
  types: { context: {} as CertificateLife, events: {} as CertificateEvent, input: {} as CertificateInput },
  actions: {
    noteRevocation: assign(({ event: { reason, at } }) => ({ reason, revocationDate: at })),
    enterRevocation: effect(),
  },
}).createMachine({
  id: 'certificate',
  context: ({ input }) => input,
  initial: 'valid',
  states: {
    valid: {
      on: { 'certificate.revoked': { target: 'revoked', actions: ['noteRevocation', 'enterRevocation'] } },
    },
    revoked: { type: 'final' },
  },
})
