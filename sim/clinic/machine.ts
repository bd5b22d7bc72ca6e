/** A visit (受診) from arrival to receipt: who is insured, what it costs, how it is paid, and what is cleared up afterwards. */
import { HOUR } from '../core/clock.ts'
import * as remark from './remark.ts'
import type { VisitEvent } from './visit.ts'
import { visitSetup } from './visitSetup.ts'

/** An insurer that did not answer is asked again this often (assumed). */
const recheckMs = HOUR
/** By then whatever was under way has arrived or been refused: a call's token lives a minute (the hour is assumed). */
const lateLookMs = HOUR

/** What a shared transition hears. */
type Heard<Type extends VisitEvent['type']> = { event: Extract<VisitEvent, { type: Type }> }

const readCard = {
  target: 'checking',
  actions: [
    'startOver',
    { type: 'unschedule', params: { name: 'recheck' } },
    { type: 'authenticate', params: ({ event }: Heard<'card.read'>) => event.proof },
  ],
} as const
const showPaper = {
  target: 'confirming',
  actions: [
    { type: 'takePaper', params: ({ event }: Heard<'paper.shown'>) => event.paper },
    { type: 'unschedule', params: { name: 'recheck' } },
    { type: 'askByNumber', params: ({ event }: Heard<'paper.shown'>) => event.paper },
  ],
} as const
const treat = {
  target: 'billed',
  actions: { type: 'bill', params: ({ event }: Heard<'treatment.given'>) => event.points },
} as const
const atReception = { 'card.read': readCard, 'paper.shown': showPaper, 'treatment.given': treat } as const

const held = ({ event: { authenticationId, ticket } }: Heard<'card.accepted'>) => ({ authenticationId, ticket })

const scheduleRecheck = {
  type: 'schedule',
  params: ({ event }: { event: { at: number } }) => {
    const dueAt = event.at + recheckMs
    return { name: 'recheck', dueAt, event: { type: 'recheck.due', at: dueAt } }
  },
} as const

const offerCard = {
  target: 'checkingPayer',
  actions: { type: 'authenticatePayer', params: ({ event }: Heard<'payment.offered'>) => event.proof },
} as const
const takeCash = { guard: 'coversBill', target: 'paid', actions: 'recordCash' } as const
const declined = ({ event }: { event: { reason: string } }) => ({ payment: remark.payerRefused(event.reason) })

const refund = [
  {
    guard: 'refundableInCash',
    actions: { type: 'recordRefund', params: ({ event }: Heard<'refund.asked'>) => event.amountYen },
  },
  {
    guard: 'refundableToCard',
    target: 'refunding',
    actions: { type: 'refundToCard', params: ({ event }: Heard<'refund.asked'>) => ({ amountYen: event.amountYen }) },
  },
] as const

/** Once more, when nothing can be under way any longer. */
const scheduleLateLook = {
  type: 'schedule',
  params: ({ event: { at, issuer, reference } }: Heard<'payment.absent'>) => {
    const dueAt = at + lateLookMs
    return { name: `doubt ${reference}`, dueAt, event: { type: 'doubt.due', issuer, reference, at: dueAt } }
  },
} as const

