/** The municipality's HTTP interface: the counter for residents, and departures for other municipalities. */
import { validator } from 'hono/validator'
import type { z } from 'zod'
import { createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import {
  cardIssue,
  cardReturn,
  moveIn,
  moveWithin,
  pinUnblock,
  registration,
  rename,
  residentPage,
  residentQuery,
  residentRecord,
  signatureReissue,
} from '../messages/residence.ts'
import type { Counter } from './counter.ts'
import { withoutPins } from './redaction.ts'

/** The edge declares bodies; a query is checked here, in the same words. */
const page = validator('query', (given): z.output<typeof residentQuery> => {
  const parsed = residentQuery.safeParse(given)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.map(({ path, message }) => ({ field: `/${path.join('/')}`, reason: message }))
  throw new Problem(422, 'invalid-query', 'the query does not fit: /after, /limit', { errors })
})

export const createApp = (site: Site, counter: Counter) => {
  const { list, tell, tellOfCard, orderOnCard, register, arrive, issueCard, reissue, unblock, show } = counter
  const now = () => site.clock.now()
  return createEdge(site)
    .post(
      '/residents',
      routeWithBody(registration, {
        summary: 'Enter a resident into the register',
        purpose: 'resident.register',
        answer: residentRecord,
      }),
      async (c) => c.json(await register(c.req.valid('json'), requestIdOf(c, site))),
    )
    .get(
      '/residents',
      route({
        summary: 'Records of the register, page by page',
        purpose: 'resident.list',
        answer: residentPage,
        repeatable: true,
      }),
      page,
      async (c) => {
        const { after = '', limit = 50 } = c.req.valid('query')
        return c.json(await list(after, Number(limit)))
      },
    )
    .get(
      '/residents/:residentId',
      route({ summary: 'What the register says', purpose: 'resident.show', answer: residentRecord }),
      async (c) => c.json(await show(c.req.param('residentId'))),
    )
    .post(
      '/residents/:residentId/moves',
      routeWithBody(moveWithin, {
        summary: 'Move within the municipality 転居届; the signature certificate ends',
        purpose: 'resident.move',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'resident.moved', ...c.req.valid('json'), at: now() } as const
        return c.json(await tell(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/arrivals',
      routeWithBody(moveIn, {
        summary: 'Move in from another municipality 転入届; card and authentication certificate stay in use',
        purpose: 'resident.arrive',
        answer: residentRecord,
      }),
      async (c) => c.json(await arrive(c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/departures',
      route({
        summary: 'Hand the record over to the municipality moved to 転出',
        purpose: 'resident.depart',
        roles: ['municipality'],
        answer: residentRecord,
      }),
      async (c) => c.json(await tell(c.req.param('residentId'), { type: 'resident.departed' }, requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/renames',
      routeWithBody(rename, {
        summary: 'Another name, e.g. on marriage; the signature certificate ends',
        purpose: 'resident.rename',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'resident.renamed', ...c.req.valid('json'), at: now() } as const
        return c.json(await tell(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/residents/:residentId/emigrations',
      route({
        summary: 'Move abroad 国外転出届; the card is handed in and both certificates end',
        purpose: 'resident.emigrate',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'resident.emigrated', at: now() } as const
        return c.json(await tell(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/residents/:residentId/deaths',
      route({
        summary: 'Notification of death 死亡届; both certificates end',
        purpose: 'resident.die',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'resident.died', at: now() } as const
        return c.json(await tell(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/residents/:residentId/cards',
      routeWithBody(cardIssue, {
        summary: 'Issue a card with its certificates; who still has one hands it in',
        purpose: 'card.issue',
        answer: residentRecord,
        redact: withoutPins,
      }),
      async (c) => c.json(await issueCard(c.req.param('residentId'), c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/signature-certificates',
      routeWithBody(signatureReissue, {
        summary: 'A new signature certificate on the card one has',
        purpose: 'certificate.reissue',
        answer: residentRecord,
        redact: withoutPins,
      }),
      async (c) => c.json(await reissue(c.req.param('residentId'), c.req.valid('json'), requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/renewals',
      route({
        summary: 'Renew the certificates on the card 更新; the old ones are superseded',
        purpose: 'certificate.renew',
        answer: residentRecord,
      }),
      async (c) =>
        c.json(await orderOnCard(c.req.param('residentId'), { type: 'renewal.requested' }, requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/card-losses',
      route({
        summary: 'Report the card lost 一時停止; both certificates are held, for ever',
        purpose: 'card.lose',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'card.lost', at: now() } as const
        return c.json(await tell(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/residents/:residentId/card-finds',
      route({
        summary: 'The lost card was found: it may be used again, with new certificates after a renewal',
        purpose: 'card.find',
        answer: residentRecord,
      }),
      async (c) => c.json(await tellOfCard(c.req.param('residentId'), { type: 'card.found' }, requestIdOf(c, site))),
    )
    .post(
      '/residents/:residentId/card-returns',
      routeWithBody(cardReturn, {
        summary: 'Hand in a card 返納: the one in use, whose certificates end, or one that was lost; it is destroyed',
        purpose: 'card.hand-in',
        answer: residentRecord,
      }),
      async (c) => {
        const event = { type: 'card.returned', ...c.req.valid('json'), at: now() } as const
        return c.json(await tellOfCard(c.req.param('residentId'), event, requestIdOf(c, site)))
      },
    )
    .post(
      '/residents/:residentId/unblocks',
      routeWithBody(pinUnblock, {
        summary: 'Set a PIN of the card anew, blocked or not',
        purpose: 'pin.unblock',
        answer: residentRecord,
        redact: withoutPins,
      }),
      async (c) => c.json(await unblock(c.req.param('residentId'), c.req.valid('json'), requestIdOf(c, site))),
    )
}
