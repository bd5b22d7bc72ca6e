/** The insurer's HTTP interface. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { callerOf, createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import {
  eligibilityAnswer,
  eligibilityByNumber,
  eligibilityRequest,
  healthInformation,
  healthInformationRequest,
  healthRecord,
  insuredPerson,
  qualificationLoss,
} from '../messages/insurance.ts'
import { memberLink, memberLinkAnswer, referenceAnswer, referenceQuery } from '../messages/link.ts'
import { date, id } from '../messages/person.ts'
import { challengeIssued } from '../messages/verification.ts'
import type { MemberLinking } from '../provider/memberLink.ts'
import { dateInJapan, eligibilityOn, type Eligibility } from './eligibility.ts'
import type { Insured, insuredPersonMachine, Loss, Registration } from './machine.ts'
import type { Redeem } from '../provider/redemption.ts'
import type { HealthRecords } from './store.ts'

const standing = z.strictObject({
  insuredNumber: id,
  state: z.string(),
  lostFrom: date.optional(),
  nextInsurer: id.optional(),
})
type Standing = z.output<typeof standing>
type HealthInformation = z.output<typeof healthInformation>

export type InsurerParts = {
  people: ActorKind<typeof insuredPersonMachine>
  records: HealthRecords
  redeem: Redeem
  members: MemberLinking
  self: InsurerOptions
}

/** `insurerNumber` is 保険者番号: eight digits, synthetic. */
export type InsurerOptions = { insurerNumber: string; nameJa: string }

const insurerProfile = z.strictObject({ insurer: id, insurerNumber: z.string(), nameJa: z.string() })

