/** A contract (契約) from application to cancellation, and what the provider does when the customer's certificate is no longer good. */
import { assign, setup } from 'xstate'
import { effect, timerActions } from '../core/actors.ts'
import { DAY } from '../core/clock.ts'
import type { Accepted, Asked, CheckResult, ContractContext, ContractEvent, RefusalReason } from './contract.ts'

/** Who does not answer a notice is reminded this often (assumed: monthly). */
const reminderMs = 30 * DAY

type Heard<Type extends ContractEvent['type']> = { event: Extract<ContractEvent, { type: Type }> }

const isRevoked = (event: ContractEvent, ...reasons: CheckResult['reason'][]) =>
  event.type === 'certificate.checked' && event.result.certStatus === 'revoked' && reasons.includes(event.result.reason)

const hasStatus = (event: ContractEvent, ...statuses: CheckResult['certStatus'][]) =>
  event.type === 'certificate.checked' && statuses.includes(event.result.certStatus)

const scheduleReminder = {
  type: 'schedule',
  params: ({ event }: { event: { at: number } }) => {
    const dueAt = event.at + reminderMs
    return { name: 'reminder', dueAt, event: { type: 'reminder.due', at: dueAt } }
  },
} as const
const stopReminders = { type: 'unschedule', params: { name: 'reminder' } } as const

const record = { type: 'recordFinding', params: ({ event }: Heard<'certificate.checked'>) => event } as const
/** Ask the customer by television, if the application named one, and by letter; again every month. */
const ask = (asked: Asked) =>
  [record, { type: 'beginAsking', params: asked }, 'showOnTelevision', 'sendLetter', scheduleReminder] as const

/** Where a contract goes back to when its customer's new document is refused. */
const backTo = [
  'active',
  'unwatched',
  'askingNewData',
  'askingNewCertificate',
  'askingRenewal',
  'suspended',
  'checkingDeath',
] as const

const verify = {
  type: 'verify',
  params: ({ event: { signedDocument, at } }: Heard<'document.signed'>) => ({ signedDocument, at }),
} as const
const signAgain = (from: (typeof backTo)[number]) =>
  ({ target: 'reverifying', actions: [{ type: 'comeFrom', params: from }, verify] }) as const

/** Tell the platform not to keep the certificate any longer. */
const forgetOwn = {
  type: 'forgetStored',
  params: ({ context: { storedCertificateId } }: { context: ContractContext }) => ({ storedCertificateId }),
} as const
const cancel = { target: 'cancelled', actions: [forgetOwn, 'dropCertificate', stopReminders] } as const
const withdraw = { target: 'unwatched', actions: [forgetOwn, 'dropCertificate', 'askNoMore', stopReminders] } as const
const remind = { actions: ['countReminder', 'showOnTelevision', 'sendLetter', scheduleReminder] } as const
const whileAsking = (state: (typeof backTo)[number]) =>
  ({
    'reminder.due': remind,
    'document.signed': signAgain(state),
    'consent.withdrawn': withdraw,
    'contract.cancelled': cancel,
  }) as const

const accept = { type: 'accept', params: ({ event }: Heard<'application.accepted'>) => event.accepted } as const
const replace = [forgetOwn, accept, stopReminders] as const
const refuse = [
  { type: 'refuse', params: ({ event }: Heard<'application.refused'>) => event.reason },
  {
    type: 'forgetStored',
    params: ({ event }: Heard<'application.refused'>) => ({ storedCertificateId: event.storedCertificateId }),
  },
] as const

