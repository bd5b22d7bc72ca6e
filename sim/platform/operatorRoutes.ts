/** The platform's routes for those who look after it: what it trusts, how its revocation data stand, sweeps, and what was counted. */
import { Hono } from 'hono'
import { type Edge, route } from '../core/http.ts'
import { changeSweep, metering, revocationData } from '../messages/change.ts'
import { trustAnchorList, trustAnchorsReloaded } from '../messages/trust.ts'
import type { ChangeSweeps } from './changeSweep.ts'
import type { Meter } from './meter.ts'
import type { StatusSource } from './revocation.ts'
import type { Trust } from './trust.ts'

export type OperatorParts = { trust: Trust; source: StatusSource; changeSweeps: ChangeSweeps; meter: Meter }

/** The platform's own operators act with the platform's identity: they need no second role. */
const operators = ['platform']

export const operatorRoutes = ({ trust, source, changeSweeps, meter }: OperatorParts) =>
  new Hono<Edge>()
    .get(
      '/trust-anchors',
      route({
        summary: 'The CA certificates this platform trusts, by their SHA-256',
        purpose: 'trust-anchor.list',
        answer: trustAnchorList,
      }),
      (c) => c.json({ anchors: trust.generations() }),
    )
    .post(
      '/trust-anchors/reloads',
      route({
        summary: 'Read the trust folder again at once',
        purpose: 'trust-anchor.reload',
        roles: operators,
        answer: trustAnchorsReloaded,
        repeatable: true,
      }),
      async (c) => c.json({ changed: await trust.reload(), anchors: trust.generations() }),
    )
    .get(
      '/revocation-data',
      route({
        summary: 'How the lists or snapshots stand that checks are answered from',
        purpose: 'revocation-data.show',
        roles: [...operators, 'public'],
        answer: revocationData,
      }),
      (c) => c.json({ method: source.method, data: source.state() }),
    )
    .post(
      '/change-sweeps',
      route({
        summary: 'Look up all stored certificates at once, or join the sweep under way 一斉照合',
        purpose: 'change-sweep.run',
        roles: operators,
        answer: changeSweep,
      }),
      async (c) => c.json(await changeSweeps.start()),
    )
    .get(
      '/change-sweeps/:sweepId',
      route({
        summary: 'How far a sweep has come, and how long it will still take',
        purpose: 'change-sweep.show',
        roles: operators,
        answer: changeSweep,
      }),
      async (c) => c.json(await changeSweeps.show(c.req.param('sweepId'))),
    )
    .get(
      '/metering',
      route({
        summary: 'Status checks by provider; those under the platform’s own id are what the CA was really asked',
        purpose: 'metering.report',
        roles: ['ca', 'platform', 'public'],
        answer: metering,
        repeatable: true,
      }),
      async (c) => c.json(await meter.report()),
    )
