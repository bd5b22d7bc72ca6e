/** A notice of revocation on its way over the residents' network 住基ネット: it leaves after a while and arrives for certain. */
import { setup } from 'xstate'
import { effect, timerActions } from '../core/actors.ts'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'

export type Notice = { kind: CertificateKind; serialNumber: string; reason: RevocationReason; dueAt: number }
export type NoticeEvent = { type: 'notice.due' } | { type: 'notice.delivered' }

export const noticeMachine = setup({
  types: { context: {} as Notice, events: {} as NoticeEvent, input: {} as Notice },
  actions: { ...timerActions, revoke: effect() },
}).createMachine({
  id: 'notice',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: {
      entry: {
        type: 'schedule',
        params: ({ context }) => ({ name: 'delay', dueAt: context.dueAt, event: { type: 'notice.due' } }),
      },
      exit: { type: 'unschedule', params: { name: 'delay' } },
      on: { 'notice.due': 'sending' },
    },
    sending: { entry: 'revoke', on: { 'notice.delivered': 'delivered' } },
    delivered: { type: 'final' },
  },
})
