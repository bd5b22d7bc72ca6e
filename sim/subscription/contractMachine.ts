/** A contract (契約) from application to cancellation, and what the provider does when the customer's certificate is no longer good. */
import { DAY } from '../core/clock.ts'
import type { Asked, ContractContext, ContractEvent } from './contract.ts'
import { contractSetup } from './contractSetup.ts'

/** Who does not answer a notice is reminded this often (assumed: monthly). */
const reminderMs = 30 * DAY

type Heard<Type extends ContractEvent['type']> = { event: Extract<ContractEvent, { type: Type }> }

const scheduleReminder = {
  type: 'schedule',
  params: ({ event }: { event: { at: number } }) => {
    const dueAt = event.at + reminderMs
    return { name: 'reminder', dueAt, event: { type: 'reminder.due', at: dueAt } }
  },
} as const
const stopReminders = { type: 'unschedule', params: { name: 'reminder' } } as const

const recordCheck = { type: 'recordCheck', params: ({ event }: { event: { at: number } }) => event.at } as const
const record = { type: 'recordFinding', params: ({ event }: Heard<'certificate.checked'>) => event } as const
/** Ask the customer by television, if the application named one, and by letter; again every month. */
const write = (asked: Asked) =>
  [{ type: 'beginAsking', params: asked }, 'showOnTelevision', 'sendLetter', scheduleReminder] as const
const ask = (asked: Asked) => [record, ...write(asked)] as const

/** Where a contract goes back to when its customer's new document is refused. */
const backTo = [
  'active',
  'unwatched',
  'awaitingNewCertificate',
  'askingNewData',
  'askingNewCertificate',
  'askingRenewal',
  'suspended',
  'checkingDeath',
] as const

const verify = {
  type: 'verify',
  params: ({ event: { signedDocument, basicFourConsent, at } }: Heard<'document.signed'>) => ({
    signedDocument,
    at,
    ...(basicFourConsent !== undefined && { basicFourConsent }),
  }),
} as const
const signAgain = (from: (typeof backTo)[number]) =>
  ({ target: 'reverifying', actions: [{ type: 'comeFrom', params: from }, verify] }) as const

const own = ({ context: { storedCertificateId } }: { context: ContractContext }) => ({ storedCertificateId })
/** Tell the platform not to keep the certificate any longer. */
const forgetOwn = { type: 'forgetStored', params: own } as const
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
const forward = {
  type: 'forwardConsent',
  params: ({ event: { basicFourConsent } }: Heard<'application.accepted'>) => ({ basicFourConsent }),
} as const
const replace = [forgetOwn, accept, stopReminders] as const
const refuse = [
  { type: 'refuse', params: ({ event }: Heard<'application.refused'>) => event.reason },
  {
    type: 'forgetStored',
    params: ({ event }: Heard<'application.refused'>) => ({ storedCertificateId: event.storedCertificateId }),
  },
] as const

const askLatest = { type: 'askLatest', params: own } as const
const takeOver = { type: 'takeOver', params: ({ event }: Heard<'latest-data.given'>) => event } as const

export const contract = contractSetup.createMachine({
  id: 'contract',
  context: { reminders: 0, noticesSent: [] },
  initial: 'applied',
  on: { 'notice.sent': { actions: 'noteNotice' }, 'latest-consent.entered': { actions: 'noteLatestConsent' } },
  states: {
    applied: { on: { 'document.signed': { target: 'verifying', actions: verify } } },
    verifying: {
      on: {
        'application.accepted': [
          { guard: 'consentsToLatest', target: 'active', actions: [accept, forward] },
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
          { guard: 'isGood', actions: recordCheck },
          { guard: 'isFollowed', target: 'askingLatest', actions: askLatest },
          { guard: 'dataChangedAndMayAsk', target: 'askingLatest', actions: [record, askLatest] },
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
    /** The authority is asked in the customer's place (最新の利用者情報(4情報)提供サービス); without its consent the customer is. */
    askingLatest: {
      on: {
        'latest-data.given': [{ guard: 'isStale' }, { target: 'active', actions: takeOver }],
        'latest-data.unchanged': [
          { guard: 'isStale' },
          { guard: 'isSettled', target: 'active', actions: recordCheck },
          { guard: 'hasPatience', target: 'awaitingNewCertificate', actions: 'countRound' },
          { target: 'askingNewData', actions: write('new-data') },
        ],
        'latest-data.denied': [
          { guard: 'isStale' },
          // Its certificate has been replaced, and how the new one stands may not be asked: nothing is left to check.
          { guard: 'isSettled', ...withdraw },
          { target: 'askingNewData', actions: ['dropLatestConsent', ...write('new-data')] },
        ],
        'document.signed': signAgain('awaitingNewCertificate'),
        'consent.withdrawn': withdraw,
        'contract.cancelled': cancel,
      },
    },
    /** Asked again with the next round, before anybody writes a letter. */
    awaitingNewCertificate: {
      on: {
        'round.came': { target: 'askingLatest', actions: askLatest },
        'latest-data.given': [{ guard: 'isStale' }, { target: 'active', actions: takeOver }],
        'document.signed': signAgain('awaitingNewCertificate'),
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
    askingNewData: {
      on: {
        ...whileAsking('askingNewData'),
        'round.came': { guard: 'mayAskLatest', actions: askLatest },
        'latest-data.given': [
          { guard: 'isStale' },
          { target: 'active', actions: [takeOver, 'askNoMore', stopReminders] },
        ],
        'latest-data.unchanged': [
          { guard: 'isStale' },
          { guard: 'isSettled', target: 'active', actions: ['askNoMore', stopReminders] },
        ],
        'latest-data.denied': [{ guard: 'isStale' }, { actions: 'dropLatestConsent' }],
      },
    },
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
          { guard: 'consentsToLatest', target: 'active', actions: [...replace, forward] },
          { guard: 'consents', target: 'active', actions: replace },
          { target: 'unwatched', actions: replace },
        ],
        'application.refused': backTo.map((state) => ({
          guard: { type: 'cameFrom' as const, params: state },
          target: state,
          actions: refuse,
        })),
        'latest-data.given': [{ guard: 'isStale' }, { actions: takeOver }],
        'reminder.due': { actions: scheduleReminder },
      },
    },
    refused: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
