/** Where the operator takes in notices: to every household of a place, or to one subscriber. */
import { Hono } from 'hono'
import { callerOf, type Edge, route, routeWithBody } from '../core/http.ts'
import { areaNotice, areaNoticeList, noticesShown, subscriberNotice } from '../messages/television.ts'
import type { Publisher } from './publisher.ts'

export const createNoticeRoutes = (publisher: Publisher) =>
  new Hono<Edge>()
    .get(
      '/area-notices',
      route({
        summary: 'Notices to places that are shown now',
        purpose: 'area-notice.list',
        answer: areaNoticeList,
        repeatable: true,
      }),
      async (c) => c.json({ notices: await publisher.toAreas() }),
    )
    .post(
      '/area-notices/:noticeId/withdrawals',
      route({
        summary: 'Show a notice to a place no longer, e.g. once an evacuation is over',
        purpose: 'area-notice.withdraw',
        roles: ['municipality', 'public'],
        answer: areaNoticeList,
      }),
      async (c) => {
        await publisher.withdraw(c.req.param('noticeId'))
        return c.json({ notices: await publisher.toAreas() })
      },
    )
    .post(
      '/area-notices',
      routeWithBody(areaNotice, {
        summary: 'Show a notice to every household whose address begins with the area',
        purpose: 'area-notice.publish',
        roles: ['municipality', 'public'],
        answer: noticesShown,
      }),
      async (c) => c.json(await publisher.toArea(c.req.valid('json'), callerOf(c).id)),
    )
    .post(
      '/subscriber-notices',
      routeWithBody(subscriberNotice, {
        summary: 'Show a neutral notice to one subscriber’s household',
        purpose: 'subscriber-notice.publish',
        roles: ['subscription'],
        answer: noticesShown,
      }),
      async (c) => c.json(await publisher.toSubscriber(c.req.valid('json'), callerOf(c).id)),
    )
