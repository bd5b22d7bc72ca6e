/** What a visit can check and do: the named guards, actions and effects that its chart is written in. */
import { assign, setup } from 'xstate'
import { effect, timerActions } from '../core/actors.ts'
import { billFor, differenceYen, isPatient } from './eligibility.ts'
import * as remark from './remark.ts'
import type {
  CardPayment,
  CardReading,
  EligibilityAnswer,
  HeldTicket,
  Paper,
  Payment,
  Remarks,
  VisitContext,
  VisitEvent,
  VisitInput,
} from './visit.ts'

/** What the issuer knows an attempt to pay by: the visit itself, and from the second attempt on its number too. */
const referenceOf = (visitId: string, attempt: number) => (attempt === 1 ? visitId : `${visitId}-attempt-${attempt}`)

const refundable = (context: VisitContext, event: VisitEvent) =>
  event.type === 'refund.asked' &&
  context.payment !== undefined &&
  event.amountYen <= context.payment.paidYen - context.payment.refundedYen

const refunded = (payment: Payment | undefined, amountYen: number) =>
  payment && { ...payment, refundedYen: payment.refundedYen + amountYen }

export const visitSetup = setup({
  types: { context: {} as VisitContext, events: {} as VisitEvent, input: {} as VisitInput },
  guards: {
    ticketGiven: ({ event }) => event.type === 'card.accepted' && event.ticket !== undefined,
    consentLacking: ({ event }) => event.type === 'card.accepted' && event.lacks === 'consent',
    validForPatient: ({ context, event }) =>
      event.type === 'eligibility.answered' && isPatient(context, event.eligibility),
    linkWanted: ({ context, event }) =>
      event.type === 'eligibility.answered' &&
      isPatient(context, event.eligibility) &&
      context.paper?.link === true &&
      context.authenticationId !== undefined,
    otherPerson: ({ context, event }) =>
      event.type === 'eligibility.answered' &&
      event.eligibility.validity === 'valid' &&
      !isPatient(context, event.eligibility),
    recheckPending: ({ context }) => context.recheck === 'pending',
    nothingToPay: ({ context }) => context.bill?.patientYen === 0,
    coversBill: ({ context, event }) =>
      event.type === 'cash.received' && context.bill !== undefined && event.receivedYen >= context.bill.patientYen,
    isCurrent: ({ context, event }) => 'reference' in event && event.reference === context.cardPayment?.reference,
    isCurrentAndDoubtful: ({ context, event }) =>
      event.type === 'payment.absent' && !event.last && event.reference === context.cardPayment?.reference,
    inDoubt: ({ context, event }) =>
      'reference' in event && context.doubts.some((doubt) => doubt.reference === event.reference),
    isLast: ({ event }) => event.type === 'payment.absent' && event.last,
    refundableInCash: ({ context, event }) => context.payment?.method === 'cash' && refundable(context, event),
    refundableToCard: ({ context, event }) => context.payment?.method === 'card' && refundable(context, event),
    nothingOpen: ({ context }) => context.recheck !== 'pending' && context.doubts.length === 0,
  },
  actions: {
    ...timerActions,
    authenticate: effect<CardReading>(),
    askByTicket: effect(),
    askByNumber: effect<Paper>(),
    link: effect(),
    recheck: effect(),
    authenticatePayer: effect<CardReading>(),
    authorise: effect<{ ticket: string }>(),
    findPayment: effect<{ issuer: string; reference: string; last: boolean }>(),
    capture: effect(),
    release: effect<{ issuer: string; reference: string; paymentId: string }>(),
    refundToCard: effect<{ amountYen: number }>(),

    startOver: assign({
      authenticationId: undefined,
      ticket: undefined,
      paper: undefined,
      eligibility: undefined,
      recheck: 'none',
      remarks: {},
    }),
    takePaper: assign(({ context }, paper: Paper) => ({
      paper,
      ticket: undefined,
      eligibility: undefined,
      recheck: 'none' as const,
      remarks: { ...context.remarks, reception: undefined, link: undefined },
    })),
    holdCard: assign((_, held: { authenticationId: string; ticket: HeldTicket | undefined }) => held),
    forgetCard: assign({ authenticationId: undefined, ticket: undefined, paper: undefined, eligibility: undefined }),
    recordEligibility: assign(({ context }, eligibility: EligibilityAnswer) => ({
      eligibility,
      ticket: undefined,
      remarks: { ...context.remarks, reception: remark.ofEligibility(eligibility) },
    })),
    say: assign(({ context }, remarks: Remarks) => ({ remarks: { ...context.remarks, ...remarks } })),

    expectRecheck: assign({ recheck: 'pending' }),
    /** What the insurer says of somebody else is not kept here either. */
    recordRecheck: assign(({ context }, eligibility: EligibilityAnswer) => {
      const about = eligibility.validity !== 'valid' || isPatient(context, eligibility)
      const owed = remark.reconciled(differenceYen(context, eligibility))
      return {
        ...(about && { eligibility }),
        ticket: undefined,
        recheck: 'reconciled' as const,
        remarks: { ...context.remarks, reception: about ? undefined : remark.wrongPerson, recheck: owed },
      }
    }),
    giveUpRecheck: assign({ recheck: 'impossible', ticket: undefined }),

    bill: assign(({ context }, points: number) => ({ bill: billFor(context, points) })),

    beginCardPayment: assign(({ context }, issuer: string) => ({
      attempts: context.attempts + 1,
      cardPayment: { issuer, reference: referenceOf(context.visitId, context.attempts + 1) },
      remarks: { ...context.remarks, payment: undefined },
    })),
    holdAuthorisation: assign(({ context }, paymentId: string) => ({
      cardPayment: context.cardPayment && { ...context.cardPayment, paymentId },
    })),
    doubt: assign(({ context }) => ({
      doubts: context.cardPayment ? [...context.doubts, context.cardPayment] : context.doubts,
    })),
    settleDoubt: assign(({ context }, reference: string) => ({
      doubts: context.doubts.filter((doubt) => doubt.reference !== reference),
    })),
    dropCardPayment: assign({ cardPayment: undefined }),
    recordCapture: assign(({ context }) => {
      const { issuer, paymentId }: Partial<CardPayment> = context.cardPayment ?? {}
      return {
        payment: { method: 'card' as const, issuer, paymentId, paidYen: context.bill?.patientYen ?? 0, refundedYen: 0 },
        cardPayment: undefined,
        remarks: { ...context.remarks, payment: undefined },
      }
    }),
    recordCash: assign(({ context }) => ({
      payment: { method: 'cash' as const, paidYen: context.bill?.patientYen ?? 0, refundedYen: 0 },
      cardPayment: undefined,
      remarks: { ...context.remarks, payment: undefined },
    })),
    recordRefund: assign(({ context }, amountYen: number) => ({ payment: refunded(context.payment, amountYen) })),
    finish: assign(({ context, event }) => ({ finishedAt: context.finishedAt ?? event.at })),
  },
})
