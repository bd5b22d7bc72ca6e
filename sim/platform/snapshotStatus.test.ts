/** Revocation by signed snapshots: deltas between them, what is refused, staleness, restarts and threads. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { createClock, HOUR, MINUTE, type Clock } from '../core/clock.ts'
import { createFaults } from '../core/faults.ts'
import { inProcess } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createSite, type Site } from '../core/site.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { snapshotParts } from '../revocation/index.ts'
import { createCertificateMemory } from './certificateMemory.ts'
import { createMeter, meteringTable } from './meter.ts'
import { questionAbout } from './revocation.ts'
import type { SnapshotFetch } from './snapshotFetch.ts'
import { createSnapshotSource } from './snapshotStatus.ts'
import { anchors, authority, impostor, issuer, itemOf, now } from './testProofs.ts'
import { createProvingPool, createVerifications } from './verifications.ts'

const kind = 'authentication'
const item = await itemOf(0x1077n)
const certificate = parseCertificate(Buffer.from(item.certificate, 'base64'))
const question = questionAbout({ certificate, issuer, kind, purpose: 'verification' })
const { serialNumber } = certificate
const pool = createProvingPool(2)
afterAll(() => pool.close())

let folder: string
let clock: Clock
let site: Site
let published: { full?: Uint8Array; delta?: Uint8Array | 'none-yet' }
let asked: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'))
  clock = createClock({ mode: 'virtual', startAt: now })
  published = {}
  asked = []
  const parts = { folder, seed: 'snapshots', clock, directory: new Map(), faults: createFaults(createRandom('faults')) }
  site = await createSite({
    id: 'platform',
    role: 'platform',
    name: { ja: '', en: '' },
    ...parts,
    transport: inProcess(new Map()),
  })
  await site.store.declare(meteringTable)
})
afterEach(async () => {
  await site.store.close()
  rmSync(folder, { recursive: true })
})

const fetch: SnapshotFetch = {
  full: () => {
    asked.push('full')
    return Promise.resolve(published.full)
  },
  delta: (_, base) => {
    asked.push(`delta ${base}`)
    return Promise.resolve(published.delta)
  },
}
const trust = { anchors: () => anchors, generations: () => [], doubt: () => Promise.resolve(false) }
const create = () =>
  createSnapshotSource(site, { trust, meter: createMeter(site), fetch, folder: join(folder, 'kept') })

type Snapshot = { number: number; base?: number; at?: number; serials?: string[]; by?: typeof authority }
const snapshot = async ({ number, base, at = now, serials = [], by = authority }: Snapshot) => {
  const entries = serials.map((serial) => ({ serialNumber: serial, revocationDate: at - MINUTE, reasonCode: 1 }))
  const request = { ca: by, kind, number, thisUpdate: at, nextUpdate: at + HOUR, entries: () => entries } as const
  const parts = []
  for await (const part of snapshotParts({ ...request, ...(base !== undefined && { baseNumber: base }) }))
    parts.push(part)
  return Buffer.concat(parts)
}

test('the first question loads the snapshot; within a quarter of an hour nothing more is asked', async () => {
  published = { full: await snapshot({ number: 5, serials: [serialNumber] }) }
  const source = create()
  expect(source.held(question)).toBeUndefined()
  expect(await source.of(question)).toEqual({
    certStatus: 'revoked',
    revocationDate: now - MINUTE,
    reasonCode: 1,
    asOf: now,
  })
  await clock.advance(14 * MINUTE)
  expect(source.held(question)).toMatchObject({ certStatus: 'revoked' })
  expect(asked).toEqual(['full'])
})

test('after a quarter of an hour a delta brings the news', async () => {
  published = { full: await snapshot({ number: 5 }) }
  const source = create()
  expect(await source.of(question)).toEqual({ certStatus: 'good', asOf: now })
  await clock.advance(15 * MINUTE)
  published = { delta: await snapshot({ number: 6, base: 5, at: now + 15 * MINUTE, serials: [serialNumber] }) }
  expect(source.held(question)).toBeUndefined()
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked', asOf: now + 15 * MINUTE })
  expect(asked).toEqual(['full', 'delta 5'])
})

test('a delta that leaves a gap is refused and the whole snapshot loaded instead', async () => {
  published = { full: await snapshot({ number: 5 }) }
  const source = create()
  await source.of(question)
  await clock.advance(15 * MINUTE)
  const at = now + 15 * MINUTE
  published = {
    delta: await snapshot({ number: 8, base: 7, at }),
    full: await snapshot({ number: 8, at, serials: [serialNumber] }),
  }
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
  expect(source.state()).toMatchObject([{ state: 'current', number: '8', refused: { reason: 'gap', at } }])
})

test('rollback, a wrong signature, and junk are refused with the reason, and what is held goes on', async () => {
  published = { full: await snapshot({ number: 5, serials: [serialNumber] }) }
  const source = create()
  await source.of(question)
  const reasons = []
  for (const full of [
    await snapshot({ number: 4, at: now + 15 * MINUTE }),
    await snapshot({ number: 9, by: impostor }),
    Buffer.from('junk'),
  ]) {
    published = { full }
    await clock.advance(15 * MINUTE)
    expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
    reasons.push(source.state()[0]?.refused?.reason)
  }
  expect(reasons[0]).toBe('rollback')
  expect(['wrong-issuer', 'bad-signature']).toContain(reasons[1])
  expect(['malformed', 'truncated']).toContain(reasons[2])
})

test('a snapshot that ran out says nothing any more', async () => {
  published = { full: await snapshot({ number: 5 }) }
  const source = create()
  await source.of(question)
  published = {}
  await clock.advance(HOUR)
  expect(await source.of(question)).toBeUndefined()
  expect(source.state()).toMatchObject([{ state: 'stale' }])
})

test('what was accepted outlives a restart, and so does the rule against rollback', async () => {
  published = { full: await snapshot({ number: 5, serials: [serialNumber] }) }
  await create().of(question)
  published = { full: await snapshot({ number: 4 }) }
  const source = create()
  expect(await source.of(question)).toMatchObject({ certStatus: 'revoked' })
  expect(source.state()).toMatchObject([{ number: '5', refused: { reason: 'rollback' } }])
})

test('threads answer from the same index, and hear of the next one', async () => {
  published = { full: await snapshot({ number: 5, serials: [serialNumber] }) }
  const source = create()
  const good = await itemOf(0x1078n)
  const { many } = createVerifications(site, { trust, memory: createCertificateMemory(), source, pool })
  const outcomes = async () =>
    (await many(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? item : good)))).map(({ answer }) => answer.outcome)
  const alternating = (even: string, odd: string) => Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? even : odd))
  expect(await outcomes()).toEqual(alternating('refused', 'accepted'))
  await clock.advance(15 * MINUTE)
  const serials = [parseCertificate(Buffer.from(good.certificate, 'base64')).serialNumber]
  published = { delta: await snapshot({ number: 6, base: 5, at: clock.now(), serials }) }
  expect(await outcomes()).toEqual(alternating('refused', 'refused'))
})
