/** What a visit asks of the platform, of insurers and of card issuers, each time with the request id of its effect. */
import type { Effect } from '../core/actors.ts'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { InsurerApp } from '../insurer/index.ts'
import type { LinkPurpose } from '../messages/verification.ts'
import type { PaymentApp } from '../payment/index.ts'
import type { PlatformApp } from '../platform/index.ts'
import { attempt, insist, type Attempt } from '../core/attempt.ts'
import { dateInJapan } from './eligibility.ts'
import type { visit } from './machine.ts'
import type { CardReading, EligibilityAnswer, HeldTicket, Paper, VisitContext } from './visit.ts'

type VisitEffects = Record<string, Effect<typeof visit>>

/** How the clinic reaches its neighbours. */
const createCalls = (site: Site) => {
  const platform = site.network.connect<PlatformApp>('platform')
  const insurer = (id: string) => site.network.connect<InsurerApp>(id)
  const issuer = (id: string) => site.network.connect<PaymentApp>(id)
  return {
    issuer,
    authenticate: (proof: CardReading, purpose: LinkPurpose, requestId: string) =>
      attempt(answer(platform.authentications.$post({ json: { ...proof, ask: [purpose] } }, once(requestId)))),

    askByTicket: ({ audience, ticket }: HeldTicket, { arrivedAt }: VisitContext, requestId: string) => {
      const json = { ticket, serviceDate: dateInJapan(arrivedAt) }
      return attempt(answer(insurer(audience)['eligibility-checks'].$post({ json }, once(requestId))))
    },

    askByNumber: (paper: Paper, { dateOfBirth, arrivedAt }: VisitContext, requestId: string) => {
      const { insuredNumber } = paper
      const json = { insuredNumber, dateOfBirth, serviceDate: dateInJapan(arrivedAt) }
      return attempt(answer(insurer(paper.insurer)['eligibility-checks']['by-number'].$post({ json }, once(requestId))))
    },

    link: ({ insurer: holder, insuredNumber: reference }: Paper, authenticationId: string, requestId: string) => {
      const json = { authenticationId, purpose: 'health-insurance', holder, reference, consentGiven: true } as const
      return attempt(answer(platform.links.$post({ json }, once(requestId))))
    },
  }
}
type Calls = ReturnType<typeof createCalls>

const receptionEffects = (calls: Calls, now: () => number): VisitEffects => {
  const eligibility = (asked: Attempt<EligibilityAnswer>) => {
    const at = now()
    if (asked.outcome === 'silent') return { type: 'insurer.silent', at } as const
    const told = asked.outcome === 'answered' ? asked.value : ({ validity: 'unknown' } as const)
    return { type: 'eligibility.answered', eligibility: told, at } as const
  }

  return {
    authenticate: async ({ params, requestId }) => {
      const asked = await calls.authenticate(params, 'health-insurance', requestId)
      const at = now()
      if (asked.outcome === 'silent') return { type: 'platform.silent', at }
      if (asked.outcome === 'refused') return { type: 'card.refused', reason: asked.reason, at }
      if (asked.value.outcome === 'refused') return { type: 'card.refused', reason: asked.value.reason, at }
      const { authenticationId, tickets, missing } = asked.value
      const ticket = tickets.find(({ purpose }) => purpose === 'health-insurance')
      const lacks = missing.find(({ purpose }) => purpose === 'health-insurance')?.lacks
      return { type: 'card.accepted', authenticationId, ticket, lacks, at }
    },
    askByTicket: async ({ context, requestId }) =>
      context.ticket && eligibility(await calls.askByTicket(context.ticket, context, requestId)),
    askByNumber: async ({ context, params, requestId }) =>
      eligibility(await calls.askByNumber(params, context, requestId)),

    link: async ({ context: { paper, authenticationId }, requestId }) => {
      if (paper === undefined || authenticationId === undefined) return
      const asked = await calls.link(paper, authenticationId, requestId)
      const at = now()
      if (asked.outcome === 'silent') return { type: 'link.refused', reason: 'platform-silent', at }
      if (asked.outcome === 'refused') return { type: 'link.refused', reason: asked.reason, at }
      if (asked.value.outcome === 'refused') return { type: 'link.refused', reason: asked.value.reason, at }
      return { type: 'link.made', at }
    },

    /** By the paper card where there was one; a ticket serves only as long as it lives. */
    recheck: async ({ context, requestId }) => {
      const { paper, ticket } = context
      const usable = ticket !== undefined && now() < ticket.expiresAt
      if (paper === undefined && !usable) return { type: 'recheck.impossible', at: now() }
      const asked = await (paper === undefined && usable
        ? calls.askByTicket(ticket, context, requestId)
        : paper && calls.askByNumber(paper, context, requestId))
      const at = now()
      if (asked === undefined || asked.outcome === 'refused') return { type: 'recheck.impossible', at }
      if (asked.outcome === 'silent') return { type: 'recheck.silent', at }
      return { type: 'recheck.answered', eligibility: asked.value, at }
    },
  }
}

