/** Reception: who is insured, and what happens when a neighbour does not answer. */
import { expect, test } from 'vitest'
import { snapshotsTable } from '../core/actorTables.ts'
import { HOUR } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { ClinicApp } from './index.ts'
import { createTestWorld, insured, taro } from './testWorld.ts'

test('one card makes a patient eligible on the day of the visit in Japan', async () => {
  const { desk, known } = await createTestWorld()
  await desk.arrive()
  const view = await desk.readCard()
  expect([view.state, view.eligibility, known.serviceDates]).toEqual(['eligible', known.eligibility, ['2026-04-01']])
})

test('the desk sees the latest visits with the patients’ names', async () => {
  const { desk, people } = await createTestWorld()
  await desk.arrive()
  await desk.readCard()
  const { visits } = await answer(people.network.connect<ClinicApp>('clinic-sakura').visits.$get())
  expect(visits.map(({ patientName, state }) => [patientName, state])).toEqual([[taro.patientName, 'eligible']])
})

test.each([
  [{ validity: 'lost', lostFrom: '2026-03-01' } as const],
  [{ validity: 'changed', lostFrom: '2026-03-01', nextInsurer: 'insurer-company' } as const],
  [{ validity: 'unknown' } as const],
])('a patient whose insurance is $validity is told so and pays all', async (eligibility) => {
  const { desk, known } = await createTestWorld()
  known.eligibility = eligibility
  await desk.arrive()
  const view = await desk.readCard()
  const { bill } = await desk.treat(300)
  expect([view.state, view.eligibility, view.remark === undefined, bill?.patientYen]).toEqual([
    'ineligible',
    eligibility,
    false,
    3_000,
  ])
})

test('of somebody else’s card the desk learns only that it does not match, and nothing of it stays', async () => {
  const { desk, known, clinicSite } = await createTestWorld()
  known.eligibility = insured('他人 花子', '1991-01-01')
  await desk.arrive()
  const view = await desk.readCard()
  const { bill } = await desk.treat(100)
  const kept = JSON.stringify(await clinicSite.store.read.select().from(snapshotsTable))
  expect([view.state, view.eligibility, bill?.copaymentRatio, kept.includes('花子')]).toEqual([
    'wrongPerson',
    undefined,
    1,
    false,
  ])
})

test('without a link the paper card is checked and, with consent, linked', async () => {
  const { desk, known } = await createTestWorld()
  known.cards['taro'] = {}
  await desk.arrive()
  const before = await desk.readCard()
  const after = await desk.showPaper(true)
  expect([before.state, after.state, known.links]).toEqual(['unlinked', 'eligible', ['N-1']])
})

test('a paper card of somebody else is never linked', async () => {
  const { desk, known } = await createTestWorld()
  known.cards['taro'] = {}
  known.eligibility = insured('他人 花子', '1991-01-01')
  await desk.arrive()
  await desk.readCard()
  const { state } = await desk.showPaper(true)
  expect([state, known.links]).toEqual(['wrongPerson', []])
})

test('who declines consent at the terminal is asked again, and may agree', async () => {
  const { desk } = await createTestWorld()
  await desk.arrive()
  const declined = await desk.readCard('taro', false)
  const agreed = await desk.readCard('taro', true)
  expect([declined.state, agreed.state]).toEqual(['unconsented', 'eligible'])
})

test('a refused card is named with its reason; the patient pays in full', async () => {
  const { desk, known } = await createTestWorld()
  known.cards['taro'] = { refused: 'revoked' }
  await desk.arrive()
  const view = await desk.readCard()
  const { bill } = await desk.treat(100)
  expect([view.state, view.remark?.en.includes('revoked'), bill?.patientYen]).toEqual(['cardRefused', true, 1_000])
})

test('a silent insurer is asked again every hour until it answers, while the visit goes on at 3/10', async () => {
  const { desk, known, faults, clock } = await createTestWorld()
  known.eligibility = insured(taro.patientName, taro.dateOfBirth, 0.2)
  await desk.arrive()
  const down = faults.add({ kind: 'down', to: 'insurer-nhi', probability: 1, ms: 0, status: 503 })
  await desk.readCard()
  const unconfirmed = await desk.showPaper()
  const { bill } = await desk.treat(500)
  const paid = await desk.payInCash(1_500)
  await clock.advance(3 * HOUR)
  const still = await desk.view()
  faults.remove(down.id)
  await clock.advance(HOUR)
  const later = await desk.view()
  expect([unconfirmed.state, bill?.patientYen, paid.state, still.eligibility]).toEqual([
    'unconfirmed',
    1_500,
    'paid',
    undefined,
  ])
  expect([later.state, later.eligibility, later.remark?.en.includes('-500')]).toEqual([
    'finished',
    known.eligibility,
    true,
  ])
})

test('a silent platform leaves the paper card', async () => {
  const { desk, faults } = await createTestWorld()
  await desk.arrive()
  faults.add({ kind: 'down', to: 'platform', probability: 1, ms: 0, status: 503 })
  const silent = await desk.readCard()
  const paper = await desk.showPaper()
  expect([silent.state, paper.state]).toEqual(['unconfirmed', 'eligible'])
})

test('a patient may arrive while the platform is silent', async () => {
  const { desk, faults } = await createTestWorld()
  faults.add({ kind: 'down', to: 'platform', probability: 1, ms: 0, status: 503 })
  await expect(desk.arrive()).rejects.toMatchObject({ status: 503, code: 'platform-silent' })
  expect((await desk.showPaper()).state).toBe('eligible')
})

test('a visit id serves one patient only', async () => {
  const { desk } = await createTestWorld()
  await desk.arrive()
  await expect(desk.arrive({ patientName: '他人 花子', dateOfBirth: '1991-01-01' })).rejects.toMatchObject({
    status: 409,
  })
})

test('an unknown field is refused by name', async () => {
  const { people } = await createTestWorld()
  const json = { visitId: 'V-2', ...taro, insuredNumber: 'N-1' }
  await expect(answer(people.network.connect<ClinicApp>('clinic-sakura').visits.$post({ json }))).rejects.toMatchObject(
    {
      status: 422,
      errors: [{ field: '/insuredNumber', reason: 'unknown field' }],
    },
  )
})
