/** A cable operator among stand-ins of the platform and an insurer, for its tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { createEdge, route, routeWithBody } from '../core/http.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { healthInformationRequest } from '../messages/insurance.ts'
import { authenticationRequest, type Refusal } from '../messages/verification.ts'
import { createCatv, type CatvApp } from './index.ts'

/** Everything of a test file lies here and goes with it. */
const place = mkdtempSync(join(tmpdir(), 'catv-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

export const startAt = Date.UTC(2026, 3, 1)

/** Viewers by what stands in their certificate: what the platform knows of them. */
export const createViewers = (): Record<string, { refused?: Refusal; linked: boolean; consented: boolean }> => ({
  taro: { linked: true, consented: true },
  hanako: { linked: true, consented: true },
  hajime: { linked: false, consented: true },
  yoshie: { linked: true, consented: false },
  misaki: { refused: 'revoked', linked: true, consented: true },
})

/** Unlike anything else in the operator's database, so that a trace of it is found. */
export const facilityOf = (viewer: string) => `診療所 ${viewer.toUpperCase()}-7`

const platformApp = (site: Site, viewers: ReturnType<typeof createViewers>) => {
  const roles = ['operator']
  return createEdge(site)
    .post('/challenges', route({ summary: '', purpose: 'challenge.get', roles }), (c) =>
      c.json({ challengeId: site.random.id(), challenge: toBase64(site.random.bytes(32)), expiresAt: startAt }),
    )
    .post(
      '/authentications',
      routeWithBody(authenticationRequest, { summary: '', purpose: 'authenticate', roles }),
      (c) => {
        const { certificate, consentGiven } = c.req.valid('json')
        const name = Buffer.from(certificate, 'base64').toString()
        const viewer = viewers[name]
        if (viewer === undefined) return c.json({ outcome: 'refused', reason: 'unknown-issuer' })
        if (viewer.refused !== undefined) return c.json({ outcome: 'refused', reason: viewer.refused })
        const lacks = viewer.linked ? (viewer.consented || consentGiven ? undefined : 'consent') : 'link'
        const purpose = 'health-insurance'
        const ticket = { purpose, audience: 'insurer-nhi', ticket: `ticket-${name}`, expiresAt: startAt }
        return c.json({
          outcome: 'accepted',
          authenticationId: `a-${name}`,
          accountId: `p-${name}`,
          tickets: lacks === undefined ? [ticket] : [],
          missing: lacks === undefined ? [] : [{ purpose, lacks }],
        })
      },
    )
}

const insurerApp = (site: Site) =>
  createEdge(site).post(
    '/health-information',
    routeWithBody(healthInformationRequest, { summary: '', purpose: 'health', roles: ['operator'] }),
    (c) => {
      const viewer = c.req.valid('json').ticket.replace('ticket-', '')
      return c.json({
        outcome: 'given',
        addressee: viewer,
        medicalExpenses: [
          { month: '2026-02', facility: facilityOf(viewer), days: 1, totalYen: 5_000, patientYen: 1_500 },
        ],
        genericSavings: [],
        checkups: [],
      })
    },
  )

export const createTestWorld = async () => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const folder = mkdtempSync(join(place, 'world-'))
  const transport = inProcess(apps)
  const site = (id: string, role: string) =>
    createSite({ id, role, name: { ja: id, en: id }, folder, seed: 'catv', clock, directory, transport, faults })
  const put = (id: string, app: unknown) => {
    if (!(app instanceof Hono)) throw new Error(`${id} has no app`)
    apps.set(id, app)
  }

  const viewers = createViewers()
  put('platform', platformApp(await site('platform', 'platform'), viewers))
  put('insurer-nhi', insurerApp(await site('insurer-nhi', 'insurer')))
  const operator = await site('catv-hikari', 'operator')
  put('catv-hikari', (await createCatv(operator, { nameJa: 'ひかりケーブルテレビ' })).app)

  const people = await site('people', 'public')
  const catv = people.network.connect<CatvApp>('catv-hikari')
  const boxParam = { param: { setTopBoxId: 'STB-1' } }

  const tv = {
    insertCard: () => answer(catv['set-top-boxes'][':setTopBoxId'].sessions.$post(boxParam)),
    login: (sessionId: string, viewer: string, consentGiven = false) =>
      answer(
        catv.sessions[':sessionId'].logins.$post({
          param: { sessionId },
          json: { certificate: Buffer.from(viewer).toString('base64'), signature: 'AAAA', consentGiven },
        }),
      ),
    remove: (sessionId: string) => answer(catv.sessions[':sessionId'].removals.$post({ param: { sessionId } })),
    screen: (setTopBoxId = 'STB-1') =>
      answer(catv['set-top-boxes'][':setTopBoxId'].screen.$get({ param: { setTopBoxId } })),
    watch: async (viewer: string, consentGiven = false) => {
      const { sessionId } = await tv.insertCard()
      return { sessionId, screen: await tv.login(sessionId, viewer, consentGiven) }
    },
  }

  const enter = async (subscriberNumber: string, setTopBoxId: string, address: string) => {
    await answer(catv.subscribers.$post({ json: { subscriberNumber, name: '加入者', address } }))
    await answer(catv['set-top-boxes'].$post({ json: { setTopBoxId, subscriberNumber } }))
  }
  await enter('H-1', 'STB-1', '見本県青葉野市一丁目1番1号')
  await enter('H-2', 'STB-2', '見本県緑野町二丁目2番2号')
  return { clock, faults, viewers, operator, catv, tv, site, enter }
}
