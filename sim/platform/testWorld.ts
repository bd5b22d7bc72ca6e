/** A small real world for the platform's tests: certification authority, insurer, card issuer and providers, all in process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createCa, type CaApp } from '../ca/index.ts'
import { createClock } from '../core/clock.ts'
import { createFaults, faultRule } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess, once } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { createInsurer, type InsurerApp } from '../insurer/index.ts'
import type { LinkPurpose } from '../messages/verification.ts'
import { createPayment, type PaymentApp } from '../payment/index.ts'
import { createPlatform, type PlatformApp, type PlatformOptions } from './index.ts'
import type { Method } from './revocation.ts'
import { createResidents, type Resident } from './testResident.ts'

/** 2026-04-01 10:07 in Japan. */
export const startAt = Date.UTC(2026, 3, 1, 1, 7)

const municipalities = {
  'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' },
  'municipality-midorino': { code: '99301', prefecture: 'Mihon-ken', city: 'Midorino-machi' },
}

const roles = {
  people: 'public',
  'clinic-sakura': 'clinic',
  'clinic-kaede': 'clinic',
  'catv-hikari': 'operator',
  'mobile-sora': 'subscription',
  'broadcaster-koho': 'subscription',
} as const
type Caller = keyof typeof roles

/** `folder` of an earlier world: the same parties after a restart. */
export const createTestWorld = async (
  revocation: Method = 'ocsp',
  folder = mkdtempSync(join(tmpdir(), 'site-')),
  resumeAt = startAt,
  options: Partial<PlatformOptions> = {},
) => {
  const clock = createClock({ mode: 'virtual', startAt: resumeAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const sites = new Map<string, Site>()
  const site = async (id: string, role: string) => {
    const shared = { folder, seed: 'platform', clock, directory, transport: inProcess(apps), faults }
    const made = await createSite({ id, role, name: { ja: id, en: id }, ...shared })
    sites.set(id, made)
    return made
  }
  const answers = ({ id }: Site, { app }: { app: unknown }) => {
    if (app instanceof Hono) apps.set(id, app)
  }
  const trustFolder = join(folder, 'trust-anchors')
  const caOptions = { municipalities, trustFolder, latestBasicFour: true }
  const platformSite = await site('platform', 'platform')
  answers(platformSite, await createPlatform(platformSite, { revocation, trustFolder, ...options }))
  const ca = await site('ca', 'ca')
  answers(ca, await createCa(ca, caOptions))
  const insurer = await site('insurer-nhi', 'insurer')
  answers(insurer, await createInsurer(insurer, { insurerNumber: '00999201', nameJa: '見本県国民健康保険' }))
  const issuer = await site('payment-credit', 'issuer')
  answers(issuer, await createPayment(issuer, { kind: 'credit' }))
  for (const [id, role] of Object.entries(roles)) await site(id, role)
  for (const id of Object.keys(municipalities)) await site(id, 'municipality')
  for (const { actors } of sites.values()) await actors.resume()

  const siteOf = (id: string): Site => {
    const found = sites.get(id)
    if (found === undefined) throw new Error(`no site ${id}`)
    return found
  }
  /** The platform as this party reaches it. */
  const as = (id: Caller | 'insurer-nhi' | 'payment-credit') => siteOf(id).network.connect<PlatformApp>('platform')
  const insurerAs = (id: Caller) => siteOf(id).network.connect<InsurerApp>('insurer-nhi')
  const issuerAs = (id: Caller) => siteOf(id).network.connect<PaymentApp>('payment-credit')
  const town = (id: keyof typeof municipalities) => siteOf(id).network.connect<CaApp>('ca')

  const challenge = (provider: Caller) => answer(as(provider).challenges.$post())

  /** The whole of an authentication: a challenge, the card's signature over it, and what the platform says. */
  const authenticate = async (
    provider: Caller,
    resident: Resident,
    options: { ask?: LinkPurpose[]; consentGiven?: boolean } = {},
  ) => {
    const { challengeId, challenge: bytes } = await challenge(provider)
    const json = { challengeId, ...resident.prove(bytes), ...options }
    return answer(as(provider).authentications.$post({ json }))
  }
  const authenticated = async (...asked: Parameters<typeof authenticate>) => {
    const outcome = await authenticate(...asked)
    if (outcome.outcome === 'refused') throw new Error(outcome.reason)
    return outcome
  }

  const link = async (provider: Caller, resident: Resident, to: { purpose: LinkPurpose; reference: string }) => {
    const { authenticationId } = await authenticated(provider, resident)
    const holder = to.purpose === 'payment' ? 'payment-credit' : 'insurer-nhi'
    const json = { authenticationId, holder, consentGiven: true, ...to } as const
    return answer(as(provider).links.$post({ json }))
  }

  /** The insurer and the card issuer get to know these numbers. */
  const insure = (insuredNumber: string) =>
    answer(
      insurerAs('people')['insured-persons'].$post({
        json: {
          insuredNumber,
          name: '見本 花子',
          dateOfBirth: '1990-05-05',
          sex: 'female',
          address: '見本県青葉野市中央一丁目1番1号',
          relation: 'insured',
          copaymentRatio: 0.3,
          qualifiedFrom: '2020-04-01',
        },
      }),
    )
  const openAccount = (accountNumber: string) =>
    answer(issuerAs('people').accounts.$post({ json: { accountNumber, availableYen: 10_000 } }))

  /** What the platform counted, as lines: `mobile-sora signature.ocsp.verification 1`. */
  const metered = async () =>
    (await answer(as('people').metering.$get())).checks.map(
      ({ provider, kind, method, purpose, count }) => `${provider} ${kind}.${method}.${purpose} ${count}`,
    )

  return {
    ...{ folder, trustFolder, clock, faults, siteOf, as, insurerAs, issuerAs, once },
    ...{ challenge, authenticate, authenticated, link, insure, openAccount, metered },
    ...createResidents({ clock, town }),
    breakLine: (to: string, kind: 'down' | 'error' | 'drop-answer' = 'down') =>
      faults.add(faultRule.parse({ kind, to })),
    close: async () => {
      clock.stop()
      for (const { store } of sites.values()) await store.close()
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

export type TestWorld = Awaited<ReturnType<typeof createTestWorld>>
