/** A session (視聴セッション) at one set-top box, from card in to card out; a person's health data live in it and end with it. */
import { assign, setup } from 'xstate'
import type { z } from 'zod'
import { effect, timerActions } from '../core/actors.ts'
import { MINUTE } from '../core/clock.ts'
import type { Text } from '../core/site.ts'
import type { healthInformation } from '../messages/insurance.ts'
import type { Refusal } from '../messages/verification.ts'
import * as remark from './remark.ts'

/** A card left in the reader with nothing happening (assumed). */
const idleMs = 5 * MINUTE

export type Health = Omit<Extract<z.output<typeof healthInformation>, { outcome: 'given' }>, 'outcome'>
export type HeldTicket = { audience: string; ticket: string }
export type Proof = { certificate: string; signature: string; consentGiven: boolean }

export type SessionInput = { setTopBoxId: string; subscriberNumber: string; challengeId: string; at: number }

/** What stays of a session once it is closed. */
type Closed = { setTopBoxId: string; subscriberNumber: string; openedAt: number; closedAt?: number | undefined }

export type SessionContext = Closed & {
  challengeId?: string | undefined
  refusal?: Refusal | undefined
  remark?: Text | undefined
  /** What is missing for the viewer's own notices. */
  lacks?: 'link' | 'consent' | undefined
  /** When the session closes by itself. */
  closesAt?: number | undefined
  health?: Health | undefined
}

export type SessionEvent =
  | { type: 'login.asked'; proof: Proof; at: number }
  | {
      type: 'viewer.accepted'
      accountId: string
      ticket?: HeldTicket | undefined
      lacks?: 'link' | 'consent' | undefined
      at: number
    }
  | { type: 'viewer.refused'; reason: Refusal; at: number }
  | { type: 'health.received'; health: Health; at: number }
  | { type: 'health.refused'; reason: string; at: number }
  | { type: 'platform.silent'; at: number }
  | { type: 'insurer.silent'; at: number }
  /** A key was pressed on the remote. */
  | { type: 'viewer.active'; at: number }
  | { type: 'card.removed'; at: number }
  | { type: 'card.displaced'; at: number }
  | { type: 'idle.passed'; at: number }
  | { type: 'subscription.cancelled'; at: number }

type Heard<Type extends SessionEvent['type']> = { event: Extract<SessionEvent, { type: Type }> }

const noteViewer = {
  type: 'noteViewer',
  params: ({ event }: Heard<'viewer.accepted'>) => ({ accountId: event.accountId }),
} as const

const idleTimer = (from: number) => {
  const dueAt = from + idleMs
  return { name: 'idle', dueAt, event: { type: 'idle.passed', at: dueAt } }
}

/** Somebody does something: the time until the session closes by itself begins anew. */
const stayOpen = [
  { type: 'schedule', params: ({ event }: { event: { at: number } }) => idleTimer(event.at) },
  'keepOpen',
] as const

const noTicket: HeldTicket = { audience: '', ticket: '' }

export const session = setup({
  types: { context: {} as SessionContext, events: {} as SessionEvent, input: {} as SessionInput },
  guards: {
    ticketGiven: ({ event }) => event.type === 'viewer.accepted' && event.ticket !== undefined,
    consentLacking: ({ event }) => event.type === 'viewer.accepted' && event.lacks === 'consent',
  },
  actions: {
    ...timerActions,
    authenticate: effect<Proof & { challengeId: string }>(),
    noteViewer: effect<{ accountId: string }>(),
    fetchHealth: effect<HeldTicket>(),
    show: assign((_, health: Health) => ({ health })),
    say: assign((_, remark: Text) => ({ remark })),
    noteLack: assign(({ event }) => (event.type === 'viewer.accepted' ? { lacks: event.lacks } : {})),
    keepOpen: assign(({ event }) => ({ closesAt: event.at + idleMs })),
    refuse: assign((_, refusal: Refusal) => ({ refusal })),
    useChallenge: assign({ challengeId: undefined }),
    /** Nothing of the person stays: neither data nor that they were refused, nor a pseudonym. */
    wipe: assign(({ event }) => ({
      challengeId: undefined,
      refusal: undefined,
      remark: undefined,
      lacks: undefined,
      closesAt: undefined,
      health: undefined,
      closedAt: event.at,
    })),
  },
}).createMachine({
  id: 'session',
  context: ({ input: { setTopBoxId, subscriberNumber, challengeId, at } }) => ({
    setTopBoxId,
    subscriberNumber,
    challengeId,
    openedAt: at,
    closesAt: at + idleMs,
  }),
  initial: 'cardInserted',
  on: {
    'viewer.active': { actions: stayOpen },
    'card.removed': { target: '.closed', actions: 'wipe' },
    'card.displaced': { target: '.closed', actions: 'wipe' },
    'idle.passed': { target: '.closed', actions: 'wipe' },
    'subscription.cancelled': { target: '.closed', actions: 'wipe' },
  },
  states: {
    cardInserted: {
      entry: { type: 'schedule', params: ({ context }) => idleTimer(context.openedAt) },
      on: {
        'login.asked': {
          target: 'verifying',
          actions: [
            ...stayOpen,
            {
              type: 'authenticate',
              params: ({ context: { challengeId = '' }, event }) => ({ ...event.proof, challengeId }),
            },
            'useChallenge',
          ],
        },
      },
    },
    verifying: {
      on: {
        'viewer.accepted': [
          {
            guard: 'ticketGiven',
            target: 'fetching',
            actions: [noteViewer, { type: 'fetchHealth', params: ({ event }) => event.ticket ?? noTicket }],
          },
          {
            guard: 'consentLacking',
            target: 'showing',
            actions: [noteViewer, 'noteLack', { type: 'say', params: remark.noConsent }],
          },
          { target: 'showing', actions: [noteViewer, 'noteLack', { type: 'say', params: remark.noLink }] },
        ],
        'viewer.refused': { target: 'refused', actions: { type: 'refuse', params: ({ event }) => event.reason } },
        'platform.silent': { target: 'refused', actions: { type: 'say', params: remark.platformSilent } },
      },
    },
    fetching: {
      on: {
        'health.received': { target: 'showing', actions: { type: 'show', params: ({ event }) => event.health } },
        'health.refused': {
          target: 'showing',
          actions: { type: 'say', params: ({ event }) => remark.refusedByInsurer(event.reason) },
        },
        'insurer.silent': { target: 'showing', actions: { type: 'say', params: remark.insurerSilent } },
      },
    },
    showing: {},
    refused: {},
    closed: { entry: { type: 'unschedule', params: { name: 'idle' } }, type: 'final' },
  },
})
