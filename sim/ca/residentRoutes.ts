/** What residents order themselves with documents signed by their cards, and what the platform may learn because of it. */
import { Hono } from 'hono'
import { callerOf, charge, requestIdOf, routeWithBody, type Edge } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import * as messages from '../messages/latestBasicFour.ts'
import { smartphoneCertificates } from '../messages/smartphone.ts'
import type { LatestBasicFour } from './latestBasicFour.ts'
import { verifiers } from './routeNames.ts'
import type { ApplyForSmartphone } from './smartphone.ts'

type Parts = { applyForSmartphone: ApplyForSmartphone; latestBasicFour?: LatestBasicFour }

export const createResidentRoutes = (site: Site, { applyForSmartphone, latestBasicFour }: Parts) => {
  const service = (): LatestBasicFour => {
    if (latestBasicFour !== undefined) return latestBasicFour
    throw new Problem(404, 'no-such-service', 'this authority does not offer the latest basic four')
  }

  return new Hono<Edge>()
    .post(
      '/smartphone-certificates',
      routeWithBody(messages.signedOrder, {
        summary: 'Apply for a smartphone’s certificates with the card’s signature スマホ用電子証明書',
        purpose: 'smartphone-certificate.apply',
        answer: smartphoneCertificates,
      }),
      async (c) => c.json(await applyForSmartphone(c.req.valid('json').signedDocument, requestIdOf(c, site))),
    )
    .post(
      '/basic-four-consents',
      routeWithBody(messages.signedOrder, {
        summary: 'Consent that a service may learn the latest basic four, signed with the signature certificate',
        purpose: 'basic-four-consent.give',
        answer: messages.consent,
      }),
      async (c) => c.json(await service().consent(c.req.valid('json').signedDocument)),
    )
    .post(
      '/basic-four-consents/withdrawals',
      routeWithBody(messages.signedOrder, {
        summary: 'Withdraw that consent, signed with the signature certificate',
        purpose: 'basic-four-consent.withdraw',
        answer: messages.consent,
      }),
      async (c) => c.json(await service().withdraw(c.req.valid('json').signedDocument)),
    )
    .post(
      '/basic-four-consents/inquiries',
      routeWithBody(messages.signedOrder, {
        summary: 'Which consents one has given, asked with the authentication certificate',
        purpose: 'basic-four-consent.list',
        answer: messages.consentList,
      }),
      async (c) => c.json({ consents: await service().inquire(c.req.valid('json').signedDocument) }),
    )
    .post(
      '/latest-basic-four',
      routeWithBody(messages.latestBasicFourRequest, {
        summary: 'The latest basic four of whoever held this certificate 最新の利用者情報(4情報)提供サービス',
        purpose: 'latest-basic-four.ask',
        roles: verifiers,
        answer: messages.latestBasicFour,
      }),
      async (c) => {
        const answer = await service().ask(c.req.valid('json'))
        if (answer.outcome === 'given')
          charge(c, { item: 'latest-basic-four', payer: callerOf(c).id, payee: site.id, quantity: 1 })
        return c.json(answer)
      },
    )
}
