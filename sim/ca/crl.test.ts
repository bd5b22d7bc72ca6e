/** Revocation lists as verifiers fetch them: full and delta, daily and by order. */
import { expect, test } from 'vitest'
import { createClock, DAY, HOUR, MINUTE, SECOND } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { crlEntries, parseCrl } from '../pki/crl.ts'
import { crlNumberAt, dailyAt, deltaAt, fullAt } from './crlSchedule.ts'
import { createTestWorld } from './testWorld.ts'

const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
/** Instants are given in Japan's time. */
const japan = (text: string) => Date.parse(`${text}+09:00`)

type World = Awaited<ReturnType<typeof createTestWorld>>
const publish = ({ staff }: World, kind: string, partition: string) =>
  answer(staff.crls[':kind'][':partition'].publications.$post({ param: { kind, partition } }))
const serials = (der: Uint8Array) => [...crlEntries(parseCrl(der))].map(({ serialNumber }) => serialNumber)
/** The number in its critical deltaCRLIndicator (RFC 5280 section 5.2.4), found in the bytes. */
const base = (der: Uint8Array) => {
  const [, length = '', rest = ''] = /0603551d1b0101ff04..02(..)(.*)/.exec(Buffer.from(der).toString('hex')) ?? []
  return rest === '' ? undefined : BigInt(`0x${rest.slice(0, 2 * Number.parseInt(length, 16))}`)
}

test('a delta list has what was revoked since the full list of the day, hour by hour, under a growing number', async () => {
  const world = await createTestWorld()
  const [first, second] = [
    await world.issue('authentication', { cardId: 'a1' }),
    await world.issue('authentication', { cardId: 'a2' }),
  ]
  await world.revoke('authentication', first.serialNumber, 'certificateHold')
  await world.clock.advance(HOUR)
  await world.revoke('authentication', second.serialNumber, 'certificateHold')
  const early = await world.delta('authentication', 'all')
  await world.clock.advance(HOUR)
  const late = await world.delta('authentication', 'all')
  const full = parseCrl(await world.crl('authentication', 'all'))
  expect([serials(early), serials(late), full.entryCount]).toEqual([
    [first.serialNumber],
    [first.serialNumber, second.serialNumber],
    0,
  ])
  expect([base(early), base(late)]).toEqual([full.crlNumber, full.crlNumber])
  expect(parseCrl(late).crlNumber).toBeGreaterThan(parseCrl(early).crlNumber ?? 0n)
  expect(parseCrl(early)).toMatchObject({
    thisUpdate: japan('2026-04-01T11:00:00'),
    nextUpdate: japan('2026-04-01T13:00:00'),
  })
})

test('the full list of the next day has all that its deltas had, and the delta of its hour completes the day before', async () => {
  const world = await createTestWorld()
  const { serialNumber } = await world.issue('authentication', { cardId: 'b1' })
  await world.revoke('authentication', serialNumber, 'certificateHold')
  const before = parseCrl(await world.crl('authentication', 'all'))
  await world.clock.advanceTo(japan('2026-04-02T03:30:00'))
  const full = await world.crl('authentication', 'all')
  const delta = await world.delta('authentication', 'all')
  expect([serials(full), serials(delta)]).toEqual([[serialNumber], [serialNumber]])
  expect([parseCrl(delta).crlNumber, base(delta)]).toEqual([parseCrl(full).crlNumber, before.crlNumber])
})

test('a delta list leaves out what its base has, and only full lists say where deltas are found', async () => {
  const world = await createTestWorld()
  const [first, second] = [
    await world.issue('signature', { cardId: 'd1' }),
    await world.issue('signature', { cardId: 'd2' }),
  ]
  await world.revoke('signature', first.serialNumber, 'superseded')
  await world.clock.advanceTo(japan('2026-04-02T10:30:00'))
  await world.revoke('signature', second.serialNumber, 'superseded')
  await world.clock.advance(HOUR)
  const full = await world.crl('signature', 'municipality-aobano')
  const delta = await world.delta('signature', 'municipality-aobano')
  expect([serials(full), serials(delta)]).toEqual([[first.serialNumber], [second.serialNumber]])
  const hexOf = (der: Uint8Array) => Buffer.from(der).toString('hex').toUpperCase()
  const [point] = parseCrl(full).issuingDistributionPoint?.names ?? []
  const timesNamed = (der: Uint8Array) => hexOf(der).split(point?.hex ?? 'no name').length - 1
  expect([timesNamed(full), timesNamed(delta)]).toEqual([2, 1])
  // id-ce-freshestCRL, not critical (RFC 5280 section 5.2.6)
  expect([hexOf(full), hexOf(delta)].map((hex) => hex.includes('0603551D2E04'))).toEqual([true, false])
})

