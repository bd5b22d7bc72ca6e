/** What a contract's life is made of: the conditions and actions that its chart (contractMachine.ts) names. */
import { assign, setup } from 'xstate'
import { effect, timerActions } from '../core/actors.ts'
import type { BasicFour } from '../messages/person.ts'
import type {
  Accepted,
  Asked,
  CheckResult,
  ContractContext,
  ContractEvent,
  LatestItems,
  RefusalReason,
  Signed,
} from './contract.ts'

/** Rounds the provider waits for the customer's new certificate before it writes a letter after all (assumed). */
const roundsWithoutLetter = 1

const isRevoked = (event: ContractEvent, ...reasons: CheckResult['reason'][]) =>
  event.type === 'certificate.checked' && event.result.certStatus === 'revoked' && reasons.includes(event.result.reason)

const hasStatus = (event: ContractEvent, ...statuses: CheckResult['certStatus'][]) =>
  event.type === 'certificate.checked' && statuses.includes(event.result.certStatus)

/** The stored certificate an event speaks of. */
const certificateOf = (event: ContractEvent): string | undefined => {
  if (event.type === 'certificate.checked') return event.result.storedCertificateId
  return 'storedCertificateId' in event ? event.storedCertificateId : undefined
}

/** Found changed, and the new data not there yet. */
const isPending = ({ finding, updatedAt }: ContractContext) =>
  finding !== undefined && (updatedAt === undefined || updatedAt < finding.foundAt)

const updated = ({ name, dateOfBirth, sex, address }: BasicFour, given: LatestItems): BasicFour => ({
  name: given.name ?? name,
  dateOfBirth: given.dateOfBirth ?? dateOfBirth,
  sex: given.sex ?? sex,
  address: given.address ?? address,
})

const differ = (one: BasicFour, other: BasicFour) =>
  one.name !== other.name ||
  one.dateOfBirth !== other.dateOfBirth ||
  one.sex !== other.sex ||
  one.address !== other.address

export const contractSetup = setup({
  types: { context: {} as ContractContext, events: {} as ContractEvent, input: {} as object },
  guards: {
    consents: ({ event }) => event.type === 'application.accepted' && event.accepted.storedCertificateId !== undefined,
    consentsToLatest: ({ event }) =>
      event.type === 'application.accepted' &&
      event.accepted.storedCertificateId !== undefined &&
      event.basicFourConsent !== undefined,
    cameFrom: ({ context }, state: string) => context.cameFrom === state,
    /** What is said of a certificate that was replaced since says nothing of the contract. */
    isStale: ({ context, event }) => certificateOf(event) !== context.storedCertificateId,
    isGood: ({ event }) => hasStatus(event, 'good'),
    isExpired: ({ event }) => hasStatus(event, 'expired'),
    isNotWatched: ({ event }) => hasStatus(event, 'not-checked'),
    /** The platform knows the certificate's successor by its number only: what became of it, the authority says when asked. */
    isFollowed: ({ event }) => hasStatus(event, 'followed'),
    // What each reason calls for is assumed: the plan only says that a revoked customer is asked for new data (変更確認 ※4).
    dataChanged: ({ event }) => isRevoked(event, 'affiliationChanged'),
    dataChangedAndMayAsk: ({ context, event }) =>
      context.latestConsent === true && isRevoked(event, 'affiliationChanged'),
    hasSuccessor: ({ event }) => isRevoked(event, 'superseded', 'unspecified', undefined),
    hasCeased: ({ event }) => isRevoked(event, 'cessationOfOperation'),
    isUnsafe: ({ event }) => isRevoked(event, 'certificateHold', 'keyCompromise', 'cACompromise'),
    mayAskLatest: ({ context }) => context.latestConsent === true,
    isSettled: ({ context }) => !isPending(context),
    hasPatience: ({ context }) => (context.waitedRounds ?? 0) < roundsWithoutLetter,
  },
  actions: {
    ...timerActions,
    verify: effect<Signed>(),
    showOnTelevision: effect(),
    sendLetter: effect(),
    checkDeath: effect(),
    /** Tell the platform that a certificate is not to be kept for this provider any longer. */
    forgetStored: effect<{ storedCertificateId: string | undefined }>(),
    /** Have the customer's consent entered at the authority, through the platform. */
    forwardConsent: effect<{ basicFourConsent: string | undefined }>(),
    askLatest: effect<{ storedCertificateId: string | undefined }>(),

    comeFrom: assign((_, cameFrom: string) => ({ cameFrom, refusal: undefined })),
    accept: assign((_, accepted: Accepted) => ({
      ...accepted,
      lastCheckedAt: undefined,
      finding: undefined,
      updatedAt: undefined,
      waitedRounds: undefined,
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
    dropCertificate: assign({ storedCertificateId: undefined, latestConsent: undefined }),
    askNoMore: assign({ asked: undefined, reminders: 0 }),
    noteNotice: assign(({ context, event }) =>
      event.type === 'notice.sent'
        ? { noticesSent: [...context.noticesSent, { by: event.by, what: event.what, sentAt: event.at }] }
        : {},
    ),

    noteLatestConsent: assign({ latestConsent: true }),
    dropLatestConsent: assign({ latestConsent: undefined }),
    countRound: assign(({ context, event }) => ({
      waitedRounds: (context.waitedRounds ?? 0) + 1,
      lastCheckedAt: event.at,
    })),
    /** The customer becomes what the authority says; where no revocation told of the change, this is how it was found. */
    takeOver: assign(({ context }, { basicFour, at }: { basicFour: LatestItems; at: number }) => {
      if (context.customer === undefined) return {}
      const customer = updated(context.customer, basicFour)
      const isNews = !isPending(context) && differ(customer, context.customer)
      return {
        customer,
        updatedAt: at,
        lastCheckedAt: at,
        waitedRounds: undefined,
        ...(isNews && { finding: { certStatus: 'changed', foundAt: at } }),
      }
    }),
  },
})
