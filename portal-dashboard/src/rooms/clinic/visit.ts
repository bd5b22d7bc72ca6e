/** What the terminal shows of a visit: the verdict on the insurance, what is to be done next, and sums as people write them. */
import type { z } from 'zod'
import type { visitList, visitView } from '../../../../sim/messages/visit.ts'

export type Visit = z.output<typeof visitView>
export type ListedVisit = z.output<typeof visitList>['visits'][number]

/** The word in large type; `uninsured`: treated without anybody having confirmed an insurance. */
export type Verdict =
  | 'waiting'
  | 'checking'
  | 'valid'
  | 'lost'
  | 'changed'
  | 'unknown'
  | 'unlinked'
  | 'unconsented'
  | 'wrongPerson'
  | 'cardRefused'
  | 'unconfirmed'
  | 'uninsured'

const atReception: Readonly<Record<string, Verdict>> = {
  arrived: 'waiting',
  checking: 'checking',
  confirming: 'checking',
  linking: 'checking',
  unlinked: 'unlinked',
  unconsented: 'unconsented',
  wrongPerson: 'wrongPerson',
  cardRefused: 'cardRefused',
  unconfirmed: 'unconfirmed',
}

export const verdictOf = ({ state, eligibility, bill }: Pick<Visit, 'state' | 'eligibility' | 'bill'>): Verdict => {
  const now = atReception[state]
  if (now !== undefined) return now
  if (eligibility !== undefined) return eligibility.validity
  return bill !== undefined && bill.copaymentRatio < 1 ? 'unconfirmed' : 'uninsured'
}

export const toneOf = (verdict: Verdict): 'good' | 'bad' | 'warn' | 'note' => {
  if (verdict === 'valid') return 'good'
  if (verdict === 'waiting' || verdict === 'checking') return 'note'
  return verdict === 'unlinked' || verdict === 'unconsented' || verdict === 'unconfirmed' || verdict === 'uninsured'
    ? 'warn'
    : 'bad'
}

/** What is next at the desk; `working`: something is under way by itself. */
export type Step = 'reception' | 'working' | 'payment' | 'done'

const working = ['checking', 'confirming', 'linking', 'checkingPayer', 'authorising', 'capturing', 'refunding']

export const stepOf = (state: string): Step => {
  if (working.includes(state)) return 'working'
  if (state === 'billed' || state === 'payingCash' || state === 'unsure') return 'payment'
  return state === 'paid' || state === 'finished' ? 'done' : 'reception'
}

/** After these answers the clinic asks for the paper card: another reading of the same card would end as the first did. */
export const wantsPaper = (state: string) => ['ineligible', 'unlinked', 'cardRefused', 'unconfirmed'].includes(state)

/** While it is being found out whether the issuer authorised, only cash is taken. */
export const takesCard = (state: string) => state === 'billed' || state === 'payingCash'

/** The remark's lines, which the clinic separates by line breaks. */
export const linesOf = (remark: string | undefined): string[] =>
  (remark ?? '').split('\n').filter((line) => line !== '')

/** A share of the cost in tenths, as it is said in Japanese, and in per cent. */
export const shareOf = (ratio: number) => ({ tenths: Math.round(ratio * 10), percent: Math.round(ratio * 100) })

/** Change for cash; undefined while it does not cover the bill. */
export const changeYen = (receivedYen: number, patientYen: number): number | undefined =>
  receivedYen >= patientYen ? receivedYen - patientYen : undefined

/** What may still be paid back. */
export const refundableYen = ({ payment }: Pick<Visit, 'payment'>): number =>
  payment === undefined ? 0 : payment.paidYen - payment.refundedYen

/** A whole number above nought as written, in full-width digits too; undefined for anything else. */
export const wholeNumber = (written: string): number | undefined => {
  const plain = written.normalize('NFKC').replaceAll(',', '').trim()
  return /^[1-9]\d{0,8}$/.test(plain) ? Number(plain) : undefined
}

/** A name of its own for a new visit, at most 48 characters and not ending like an attempt to pay. */
export const newVisitId = () => `visit-${crypto.randomUUID().slice(0, 18)}`
