/** What is known of a visit, and what can happen to it. */
import type { z } from 'zod'
import type { Text } from '../core/site.ts'
import type { eligibilityAnswer } from '../messages/insurance.ts'
import type { cardReading } from '../messages/visit.ts'
import type { Bill } from './bill.ts'

export type EligibilityAnswer = z.output<typeof eligibilityAnswer>
export type CardReading = z.output<typeof cardReading>

/** Lets the clinic ask `audience` about the person whose card was read. */
export type HeldTicket = { audience: string; ticket: string; expiresAt: number }
export type Paper = { insurer: string; insuredNumber: string; link: boolean }

/** A card payment at its issuer; `reference` is the clinic's own name of this attempt. */
export type CardPayment = { issuer: string; reference: string; paymentId?: string }
export type Payment = {
  method: 'card' | 'cash'
  paymentId?: string | undefined
  issuer?: string | undefined
  paidYen: number
  refundedYen: number
}

export type Remarks = {
  reception?: Text | undefined
  link?: Text | undefined
  payment?: Text | undefined
  recheck?: Text | undefined
}

export type VisitInput = { visitId: string; patientName: string; dateOfBirth: string; arrivedAt: number }

export type VisitContext = VisitInput & {
  finishedAt?: number | undefined
  /** Of the card last read at reception, so that a paper card can be linked to it. */
  authenticationId?: string | undefined
  ticket?: HeldTicket | undefined
  paper?: Paper | undefined
  eligibility?: EligibilityAnswer | undefined
  bill?: Bill | undefined
  /** Card payments tried so far; each has a reference of its own. */
  attempts: number
  cardPayment?: CardPayment | undefined
  payment?: Payment | undefined
  /** Attempts of which it is not known whether the issuer authorised them. */
  doubts: CardPayment[]
  /** Whether the insurer is still to be asked about an unconfirmed patient. */
  recheck: 'none' | 'pending' | 'reconciled' | 'impossible'
  remarks: Remarks
}

export type VisitEvent =
  | { type: 'card.read'; proof: CardReading; at: number }
  | {
      type: 'card.accepted'
      authenticationId: string
      ticket?: HeldTicket | undefined
      lacks?: 'link' | 'consent' | undefined
      at: number
    }
  | { type: 'card.refused'; reason: string; at: number }
  | { type: 'platform.silent'; at: number }
  | { type: 'paper.shown'; paper: Paper; at: number }
  | { type: 'eligibility.answered'; eligibility: EligibilityAnswer; at: number }
  | { type: 'insurer.silent'; at: number }
  | { type: 'link.made'; at: number }
  | { type: 'link.refused'; reason: string; at: number }
  | { type: 'treatment.given'; points: number; at: number }
  | { type: 'recheck.due'; at: number }
  | { type: 'recheck.answered'; eligibility: EligibilityAnswer; at: number }
  | { type: 'recheck.silent'; at: number }
  | { type: 'recheck.impossible'; at: number }
  | { type: 'payment.offered'; proof: CardReading; at: number }
  | { type: 'payer.accepted'; ticket: HeldTicket; at: number }
  | { type: 'payer.refused'; reason: string; at: number }
  | { type: 'authorisation.given'; paymentId: string; at: number }
  | { type: 'authorisation.refused'; reason: string; at: number }
  | { type: 'issuer.silent'; issuer: string; reference: string; at: number }
  | { type: 'payment.found'; issuer: string; reference: string; paymentId: string; at: number }
  | { type: 'payment.absent'; issuer: string; reference: string; last: boolean; at: number }
  | { type: 'doubt.due'; issuer: string; reference: string; at: number }
  | { type: 'payment.released'; reference: string; at: number }
  | { type: 'capture.done'; at: number }
  | { type: 'capture.refused'; reason: string; at: number }
  | { type: 'cash.received'; receivedYen: number; at: number }
  | { type: 'refund.asked'; amountYen: number; at: number }
  | { type: 'refund.done'; amountYen: number; at: number }
  | { type: 'refund.refused'; reason: string; at: number }
