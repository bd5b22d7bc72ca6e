/** The platform's HTTP interface to the service of the latest basic four. */
import { Hono } from 'hono'
import { callerOf, charge, type Edge, requestIdOf, routeWithBody } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import { basicFourPassedOn, consent, signedOrder, storedBasicFourRequest } from '../messages/latestBasicFour.ts'
import type { LatestBasicFour } from './latestBasicFour.ts'

export const createLatestBasicFourApp = (site: Site, service: LatestBasicFour, providers: readonly string[]) =>
  new Hono<Edge>()
    .post(
      '/basic-four-consents',
      routeWithBody(signedOrder, {
        summary: 'Pass a resident’s signed consent for this provider on to the authority',
        purpose: 'basic-four-consent.forward',
        roles: providers,
        answer: consent,
      }),
      async (c) => {
        const { signedDocument } = c.req.valid('json')
        const asked = { signedDocument, provider: callerOf(c).id, requestId: requestIdOf(c, site) }
        return c.json(await service.forwardConsent(asked))
      },
    )
    .post(
      '/latest-basic-four',
      routeWithBody(storedBasicFourRequest, {
        summary: 'The latest basic four of whoever held this stored certificate 最新の利用者情報(4情報)提供サービス',
        purpose: 'latest-basic-four.pass-on',
        roles: providers,
        answer: basicFourPassedOn,
      }),
      async (c) => {
        const { storedCertificateId } = c.req.valid('json')
        const provider = callerOf(c).id
        const passedOn = await service.ask({ storedCertificateId, provider, requestId: requestIdOf(c, site) })
        // Owed only where something was given, as to the authority.
        if (passedOn.outcome === 'given')
          charge(c, { item: 'latest-basic-four', payer: provider, payee: site.id, quantity: 1 })
        return c.json(passedOn)
      },
    )
