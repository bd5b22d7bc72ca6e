/** Status the platform must not rely on: what an authority that is wrong, late or impersonated sends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock, DAY, HOUR, MINUTE, type Clock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { trustAnchors } from '../pki/chain.ts'
import { issueCrl } from '../pki/crlIssue.ts'
import { generateKeyPair } from '../pki/key.ts'
import { certIdOf, createOcspError, createOcspResponse, parseOcspRequest } from '../pki/ocsp.ts'
import { caName, crlDistributionPoint } from '../pki/profile.ts'
import { createAuthority, createOcspSigner, issueAuthentication, kiyose, now } from '../pki/testHierarchy.ts'
import { createCrlSource } from './crlStatus.ts'
import { createMeter, meteringTable } from './meter.ts'
import { createOcspSource } from './ocspStatus.ts'
import { questionAbout } from './revocation.ts'
import { createRevocationStore, revocationTables } from './revocationStore.ts'

const kind = 'authentication'
const [ca, impostor] = [await createAuthority(kind), await createAuthority(kind)]
const [responder, falseResponder] = [await createOcspSigner(kind, ca), await createOcspSigner(kind, impostor)]
const issuer = parseCertificate(ca.certificate)
const certificate = parseCertificate(await issueAuthentication({ ca, keyPair: await generateKeyPair() }))
const question = questionAbout({ certificate, issuer, kind, purpose: 'verification' })

let clock: Clock
let site: Site
let close: () => Promise<void>
/** What the stand-in authority sends next, and how often it was asked. */
let sends: (request: Uint8Array) => Promise<Uint8Array>
let asked: number

beforeEach(async () => {
  clock = createClock({ mode: 'virtual', startAt: now })
  asked = 0
  const authority = new Hono()
  const reply = async (request: Uint8Array) => {
    asked += 1
    return new Response(new Uint8Array(await sends(request)))
  }
  authority.get('/crls', (c) => c.json({ crls: [{ kind, partition: 'all', generation: 1 }] }))
  authority.get('/crls/:kind/:partition', () => reply(new Uint8Array()))
  authority.post('/ocsp/:kind', async (c) => reply(new Uint8Array(await c.req.arrayBuffer())))
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  const parts = { folder, seed: 'status', clock, directory: new Map(), faults: createFaults(createRandom('faults')) }
  const transport = inProcess(new Map([['ca', authority]]))
  site = await createSite({ id: 'platform', role: 'platform', name: { ja: '', en: '' }, ...parts, transport })
  await site.store.declare(...revocationTables, meteringTable)
  close = async () => {
    await site.store.close()
    rmSync(folder, { recursive: true })
  }
})
afterEach(() => close())

type Answer = {
  thisUpdate?: number
  nextUpdate?: number
  by?: typeof responder
  serialNumber?: string
  nonce?: Uint8Array
}
const ocsp = (answer: Answer) => async (request: Uint8Array) => {
  const { nonce } = parseOcspRequest(request)
  const { thisUpdate = now, nextUpdate = now + 15 * MINUTE, by = responder } = answer
  const certId = certIdOf(issuer, answer.serialNumber ?? certificate.serialNumber)
  const given = answer.nonce ?? nonce
  return createOcspResponse({
    responder: by,
    producedAt: thisUpdate,
    responses: [{ certId, status: { certStatus: 'good' }, thisUpdate, nextUpdate }],
    ...(given && { nonce: given }),
  })
}
const byOcsp = () => createOcspSource(site, createMeter(site)).of(question)

test('a right OCSP answer counts, with the time it speaks of', async () => {
  sends = ocsp({})
  expect(await byOcsp()).toEqual({
    certStatus: 'good',
    asOf: now,
    evidence: { type: 'ocsp', der: expect.any(Uint8Array) },
  })
})

const unfit: Record<string, () => (request: Uint8Array) => Promise<Uint8Array>> = {
  'is signed by somebody else': () => ocsp({ by: falseResponder }),
  'is about another certificate': () => ocsp({ serialNumber: '0ABC' }),
  'answers another question': () => ocsp({ nonce: new Uint8Array(32) }),
  'is stale': () => ocsp({ thisUpdate: now - HOUR, nextUpdate: now - 45 * MINUTE }),
  'comes from the future': () => ocsp({ thisUpdate: now + HOUR, nextUpdate: now + 2 * HOUR }),
  'is only an error': () => () => Promise.resolve(createOcspError('tryLater')),
  'is no OCSP at all': () => () => Promise.resolve(Buffer.from('<html>')),
}
for (const [fault, make] of Object.entries(unfit)) {
  test(`an OCSP answer that ${fault} leaves the status unknown`, async () => {
    sends = make()
    expect(await byOcsp()).toBeUndefined()
  })
}

type List = { thisUpdate?: number; nextUpdate?: number; by?: typeof ca; serials?: string[]; of?: 'nobody' }
const crl =
  ({ thisUpdate = now - HOUR, nextUpdate = now + 2 * DAY, by = ca, serials = [], of }: List = {}) =>
  () =>
    issueCrl({
      ca: by,
      thisUpdate,
      nextUpdate,
      crlNumber: Math.floor(thisUpdate / DAY),
      entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: thisUpdate, reasonCode: 5 })),
      distributionPoint: of === 'nobody' ? caName(kind) : crlDistributionPoint(kind, kiyose),
    })
const crlSource = () => {
  const anchors = trustAnchors([{ kind, der: ca.certificate }])
  const store = createRevocationStore(site.store)
  return createCrlSource(site, {
    trust: { anchors: () => anchors, generations: () => [] },
    store,
    meter: createMeter(site),
  })
}

test('a right list counts, for those on it and those not', async () => {
  sends = crl()
  expect(await crlSource().of(question)).toEqual({
    certStatus: 'good',
    asOf: now - HOUR,
    evidence: { type: 'crl', der: expect.any(Uint8Array) },
  })
})

test('a list that is stale, of another scope, signed by somebody else, or none at all leaves the status unknown', async () => {
  for (const list of [
    crl({ thisUpdate: now - 3 * DAY, nextUpdate: now - DAY }),
    crl({ of: 'nobody' }),
    crl({ by: impostor }),
    () => Promise.resolve(Buffer.from('<html>')),
  ]) {
    sends = list
    expect(await crlSource().of(question)).toBeUndefined()
    await site.store.write(async (tx) => void (await tx.run('delete from crls')))
  }
})

test('neither an older nor a forged list takes the place of the one held', async () => {
  const source = crlSource()
  sends = crl({ serials: [certificate.serialNumber] })
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
  await clock.advance(DAY)
  for (const list of [crl({ thisUpdate: now - DAY }), crl({ thisUpdate: now + DAY, by: impostor })]) {
    sends = list
    expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
    await clock.advance(HOUR)
  }
  expect(asked).toBe(3)
})

test('an authority that publishes late is asked again every quarter of an hour, not for every certificate', async () => {
  const source = crlSource()
  sends = crl()
  await source.of(question)
  await clock.advance(DAY)
  for (let minute = 0; minute < 30; minute++) {
    expect(await source.of(question)).toMatchObject({ certStatus: 'good' })
    await clock.advance(MINUTE)
  }
  expect(asked).toBe(3)
})