test('by order a list is published between two days, at once and with all that was revoked till then', async () => {
  const world = await createTestWorld()
  const { serialNumber } = await world.issue('signature', { cardId: 'c1' })
  const before = parseCrl(await world.crl('signature', 'municipality-aobano'))
  await world.revoke('signature', serialNumber, 'keyCompromise')
  const published = await publish(world, 'signature', 'municipality-aobano')
  const full = await world.crl('signature', 'municipality-aobano')
  expect(serials(full)).toEqual([serialNumber])
  expect(parseCrl(full)).toMatchObject({ thisUpdate: world.clock.now(), crlNumber: BigInt(published.crlNumber) })
  expect(parseCrl(full).nextUpdate).toBe(before.nextUpdate)
  expect(parseCrl(await world.delta('signature', 'municipality-aobano')).crlNumber).toBe(BigInt(published.crlNumber))
  expect(await problemOf(publish(world, 'signature', 'municipality-aobano'))).toMatchObject({ code: 'just-published' })
  expect(parseCrl(await world.crl('signature', 'municipality-midorino')).entryCount).toBe(0)
  await world.clock.advance(MINUTE)
  const again = await publish(world, 'signature', 'municipality-aobano')
  expect(again.crlNumber).toBeGreaterThan(published.crlNumber)
})

test('lists say how long caches may keep them, and are not sent to who has them', async () => {
  const world = await createTestWorld()
  const param = { kind: 'authentication', partition: 'all' }
  const response = await world.platform.crls[':kind'][':partition'].$get({ param })
  const etag = response.headers.get('etag') ?? ''
  const left = (japan('2026-04-03T03:00:00') - world.clock.now()) / SECOND
  expect(response.headers.get('cache-control')).toBe(`max-age=${left}, public, no-transform, must-revalidate`)
  expect(Date.parse(response.headers.get('expires') ?? '')).toBe(japan('2026-04-03T03:00:00'))
  const again = await world.platform.crls[':kind'][':partition'].$get({ param }, { headers: { 'if-none-match': etag } })
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0])
})

test('where time is real the lists of the day are made at the hour of publication, though nobody asks', async () => {
  const clock = createClock({ mode: 'interactive', startAt: japan('2026-04-01T10:00:00') })
  const world = await createTestWorld({ clock })
  const made = async () => (await world.lists()).map(({ list, type, thisUpdate }) => ({ list, type, thisUpdate }))
  await clock.advanceTo(japan('2026-04-02T03:00:00'))
  expect(await made()).toEqual(
    expect.arrayContaining(
      ['signature 2 municipality-aobano', 'signature 1 municipality-midorino', 'authentication 2 all'].map((list) => ({
        ...{ list, type: 'full', thisUpdate: japan('2026-04-02T03:00:00') },
      })),
    ),
  )
  await world.close()
})

test('numbers and instants of publications only grow, however time goes by and whatever was ordered', () => {
  const start = japan('2026-04-01T00:00:00')
  let last = { full: 0, delta: 0 }
  let orderedAt: number | undefined
  for (let now = start; now < start + 3 * DAY; now += 7 * MINUTE) {
    if (now % (11 * MINUTE) === 0) orderedAt = now
    const [full, delta] = [fullAt(now, orderedAt), deltaAt(now, orderedAt, HOUR)]
    const numbers = { full: crlNumberAt(full.thisUpdate), delta: crlNumberAt(delta.thisUpdate) }
    expect(numbers.full).toBeGreaterThanOrEqual(last.full)
    expect(numbers.delta).toBeGreaterThanOrEqual(last.delta)
    expect(crlNumberAt(delta.baseAt ?? Infinity)).toBeLessThan(numbers.delta)
    expect(numbers.delta).toBeGreaterThanOrEqual(numbers.full)
    expect([
      full.thisUpdate <= now && now < full.nextUpdate,
      delta.thisUpdate <= now && now < delta.nextUpdate,
    ]).toEqual([true, true])
    expect(dailyAt(now)).toBeLessThanOrEqual(full.thisUpdate)
    last = numbers
  }
})