export const visit = visitSetup.createMachine({
  id: 'visit',
  context: ({ input }) => ({ ...input, attempts: 0, doubts: [], recheck: 'none', remarks: {} }),
  initial: 'arrived',
  states: {
    arrived: { on: atReception },
    checking: {
      on: {
        'card.accepted': [
          {
            guard: 'ticketGiven',
            target: 'confirming',
            actions: [{ type: 'holdCard', params: held }, 'askByTicket'],
          },
          {
            guard: 'consentLacking',
            target: 'unconsented',
            actions: { type: 'say', params: { reception: remark.noConsent } },
          },
          {
            target: 'unlinked',
            actions: [
              { type: 'holdCard', params: held },
              { type: 'say', params: { reception: remark.noLink } },
            ],
          },
        ],
        'card.refused': {
          target: 'cardRefused',
          actions: { type: 'say', params: ({ event }) => ({ reception: remark.cardRefused(event.reason) }) },
        },
        'platform.silent': {
          target: 'unconfirmed',
          actions: { type: 'say', params: { reception: remark.platformSilent } },
        },
      },
    },
    confirming: {
      on: {
        'eligibility.answered': [
          {
            guard: 'linkWanted',
            target: 'linking',
            actions: [{ type: 'recordEligibility', params: ({ event }) => event.eligibility }, 'link'],
          },
          {
            guard: 'validForPatient',
            target: 'eligible',
            actions: { type: 'recordEligibility', params: ({ event }) => event.eligibility },
          },
          {
            guard: 'otherPerson',
            target: 'wrongPerson',
            actions: ['forgetCard', { type: 'say', params: { reception: remark.wrongPerson } }],
          },
          {
            target: 'ineligible',
            actions: { type: 'recordEligibility', params: ({ event }) => event.eligibility },
          },
        ],
        'insurer.silent': {
          target: 'unconfirmed',
          actions: ['expectRecheck', { type: 'say', params: { reception: remark.insurerSilent } }, scheduleRecheck],
        },
      },
    },
    linking: {
      on: {
        'link.made': 'eligible',
        'link.refused': {
          target: 'eligible',
          actions: { type: 'say', params: ({ event }) => ({ link: remark.linkRefused(event.reason) }) },
        },
      },
    },
    eligible: { on: atReception },
    ineligible: { on: atReception },
    unlinked: { on: atReception },
    unconsented: { on: atReception },
    wrongPerson: { on: atReception },
    cardRefused: { on: atReception },
    unconfirmed: { on: atReception },

    billed: {
      always: { guard: 'nothingToPay', target: 'paid', actions: 'recordCash' },
      on: { 'payment.offered': offerCard, 'cash.received': takeCash },
    },
    checkingPayer: {
      on: {
        'payer.accepted': {
          target: 'authorising',
          actions: [
            { type: 'beginCardPayment', params: ({ event }) => event.ticket.audience },
            { type: 'authorise', params: ({ event }) => ({ ticket: event.ticket.ticket }) },
          ],
        },
        'payer.refused': { target: 'payingCash', actions: { type: 'say', params: declined } },
      },
    },
    authorising: {
      on: {
        'authorisation.given': {
          target: 'capturing',
          actions: [{ type: 'holdAuthorisation', params: ({ event }) => event.paymentId }, 'capture'],
        },
        'authorisation.refused': {
          target: 'payingCash',
          actions: ['dropCardPayment', { type: 'say', params: declined }],
        },
        'issuer.silent': {
          target: 'unsure',
          actions: [
            'doubt',
            { type: 'say', params: { payment: remark.issuerSilent } },
            { type: 'findPayment', params: ({ event }) => ({ ...event, last: false }) },
          ],
        },
      },
    },
    unsure: {
      on: {
        'payment.found': {
          guard: 'isCurrent',
          target: 'capturing',
          actions: [
            { type: 'settleDoubt', params: ({ event }) => event.reference },
            { type: 'holdAuthorisation', params: ({ event }) => event.paymentId },
            'capture',
          ],
        },
        'payment.absent': {
          guard: 'isCurrentAndDoubtful',
          target: 'payingCash',
          actions: ['dropCardPayment', { type: 'say', params: { payment: remark.notAuthorised } }, scheduleLateLook],
        },
        'cash.received': takeCash,
      },
    },
    capturing: {
      on: {
        'capture.done': { target: 'paid', actions: 'recordCapture' },
        'capture.refused': { target: 'payingCash', actions: ['dropCardPayment', { type: 'say', params: declined }] },
      },
    },
    payingCash: { on: { 'cash.received': takeCash, 'payment.offered': offerCard } },

    paid: {
      always: { guard: 'nothingOpen', target: 'finished', actions: 'finish' },
      on: { 'refund.asked': refund },
    },
    refunding: {
      on: {
        'refund.done': { target: 'paid', actions: { type: 'recordRefund', params: ({ event }) => event.amountYen } },
        'refund.refused': {
          target: 'paid',
          actions: { type: 'say', params: ({ event }) => ({ payment: remark.refundRefused(event.reason) }) },
        },
      },
    },
    finished: { on: { 'refund.asked': refund } },
  },
  on: {
    'recheck.due': { guard: 'recheckPending', actions: 'recheck' },
    'recheck.answered': {
      guard: 'recheckPending',
      actions: { type: 'recordRecheck', params: ({ event }) => event.eligibility },
    },
    'recheck.silent': { guard: 'recheckPending', actions: scheduleRecheck },
    'recheck.impossible': {
      guard: 'recheckPending',
      actions: ['giveUpRecheck', { type: 'say', params: { recheck: remark.notReconciled } }],
    },
    'payment.found': { guard: 'inDoubt', actions: { type: 'release', params: ({ event }) => event } },
    'payment.absent': [
      { guard: 'isLast', actions: { type: 'settleDoubt', params: ({ event }) => event.reference } },
      { guard: 'inDoubt', actions: scheduleLateLook },
    ],
    'payment.released': { actions: { type: 'settleDoubt', params: ({ event }) => event.reference } },
    'doubt.due': { actions: { type: 'findPayment', params: ({ event }) => ({ ...event, last: true }) } },
  },
})
