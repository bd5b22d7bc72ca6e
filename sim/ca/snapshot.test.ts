/** Signed snapshots as verifiers fetch them: numbers, deltas between them, what expires, comes late or comes last. */
import { expect, test } from 'vitest'
import { createClock, DAY, HOUR, MINUTE, SECOND } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import { createRandom } from '../core/random.ts'
import { createLiveIndex } from '../revocation/index.ts'
import { revocationsTable } from './tables.ts'
import { createTestWorld, startAt } from './testWorld.ts'

type World = Awaited<ReturnType<typeof createTestWorld>>
const kind = 'authentication' as const

const bytesOf = async (call: Promise<{ status: number; arrayBuffer(): Promise<ArrayBuffer> }>) => {
  const response = await call
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
}
const full = (world: World, generation = '2', as = world.platform) => {
  const asked = { param: { kind }, query: { generation } }
  return bytesOf(as.snapshots[':kind'].$get(asked))
}
const delta = (world: World, base: number | string, generation = '2') => {
  const asked = { param: { kind, base: String(base) }, query: { generation } }
  return bytesOf(world.platform.snapshots[':kind'].deltas[':base'].$get(asked))
}
const codeOf = ({ bytes }: { bytes: Uint8Array }) => {
  const { type }: { type: string } = JSON.parse(Buffer.from(bytes).toString())
  return type.split(/[:/]/).at(-1)
}

/** A verifier that pins the generation's certificate. */
const verifier = async (world: World, generation = 2) =>
  createLiveIndex({ kind, issuer: await world.authorityOf(kind, generation), now: world.clock.now })
type Verifier = Awaited<ReturnType<typeof verifier>>
const numberOf = (index: Verifier) => index.current()?.number ?? 0

type Row = { serial: number; revokedAt: number; notAfter?: number; kind?: 'signature'; generation?: number }
/** Entered as the certificates' own lives enter them, at this moment. */
const enter = ({ caSite }: World, rows: readonly Row[]) =>
  caSite.store.write(async (tx) => {
    for (let from = 0; from < rows.length; from += 1000)
      await tx.insert(revocationsTable).values(
        rows.slice(from, from + 1000).map((row) => ({
          ...{ kind: row.kind ?? kind, generation: row.generation ?? 2, reason: 'superseded' as const },
          serialNumber: hexOf(row.serial),
          partition: row.kind === undefined ? 'all' : 'municipality-aobano',
          revocationDate: row.revokedAt,
          notAfter: row.notAfter ?? startAt + 900 * DAY,
        })),
      )
  })
const hexOf = (serial: number) => (0x08000000 + serial).toString(16).toUpperCase().padStart(8, '0')
const held = (index: Verifier, serials: readonly number[]) =>
  serials.filter((serial) => index.certStatus(hexOf(serial)).certStatus === 'revoked')

test('a snapshot has what was revoked before its quarter of an hour; the next one has the next number', async () => {
  const world = await createTestWorld()
  const { serialNumber } = await world.issue(kind, { cardId: 'a1' })
  await world.revoke(kind, serialNumber, 'keyCompromise')
  const revocationDate = world.clock.now()
  const index = await verifier(world)
  const quarter = startAt - 7 * MINUTE
  const number = quarter / SECOND
  expect(await index.load([(await full(world)).bytes])).toEqual({ result: 'ok', number, entryCount: 0 })
  expect(index.status()).toMatchObject({ asOf: quarter, nextUpdate: quarter + 30 * MINUTE })
  expect((await delta(world, number)).status).toBe(204)
  await world.clock.advanceTo(quarter + 15 * MINUTE)
  expect(await index.apply([(await delta(world, number)).bytes])).toEqual({
    ...{ result: 'ok', number: number + 900, entryCount: 1 },
  })
  expect(index.certStatus(serialNumber)).toEqual({ certStatus: 'revoked', revocationDate, reasonCode: 1 })
})

test('each generation has a series of its own, and each kind', async () => {
  const world = await createTestWorld()
  const revokedAt = startAt - HOUR
  await enter(world, [
    { serial: 1, revokedAt },
    { serial: 2, revokedAt, generation: 1 },
    { serial: 3, revokedAt, kind: 'signature' },
  ])
  const [newer, older] = [await verifier(world), await verifier(world, 1)]
  const signature = await createLiveIndex({
    ...{ kind: 'signature', issuer: await world.authorityOf('signature'), now: world.clock.now },
  })
  await newer.load([(await full(world)).bytes])
  await older.load([(await full(world, '1')).bytes])
  await signature.load([
    (await bytesOf(world.platform.snapshots[':kind'].$get({ param: { kind: 'signature' } }))).bytes,
  ])
  expect([newer, older, signature].map((index) => held(index, [1, 2, 3]))).toEqual([[1], [2], [3]])
  expect(await older.load([(await full(world)).bytes])).toEqual({ result: 'refused', reason: 'wrong-issuer' })
})

