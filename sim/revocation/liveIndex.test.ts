import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { keyAlgorithm, generateKeyPair, keySigner } from '../pki/key.ts'
import { day, now } from '../pki/testHierarchy.ts'
import { createLiveIndex, type LiveIndexOptions } from './liveIndex.ts'
import { headerBytes } from './snapshotFormat.ts'
import { hex } from './testEntries.ts'
import { createTestCa, run, snapshot, type SnapshotChange, type TestCa, times } from './testSnapshots.ts'

let ca: TestCa
let nextCa: TestCa
let folder: string

beforeAll(async () => {
  ca = await createTestCa(1)
  nextCa = await createTestCa(2)
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-index-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const live = (options: Partial<LiveIndexOptions> = {}) =>
  createLiveIndex({ kind: 'signature', issuer: ca.certificate, now: () => now, ...options })
const serialAt = (offset: number) => hex(0x0133c349 + offset)
const first = () => snapshot(ca, 5, run(100))
const delta = (number: number, change: SnapshotChange = {}) =>
  snapshot(ca, number, run(1, 0x02000000 + number), { baseNumber: number - 1, ...change })

test('a snapshot says who is revoked, and nothing before it is loaded', async () => {
  const index = await live()
  expect(index.certStatus(serialAt(0))).toEqual({ certStatus: 'unknown' })
  expect(index.status()).toEqual({ state: 'empty', entryCount: 0 })
  expect(await index.load([await first()])).toEqual({ result: 'ok', number: 5, entryCount: 100 })
  expect(index.certStatus(serialAt(3))).toEqual({ certStatus: 'revoked', revocationDate: now - 4000, reasonCode: 3 })
  expect(index.certStatus(serialAt(100))).toEqual({ certStatus: 'good' })
  expect(index.status()).toEqual({
    ...{ state: 'current', entryCount: 100, number: 5, asOf: times.thisUpdate, nextUpdate: times.nextUpdate },
  })
})

test('deltas add, change and take away, one after the other', async () => {
  const index = await live()
  await index.load([await first()])
  const changes = [
    { serialNumber: serialAt(0), revocationDate: now, reasonCode: 1 },
    { serialNumber: serialAt(1), revocationDate: now, reasonCode: 8 },
    { serialNumber: '7F'.repeat(20), revocationDate: now, reasonCode: 4 },
  ]
  const sixth = await snapshot(ca, 6, changes, { baseNumber: 5 })
  expect(await index.apply([sixth])).toEqual({ result: 'ok', number: 6, entryCount: 100 })
  expect(index.certStatus(serialAt(0))).toEqual({ certStatus: 'revoked', revocationDate: now, reasonCode: 1 })
  expect(index.certStatus(serialAt(1))).toEqual({ certStatus: 'good' })
  expect(index.certStatus('7F'.repeat(20))).toMatchObject({ certStatus: 'revoked', reasonCode: 4 })
  expect(await index.apply([await delta(7)])).toEqual({ result: 'ok', number: 7, entryCount: 101 })
  expect(await index.apply([await snapshot(ca, 8, [], { baseNumber: 7 })])).toMatchObject({
    result: 'ok',
    entryCount: 101,
  })
})

test('what must not be taken is refused, and what is held stays', async () => {
  const index = await live()
  const refused = (reason: string) => ({ result: 'refused', reason })
  expect(await index.apply([await delta(1)])).toEqual(refused('gap'))
  await index.load([await first()])
  const held = index.current()
  const load = async (bytes: Uint8Array) => index.load([bytes])
  const apply = async (bytes: Uint8Array) => index.apply([bytes])
  expect(await load(await first())).toEqual(refused('rollback'))
  expect(await load(await snapshot(ca, 4, run(1)))).toEqual(refused('rollback'))
  expect(await apply(await delta(5))).toEqual(refused('rollback'))
  expect(await apply(await delta(7))).toEqual(refused('gap'))
  expect(await apply(await delta(7, { baseNumber: 4 }))).toEqual(refused('gap'))
  expect(await load(await delta(6))).toEqual(refused('wrong-type'))
  expect(await apply(await snapshot(ca, 6, run(1)))).toEqual(refused('wrong-type'))
  expect(await load(await snapshot(ca, 6, run(1), { kind: 'authentication' }))).toEqual(refused('wrong-kind'))
  expect(await load(await snapshot(nextCa, 6, run(1)))).toEqual(refused('wrong-issuer'))
  const imposter = { certificate: ca.authority.certificate, signer: nextCa.authority.signer }
  expect(await load(await snapshot(ca, 6, run(1), { ca: imposter }))).toEqual(refused('bad-signature'))
  expect(await load(await snapshot(ca, 6, run(1), { thisUpdate: now + 1 }))).toEqual(refused('not-yet-valid'))
  expect(await load(await snapshot(ca, 6, run(1), { nextUpdate: now }))).toEqual(refused('stale'))
  expect(index.current()).toBe(held)
  const noCrlSign = { ...ca.certificate, keyUsage: new Set([5]) }
  expect(await (await live({ issuer: noCrlSign })).load([await first()])).toEqual(refused('wrong-key-usage'))
})

test('nothing can be changed, cut off or added', async () => {
  const small = await snapshot(ca, 5, [
    ...run(3),
    { serialNumber: '7F'.repeat(20), revocationDate: now, reasonCode: 0 },
  ])
  const index = await live()
  const reasons = new Set<string>()
  const expectRefused = async (bytes: Uint8Array, what: string) => {
    const result = await index.load([bytes])
    if (result.result === 'ok') throw new Error(`taken: ${what}`)
    reasons.add(result.reason)
  }
  for (let at = 0; at < small.length; at++) {
    for (const flip of [0x01, 0x80, 0xff]) {
      await expectRefused(
        Uint8Array.from(small, (byte, i) => (i === at ? byte ^ flip : byte)),
        `byte ${at}`,
      )
    }
    await expectRefused(small.subarray(0, at), `first ${at}`)
  }
  await expectRefused(Buffer.concat([small, Uint8Array.of(0)]), 'a byte more')
  await expectRefused(Buffer.concat([small, small]), 'twice')
  expect(reasons).toEqual(
    new Set(['malformed', 'truncated', 'trailing-bytes', 'wrong-issuer', 'bad-signature', 'wrong-digest']),
  )
  expect(index.status()).toEqual({ state: 'empty', entryCount: 0 })
  for (let border = 0; border <= small.length; border++) {
    const fresh = await live()
    expect(await fresh.load([small.subarray(0, border), small.subarray(border)])).toMatchObject({ result: 'ok' })
  }
})

test('a P-384 CA signs too', async () => {
  const pair = await generateKeyPair('p-384')
  const authority = { certificate: ca.authority.certificate, signer: keySigner(pair.privateKey) }
  const bytes = await snapshot(ca, 1, run(10), { ca: authority })
  expect(keyAlgorithm(pair.publicKey)).toBe('p-384')
  const index = await live({ issuer: { ...ca.certificate, publicKey: pair.publicKey } })
  expect(await index.load([bytes])).toMatchObject({ result: 'ok' })
  expect(await (await live()).load([bytes])).toEqual({ result: 'refused', reason: 'bad-signature' })
})

test('data that do not count now say unknown', async () => {
  let instant = now
  const index = await live({ now: () => instant })
  await index.load([await first()])
  instant = times.nextUpdate - 1
  expect(index.certStatus(serialAt(200))).toEqual({ certStatus: 'good' })
  instant = times.nextUpdate
  expect([index.certStatus(serialAt(0)), index.status().state]).toEqual([{ certStatus: 'unknown' }, 'stale'])
  instant = times.thisUpdate - 1
  expect([index.certStatus(serialAt(0)), index.status().state]).toEqual([{ certStatus: 'unknown' }, 'not-yet-valid'])
})

test('whoever is asking goes on with the state it began with, and never sees half of a newer one', async () => {
  const index = await live()
  // Snapshot n revokes the serial numbers n·1000 to n·1000 + 999 and no others.
  const block = (number: number) => snapshot(ca, number, run(1000, 0x1000000 + number * 1000))
  await index.load([await block(1)])
  let done = false
  const seen = new Set<number>()
  const reader = async () => {
    while (!done) {
      const state = index.current()
      if (!state) throw new Error('no state')
      seen.add(state.number)
      for (let offset = 0; offset < 1000; offset += 100) {
        expect(state.index.has(hex(0x1000000 + state.number * 1000 + offset))).toBe(true)
        expect(state.index.has(hex(0x1000000 + (state.number - 1) * 1000 + offset))).toBe(false)
        expect(state.index.has(hex(0x1000000 + (state.number + 1) * 1000 + offset))).toBe(false)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
  }
  const readers = [reader(), reader(), reader()]
  for (let number = 2; number < 200 && seen.size < 6; number++) {
    expect(await index.load([await block(number)])).toMatchObject({ result: 'ok' })
  }
  done = true
  await Promise.all(readers)
  expect(seen.size).toBeGreaterThanOrEqual(6)
})

test('loads at the same time are taken in turn: the highest number wins', async () => {
  const index = await live()
  const [low, high] = [await snapshot(ca, 1, run(1)), await snapshot(ca, 2, run(2))]
  const results = await Promise.all([index.load([high]), index.load([low]), index.apply([await delta(3)])])
  expect(results.map((each) => (each.result === 'ok' ? each.number : each.reason))).toEqual([2, 'rollback', 3])
})

test('what was accepted is there at the next start, and nothing older is taken then', async () => {
  const index = await live({ folder })
  await index.load([await first()])
  await index.apply([await delta(6)])
  await index.apply([await delta(7)])
  const again = await live({ folder })
  expect(again.status()).toEqual(index.status())
  expect(again.certStatus(hex(0x02000007))).toMatchObject({ certStatus: 'revoked' })
  expect(await again.load([await snapshot(ca, 7, [])])).toEqual({ result: 'refused', reason: 'rollback' })
  expect(await again.load([await snapshot(ca, 8, run(2))])).toMatchObject({ result: 'ok' })
  expect(readdirSync(folder)).toEqual(['full-0000000000000008'])
  const late = await live({ folder, now: () => now + 2 * day })
  expect(late.status()).toMatchObject({ state: 'stale', number: 8 })
})

test('what was refused leaves no file', async () => {
  const index = await live({ folder })
  await index.load([(await first()).subarray(0, 300)])
  await index.load([await snapshot(nextCa, 1, run(1))])
  expect(readdirSync(folder)).toEqual([])
  const broken = async function* () {
    yield (await first()).subarray(0, 300)
    throw new Error('connection lost')
  }
  await expect(index.load(broken())).rejects.toThrow('connection lost')
  expect(readdirSync(folder)).toEqual([])
  expect(await index.load([await first()])).toMatchObject({ result: 'ok' })
})

test('a crash at any instant leaves the old or the new', async () => {
  const index = await live({ folder })
  await index.load([await first()])
  await index.apply([await delta(6)])
  const bytes = await snapshot(ca, 9, run(20))
  // Killed while the file was being written: half of it lies under another name.
  for (const length of [0, 1, headerBytes, headerBytes + 100, bytes.length]) {
    writeFileSync(join(folder, 'incoming'), bytes.subarray(0, length))
    const again = await live({ folder })
    expect(again.status()).toMatchObject({ state: 'current', number: 6, entryCount: 101 })
    expect(readdirSync(folder)).toEqual(['delta-0000000000000006', 'full-0000000000000005'])
  }
  // Killed after the rename, before what is no longer needed was removed.
  writeFileSync(join(folder, 'full-0000000000000009'), bytes)
  const again = await live({ folder })
  expect(again.status()).toMatchObject({ state: 'current', number: 9, entryCount: 20 })
  expect(await again.load([await snapshot(ca, 10, run(1))])).toMatchObject({ result: 'ok' })
  expect(readdirSync(folder)).toEqual(['full-0000000000000010'])
})

test('a file that was changed on the disk is not believed', async () => {
  const index = await live({ folder })
  await index.load([await first()])
  const path = join(folder, 'full-0000000000000005')
  const bytes = readFileSync(path)
  bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1
  writeFileSync(path, bytes)
  const again = await live({ folder })
  expect(again.status()).toEqual({ state: 'empty', entryCount: 0, notRestored: 'wrong-digest' })
  expect(again.certStatus(serialAt(0))).toEqual({ certStatus: 'unknown' })
  expect(await again.load([await snapshot(ca, 4, run(1))])).toEqual({ result: 'refused', reason: 'rollback' })
  expect(await again.load([await first()])).toMatchObject({ result: 'ok', number: 5 })
  expect((await live({ folder })).status()).toMatchObject({ state: 'current', number: 5 })
})

test('a delta that was changed on the disk takes what it follows with it', async () => {
  const index = await live({ folder })
  await index.load([await first()])
  await index.apply([await delta(6)])
  await index.apply([await delta(7)])
  writeFileSync(join(folder, 'delta-0000000000000006'), 'x')
  const again = await live({ folder })
  expect(again.status()).toEqual({ state: 'empty', entryCount: 0, notRestored: 'truncated' })
  expect(await again.load([await snapshot(ca, 6, run(1))])).toEqual({ result: 'refused', reason: 'rollback' })
  expect(await again.load([await snapshot(ca, 7, run(1))])).toMatchObject({ result: 'ok' })
  expect(readdirSync(folder)).toEqual(['full-0000000000000007'])
})

test('snapshots that may not exist are not written', async () => {
  const entry = { serialNumber: '01', revocationDate: now, reasonCode: 8 }
  await expect(snapshot(ca, 1, [entry])).rejects.toThrow('no such reason')
  await expect(snapshot(ca, 1, [], { nextUpdate: times.thisUpdate })).rejects.toThrow(RangeError)
  await expect(snapshot(ca, 1, [], { baseNumber: 1 })).rejects.toThrow(RangeError)
  await expect(snapshot(ca, 1, [{ ...entry, serialNumber: 'a' }])).rejects.toThrow(RangeError)
})

test('a snapshot written from an index is the index', async () => {
  const index = await live()
  const state = await (await live()).load([await first()])
  expect(state.result).toBe('ok')
  await index.load([await first()])
  const entries = [...(index.current()?.index.entries() ?? [])]
  const copy = await live()
  await copy.load([await snapshot(ca, 6, entries)])
  expect([...(copy.current()?.index.entries() ?? [])]).toEqual(run(100))
})
