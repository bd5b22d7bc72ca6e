/** What the provider's desk derives from its contracts: how many there are of each kind, one customer's history, and who that customer is. */
import type { z } from 'zod'
import type { contractAnswer, contractView } from '../../../../sim/messages/contract.ts'
import type { Person } from '../people/people.ts'

export type Contract = z.output<typeof contractView>
export type RefusalReason = Extract<z.output<typeof contractAnswer>, { outcome: 'refused' }>['reason']
type Finding = NonNullable<Contract['finding']>

/** `watched`: the signature certificate is kept, and its state asked for in each round. */
export const figuresOf = (contracts: readonly Contract[]) => {
  const running = contracts.filter(({ state }) => state !== 'cancelled' && state !== 'refused')
  return {
    customers: running.length,
    watched: running.filter(({ consent }) => consent).length,
    waiting: running.filter(({ asked, state }) => asked !== undefined || state === 'checkingDeath').length,
  }
}

/** Those with something to deal with first, then by name. */
export const sorted = (contracts: readonly Contract[]): Contract[] => {
  const rank = ({ asked, state }: Contract) =>
    asked !== undefined || state === 'checkingDeath' ? 0 : state === 'cancelled' ? 2 : 1
  return [...contracts].sort((a, b) => rank(a) - rank(b) || a.customer.name.localeCompare(b.customer.name, 'ja'))
}

export const toneOf = ({ state }: Pick<Contract, 'state'>): 'good' | 'bad' | 'warn' | 'plain' => {
  if (state === 'active') return 'good'
  if (state === 'suspended') return 'bad'
  return state === 'unwatched' || state === 'cancelled' ? 'plain' : 'warn'
}

/** Something that happened to a contract, for its history. */
export type Happening =
  | { what: 'signed'; at: number }
  | { what: 'revoked'; at: number; finding: Finding }
  | { what: 'found'; at: number; finding: Finding }
  | { what: 'checked'; at: number }
  | { what: 'updated'; at: number }
  | { what: 'notice'; at: number; by: 'television' | 'letter'; about: string }

/** The earliest first; at one instant a finding comes before the notices it led to. */
export const historyOf = ({ signedAt, lastCheckedAt, finding, updatedAt, noticesSent }: Contract): Happening[] => {
  const all: Happening[] = [{ what: 'signed', at: signedAt }]
  if (finding?.revocationDate !== undefined) all.push({ what: 'revoked', at: finding.revocationDate, finding })
  if (finding !== undefined) all.push({ what: 'found', at: finding.foundAt, finding })
  if (lastCheckedAt !== undefined && lastCheckedAt !== finding?.foundAt)
    all.push({ what: 'checked', at: lastCheckedAt })
  if (updatedAt !== undefined) all.push({ what: 'updated', at: updatedAt })
  for (const { by, what, sentAt } of noticesSent) all.push({ what: 'notice', at: sentAt, by, about: what })
  return all.sort((a, b) => a.at - b.at)
}

/** Who plays the customer: of the same birth and sex, with the name or the address the contract knows. */
export const customerAmong = (
  people: readonly Person[],
  { customer }: Pick<Contract, 'customer'>,
): Person | undefined =>
  people.find(
    ({ basicFour }) =>
      basicFour.dateOfBirth === customer.dateOfBirth &&
      basicFour.sex === customer.sex &&
      (basicFour.name === customer.name || basicFour.address === customer.address),
  )

/** Whether this person could sign a document now. */
export const canSign = ({ card, certificates }: Person): boolean =>
  card.state === 'held' && certificates.some(({ kind, valid }) => kind === 'signature' && valid)

type Form = { provider: string; service: string; consent: boolean; nonce: string }

/** The application that the customer signs: the four items as the register has them, and where notices may be shown. */
export const applicationOf = ({ basicFour, television }: Person, { provider, service, consent, nonce }: Form) => ({
  provider,
  service,
  applicant: basicFour,
  changeCheckConsent: consent,
  ...(television !== undefined && {
    television: { operator: television.operator, subscriberNumber: television.subscriberNumber },
  }),
  nonce,
})
