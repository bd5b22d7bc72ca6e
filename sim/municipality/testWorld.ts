/** A small real world for the tests of this folder: two municipalities, the certification authority, the cards, and people. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import type { z } from 'zod'
import { createCa, type CaApp } from '../ca/index.ts'
import { createCard, type CardApp } from '../card/index.ts'
import { createReader } from '../card/reader.ts'
import { createClock } from '../core/clock.ts'
import { createFaults, faultRule } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import type { residentRecord } from '../messages/residence.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { createMunicipality, type MunicipalityApp } from './index.ts'

/** Everything of a test file lies here and goes with it. */
const place = mkdtempSync(join(tmpdir(), 'town-'))
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
  rmSync(place, { recursive: true })
})

/** Keys are made once for all tests of a file; those that set-up made are taken first. */
const keyPool = join(place, 'keys')
const made = join(import.meta.dirname, '..', '..', 'data', 'key-pool')
if (existsSync(made)) copyFileSync(made, keyPool)

const startAt = Date.UTC(2026, 3, 1)

const towns = {
  'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi', nameJa: '青葉野市' },
  'municipality-midorino': { code: '99301', prefecture: 'Mihon-ken', city: 'Midorino-machi', nameJa: '緑野町' },
}
type Town = keyof typeof towns

export const hanako = {
  name: '見本　花子',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市中央1-1',
} as const

/** `folder` of an earlier world: the same parties after a restart, at the time they had reached. */
export const createTestWorld = async (folder = mkdtempSync(join(place, 'world-')), at = startAt) => {
  const clock = createClock({ mode: 'virtual', startAt: at })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const shared = { folder, seed: 'town', clock, directory, transport: inProcess(apps), faults }
  const site = (id: string, role: string) => createSite({ id, role, name: { ja: id, en: id }, ...shared })
  const sites = new Map<string, Site>()
  const enter = (of: Site, { app }: { app: unknown }) => {
    sites.set(of.id, of)
    if (app instanceof Hono) apps.set(of.id, app)
  }
  const caSite = await site('ca', 'ca')
  enter(caSite, await createCa(caSite, { municipalities: towns }))
  const cardSite = await site('card', 'card')
  enter(cardSite, await createCard(cardSite, { keyPool }))
  for (const [id, options] of Object.entries(towns)) {
    const townSite = await site(id, 'municipality')
    enter(townSite, await createMunicipality(townSite, options))
  }
  const people = await site('people', 'public')
  closing.push(async () => {
    clock.stop()
    for (const { store } of [...sites.values(), people]) await store.close()
  })
  for (const one of sites.values()) await one.actors.resume()

  const town = (id: Town = 'municipality-aobano') => people.network.connect<MunicipalityApp>(id)
  const { residents } = town()
  const ofResident = residents[':residentId']

  /** A resident with a card; `signaturePassword` left out as for a child. */
  const register = async (residentId: string, dateOfBirth: string = hanako.dateOfBirth) =>
    answer(residents.$post({ json: { residentId, basicFour: { ...hanako, dateOfBirth } } }))
  const issue = async (residentId: string) => {
    await register(residentId)
    const json = { authenticationPin: '1234', signaturePassword: 'SIGN1234' }
    return answer(ofResident.cards.$post({ param: { residentId }, json }))
  }
  const show = (residentId: string, id?: Town) =>
    answer(town(id).residents[':residentId'].$get({ param: { residentId } }))

  const ca = sites.get('municipality-aobano')?.network.connect<CaApp>('ca')
  if (ca === undefined) throw new Error('no municipality')
  /** How the authority sees a certificate: `good` or the reason of its revocation. */
  const atCa = async (kind: CertificateKind, serialNumber: string | undefined) => {
    const param = { kind, serialNumber: serialNumber ?? '' }
    const state = await answer(ca.certificates[':kind'][':serialNumber'].$get({ param }))
    return state.reason ?? state.certStatus
  }

  const cards = people.network.connect<CardApp>('card')
  const reader = (cardId: string) =>
    createReader(
      async (apdu) => (await answer(cards[':cardId'].apdu.$post({ param: { cardId }, json: { apdu } }))).response,
    )

  const fault = (rule: Partial<ReturnType<typeof faultRule.parse>> & { kind: string }) =>
    faults.add(faultRule.parse(rule))

  return { folder, clock, sites, faults, fault, town, ofResident, register, issue, show, atCa, reader }
}

type Certificates = Pick<z.output<typeof residentRecord>, 'certificates'>
export const heldBy = ({ certificates }: Certificates, kind: CertificateKind) =>
  certificates.find((held) => held.kind === kind)
export const serialOf = (record: Certificates, kind: CertificateKind) => heldBy(record, kind)?.serialNumber
