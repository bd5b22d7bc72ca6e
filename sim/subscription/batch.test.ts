/** Large rounds. */
import { expect, test } from 'vitest'
import { MINUTE } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { createTestWorld, startAt } from './testWorld.ts'

test('more than a thousand certificates are asked for in batches', { timeout: 120_000 }, async () => {
  const { desk, known } = await createTestWorld()
  for (let index = 0; index < 1001; index++) await desk.join()
  const report = await desk.round()
  expect([report.checked, known.checked.map((ids) => ids.length)]).toEqual([1001, [1000, 1]])
})

test('a contract found in a round that broke off is not taken for one that waited', { timeout: 120_000 }, async () => {
  const { desk, known, faults, clock } = await createTestWorld({ latestBasicFour: true })
  const contractId = await desk.joinWithConsent()
  for (let index = 0; index < 1000; index++) await desk.join()
  known.statuses['stored-1'] = { certStatus: 'revoked', reason: 'affiliationChanged', revocationDate: startAt }
  const lost = faultRule.parse({ kind: 'down', to: 'platform', pathPrefix: '/change-checks', times: 1 })
  Object.defineProperty(known.latest, 'stored-1', {
    get: () => {
      // Asked between the first batch and the second, which then gets no answer.
      if (known.asked.length === 1) faults.add(lost)
      return { outcome: 'nothing-new' }
    },
  })
  await desk.round().catch(() => undefined)
  const brokeOff = known.checked.length
  await clock.advance(5 * MINUTE)
  const { state } = await desk.view(contractId)
  expect([brokeOff, known.checked.length, known.asked.length, state]).toEqual([1, 2, 1, 'awaitingNewCertificate'])
})