export const createApp = (site: Site, { people, records, redeem, members, self }: InsurerParts) => {
  const personOf = async (insuredNumber: string | undefined): Promise<Insured | undefined> =>
    insuredNumber === undefined ? undefined : (await people.find(insuredNumber))?.context

  const standingOf = (state: string, { registration, loss }: Insured): Standing => ({
    insuredNumber: registration.insuredNumber,
    state,
    ...(loss !== undefined && { lostFrom: loss.lostFrom }),
    ...(loss?.nextInsurer !== undefined && { nextInsurer: loss.nextInsurer }),
  })

  const register = async (registration: Registration): Promise<Standing> => {
    const { state, context } = await people.start(registration.insuredNumber, registration)
    if (!isDeepStrictEqual(context.registration, registration))
      throw new Problem(409, 'number-taken', 'this insured number belongs to somebody else')
    return standingOf(state, context)
  }

  const lose = async (insuredNumber: string, loss: Loss, requestId: string): Promise<Standing> => {
    const { registration } = (await people.get(insuredNumber)).context
    if (loss.lostFrom < registration.qualifiedFrom) {
      const errors = [{ field: '/lostFrom', reason: 'before the qualification began' }]
      throw new Problem(422, 'invalid-body', 'the body does not fit: /lostFrom before the qualification began', {
        errors,
      })
    }
    const { state, context } = await people.send(insuredNumber, { type: 'qualification.lost', loss }, requestId)
    return standingOf(state, context)
  }

  const healthOf = async (insuredNumber: string | undefined): Promise<HealthInformation> => {
    if (insuredNumber === undefined) return { outcome: 'refused', reason: 'ticket-refused' }
    const insured = await personOf(insuredNumber)
    const eligibility = eligibilityOn(dateInJapan(site.clock.now()), insured, site.id)
    if (eligibility.validity !== 'valid') return { outcome: 'refused', reason: 'not-insured' }
    return { outcome: 'given', addressee: eligibility.name, ...(await records.of(insuredNumber)) }
  }

  const byNumber = async (asked: z.output<typeof eligibilityByNumber>): Promise<Eligibility> => {
    const insured = await personOf(asked.insuredNumber)
    const sameBirth = insured?.registration.dateOfBirth === asked.dateOfBirth
    return eligibilityOn(asked.serviceDate, sameBirth ? insured : undefined, site.id)
  }

  return createEdge(site)
    .get(
      '/insurer',
      route({ summary: 'Which insurer this is', purpose: 'insurer.show', answer: insurerProfile, repeatable: true }),
      (c) => c.json({ insurer: site.id, ...self }),
    )
    .post(
      '/insured-persons',
      routeWithBody(insuredPerson, {
        summary: 'Register an insured person 被保険者',
        purpose: 'insured-person.register',
        answer: standing,
        repeatable: true,
      }),
      async (c) => c.json(await register(c.req.valid('json'))),
    )
    .post(
      '/insured-persons/:insuredNumber/losses',
      routeWithBody(qualificationLoss, {
        summary: 'Report the loss of the qualification 資格喪失, or the next insurer of somebody who lost it',
        purpose: 'qualification.lose',
        answer: standing,
      }),
      async (c) => c.json(await lose(c.req.param('insuredNumber'), c.req.valid('json'), requestIdOf(c, site))),
    )
    .put(
      '/insured-persons/:insuredNumber/health-record',
      routeWithBody(healthRecord, {
        summary:
          'Set what there is to tell a person: expenses 医療費通知, generics ジェネリック差額通知, check-ups 健診',
        purpose: 'health-record.set',
        answer: healthRecord,
      }),
      async (c) => {
        const { registration } = (await people.get(c.req.param('insuredNumber'))).context
        await records.put(registration.insuredNumber, c.req.valid('json'))
        return c.json(c.req.valid('json'))
      },
    )
    .post(
      '/challenges',
      route({
        summary: 'A challenge for a member’s card at the counter',
        purpose: 'member.challenge',
        answer: challengeIssued,
      }),
      async (c) => c.json(await members.challenge(requestIdOf(c, site))),
    )
    .post(
      '/insured-persons/:insuredNumber/links',
      routeWithBody(memberLink, {
        summary: 'Link a member’s card to the insured number, at the counter and with consent 紐付け',
        purpose: 'insured-person.link',
        answer: memberLinkAnswer,
      }),
      async (c) => {
        const { registration } = (await people.get(c.req.param('insuredNumber'))).context
        return c.json(await members.link(registration.insuredNumber, c.req.valid('json'), requestIdOf(c, site)))
      },
    )
    .post(
      '/reference-queries',
      routeWithBody(referenceQuery, {
        summary: 'Whether an insured number is known here',
        purpose: 'reference.query',
        roles: ['platform'],
        answer: referenceAnswer,
        repeatable: true,
      }),
      async (c) => c.json({ known: (await people.find(c.req.valid('json').reference)) !== undefined }),
    )
    .post(
      '/eligibility-checks',
      routeWithBody(eligibilityRequest, {
        summary: 'Whether the ticket’s person is insured here on the day of the service 資格確認',
        purpose: 'eligibility.check',
        roles: ['clinic'],
        answer: eligibilityAnswer,
      }),
      async (c) => {
        const { ticket, serviceDate } = c.req.valid('json')
        const insuredNumber = await redeem({ ticket, bearer: callerOf(c).id, requestId: requestIdOf(c, site) })
        return c.json(eligibilityOn(serviceDate, await personOf(insuredNumber), site.id))
      },
    )
    .post(
      '/eligibility-checks/by-number',
      routeWithBody(eligibilityByNumber, {
        summary: 'The same by the number on a paper card; the date of birth must fit it',
        purpose: 'eligibility.check-by-number',
        roles: ['clinic'],
        answer: eligibilityAnswer,
      }),
      async (c) => c.json(await byNumber(c.req.valid('json'))),
    )
    .post(
      '/health-information',
      routeWithBody(healthInformationRequest, {
        summary: 'The health notices of the ticket’s person, and of nobody else',
        purpose: 'health-information.fetch',
        roles: ['operator'],
        answer: healthInformation,
      }),
      async (c) => {
        const { ticket } = c.req.valid('json')
        const insuredNumber = await redeem({ ticket, bearer: callerOf(c).id, requestId: requestIdOf(c, site) })
        return c.json(await healthOf(insuredNumber))
      },
    )
}
