/** What is past its use is deleted, what is not stays, and the duty rests when there is nothing left to do. */
import { and, eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { snapshotsTable } from '../core/actorTables.ts'
import { DAY, MINUTE } from '../core/clock.ts'
import { createPeopleStore } from './store.ts'
import { createTestWorld, type TestWorld } from './testWorld.ts'

let world: TestWorld
beforeEach(async () => {
  world = await createTestWorld()
  await world.insure('N-1')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const challenges = () =>
  world
    .siteOf('platform')
    .store.read.select({ state: snapshotsTable.state })
    .from(snapshotsTable)
    .where(and(eq(snapshotsTable.kind, 'challenge')))

test('used and expired challenges, authentications and tickets go a day after their use', async () => {
  const store = createPeopleStore(world.siteOf('platform').store)
  const hanako = await world.card('card-hanako')
  await world.link('clinic-sakura', hanako, { purpose: 'health-insurance', reference: 'N-1' })
  const { authenticationId, tickets } = await world.authenticated('clinic-sakura', hanako, {
    ask: ['health-insurance'],
  })
  await world.challenge('clinic-sakura')
  const ticket = tickets[0]?.ticket ?? ''
  await world.clock.advance(DAY - MINUTE)
  expect((await challenges()).map(({ state }) => state).sort()).toEqual(['expired', 'used', 'used'])
  expect(await store.authentication(authenticationId)).toBeDefined()
  expect(await store.ticketWithLink(ticket)).toBeDefined()
  await world.clock.advance(DAY + 2 * MINUTE)
  expect(await challenges()).toEqual([])
  expect(await store.authentication(authenticationId)).toBeUndefined()
  expect(await store.ticketWithLink(ticket)).toBeUndefined()
})

test('what was made in the meantime stays and goes in its turn', async () => {
  await world.challenge('clinic-sakura')
  await world.clock.advance(DAY + 12 * 60 * MINUTE)
  await world.challenge('clinic-sakura')
  await world.clock.advance(12 * 60 * MINUTE)
  expect(await challenges()).toHaveLength(1)
  await world.clock.advance(2 * DAY)
  expect(await challenges()).toEqual([])
})

test('the person stays the same after her authentications were deleted', async () => {
  const hanako = await world.card('card-hanako')
  const { accountId } = await world.authenticated('clinic-sakura', hanako)
  await world.clock.advance(3 * DAY)
  expect((await world.authenticated('clinic-sakura', hanako)).accountId).toBe(accountId)
})
