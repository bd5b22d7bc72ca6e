/** A small world around one card issuer for its tests: two clinics, people, and a platform that knows some tickets. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { callerOf, createEdge, routeWithBody } from '../core/http.ts'
import type { Directory } from '../core/identity.ts'
import { inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { redemptionRequest } from '../messages/link.ts'
import type { LinkPurpose } from '../messages/verification.ts'
import { createPayment, type PaymentApp } from './index.ts'

export type KnownTicket = { bearer: string; audience: string; reference: string; purpose: LinkPurpose }

/** Stands in for the platform: redeems the tickets put into `tickets`, and counts how often it was asked. */
const standInPlatform = (site: Site, tickets: Map<string, KnownTicket>, asked: { times: number }) =>
  createEdge(site).post(
    '/ticket-redemptions',
    routeWithBody(redemptionRequest, { summary: 'redeem', purpose: 'ticket.redeem', roles: ['issuer'] }),
    (c) => {
      asked.times += 1
      const { ticket, bearer } = c.req.valid('json')
      const known = tickets.get(ticket)
      if (known === undefined || known.audience !== callerOf(c).id)
        return c.json({ outcome: 'refused', reason: 'unknown' })
      if (known.bearer !== bearer) return c.json({ outcome: 'refused', reason: 'wrong-bearer' })
      const { purpose, reference } = known
      return c.json({ outcome: 'valid', purpose, reference, bearer, expiresAt: site.clock.now() + 1000 })
    },
  )

/** 2026-04-01 09:00 in Japan. */
export const startAt = Date.UTC(2026, 3, 1)

export const createTestWorld = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const sites: Site[] = []
  const make = async (id: string, role: string) => {
    const common = { folder, seed: 'test', clock, directory, transport: inProcess(apps), faults }
    const site = await createSite({ id, role, name: { ja: id, en: id }, ...common })
    sites.push(site)
    return site
  }
  const answerAs = (id: string, app: unknown) => {
    if (app instanceof Hono) apps.set(id, app)
  }
  const tickets = new Map<string, KnownTicket>()
  const asked = { times: 0 }
  answerAs('platform', standInPlatform(await make('platform', 'platform'), tickets, asked))
  const issuer = await make('payment-credit', 'issuer')
  const { app } = await createPayment(issuer, { kind: 'credit' })
  answerAs('payment-credit', app)
  const as = async (id: string, role: string) => (await make(id, role)).network.connect<PaymentApp>('payment-credit')
  return {
    clock,
    faults,
    tickets,
    asked,
    issuer,
    people: await as('people', 'public'),
    clinic: await as('clinic-sakura', 'clinic'),
    otherClinic: await as('clinic-kaede', 'clinic'),
    platform: sites[0]?.network.connect<PaymentApp>('payment-credit'),
    close: async () => {
      for (const site of sites) await site.store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