test('whoever goes from delta to delta has what the whole snapshot has, whatever comes late or expires', async () => {
  const world = await createTestWorld()
  const random = createRandom('deltas')
  const [following, skipping] = [await verifier(world), await verifier(world)]
  await following.load([(await full(world)).bytes])
  await skipping.load([(await full(world)).bytes])
  const serials: number[] = []
  for (let quarter = 0; quarter < 60; quarter++) {
    const rows = Array.from({ length: random.int(4) }, (_, index): Row => {
      const lateMs = random.int(3) === 0 ? random.int(3 * DAY) : random.int(10 * MINUTE)
      const now = world.clock.now()
      return {
        serial: quarter * 10 + index,
        revokedAt: Math.floor((now - lateMs) / SECOND) * SECOND,
        notAfter: now + random.int(2 * DAY) - DAY,
      }
    })
    await enter(world, rows)
    serials.push(...rows.map(({ serial }) => serial))
    await world.clock.advance(15 * MINUTE)
    expect(await following.apply([(await delta(world, numberOf(following))).bytes])).toMatchObject({ result: 'ok' })
    if (quarter % 7 === 0) await skipping.apply([(await delta(world, numberOf(skipping))).bytes])
    const whole = await verifier(world)
    await whole.load([(await full(world)).bytes])
    expect(held(following, serials)).toEqual(held(whole, serials))
    expect(following.current()?.index.entryCount).toBe(whole.current()?.index.entryCount)
    if (quarter % 7 === 0) expect(held(skipping, serials)).toEqual(held(whole, serials))
  }
  expect(held(following, serials).length).toBeGreaterThan(0)
  expect(held(following, serials).length).toBeLessThan(serials.length)
})

test('there are deltas from the last 24 hours’ snapshots that were given out, and from no others', async () => {
  const world = await createTestWorld()
  const index = await verifier(world)
  await index.load([(await full(world)).bytes])
  const number = numberOf(index)
  await world.clock.advance(15 * MINUTE)
  await full(world)
  await world.clock.advance(DAY - 15 * MINUTE)
  expect((await delta(world, number)).status).toBe(200)
  for (const base of [number + 1, number + 1800, number + 86400 + 900, 0, '007', 'x', '9'.repeat(15)]) {
    const refused = await delta(world, base)
    expect([base, refused.status, codeOf(refused)]).toEqual([base, 404, 'no-such-delta'])
  }
  await world.clock.advance(15 * MINUTE)
  expect(codeOf(await delta(world, number))).toBe('no-such-delta')
})

test('only verifiers get snapshots, each is counted and charged, and that there is nothing new is free', async () => {
  const world = await createTestWorld()
  expect((await full(world, '2', world.insurer)).status).toBe(403)
  expect((await full(world, '7')).status).toBe(404)
  await full(world)
  const number = (startAt - 7 * MINUTE) / SECOND
  await delta(world, number)
  await delta(world, 1)
  await world.clock.advance(15 * MINUTE)
  await delta(world, number)
  const { usage } = await answer(world.platform.usage.$get())
  expect(usage).toEqual([{ verifier: 'platform', kind, method: 'snapshot', count: 2 }])
  const fees = (await readJournal('ca', world.caSite.store.read)).flatMap(({ body }) => body.fees ?? [])
  const fee = { item: 'authentication.snapshot', payer: 'platform', payee: 'ca', quantity: 1 }
  expect(fees).toEqual([fee, fee])
})

test('the same snapshot is given all through its period, also after a restart and whatever is entered late meanwhile', async () => {
  const world = await createTestWorld()
  await enter(world, [{ serial: 1, revokedAt: startAt - HOUR }])
  const before = await full(world)
  const number = (startAt - 7 * MINUTE) / SECOND
  await enter(world, [{ serial: 2, revokedAt: startAt - HOUR }])
  await world.close()
  const again = await createTestWorld({ folder: world.folder, resumeAt: startAt + MINUTE })
  expect(Buffer.from((await full(again)).bytes).equals(before.bytes)).toBe(true)
  const index = await verifier(again)
  await index.load([before.bytes])
  await again.clock.advance(15 * MINUTE)
  await index.apply([(await delta(again, number)).bytes])
  expect(held(index, [1, 2])).toEqual([1, 2])
})

test('a snapshot of many pages has every entry once, though thousands were revoked in one second', async () => {
  const world = await createTestWorld()
  const count = 12_001
  await enter(
    world,
    Array.from({ length: count }, (_, serial) => ({ serial, revokedAt: startAt - HOUR - (serial % 2) * SECOND })),
  )
  const index = await verifier(world)
  expect(await index.load([(await full(world)).bytes])).toMatchObject({ result: 'ok', entryCount: count })
})

test('the last snapshot of a compromised generation says that all is revoked, and stands to the end of its certificate', async () => {
  const world = await createTestWorld()
  const { serialNumber } = await world.issue(kind, { cardId: 'c1' })
  const index = await verifier(world)
  await index.load([(await full(world)).bytes])
  const number = numberOf(index)
  const { notAfter } = await world.authorityOf(kind, 2)
  await answer(
    world.staff.authorities[':kind'].generations[':generation'].compromises.$post({ param: { kind, generation: '2' } }),
  )
  expect(codeOf(await delta(world, number))).toBe('no-such-delta')
  const last = await full(world)
  expect(await index.load([last.bytes])).toMatchObject({ result: 'ok', entryCount: 1 })
  expect(index.certStatus(serialNumber)).toMatchObject({ certStatus: 'revoked', reasonCode: 2 })
  expect(index.status().nextUpdate).toBe(notAfter)
  expect((await delta(world, numberOf(index))).status).toBe(204)
  await world.close()
  const again = await createTestWorld({ folder: world.folder, resumeAt: startAt + 2 * DAY })
  expect(Buffer.from((await full(again)).bytes).equals(last.bytes)).toBe(true)
})

test('where time is real a large snapshot is made while others are served', async () => {
  const clock = createClock({ mode: 'interactive', startAt })
  const world = await createTestWorld({ clock })
  await enter(
    world,
    Array.from({ length: 30_000 }, (_, serial) => ({ serial, revokedAt: startAt - HOUR })),
  )
  const order: string[] = []
  const [made] = await Promise.all([
    full(world).then((answered) => {
      order.push('snapshot')
      return answered
    }),
    bytesOf(world.platform.usage.$get()).then(() => order.push('usage')),
  ])
  expect([made.status, order]).toEqual([200, ['usage', 'snapshot']])
  await world.close()
})
