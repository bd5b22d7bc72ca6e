/** Revocation by list over the platform's interface: one fetch a publication, local look-ups, and what happens without one. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR } from '../core/clock.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'
import { hanakoFour, type Resident } from './testResident.ts'

let world: TestWorld
let hanako: Resident
beforeEach(async () => {
  world = await createTestWorld('crl')
  hanako = await world.card('card-hanako')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const fetches = async () => {
  const entries = await readJournal('ca', world.siteOf('ca').store.read)
  return entries.filter(({ body }) => body['purpose'] === 'crl.fetch').map(({ body }) => body['path'])
}

test('many authentications of a day take one list', async () => {
  for (const name of ['a', 'b', 'c']) await world.authenticated('clinic-sakura', await world.card(`card-${name}`))
  expect(await fetches()).toEqual(['/crls/authentication/all'])
  expect(await world.metered()).toEqual([
    'clinic-sakura authentication.crl.verification 3',
    'platform authentication.crl.verification 1',
  ])
})

test('the next publication is fetched when it is due, and then shows the revocation', async () => {
  await world.authenticated('clinic-sakura', hanako)
  await world.revoke('authentication', hanako.authentication, 'cessationOfOperation')
  await world.clock.advance(HOUR)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  await world.clock.advance(DAY)
  expect(await world.authenticate('clinic-sakura', hanako)).toEqual({
    outcome: 'refused',
    reason: 'revoked',
    revocationReason: 'cessationOfOperation',
    revocationDate: startAt,
  })
  expect(await fetches()).toHaveLength(2)
})

test('a list serves until its nextUpdate while the authority is down, and not longer', async () => {
  await world.authenticated('clinic-sakura', hanako)
  world.breakLine('ca')
  await world.clock.advance(30 * HOUR)
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  await world.clock.advance(DAY)
  expect(await world.authenticate('clinic-sakura', hanako)).toEqual({ outcome: 'refused', reason: 'status-unknown' })
  world.faults.clear()
  expect(await world.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
})

test('lists outlive a restart', async () => {
  await world.authenticated('clinic-sakura', hanako)
  await world.close()
  const resumed = await createTestWorld('crl', world.folder, world.clock.now())
  resumed.breakLine('ca')
  expect(await resumed.authenticate('clinic-sakura', hanako)).toMatchObject({ outcome: 'accepted' })
  world = resumed
})

test('signature certificates are looked up in the list of their own municipality', async () => {
  const village = await world.card('card-taro', 'municipality-midorino')
  const documents = [hanako, village].map(async (resident, number) => {
    const document = {
      ...{ provider: 'mobile-sora', service: 'mobile', applicant: hanakoFour },
      ...{ changeCheckConsent: true, nonce: `nonce-000${number}` },
    }
    const json = { signedDocument: await resident.sign(document), keepForChangeChecks: true }
    return answer(world.as('mobile-sora').signatures.$post({ json }))
  })
  const ids = (await Promise.all(documents)).map((verified) =>
    verified.outcome === 'accepted' ? (verified.storedCertificateId ?? '') : verified.reason,
  )
  await world.revoke('signature', village.signature, 'affiliationChanged')
  await world.clock.advance(DAY)
  const checked = await answer(world.as('mobile-sora')['change-checks'].$post({ json: { storedCertificateIds: ids } }))
  expect(checked).toMatchObject({
    method: 'crl',
    results: [{ certStatus: 'good' }, { certStatus: 'revoked', reason: 'affiliationChanged', revocationDate: startAt }],
  })
  expect((await fetches()).length).toBe(4)
})
