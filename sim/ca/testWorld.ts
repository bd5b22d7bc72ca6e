/** A small real world for the tests of this folder: the authority, and callers in the roles that use it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll } from 'vitest'
import { createClock, type Clock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import type { RevocationReason } from '../messages/person.ts'
import { parseCertificate, type Certificate } from '../pki/certificate.ts'
import { exportPublicKey, generateKeyPair } from '../pki/key.ts'
import { checkOcspResponse, createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { createCa, type CaApp, type CaOptions } from './index.ts'
import { crlsTable } from './tables.ts'

/** 2026-04-01 10:07 in Japan. */
export const startAt = Date.UTC(2026, 3, 1, 1, 7)

const municipalities = {
  'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' },
  'municipality-midorino': { code: '99301', prefecture: 'Mihon-ken', city: 'Midorino-machi' },
}

/** The key on every card of these tests. */
export const cardKey = await generateKeyPair()
const publicKey = exportPublicKey(cardKey.publicKey)
const basicFour = {
  name: '見本　花子',
  dateOfBirth: '1990-05-05',
  sex: 'female',
  address: '見本県青葉野市1-1',
} as const

export type Order = {
  cardId: string
  dateOfBirth?: string
  replaces?: string
  cardExpiresAt?: number
  requestId?: string
}

const folders = new Set<string>()
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

type TestWorldOptions = {
  /** Of an earlier world: the same authority after a restart. */
  folder?: string
  options?: Partial<CaOptions>
  resumeAt?: number
  /** Virtual unless another is given. */
  clock?: Clock
}

export const createTestWorld = async (world: TestWorldOptions = {}) => {
  const { folder: given, options = {}, resumeAt = startAt } = world
  const folder = given ?? mkdtempSync(join(tmpdir(), 'ca-site-'))
  folders.add(folder)
  const trustFolder = join(folder, 'trust-anchors')
  const clock = world.clock ?? createClock({ mode: 'virtual', startAt: resumeAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const shared = { folder, seed: 'ca', clock, directory, transport: inProcess(apps), faults }
  const sites: Site[] = []
  const site = async (id: string, role: string) => {
    const made = await createSite({ id, role, name: { ja: id, en: id }, ...shared })
    sites.push(made)
    return made
  }
  const caSite = await site('ca', 'ca')
  const { app }: { app: unknown } = await createCa(caSite, { municipalities, trustFolder, ...options })
  if (app instanceof Hono) apps.set('ca', app)
  await caSite.actors.resume()
  const connect = async (id: string, role: string) => (await site(id, role)).network.connect<CaApp>('ca')
  const town = await connect('municipality-aobano', 'municipality')
  const village = await connect('municipality-midorino', 'municipality')
  const platform = await connect('platform', 'platform')
  const insurer = await connect('insurer-nhi', 'insurer')
  const people = await connect('people', 'public')
  /** The authority's own staff. */
  const staff = caSite.network.connect<CaApp>('ca')

  const issue = async (
    kind: CertificateKind,
    { cardId, dateOfBirth = '1990-05-05', replaces, cardExpiresAt, requestId }: Order,
  ) => {
    const json = {
      ...{ kind, cardId, publicKey, dateOfBirth },
      cardExpiresAt: cardExpiresAt ?? Date.UTC(2036, 4, 5),
      ...(kind === 'signature' && { basicFour: { ...basicFour, dateOfBirth } }),
      ...(replaces !== undefined && { replaces }),
    }
    const options = requestId === undefined ? {} : { headers: { 'idempotency-key': requestId } }
    return answer(town.certificates.$post({ json }, options))
  }

  const revoke = (kind: CertificateKind, serialNumber: string, reason: RevocationReason) =>
    answer(
      village.certificates[':kind'][':serialNumber'].revocations.$post({
        param: { kind, serialNumber },
        json: { reason },
      }),
    )

  /** Of the newest generation unless said otherwise. */
  const authorityOf = async (kind: CertificateKind, generation?: number) => {
    const { authorities } = await answer(platform.authorities.$get())
    const found = authorities.find(
      (authority) => authority.kind === kind && (generation ?? authority.generation) === authority.generation,
    )
    return parseCertificate(fromBase64(found?.certificate ?? ''))
  }

  const ask = async (kind: CertificateKind, request: Uint8Array) => {
    const init = { method: 'POST', body: Buffer.from(request) }
    const response = await platform.ocsp[':kind'].$post({ param: { kind } }, { init })
    return { status: response.status, der: new Uint8Array(await response.arrayBuffer()) }
  }

  /** The answer of OCSP, checked as a verifier checks it. */
  const ocsp = async (kind: CertificateKind, certificate: string, issuedBy?: Certificate) => {
    const issuer = issuedBy ?? (await authorityOf(kind))
    const parsed = parseCertificate(fromBase64(certificate))
    const nonce = Buffer.from('0123456789abcdef')
    const { der } = await ask(kind, createOcspRequest({ issuer, serialNumbers: [parsed.serialNumber], nonce }))
    return checkOcspResponse(parseOcspResponse(der), { issuer, certificate: parsed, now: clock.now(), nonce })
  }

  const crl = async (kind: CertificateKind, partition: string, generation?: number) => {
    const query = generation === undefined ? {} : { query: { generation: String(generation) } }
    const response = await platform.crls[':kind'][':partition'].$get({ param: { kind, partition }, ...query })
    return new Uint8Array(await response.arrayBuffer())
  }
  const delta = async (kind: CertificateKind, partition: string) => {
    const response = await platform.crls[':kind'][':partition'].delta.$get({ param: { kind, partition } })
    return new Uint8Array(await response.arrayBuffer())
  }

  /** Every list that was made and kept. */
  const lists = () => caSite.store.read.select().from(crlsTable)

  const close = async () => {
    clock.stop()
    for (const { store } of sites) await store.close()
  }

  return {
    ...{ folder, trustFolder, clock, caSite, town, village, platform, insurer, people, staff },
    ...{ issue, revoke, authorityOf, ask, ocsp, crl, delta, lists, close },
  }
}
