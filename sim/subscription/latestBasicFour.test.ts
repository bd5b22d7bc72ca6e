/** The latest basic four in place of a letter: what the provider does with what the authority says. */
import { expect, test } from 'vitest'
import { DAY, MINUTE } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { createTestWorld, startAt, taro } from './testWorld.ts'

const moved = { ...taro, address: '見本県緑野町本町９番' }
const changed = { certStatus: 'revoked', reason: 'affiliationChanged', revocationDate: startAt } as const
const given = { outcome: 'given', basicFour: { name: moved.name, address: moved.address } } as const

/** A customer who consented to everything, and whose certificate was revoked for a change. */
const createChanged = async () => {
  const world = await createTestWorld({ latestBasicFour: true })
  const contractId = await world.desk.joinWithConsent()
  world.known.statuses['stored-1'] = changed
  return { ...world, contractId }
}
/** From then on the platform knows the new certificate's number only. */
const follow = (known: Awaited<ReturnType<typeof createTestWorld>>['known']) => {
  known.latest['stored-1'] = { outcome: 'nothing-new' }
  known.statuses['stored-1'] = { certStatus: 'followed' }
}

test('the consent signed with the application is passed on, and the contract shows that it is entered', async () => {
  const { desk, known } = await createTestWorld({ latestBasicFour: true })
  const view = await desk.view(await desk.joinWithConsent())
  expect([view.state, view.latestConsent, known.consents.forwarded.length]).toEqual(['active', true, 1])
})

test('a provider without the service takes no consent to it, and asks its customer as ever', async () => {
  const { desk, known } = await createTestWorld()
  await expect(desk.joinWithConsent()).rejects.toMatchObject({ status: 422, code: 'no-such-service' })
  const contractId = await desk.join()
  known.statuses['stored-1'] = changed
  await desk.round()
  const { state, latestConsent } = await desk.view(contractId)
  expect([state, latestConsent, known.consents.forwarded, known.asked]).toEqual(['askingNewData', undefined, [], []])
})

test('a consent that the authority refuses leaves the contract as without', async () => {
  const { desk, known } = await createTestWorld({ latestBasicFour: true })
  known.consents.taken = false
  const contractId = await desk.joinWithConsent()
  known.statuses['stored-1'] = changed
  await desk.round()
  expect([(await desk.view(contractId)).state, known.asked]).toEqual(['askingNewData', []])
})

test('what the authority gives becomes the customer’s data, and nobody writes a letter', async () => {
  const { desk, known, contractId } = await createChanged()
  known.latest['stored-1'] = given
  await desk.round()
  const { state, customer, updatedAt, finding, noticesSent } = await desk.view(contractId)
  expect([state, customer, updatedAt, finding?.reason, noticesSent]).toEqual([
    'active',
    moved,
    startAt,
    'affiliationChanged',
    [],
  ])
})

test('without a new certificate the authority is asked again with the next round, and only then the customer', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  const told: [string, number, number][] = []
  for (let round = 1; round <= 3; round++) {
    await clock.advance(30 * DAY)
    const { state, noticesSent } = await desk.view(contractId)
    told.push([state, noticesSent.filter(({ by }) => by === 'letter').length, known.asked.length])
  }
  expect(told).toEqual([
    ['awaitingNewCertificate', 0, 1],
    ['askingNewData', 1, 2],
    ['askingNewData', 2, 3],
  ])
})

test('a new certificate that comes while the customer is being asked ends the asking', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  await clock.advance(61 * DAY)
  known.latest['stored-1'] = given
  await clock.advance(60 * DAY)
  const { state, customer, noticesSent } = await desk.view(contractId)
  expect([state, customer, noticesSent.filter(({ by }) => by === 'letter').length]).toEqual(['active', moved, 2])
})

test('a customer whose consent no longer stands is asked as without it', async () => {
  const { desk, known, contractId } = await createChanged()
  known.latest['stored-1'] = { outcome: 'no-consent' }
  await desk.round()
  const { state, latestConsent, noticesSent } = await desk.view(contractId)
  expect([state, latestConsent, noticesSent.length]).toEqual(['askingNewData', undefined, 2])
})

test('from then on each round asks the authority, and what has changed again is a finding of its own', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  known.latest['stored-1'] = given
  await desk.round()
  follow(known)
  await clock.advance(31 * DAY)
  const unchanged = await desk.view(contractId)
  known.latest['stored-1'] = { outcome: 'given', basicFour: { address: '見本県潮騒市浜町１番' } }
  await clock.advance(30 * DAY)
  const { state, customer, finding, noticesSent } = await desk.view(contractId)
  expect([unchanged.state, unchanged.customer, unchanged.lastCheckedAt]).toEqual(['active', moved, startAt + 30 * DAY])
  expect([state, customer.address, finding, noticesSent]).toEqual([
    'active',
    '見本県潮騒市浜町１番',
    { certStatus: 'changed', foundAt: startAt + 60 * DAY },
    [],
  ])
})

test('a renewal of a followed certificate is no finding', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  known.latest['stored-1'] = given
  await desk.round()
  follow(known)
  known.latest['stored-1'] = given
  await clock.advance(31 * DAY)
  expect((await desk.view(contractId)).finding).toMatchObject({ reason: 'affiliationChanged', foundAt: startAt })
})

test('a followed certificate whose consent was withdrawn at the authority is watched no more, and forgotten', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  known.latest['stored-1'] = given
  await desk.round()
  follow(known)
  known.latest['stored-1'] = { outcome: 'no-consent' }
  await clock.advance(31 * DAY)
  const { state, customer } = await desk.view(contractId)
  expect([state, customer, known.withdrawn]).toEqual(['unwatched', moved, ['stored-1']])
})

test('after the consent to change checks is withdrawn the authority is not asked either', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  await desk.round()
  const { state } = await desk.withdraw(contractId)
  await clock.advance(91 * DAY)
  expect([state, known.asked.length, known.withdrawn]).toEqual(['unwatched', 1, ['stored-1']])
})

test('a document refused while the new certificate is awaited changes nothing', async () => {
  const { desk, known, clock, contractId } = await createChanged()
  await desk.round()
  const hanako = { ...taro, name: '見本　花子', dateOfBirth: '1985-06-06', sex: 'female' } as const
  const refused = await desk.signAgain(contractId, hanako)
  const { state } = await desk.view(contractId)
  known.latest['stored-1'] = given
  await clock.advance(31 * DAY)
  expect([refused.outcome, state, (await desk.view(contractId)).customer]).toEqual([
    'refused',
    'awaitingNewCertificate',
    moved,
  ])
})

test('an answer that was lost is asked for again under the same id, and counts once', async () => {
  const { desk, known, clock, faults, contractId } = await createChanged()
  known.latest['stored-1'] = given
  faults.add(faultRule.parse({ kind: 'drop-answer', to: 'platform', pathPrefix: '/latest-basic-four', times: 1 }))
  await desk.round()
  const before = (await desk.view(contractId)).state
  // Asked anew it would not be told again: the first answer must be repeated.
  known.latest['stored-1'] = { outcome: 'nothing-new' }
  await clock.advance(5 * MINUTE)
  const { state, customer } = await desk.view(contractId)
  expect([before, state, customer, known.asked.length]).toEqual(['askingLatest', 'active', moved, 1])
})
