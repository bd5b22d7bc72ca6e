/** Lists and deltas the platform must and must not take: numbers that go back, also after a restart, and deltas without their base. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock, DAY, HOUR, MINUTE, type Clock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { issueCrl } from '../pki/crlIssue.ts'
import { crlDistributionPoint } from '../pki/profile.ts'
import { kiyose } from '../pki/testHierarchy.ts'
import type { CrlFetch } from './crlFetch.ts'
import { createCrlSource } from './crlStatus.ts'
import { createMeter, meteringTable } from './meter.ts'
import { questionAbout } from './revocation.ts'
import { createRevocationStore, revocationTables } from './revocationStore.ts'
import { anchors, authority, impostor, issuer, itemOf, now } from './testProofs.ts'

const kind = 'authentication'
const certificate = parseCertificate(Buffer.from((await itemOf(0x77n)).certificate, 'base64'))
const question = questionAbout({ certificate, issuer, kind, purpose: 'verification' })
const { serialNumber } = certificate

let folder: string
let clock: Clock
let site: Site
/** What the CA publishes. */
let published: { full?: Uint8Array; delta?: Uint8Array }

const open = async () => {
  const parts = { folder, seed: 'lists', clock, directory: new Map(), faults: createFaults(createRandom('faults')) }
  site = await createSite({
    id: 'platform',
    role: 'platform',
    name: { ja: '', en: '' },
    ...parts,
    transport: inProcess(new Map()),
  })
  await site.store.declare(...revocationTables, meteringTable)
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lists-'))
  clock = createClock({ mode: 'virtual', startAt: now })
  published = {}
  await open()
})
afterEach(async () => {
  await site.store.close()
  rmSync(folder, { recursive: true })
})

const fetch: CrlFetch = {
  published: () => Promise.resolve([{ kind, partition: 'all', generation: 1 }]),
  bytes: (_, type) => Promise.resolve(published[type]),
}
const create = (method: 'crl' | 'delta' = 'crl') =>
  createCrlSource(site, {
    ...{ fetch, method, trust: { anchors: () => anchors, generations: () => [] } },
    ...{ store: createRevocationStore(site.store), meter: createMeter(site) },
  })

type List = {
  number: number
  base?: number
  at?: number
  serials?: string[]
  by?: typeof authority
  reasonCode?: number
}
const list = ({ number, base, at = now, serials = [], by = authority, reasonCode = 1 }: List) =>
  issueCrl({
    ca: by,
    thisUpdate: at,
    nextUpdate: at + (base === undefined ? 2 * DAY : 3 * HOUR),
    crlNumber: number,
    entries: serials.map((serial) => ({ serialNumber: serial, revocationDate: at - MINUTE, reasonCode })),
    distributionPoint: crlDistributionPoint(kind, kiyose),
    ...(base !== undefined && { baseCrlNumber: base }),
  })

test('a list with a lower number is refused as rollback, however new it says it is', async () => {
  const source = create()
  published = { full: await list({ number: 20, serials: [serialNumber] }) }
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
  await clock.advance(DAY)
  published = { full: await list({ number: 19, at: now + DAY }) }
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
  expect(source.state()).toMatchObject([{ number: '20', refused: { reason: 'rollback', at: now + DAY } }])
})

test('a lower number is refused after a restart too, even when the list itself ran out', async () => {
  published = { full: await list({ number: 20, serials: [serialNumber] }) }
  await create().of(question)
  await site.store.close()
  await clock.advance(3 * DAY)
  await open()
  published = { full: await list({ number: 19, at: now + 3 * DAY }) }
  const source = create()
  expect(await source.of(question)).toBeUndefined()
  expect(source.state()).toMatchObject([{ state: 'empty', refused: { reason: 'rollback' } }])
  published = { full: await list({ number: 21, at: now + 3 * DAY }) }
  expect(await create().of(question)).toMatchObject({ certStatus: 'good', asOf: now + 3 * DAY })
})

test('the same number again, as after a restart without the list, counts', async () => {
  published = { full: await list({ number: 20 }) }
  await create().of(question)
  await site.store.write(async (tx) => void (await tx.run('delete from crls')))
  expect(await create().of(question)).toMatchObject({ certStatus: 'good' })
})

test('what is held answers without the certificate, once it is known which list covers it', async () => {
  published = { full: await list({ number: 20, serials: [serialNumber] }) }
  const source = create()
  const blind = { ...question, certificate: () => Promise.reject(new Error('not to be read')) }
  expect(source.held(blind)).toBeUndefined()
  await source.of(question)
  expect(source.held(blind)).toMatchObject({ certStatus: 'revoked' })
  await clock.advance(DAY)
  expect(source.held(blind)).toBeUndefined()
})

test('a delta adds its news to the base, and its time is the time spoken of', async () => {
  const source = create('delta')
  published = { full: await list({ number: 20 }) }
  expect(await source.of(question)).toMatchObject({ certStatus: 'good', asOf: now })
  await clock.advance(HOUR)
  published.delta = await list({ number: 21, base: 20, at: now + HOUR, serials: [serialNumber] })
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked', asOf: now + HOUR, reasonCode: 1 })
})

test('a delta can take an entry off its base', async () => {
  const source = create('delta')
  published = {
    full: await list({ number: 20, serials: [serialNumber] }),
    delta: await list({ number: 21, base: 20, serials: [serialNumber], reasonCode: 8 }),
  }
  expect(await source.of(question)).toMatchObject({ certStatus: 'good' })
})

test('a delta upon a base that is not held, one of somebody else, and one that ran out are left aside', async () => {
  const revoking = { serials: [serialNumber], at: now }
  const full = await list({ number: 20 })
  for (const delta of [
    await list({ number: 23, base: 22, ...revoking }),
    await list({ number: 21, base: 20, ...revoking, by: impostor }),
    await list({ number: 21, base: 20, ...revoking, at: now - 4 * HOUR }),
    full,
  ]) {
    published = { full, delta }
    expect(await create('delta').of(question)).toMatchObject({ certStatus: 'good', asOf: now })
    await site.store.write(async (tx) => {
      await tx.run('delete from crls')
      await tx.run('delete from crlNumbers')
    })
  }
})

test('a delta is no list to decide by where lists alone are asked for', async () => {
  published = { full: await list({ number: 21, base: 20 }) }
  expect(await create().of(question)).toBeUndefined()
})

test('deltas outlive a restart', async () => {
  published = { full: await list({ number: 20 }), delta: await list({ number: 21, base: 20, serials: [serialNumber] }) }
  await create('delta').of(question)
  published = {}
  expect(await create('delta').of(question)).toMatchObject({ certStatus: 'revoked' })
})
