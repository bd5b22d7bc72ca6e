/** What the contract desk sees of a contract. */
import type { z } from 'zod'
import type { State } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { contractAnswer, contractView } from '../messages/contract.ts'
import type { contract } from './contractMachine.ts'

export type ContractView = z.output<typeof contractView>
export type ContractAnswer = z.output<typeof contractAnswer>

/** Undefined for what never became a contract. */
export const viewOf = ({ id: contractId, state, done, context }: State<typeof contract>): ContractView | undefined => {
  const { customer, signedAt, storedCertificateId, latestConsent, lastCheckedAt, finding, updatedAt, noticesSent } =
    context
  const asked = done ? undefined : context.asked
  if (customer === undefined || signedAt === undefined) return undefined
  return {
    contractId,
    state,
    customer,
    consent: storedCertificateId !== undefined,
    signedAt,
    ...(latestConsent === true && { latestConsent }),
    ...(updatedAt !== undefined && { updatedAt }),
    ...(asked !== undefined && { asked }),
    ...(lastCheckedAt !== undefined && { lastCheckedAt }),
    ...(finding !== undefined && { finding }),
    noticesSent,
  }
}

export const viewOrProblem = (shown: State<typeof contract>): ContractView => {
  const view = viewOf(shown)
  if (view === undefined) throw new Problem(404, 'no-such-contract', `there is no contract ${shown.id} yet`)
  return view
}

/** What the signer is told; while the platform is silent the document waits, as the state says. */
export const answerOf = ({ id: contractId, state, context }: State<typeof contract>): ContractAnswer =>
  context.refusal === undefined
    ? { outcome: 'accepted', contractId, state }
    : { outcome: 'refused', reason: context.refusal }
