/** What is known of a contract, and what can happen to it. */
import type { z } from 'zod'
import type { changeCheckResult } from '../messages/change.ts'
import type { contractAnswer, contractView } from '../messages/contract.ts'
import type { BasicFour } from '../messages/person.ts'
import type { application } from '../messages/verification.ts'

export type CheckResult = z.output<typeof changeCheckResult>
export type Application = z.output<typeof application>
export type RefusalReason = Extract<z.output<typeof contractAnswer>, { outcome: 'refused' }>['reason']
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

export type ContractContext = {
  customer?: BasicFour | undefined
  television?: Application['television']
  /** While there is one the customer consents to change checks (変更情報利用許諾). */
  storedCertificateId?: string | undefined
  signedAt?: number | undefined
  lastCheckedAt?: number | undefined
  finding?: Finding | undefined
  /** Why the last document was refused. */
  refusal?: RefusalReason | undefined
  /** Where a contract stood when its customer signed again. */
  cameFrom?: string | undefined
  /** What is being asked for, and how often it was asked again. */
  asked?: Asked | undefined
  reminders: number
  noticesSent: NoticeSent[]
}

export type ContractEvent =
  | { type: 'document.signed'; signedDocument: string; at: number }
  | { type: 'application.accepted'; accepted: Accepted; at: number }
  | { type: 'application.refused'; reason: RefusalReason; storedCertificateId?: string | undefined; at: number }
  | { type: 'certificate.checked'; result: CheckResult; at: number }
  | { type: 'reminder.due'; at: number }
  | { type: 'notice.sent'; by: NoticeSent['by']; what: string; at: number }
  | { type: 'consent.withdrawn'; at: number }
  | { type: 'contract.cancelled'; at: number }
