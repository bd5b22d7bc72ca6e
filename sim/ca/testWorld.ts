/** A small real world for the tests of this folder: the authority, and callers in the roles that use it. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createClock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import type { Directory } from '../core/identity.ts'
import { answer, inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { exportPublicKey, generateKeyPair } from '../pki/key.ts'
import { checkOcspResponse, createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { createCa, type CaApp } from './index.ts'

/** 2026-04-01 10:07 in Japan. */
export const startAt = Date.UTC(2026, 3, 1, 1, 7)

const municipalities = {
  'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' },
  'municipality-midorino': { code: '99301', prefecture: 'Mihon-ken', city: 'Midorino-machi' },
}

const publicKey = exportPublicKey((await generateKeyPair()).publicKey)
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

/** `folder` of an earlier world: the same authority after a restart. */
export const createTestWorld = async (folder = mkdtempSync(join(tmpdir(), 'ca-site-'))) => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom('faults'))
  const shared = { folder, seed: 'ca', clock, directory, transport: inProcess(apps), faults }
  const site = (id: string, role: string) => createSite({ id, role, name: { ja: id, en: id }, ...shared })
  const caSite = await site('ca', 'ca')
  const { app }: { app: unknown } = await createCa(caSite, { municipalities })
  if (app instanceof Hono) apps.set('ca', app)
  const connect = async (id: string, role: string) => (await site(id, role)).network.connect<CaApp>('ca')
  const town = await connect('municipality-aobano', 'municipality')
  const village = await connect('municipality-midorino', 'municipality')
  const platform = await connect('platform', 'platform')
  const insurer = await connect('insurer-nhi', 'insurer')

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

  const revoke = (kind: CertificateKind, serialNumber: string, reason: 'affiliationChanged' | 'certificateHold') =>
    answer(
      village.certificates[':kind'][':serialNumber'].revocations.$post({
        param: { kind, serialNumber },
        json: { reason },
      }),
    )

  const authorityOf = async (kind: CertificateKind) => {
    const { authorities } = await answer(platform.authorities.$get())
    const found = authorities.find((authority) => authority.kind === kind)
    return parseCertificate(fromBase64(found?.certificate ?? ''))
  }

  const ask = async (kind: CertificateKind, request: Uint8Array) => {
    const init = { method: 'POST', body: Buffer.from(request) }
    const response = await platform.ocsp[':kind'].$post({ param: { kind } }, { init })
    return { status: response.status, der: new Uint8Array(await response.arrayBuffer()) }
  }

  /** The answer of OCSP, checked as a verifier checks it. */
  const ocsp = async (kind: CertificateKind, certificate: string) => {
    const issuer = await authorityOf(kind)
    const parsed = parseCertificate(fromBase64(certificate))
    const nonce = Buffer.from('0123456789abcdef')
    const { der } = await ask(kind, createOcspRequest({ issuer, serialNumbers: [parsed.serialNumber], nonce }))
    return checkOcspResponse(parseOcspResponse(der), { issuer, certificate: parsed, now: clock.now(), nonce })
  }

  const crl = async (kind: CertificateKind, partition: string) => {
    const response = await platform.crls[':kind'][':partition'].$get({ param: { kind, partition } })
    return new Uint8Array(await response.arrayBuffer())
  }

  return {
    ...{ folder, clock, caSite, town, village, platform, insurer },
    ...{ issue, revoke, authorityOf, ask, ocsp, crl },
  }
}
