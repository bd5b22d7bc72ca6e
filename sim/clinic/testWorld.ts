/** A clinic among stand-ins of the platform, an insurer and a card issuer, for its tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import type { z } from 'zod'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { createEdge, requestIdOf, route, routeWithBody } from '../core/http.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess, once, type Transport } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { toBase64 } from '../messages/base64.ts'
import { eligibilityByNumber, eligibilityRequest, type eligibilityAnswer } from '../messages/insurance.ts'
import { linkRequest } from '../messages/link.ts'
import { authorisationRequest, refundRequest } from '../messages/payment.ts'
import { authenticationRequest, type Refusal } from '../messages/verification.ts'
import { createClinic, type ClinicApp } from './index.ts'

/** Everything of a test file lies here and goes with it. */
const place = mkdtempSync(join(tmpdir(), 'clinic-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

type Eligibility = z.output<typeof eligibilityAnswer>

const startAt = Date.UTC(2026, 3, 1)
export const taro = { patientName: '見本　太郎', dateOfBirth: '1980-05-05' }

export const insured = (name: string, dateOfBirth: string, copaymentRatio = 0.3): Eligibility => ({
  validity: 'valid',
  insurer: 'insurer-nhi',
  insuredNumber: 'N-1',
  name,
  dateOfBirth,
  relation: 'insured',
  copaymentRatio,
})

/** What the stand-ins know; tests change it as they like. */
const createKnown = () => {
  const cards: Record<string, { refused?: Refusal; insured?: boolean; pays?: boolean }> = {
    taro: { insured: true, pays: true },
  }
  const eligibility: Eligibility = insured(taro.patientName, taro.dateOfBirth)
  return { cards, eligibility, limitYen: 100_000, links: [''].slice(1), serviceDates: [''].slice(1) }
}
type Known = ReturnType<typeof createKnown>

const platformApp = (site: Site, known: Known) => {
  const roles = ['clinic']
  const ticketLifeMs = 300_000
  return createEdge(site)
    .post('/challenges', route({ summary: '', purpose: 'challenge.get', roles }), (c) =>
      c.json({ challengeId: site.random.id(), challenge: toBase64(site.random.bytes(32)), expiresAt: startAt }),
    )
    .post(
      '/authentications',
      routeWithBody(authenticationRequest, { summary: '', purpose: 'authenticate', roles }),
      (c) => {
        const { certificate, ask, consentGiven } = c.req.valid('json')
        const card = known.cards[Buffer.from(certificate, 'base64').toString()] ?? {}
        if (card.refused !== undefined) return c.json({ outcome: 'refused', reason: card.refused })
        const purpose = ask[0] ?? 'payment'
        const linked = purpose === 'payment' ? card.pays : card.insured
        const lacks = linked !== true ? 'link' : consentGiven ? undefined : 'consent'
        const audience = purpose === 'payment' ? 'payment-credit' : 'insurer-nhi'
        const ticket = { purpose, audience, ticket: site.random.id(), expiresAt: site.clock.now() + ticketLifeMs }
        return c.json({
          outcome: 'accepted',
          authenticationId: 'a-1',
          accountId: 'p-1',
          tickets: lacks === undefined ? [ticket] : [],
          missing: lacks === undefined ? [] : [{ purpose, lacks }],
        })
      },
    )
    .post('/links', routeWithBody(linkRequest, { summary: '', purpose: 'link.make', roles }), (c) => {
      known.links.push(c.req.valid('json').reference)
      return c.json({ outcome: 'linked', linkId: 'l-1' })
    })
}

const insurerApp = (site: Site, known: Known) => {
  const roles = ['clinic']
  return createEdge(site)
    .post('/eligibility-checks', routeWithBody(eligibilityRequest, { summary: '', purpose: 'check', roles }), (c) => {
      known.serviceDates.push(c.req.valid('json').serviceDate)
      return c.json(known.eligibility)
    })
    .post(
      '/eligibility-checks/by-number',
      routeWithBody(eligibilityByNumber, { summary: '', purpose: 'check', roles }),
      (c) => c.json(known.eligibility),
    )
}

type Held = {
  paymentId: string
  state: string
  amountYen: number
  capturedYen: number
  refundedYen: number
  merchantReference: string
}

const issuerApp = (site: Site, known: Known, payments: Held[], captures: string[]) => {
  const roles = ['clinic']
  const change = (paymentId: string, to: (held: Held) => Partial<Held>) => {
    const held = payments.find((payment) => payment.paymentId === paymentId)
    if (held === undefined) throw new Error(`no payment ${paymentId}`)
    return Object.assign(held, to(held))
  }
  return createEdge(site)
    .post('/authorisations', routeWithBody(authorisationRequest, { summary: '', purpose: 'authorise', roles }), (c) => {
      const { amountYen, merchantReference } = c.req.valid('json')
      if (amountYen > known.limitYen) return c.json({ outcome: 'refused', reason: 'limit-exceeded' })
      const paymentId = site.random.id()
      payments.push({ paymentId, state: 'authorised', amountYen, capturedYen: 0, refundedYen: 0, merchantReference })
      return c.json({ outcome: 'authorised', paymentId, expiresAt: startAt })
    })
    .get('/payments', route({ summary: '', purpose: 'reconcile', roles }), (c) =>
      c.json({
        payments: payments.filter((held) => held.merchantReference === c.req.query('merchantReference')),
      }),
    )
    .post('/payments/:paymentId/captures', route({ summary: '', purpose: 'capture', roles }), (c) => {
      captures.push(requestIdOf(c, site))
      return c.json(
        change(c.req.param('paymentId'), ({ amountYen }) => ({ state: 'captured', capturedYen: amountYen })),
      )
    })
    .post('/payments/:paymentId/releases', route({ summary: '', purpose: 'release', roles }), (c) =>
      c.json(change(c.req.param('paymentId'), () => ({ state: 'released' }))),
    )
    .post(
      '/payments/:paymentId/refunds',
      routeWithBody(refundRequest, { summary: '', purpose: 'refund', roles }),
      (c) =>
        c.json(
          change(c.req.param('paymentId'), ({ refundedYen }) => ({
            refundedYen: refundedYen + c.req.valid('json').amountYen,
          })),
        ),
    )
}

export const createTestWorld = async () => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const put = (id: string, app: unknown) => {
    if (!(app instanceof Hono)) throw new Error(`${id} has no app`)
    apps.set(id, app)
  }
  const faults = createFaults(createRandom('faults'))
  const folder = mkdtempSync(join(place, 'world-'))
  const deliver = inProcess(apps)
  /** Set by a test to have the clinic die right after a message to this path was carried out. */
  const kill: { after?: string | undefined } = {}
  const transport: Transport = async (to, url, init) => {
    const response = await deliver(to, url, init)
    if (kill.after === undefined || !url.endsWith(kill.after)) return response
    kill.after = undefined
    throw new Error('killed')
  }
  const site = (id: string, role: string) =>
    createSite({
      id,
      role,
      name: { ja: id, en: id },
      folder,
      seed: 'clinic',
      clock,
      directory,
      transport,
      faults,
      report: () => undefined,
    })

  const known = createKnown()
  const payments: Held[] = []
  const captures: string[] = []
  put('platform', platformApp(await site('platform', 'platform'), known))
  put('insurer-nhi', insurerApp(await site('insurer-nhi', 'insurer'), known))
  put('payment-credit', issuerApp(await site('payment-credit', 'issuer'), known, payments, captures))

  /** Start the clinic, or start it again over what the killed one left. */
  const start = async () => {
    const clinic = await site('clinic-sakura', 'clinic')
    const { app } = await createClinic(clinic, {
      nameJa: 'さくら診療所',
      address: '見本県青葉野市中央一丁目1番1号',
      institutionCode: '9910000001',
      insurers: ['insurer-nhi'],
    })
    put('clinic-sakura', app)
    await clinic.actors.resume()
    return clinic
  }
  const clinicSite = await start()
  const people = await site('people', 'public')
  const { visits } = people.network.connect<ClinicApp>('clinic-sakura')
  const visit = visits[':visitId']

  const param = { visitId: 'V-1' }
  const proof = (card: string) => ({
    challengeId: 'c-1',
    certificate: Buffer.from(card).toString('base64'),
    signature: 'AAAA',
  })
  const desk = {
    arrive: (patient = taro) => answer(visits.$post({ json: { visitId: 'V-1', ...patient } })),
    readCard: (card = 'taro', consentGiven = true) =>
      answer(visit['card-readings'].$post({ param, json: { ...proof(card), consentGiven } })),
    showPaper: (link = false) =>
      answer(
        visit['paper-cards'].$post({
          param,
          json: { insurer: 'insurer-nhi', insuredNumber: 'N-1', link, consentGiven: link },
        }),
      ),
    treat: (points: number) => answer(visit.treatments.$post({ param, json: { points } })),
    payByCard: (card = 'taro', requestId?: string) =>
      answer(
        visit['card-payments'].$post({ param, json: proof(card) }, requestId === undefined ? {} : once(requestId)),
      ),
    payInCash: (receivedYen: number) => answer(visit['cash-payments'].$post({ param, json: { receivedYen } })),
    refund: (amountYen: number, requestId?: string) =>
      answer(visit.refunds.$post({ param, json: { amountYen } }, requestId === undefined ? {} : once(requestId))),
    view: () => answer(visit.$get({ param })),
    receipt: () => answer(visit.receipt.$get({ param })),
  }
  return { clock, faults, known, payments, captures, kill, start, clinicSite, desk, people, site }
}
