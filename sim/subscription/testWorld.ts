/** A provider among stand-ins of the platform and a cable operator, for its tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import type { z } from 'zod'
import { createClock, DAY } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { createEdge, route, routeWithBody } from '../core/http.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { Problem } from '../core/problem.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { changeCheckRequest, type changeCheckResult } from '../messages/change.ts'
import { type basicFourPassedOn, signedOrder, storedBasicFourRequest } from '../messages/latestBasicFour.ts'
import type { BasicFour } from '../messages/person.ts'
import { subscriberNotice } from '../messages/television.ts'
import { application, signatureRequest, type Refusal } from '../messages/verification.ts'
import { createSubscription, type SubscriptionApp } from './index.ts'

/** Everything of a test file lies here and goes with it. */
const place = mkdtempSync(join(tmpdir(), 'subscription-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

type Status = Omit<z.output<typeof changeCheckResult>, 'storedCertificateId'>
type Latest = z.output<typeof basicFourPassedOn>
export type Application = z.input<typeof application>

export const startAt = Date.UTC(2026, 3, 1)
export const taro: BasicFour = {
  name: '見本　太郎',
  dateOfBirth: '1980-05-05',
  sex: 'male',
  address: '見本県青葉野市中央１丁目２番３号',
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

/** Stands for a signed document: whom the certificate names, and what was signed. */
export const signedBy = (signer: BasicFour, document: unknown, refused?: Refusal) =>
  base64({ signer, document: base64(document), refused })

const createKnown = () => {
  const statuses: Record<string, Status> = {}
  /** What the authority has to say of each stored certificate, and which requests asked; nothing new unless said otherwise. */
  const latest: Record<string, Latest> = {}
  const consents = { taken: true, forwarded: [''].slice(1) }
  const lists = { stored: [''].slice(1), withdrawn: [''].slice(1), checked: [['']].slice(1), shown: [''].slice(1) }
  return { ...lists, statuses, latest, consents, asked: [''].slice(1) }
}
type Known = ReturnType<typeof createKnown>

const platformApp = (site: Site, known: Known) => {
  const roles = ['subscription']
  return createEdge(site)
    .post('/signatures', routeWithBody(signatureRequest, { summary: '', purpose: 'verify', roles }), (c) => {
      const { signedDocument, keepForChangeChecks } = c.req.valid('json')
      const { signer, document, refused } = JSON.parse(Buffer.from(signedDocument, 'base64').toString())
      if (refused !== undefined) return c.json({ outcome: 'refused', reason: refused })
      const parsed = application.safeParse(JSON.parse(Buffer.from(document, 'base64').toString()))
      if (keepForChangeChecks && !(parsed.success && parsed.data.changeCheckConsent))
        return c.json({ outcome: 'refused', reason: 'no-consent' })
      const accepted = { outcome: 'accepted', basicFour: signer, document, notAfter: startAt + 1000 * DAY }
      if (!keepForChangeChecks) return c.json(accepted)
      const storedCertificateId = `stored-${known.stored.length + 1}`
      known.stored.push(storedCertificateId)
      return c.json({ ...accepted, storedCertificateId })
    })
    .post('/stored-certificates/:id/withdrawals', route({ summary: '', purpose: 'withdraw', roles }), (c) => {
      known.withdrawn.push(c.req.param('id'))
      return c.json({ storedCertificateId: c.req.param('id'), withdrawnAt: startAt })
    })
    .post('/basic-four-consents', routeWithBody(signedOrder, { summary: '', purpose: 'consent', roles }), (c) => {
      if (!known.consents.taken) throw new Problem(422, 'consent-refused', 'not signed just now')
      known.consents.forwarded.push(c.req.valid('json').signedDocument)
      const terms = { service: 'mobile-sora', items: ['name', 'address'], validFrom: startAt, validTo: startAt + DAY }
      return c.json({ ...terms, state: 'standing' })
    })
    .post('/latest-basic-four', routeWithBody(storedBasicFourRequest, { summary: '', purpose: 'ask', roles }), (c) => {
      const { storedCertificateId } = c.req.valid('json')
      known.asked.push(storedCertificateId)
      return c.json(known.latest[storedCertificateId] ?? { outcome: 'nothing-new' })
    })
    .post('/change-checks', routeWithBody(changeCheckRequest, { summary: '', purpose: 'check', roles }), (c) => {
      const { storedCertificateIds } = c.req.valid('json')
      known.checked.push(storedCertificateIds)
      const results = storedCertificateIds.map((storedCertificateId) => ({
        storedCertificateId,
        ...(known.statuses[storedCertificateId] ?? { certStatus: 'good' }),
      }))
      return c.json({ checkedAt: site.clock.now(), method: 'crl', results })
    })
}

const catvApp = (site: Site, known: Known) =>
  createEdge(site).post(
    '/subscriber-notices',
    routeWithBody(subscriberNotice, { summary: '', purpose: 'notice', roles: ['subscription'] }),
    (c) => {
      const { title, text } = c.req.valid('json')
      known.shown.push(`${title} ${text}`)
      return c.json({ setTopBoxes: 1 })
    },
  )

export const createTestWorld = async ({ latestBasicFour = false } = {}) => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const folder = mkdtempSync(join(place, 'world-'))
  const transport = inProcess(apps)
  const site = (id: string, role: string) =>
    createSite({ id, role, name: { ja: id, en: id }, folder, seed: 'x', clock, directory, transport, faults })
  const put = (id: string, app: unknown) => {
    if (!(app instanceof Hono)) throw new Error(`${id} has no app`)
    apps.set(id, app)
  }

  const known = createKnown()
  put('platform', platformApp(await site('platform', 'platform'), known))
  put('catv-hikari', catvApp(await site('catv-hikari', 'operator'), known))
  const provider = await site('mobile-sora', 'subscription')
  const options = { nameJa: 'そらモバイル', service: 'mobile', checkIntervalMs: 30 * DAY, latestBasicFour }
  put('mobile-sora', (await createSubscription(provider, options)).app)

  const people = await site('people', 'public')
  const sora = people.network.connect<SubscriptionApp>('mobile-sora')
  const contract = sora.contracts[':contractId']

  /** A form filled in and signed; `changes` are what is wrong or different about it. */
  const signed = async (signer = taro, changes: Partial<Application> = {}) => {
    const { nonce } = await answer(sora.nonces.$post())
    const form: Application = {
      provider: 'mobile-sora',
      service: 'mobile',
      applicant: signer,
      changeCheckConsent: true,
      television: { operator: 'catv-hikari', subscriberNumber: 'H-1' },
      nonce,
      ...changes,
    }
    return { signedDocument: signedBy(signer, form) }
  }

  const desk = {
    signUp: async (signer = taro, changes: Partial<Application> = {}) =>
      answer(sora.contracts.$post({ json: await signed(signer, changes) })),
    /** Sign up and be accepted. */
    join: async (signer = taro, changes: Partial<Application> = {}) => {
      const given = await desk.signUp(signer, changes)
      if (given.outcome !== 'accepted') throw new Error(given.reason)
      return given.contractId
    },
    signAgain: async (contractId: string, signer: BasicFour, changes: Partial<Application> = {}) =>
      answer(contract['re-signings'].$post({ param: { contractId }, json: await signed(signer, changes) })),
    view: (contractId: string) => answer(contract.$get({ param: { contractId } })),
    /** Sign up with the consent to the latest basic four as well. */
    joinWithConsent: async () => {
      const json = { ...(await signed()), basicFourConsent: base64({ order: 'consent' }) }
      const given = await answer(sora.contracts.$post({ json }))
      if (given.outcome !== 'accepted') throw new Error(given.reason)
      return given.contractId
    },
    withdraw: (contractId: string) => answer(contract['consent-withdrawals'].$post({ param: { contractId } })),
    cancel: (contractId: string) => answer(contract.cancellations.$post({ param: { contractId } })),
    round: () => answer(sora.rounds.$post()),
  }
  return { clock, faults, known, provider, sora, signed, desk, site }
}