const paymentEffects = (calls: Calls, now: () => number, accepts: (issuer: string) => boolean): VisitEffects => ({
  authenticatePayer: async ({ params, requestId }) => {
    const asked = await calls.authenticate(params, 'payment', requestId)
    const refused = (reason: string) => ({ type: 'payer.refused', reason, at: now() }) as const
    if (asked.outcome === 'silent') return refused('platform-silent')
    if (asked.outcome === 'refused') return refused(asked.reason)
    if (asked.value.outcome === 'refused') return refused(asked.value.reason)
    const ticket = asked.value.tickets.find(({ purpose }) => purpose === 'payment')
    if (ticket === undefined) return refused(`no-${asked.value.missing[0]?.lacks ?? 'link'}`)
    if (!accepts(ticket.audience)) return refused('issuer-not-accepted')
    return { type: 'payer.accepted', ticket, at: now() }
  },

  authorise: async ({ context: { bill, cardPayment }, params, requestId }) => {
    if (bill === undefined || cardPayment === undefined) return
    const { issuer, reference } = cardPayment
    const json = { ticket: params.ticket, amountYen: bill.patientYen, merchantReference: reference }
    const asked = await attempt(answer(calls.issuer(issuer).authorisations.$post({ json }, once(requestId))))
    const at = now()
    if (asked.outcome === 'silent') return { type: 'issuer.silent', issuer, reference, at }
    if (asked.outcome === 'refused') return { type: 'authorisation.refused', reason: asked.reason, at }
    if (asked.value.outcome === 'refused') return { type: 'authorisation.refused', reason: asked.value.reason, at }
    return { type: 'authorisation.given', paymentId: asked.value.paymentId, at }
  },

  findPayment: async ({ params: { issuer, reference, last } }) => {
    const asked = await insist(
      issuer,
      answer(calls.issuer(issuer).payments.$get({ query: { merchantReference: reference } })),
    )
    const payments = asked.outcome === 'answered' ? asked.value.payments : []
    const held = payments.find(({ state }) => state === 'authorised')
    const at = now()
    if (held !== undefined) return { type: 'payment.found', issuer, reference, paymentId: held.paymentId, at }
    return { type: 'payment.absent', issuer, reference, last, at }
  },

  capture: async ({ context: { cardPayment }, requestId }) => {
    if (cardPayment?.paymentId === undefined) return
    const { issuer, paymentId } = cardPayment
    const call = calls.issuer(issuer).payments[':paymentId'].captures.$post({ param: { paymentId } }, once(requestId))
    const asked = await insist(issuer, answer(call))
    if (asked.outcome === 'refused') return { type: 'capture.refused', reason: asked.reason, at: now() }
    return { type: 'capture.done', at: now() }
  },

  /** An authorisation that cannot be released any more has lapsed, which is as good. */
  release: async ({ params: { issuer, reference, paymentId }, requestId }) => {
    const call = calls.issuer(issuer).payments[':paymentId'].releases.$post({ param: { paymentId } }, once(requestId))
    await insist(issuer, answer(call))
    return { type: 'payment.released', reference, at: now() }
  },

  refundToCard: async ({ context: { payment }, params: { amountYen }, requestId }) => {
    if (payment?.issuer === undefined || payment.paymentId === undefined) return
    const { issuer, paymentId } = payment
    const call = calls
      .issuer(issuer)
      .payments[':paymentId'].refunds.$post({ param: { paymentId }, json: { amountYen } }, once(requestId))
    const asked = await insist(issuer, answer(call))
    if (asked.outcome === 'refused') return { type: 'refund.refused', reason: asked.reason, at: now() }
    return { type: 'refund.done', amountYen, at: now() }
  },
})

/** `issuers` are the card issuers the clinic has a contract with; without it, any. */
export const createEffects = (site: Site, { issuers }: { issuers?: string[] | undefined }): VisitEffects => {
  const calls = createCalls(site)
  const now = () => site.clock.now()
  return {
    ...receptionEffects(calls, now),
    ...paymentEffects(calls, now, (issuer) => issuers === undefined || issuers.includes(issuer)),
  }
}
