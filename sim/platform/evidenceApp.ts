/** The platform's HTTP interface to kept evidence. */
import { Hono } from 'hono'
import { callerOf, type Edge, route, routeWithBody } from '../core/http.ts'
import { contractEnded, evidenceCheckAnswer, evidenceCheckRequest, keptEvidence } from '../messages/verification.ts'
import type { EvidenceKeeping } from './evidence.ts'

export const createEvidenceApp = (keeping: EvidenceKeeping, providers: readonly string[]) =>
  new Hono<Edge>()
    .get(
      '/evidence/:evidenceId',
      route({
        summary: 'The evidence kept for this provider, as one signed document with everything in it',
        purpose: 'evidence.fetch',
        roles: providers,
        answer: keptEvidence,
        repeatable: true,
      }),
      async (c) => c.json(await keeping.find(c.req.param('evidenceId'), callerOf(c).id)),
    )
    .post(
      '/evidence/:evidenceId/contract-ends',
      route({
        summary:
          'The contract this evidence belongs to has ended: from now on the law counts its years; again changes nothing',
        purpose: 'evidence.end-contract',
        roles: providers,
        answer: contractEnded,
      }),
      async (c) => c.json(await keeping.endContract(c.req.param('evidenceId'), callerOf(c).id)),
    )
    .post(
      '/evidence-checks',
      routeWithBody(evidenceCheckRequest, {
        summary: 'Was it valid when signed? From the evidence alone, without asking the CA 長期検証',
        purpose: 'evidence.check',
        roles: providers,
        answer: evidenceCheckAnswer,
        repeatable: true,
      }),
      async (c) => c.json(await keeping.check(c.req.valid('json'))),
    )
