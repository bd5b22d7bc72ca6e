/** What is known of a contract, and what can happen to it. */
import type { z } from 'zod'
import type { changeCheckResult } from '../messages/change.ts'
import type { contractAnswer, contractView } from '../messages/contract.ts'
import type { basicFourPassedOn } from '../messages/latestBasicFour.ts'
import type { BasicFour } from '../messages/person.ts'
import type { application } from '../messages/verification.ts'

export type CheckResult = z.output<typeof changeCheckResult>
export type Application = z.output<typeof application>
export type RefusalReason = Extract<z.output<typeof contractAnswer>, { outcome: 'refused' }>['reason']
/** The items a customer consented to, as they are now. */
export type LatestItems = Extract<z.output<typeof basicFourPassedOn>, { outcome: 'given' }>['basicFour']
type Finding = NonNullable<z.output<typeof contractView>['finding']>
type NoticeSent = z.output<typeof contractView>['noticesSent'][number]

/** What a notice asks the customer for. */
export type Asked = 'new-data' | 'new-certificate' | 'renewal' | 'new-card'

/** What the provider takes over from an application it accepted; the customer is whom the certificate says. */
export type Accepted = {
  customer: BasicFour
  television: Application['television']
  storedCertificateId: string | undefined
  signedAt: number
}

/** What a customer signed at one go: the application, and perhaps the consent to the latest basic four for the authority. */
export type Signed = { signedDocument: string; basicFourConsent?: string | undefined; at: number }

export type ContractContext = {
  customer?: BasicFour | undefined
  television?: Application['television']
  /** While there is one the customer consents to change checks (変更情報利用許諾). */
  storedCertificateId?: string | undefined
  /** Whether the authority has the customer's consent to this provider learning the latest basic four. */
  latestConsent?: boolean | undefined
  signedAt?: number | undefined
  lastCheckedAt?: number | undefined
  finding?: Finding | undefined
  /** When the customer's data came from the authority, without the customer signing anything. */
  updatedAt?: number | undefined
  /** Rounds in which there was no new certificate yet. */
  waitedRounds?: number | undefined
  /** Why the last document was refused. */
  refusal?: RefusalReason | undefined
  /** Where a contract stood when its customer signed again. */
  cameFrom?: string | undefined
  /** What is being asked for, and how often it was asked again. */
  asked?: Asked | undefined
  reminders: number
  noticesSent: NoticeSent[]
}

type LatestEvent =
  | { type: 'latest-consent.entered'; at: number }
  /** What the platform says when asked for the latest basic four: here they are, nothing is newer, or consent is missing. */
  | { type: 'latest-data.given'; storedCertificateId: string; basicFour: LatestItems; at: number }
  | { type: 'latest-data.unchanged'; storedCertificateId: string; at: number }
  | { type: 'latest-data.denied'; storedCertificateId: string; at: number }
  /** A round of change checks finds the contract waiting. */
  | { type: 'round.came'; at: number }

export type ContractEvent =
  | ({ type: 'document.signed' } & Signed)
  | { type: 'application.accepted'; accepted: Accepted; basicFourConsent?: string | undefined; at: number }
  | { type: 'application.refused'; reason: RefusalReason; storedCertificateId?: string | undefined; at: number }
  | { type: 'certificate.checked'; result: CheckResult; at: number }
  | { type: 'reminder.due'; at: number }
  | { type: 'notice.sent'; by: NoticeSent['by']; what: string; at: number }
  | { type: 'consent.withdrawn'; at: number }
  | { type: 'contract.cancelled'; at: number }
  | LatestEvent
