/** The clinic's HTTP interface: the reception terminal, the desk and the payment terminal. */
import { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { answer } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { id } from '../messages/person.ts'
import { challengeIssued } from '../messages/verification.ts'
import {
  arrival,
  arrived,
  cardReading,
  paperCard,
  payInCash,
  receipt,
  treatment,
  visitList,
  visitRefund,
  visitView,
} from '../messages/visit.ts'
import type { PlatformApp } from '../platform/index.ts'
import { attempt } from '../core/attempt.ts'
import type { visit } from './machine.ts'
import type { VisitEvent } from './visit.ts'
import type { Receipts } from './store.ts'
import { receiptOf, viewOf, type VisitView } from './view.ts'

/** `institutionCode` is 医療機関コード: ten digits, synthetic. Without `issuers` the clinic takes any linked card. */
export type ClinicOptions = {
  nameJa: string
  address: string
  institutionCode: string
  insurers: string[]
  issuers?: string[] | undefined
}

const clinicProfile = z.strictObject({
  clinic: id,
  nameJa: z.string(),
  address: z.string(),
  institutionCode: z.string(),
  insurers: z.array(id),
})

type Arrival = z.output<typeof arrival>

/** A visit id leaves room for the number of a payment attempt, which must not look like a visit of its own. */
const longestVisitId = 48
const looksLikeAttempt = /-attempt-\d+$/

/** So many visits fit on the desk's screen (assumed). */
const mostListed = 100

/** Why money is not taken or given back, said more plainly than that the state has no place for it. */
const refusals: Partial<Record<VisitEvent['type'], { code: string; detail: string }>> = {
  'cash.received': { code: 'not-payable', detail: 'there is no open bill, or the cash does not cover it' },
  'refund.asked': { code: 'not-refundable', detail: 'nothing was paid, or less than is to be paid back' },
}

export const createApp = (
  site: Site,
  { visits, receipts, clinic }: { visits: ActorKind<typeof visit>; receipts: Receipts; clinic: ClinicOptions },
) => {
  const platform = site.network.connect<PlatformApp>('platform')

  const challenge = async () => {
    const asked = await attempt(answer(platform.challenges.$post()))
    if (asked.outcome === 'answered') return asked.value
    const detail = 'no challenge for the card: the platform does not answer; the visit goes on without it'
    throw new Problem(503, 'platform-silent', detail)
  }

  const arrive = async ({ visitId, patientName, dateOfBirth }: Arrival) => {
    if (visitId.length > longestVisitId || looksLikeAttempt.test(visitId)) {
      const reason = `must have at most ${longestVisitId} characters and not end in -attempt-<number>`
      throw new Problem(422, 'invalid-body', 'the body does not fit: /visitId', {
        errors: [{ field: '/visitId', reason }],
      })
    }
    const begun = await visits.start(visitId, { visitId, patientName, dateOfBirth, arrivedAt: site.clock.now() })
    if (begun.context.patientName !== patientName || begun.context.dateOfBirth !== dateOfBirth)
      throw new Problem(409, 'visit-exists', `visit ${visitId} is another patient's`)
    return { visitId, state: begun.state, challenge: await challenge() }
  }

  const tell = async (visitId: string, event: VisitEvent, requestId: string): Promise<VisitView> => {
    try {
      return viewOf(await visits.send(visitId, event, requestId))
    } catch (error) {
      const why = refusals[event.type]
      if (error instanceof Problem && error.code === 'not-now' && why !== undefined)
        throw new Problem(409, why.code, why.detail, { cause: error })
      throw error
    }
  }

  const latest = async () => {
    const all = await visits.list()
    return all
      .sort((a, b) => b.context.arrivedAt - a.context.arrivedAt || b.id.localeCompare(a.id))
      .slice(0, mostListed)
      .map((state) => ({ ...viewOf(state), patientName: state.context.patientName }))
  }

  const readPaper = async (visitId: string, card: z.output<typeof paperCard>, requestId: string) => {
    const { insurer, insuredNumber, link, consentGiven } = card
    if (!clinic.insurers.includes(insurer)) {
      const errors = [{ field: '/insurer', reason: 'not an insurer this clinic has a contract with' }]
      throw new Problem(422, 'invalid-body', 'the body does not fit: /insurer', { errors })
    }
    const paper = { insurer, insuredNumber, link: link && consentGiven }
    return tell(visitId, { type: 'paper.shown', paper, at: site.clock.now() }, requestId)
  }

  const receiptFor = async (visitId: string) => {
    const paid = receiptOf(await visits.get(visitId), clinic)
    if (paid === undefined) throw new Problem(409, 'not-paid', 'there is no receipt before payment')
    return { ...paid, issuedAt: await receipts.issue(visitId, site.clock.now()) }
  }

  return createEdge(site)
    .get(
      '/clinic',
      route({ summary: 'Which clinic this is', purpose: 'clinic.show', answer: clinicProfile, repeatable: true }),
      (c) => {
        const { nameJa, address, institutionCode, insurers } = clinic
        return c.json({ clinic: site.id, nameJa, address, institutionCode, insurers })
      },
    )
    .post(
      '/visits',
      routeWithBody(arrival, {
        summary: 'A patient arrives and says name and date of birth; the terminal gets a challenge for the card',
        purpose: 'visit.begin',
        answer: arrived,
      }),
      async (c) => c.json(await arrive(c.req.valid('json'))),
    )
    .get(
      '/visits',
      route({ summary: 'The latest visits, for the desk', purpose: 'visit.list', answer: visitList, repeatable: true }),
      async (c) => c.json({ visits: await latest() }),
    )
    .get(
      '/visits/:visitId',
      route({ summary: 'How far a visit has come', purpose: 'visit.show', answer: visitView, repeatable: true }),
      async (c) => c.json(viewOf(await visits.get(c.req.param('visitId')))),
    )
    .post(
      '/visits/:visitId/card-readings',
      routeWithBody(cardReading, {
        summary: 'The card at reception: who it is, and whether insured 資格確認',
        purpose: 'card.read',
        answer: visitView,
      }),
      async (c) => {
        const event = { type: 'card.read', proof: c.req.valid('json'), at: site.clock.now() } as const
        return c.json(await tell(c.req.param('visitId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/visits/:visitId/paper-cards',
      routeWithBody(paperCard, {
        summary: 'A paper insurance card 被保険者証, linked to the card just read when the patient agrees',
        purpose: 'paper-card.read',
        answer: visitView,
      }),
      async (c) => c.json(await readPaper(c.req.param('visitId'), c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/visits/:visitId/treatments',
      routeWithBody(treatment, { summary: 'Treated: the bill is made', purpose: 'visit.bill', answer: visitView }),
      async (c) => {
        const event = { type: 'treatment.given', points: c.req.valid('json').points, at: site.clock.now() } as const
        return c.json(await tell(c.req.param('visitId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/visits/:visitId/challenges',
      route({
        summary: 'A fresh challenge for another reading of the card',
        purpose: 'challenge.get',
        answer: challengeIssued,
      }),
      async (c) => {
        await visits.get(c.req.param('visitId'))
        return c.json(await challenge())
      },
    )
    .post(
      '/visits/:visitId/card-payments',
      routeWithBody(cardReading, {
        summary: 'Pay the bill with the credit or debit card linked to the card',
        purpose: 'bill.pay-by-card',
        answer: visitView,
      }),
      async (c) => {
        const event = { type: 'payment.offered', proof: c.req.valid('json'), at: site.clock.now() } as const
        return c.json(await tell(c.req.param('visitId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/visits/:visitId/cash-payments',
      routeWithBody(payInCash, {
        summary: 'Pay the bill in cash; what is above it is change',
        purpose: 'bill.pay-in-cash',
        answer: visitView,
      }),
      async (c) => {
        const { receivedYen } = c.req.valid('json')
        const event = { type: 'cash.received', receivedYen, at: site.clock.now() } as const
        return c.json(await tell(c.req.param('visitId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/visits/:visitId/refunds',
      routeWithBody(visitRefund, {
        summary: 'Pay back part or all, the way it was paid; never more than was paid',
        purpose: 'bill.refund',
        answer: visitView,
      }),
      async (c) => {
        const { amountYen } = c.req.valid('json')
        const event = { type: 'refund.asked', amountYen, at: site.clock.now() } as const
        return c.json(await tell(c.req.param('visitId'), event, requestIdOf(c, site)))
      },
    )
    .get(
      '/visits/:visitId/receipt',
      route({ summary: 'The receipt 領収書', purpose: 'receipt.issue', answer: receipt, repeatable: true }),
      async (c) => {
        return c.json(await receiptFor(c.req.param('visitId')))
      },
    )
}
