/** Trust comes from the folder alone: at start, by order, once a day, and at a doubt, and every change is on record. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, MINUTE } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { publishAnchor, readTrustFolder, withdrawAnchor } from '../pki/trustFolder.ts'
import type { PlatformApp } from './index.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'

let world: TestWorld
beforeEach(async () => {
  world = await createTestWorld()
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const own = () => world.siteOf('platform').network.connect<PlatformApp>('platform')
const trusted = async () => (await answer(own()['trust-anchors'].$get())).anchors
const reload = () => answer(own()['trust-anchors'].reloads.$post())
const newest = (kind: 'authentication' | 'signature') => {
  const [found] = readTrustFolder(world.trustFolder)
    .filter((anchor) => anchor.kind === kind)
    .sort((a, b) => b.generation - a.generation)
  if (found === undefined) throw new Error('no anchor')
  return found
}
const changes = async () =>
  (await readJournal('platform', world.siteOf('platform').store.read)).filter(
    ({ kind, body }) => kind === 'configuration' && body['what'] === 'trust-anchors',
  )

test('the first certificate makes the platform look into the folder, and what it trusts from then on is on record', async () => {
  const hanako = await world.card('card-hanako')
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  const anchors = await trusted()
  expect(anchors.map(({ kind, generation }) => `${kind} ${generation}`)).toEqual(
    readTrustFolder(world.trustFolder).map(({ kind, generation }) => `${kind} ${generation}`),
  )
  expect(anchors.every(({ trustedSince }) => trustedSince === startAt)).toBe(true)
  const [entry, ...others] = await changes()
  expect(others).toEqual([])
  for (const { fingerprint } of anchors) expect(entry?.aside.request).toContain(fingerprint)
})

test('the CA is never asked for its certificates', async () => {
  await world.authenticated('clinic-sakura', await world.card('card-hanako'))
  const asked = (await readJournal('ca', world.siteOf('ca').store.read)).map(({ body }) => body['path'])
  expect(asked).not.toContain('/authorities')
})

test('a withdrawn generation is refused at once after the order, though its certificates were known', async () => {
  const hanako = await world.card('card-hanako')
  await world.authenticated('clinic-sakura', hanako)
  withdrawAnchor(world.trustFolder, newest('authentication'))
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  expect(await reload()).toMatchObject({ changed: true })
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused' })
  expect(await changes()).toHaveLength(2)
})

test('without an order it is refused within a day', async () => {
  const hanako = await world.card('card-hanako')
  await world.authenticated('clinic-sakura', hanako)
  withdrawAnchor(world.trustFolder, newest('authentication'))
  await world.clock.advance(DAY)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused' })
})

test('unknown issuers make the platform look again at most once a minute', async () => {
  const hanako = await world.card('card-hanako')
  const gone = newest('authentication')
  withdrawAnchor(world.trustFolder, gone)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused' })
  publishAnchor(world.trustFolder, { ...gone, certificate: gone.der })
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'refused' })
  await world.clock.advance(MINUTE)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
})

test('a bad file in the folder changes nothing and is a problem for whoever ordered', async () => {
  const hanako = await world.card('card-hanako')
  await world.authenticated('clinic-sakura', hanako)
  const before = await trusted()
  writeFileSync(join(world.trustFolder, 'authentication-9.pem'), 'no certificate')
  const problem = await reload().then(
    () => undefined,
    (thrown: Problem) => thrown,
  )
  expect(problem).toMatchObject({ status: 409, code: 'bad-trust-folder' })
  expect(await trusted()).toEqual(before)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
})

test('providers and people may not order a reload', async () => {
  for (const id of ['clinic-sakura', 'people'] as const)
    expect((await world.as(id)['trust-anchors'].reloads.$post()).status).toBe(403)
})

test('after a restart the platform trusts what lies in the folder', async () => {
  const hanako = await world.card('card-hanako')
  await world.authenticated('clinic-sakura', hanako)
  const before = await trusted()
  await world.close()
  world = await createTestWorld('ocsp', world.folder, world.clock.now() + DAY)
  expect((await trusted()).map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint))
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
})