export const contract = setup({
  types: { context: {} as ContractContext, events: {} as ContractEvent, input: {} as object },
  guards: {
    consents: ({ event }) => event.type === 'application.accepted' && event.accepted.storedCertificateId !== undefined,
    cameFrom: ({ context }, state: string) => context.cameFrom === state,
    /** A result about a certificate that was replaced since says nothing of the contract. */
    isStale: ({ context, event }) =>
      event.type === 'certificate.checked' && event.result.storedCertificateId !== context.storedCertificateId,
    isGood: ({ event }) => hasStatus(event, 'good'),
    isExpired: ({ event }) => hasStatus(event, 'expired'),
    isNotWatched: ({ event }) => hasStatus(event, 'not-checked'),
    // What each reason calls for is assumed: the plan only says that a revoked customer is asked for new data (変更確認 ※4).
    dataChanged: ({ event }) => isRevoked(event, 'affiliationChanged'),
    hasSuccessor: ({ event }) => isRevoked(event, 'superseded', 'unspecified', undefined),
    hasCeased: ({ event }) => isRevoked(event, 'cessationOfOperation'),
    isUnsafe: ({ event }) => isRevoked(event, 'certificateHold', 'keyCompromise', 'cACompromise'),
  },
  actions: {
    ...timerActions,
    verify: effect<{ signedDocument: string; at: number }>(),
    showOnTelevision: effect(),
    sendLetter: effect(),
    checkDeath: effect(),
    /** Tell the platform that a certificate is not to be kept for this provider any longer. */
    forgetStored: effect<{ storedCertificateId: string | undefined }>(),

    comeFrom: assign((_, cameFrom: string) => ({ cameFrom, refusal: undefined })),
    accept: assign((_, accepted: Accepted) => ({
      ...accepted,
      lastCheckedAt: undefined,
      finding: undefined,
      refusal: undefined,
      cameFrom: undefined,
      asked: undefined,
      reminders: 0,
    })),
    refuse: assign((_, refusal: RefusalReason) => ({ refusal, cameFrom: undefined })),
    recordCheck: assign((_, lastCheckedAt: number) => ({ lastCheckedAt })),
    recordFinding: assign((_, { result, at }: { result: CheckResult; at: number }) => ({
      lastCheckedAt: at,
      finding: {
        certStatus: result.certStatus,
        reason: result.reason,
        revocationDate: result.revocationDate,
        foundAt: at,
      },
    })),
    beginAsking: assign((_, asked: Asked) => ({ asked, reminders: 0 })),
    countReminder: assign(({ context }) => ({ reminders: context.reminders + 1 })),
    dropCertificate: assign({ storedCertificateId: undefined }),
    askNoMore: assign({ asked: undefined, reminders: 0 }),
    noteNotice: assign(({ context, event }) =>
      event.type === 'notice.sent'
        ? { noticesSent: [...context.noticesSent, { by: event.by, what: event.what, sentAt: event.at }] }
        : {},
    ),
  },
}).createMachine({
  id: 'contract',
  context: { reminders: 0, noticesSent: [] },
  initial: 'applied',
  on: { 'notice.sent': { actions: 'noteNotice' } },
  states: {
    applied: { on: { 'document.signed': { target: 'verifying', actions: verify } } },
    verifying: {
      on: {
        'application.accepted': [
          { guard: 'consents', target: 'active', actions: accept },
          { target: 'unwatched', actions: accept },
        ],
        'application.refused': { target: 'refused', actions: refuse },
      },
    },
    active: {
      on: {
        'certificate.checked': [
          { guard: 'isStale' },
          { guard: 'isGood', actions: { type: 'recordCheck', params: ({ event }) => event.at } },
          { guard: 'dataChanged', target: 'askingNewData', actions: ask('new-data') },
          { guard: 'hasSuccessor', target: 'askingNewCertificate', actions: ask('new-certificate') },
          { guard: 'isExpired', target: 'askingRenewal', actions: ask('renewal') },
          { guard: 'isUnsafe', target: 'suspended', actions: ask('new-card') },
          { guard: 'hasCeased', target: 'checkingDeath', actions: [record, 'checkDeath'] },
          { guard: 'isNotWatched', target: 'unwatched', actions: 'dropCertificate' },
        ],
        'document.signed': signAgain('active'),
        'consent.withdrawn': withdraw,
        'contract.cancelled': cancel,
      },
    },
    /** The contract goes on; nothing is asked about the customer. */
    unwatched: {
      on: {
        'document.signed': signAgain('unwatched'),
        'consent.withdrawn': { actions: 'dropCertificate' },
        'contract.cancelled': cancel,
      },
    },
    askingNewData: { on: whileAsking('askingNewData') },
    askingNewCertificate: { on: whileAsking('askingNewCertificate') },
    askingRenewal: { on: whileAsking('askingRenewal') },
    /** Transactions are blocked until the customer signs with a new card, whatever becomes of the consent. */
    suspended: {
      on: { ...whileAsking('suspended'), 'consent.withdrawn': { actions: [forgetOwn, 'dropCertificate'] } },
    },
    /** Nothing is mailed: somebody looks into it. */
    checkingDeath: { on: { 'document.signed': signAgain('checkingDeath'), 'contract.cancelled': cancel } },
    reverifying: {
      on: {
        'application.accepted': [
          { guard: 'consents', target: 'active', actions: replace },
          { target: 'unwatched', actions: replace },
        ],
        'application.refused': backTo.map((state) => ({
          guard: { type: 'cameFrom' as const, params: state },
          target: state,
          actions: refuse,
        })),
        'reminder.due': { actions: scheduleReminder },
      },
    },
    refused: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
