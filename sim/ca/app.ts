/** The certification authority's HTTP interface: orders from municipalities, questions from accredited verifiers, and the rest beside it. */
import { callerOf, createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import type { Site } from '../core/site.ts'
import {
  certificateIssued,
  certificateRequest,
  certificateState,
  revocationRequest,
  serialLink,
  serialLinkRequest,
  successor,
  successorRequest,
  usage as usageAnswer,
} from '../messages/certificate.ts'
import { createAuthorityRoutes } from './authorityRoutes.ts'
import { createResidentRoutes } from './residentRoutes.ts'
import { createStatusRoutes, type StatusParts } from './statusRoutes.ts'
import { kindOf, verifiers } from './routeNames.ts'
import type { Generations } from './generation.ts'
import type { Issue } from './issuing.ts'
import type { LatestBasicFour } from './latestBasicFour.ts'
import type { createRevoking } from './revoking.ts'
import type { SerialLinks } from './serialLink.ts'
import type { ApplyForSmartphone } from './smartphone.ts'

export type CaParts = StatusParts & {
  generations: Generations
  issue: Issue
  revoking: ReturnType<typeof createRevoking>
  links: SerialLinks
  applyForSmartphone: ApplyForSmartphone
  /** Missing where the world has no such service. */
  latestBasicFour?: LatestBasicFour
}

const municipalities = ['municipality']

export const createApp = (site: Site, parts: CaParts) => {
  const { issue, revoking, links, usage } = parts
  return createEdge(site)
    .post(
      '/certificates',
      routeWithBody(certificateRequest, {
        summary: 'Issue a certificate for a key on a resident’s card',
        purpose: 'certificate.issue',
        roles: municipalities,
        answer: certificateIssued,
      }),
      async (c) => {
        const municipality = callerOf(c).id
        return c.json(await issue({ asked: c.req.valid('json'), municipality, requestKey: requestIdOf(c, site) }))
      },
    )
    .post(
      '/certificates/:kind/:serialNumber/revocations',
      routeWithBody(revocationRequest, {
        summary: 'Revoke a certificate; any municipality may, since people move',
        purpose: 'certificate.revoke',
        roles: municipalities,
        answer: certificateState,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.param()
        const named = { kind: kindOf(kind), serialNumber }
        return c.json(await revoking.revoke(named, c.req.valid('json').reason, requestIdOf(c, site)))
      },
    )
    .get(
      '/certificates/:kind/:serialNumber',
      route({
        summary: 'How a certificate stands at this moment',
        purpose: 'certificate.show',
        roles: municipalities,
        answer: certificateState,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.param()
        return c.json(await revoking.stateOf({ kind: kindOf(kind), serialNumber }))
      },
    )
    .post(
      '/serial-links',
      routeWithBody(serialLinkRequest, {
        summary: 'From a signature certificate to the same card’s authentication certificate 発行番号の対応',
        purpose: 'serial-link.ask',
        roles: verifiers,
        answer: serialLink,
        repeatable: true,
      }),
      async (c) => {
        const authentication = await links.authenticationOf(c.req.valid('json').signatureSerialNumber)
        return c.json(authentication === undefined ? {} : { authenticationSerialNumber: authentication })
      },
    )
    .post(
      '/successors',
      routeWithBody(successorRequest, {
        summary: 'From a certificate to the one in use in its place',
        purpose: 'successor.ask',
        roles: verifiers,
        answer: successor,
        repeatable: true,
      }),
      async (c) => {
        const { kind, serialNumber } = c.req.valid('json')
        const successorSerialNumber = await links.successorOf(kind, serialNumber)
        return c.json(successorSerialNumber === undefined ? {} : { successorSerialNumber })
      },
    )
    .get(
      '/usage',
      route({
        summary: 'How often the asking verifier checked certificates',
        purpose: 'usage.show',
        roles: verifiers,
        answer: usageAnswer,
      }),
      async (c) => c.json({ usage: await usage.of(callerOf(c).id) }),
    )
    .route('/', createStatusRoutes(site, parts))
    .route('/', createAuthorityRoutes(site, parts))
    .route('/', createResidentRoutes(site, parts))
}
