/** The insurer over its interface: registering, losing, eligibility and health information. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answer, once } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import type { Registration } from './machine.ts'
import { createTestWorld } from './testWorld.ts'

let world: Awaited<ReturnType<typeof createTestWorld>>
beforeEach(async () => {
  world = await createTestWorld()
  world.tickets.set('of-hanako', {
    bearer: 'clinic-sakura',
    audience: 'insurer-nhi',
    reference: 'N-1',
    purpose: 'health-insurance',
  })
})
afterEach(() => world.close())

const hanako: Registration = {
  insuredNumber: 'N-1',
  name: '見本 花子',
  dateOfBirth: '1990-02-17',
  sex: 'female',
  address: '見本県青葉野市中央一丁目1番1号',
  relation: 'insured',
  copaymentRatio: 0.3,
  qualifiedFrom: '2020-04-01',
}
const health = {
  medicalExpenses: [{ month: '2026-03', facility: 'さくら診療所', days: 1, totalYen: 5000, patientYen: 1500 }],
  genericSavings: [],
  checkups: [],
}

const register = (person = hanako) => answer(world.people['insured-persons'].$post({ json: person }))
const lose = (json: { lostFrom: string; reason: 'left-job'; nextInsurer?: string }, requestId = 'loss-1') =>
  answer(
    world.people['insured-persons'][':insuredNumber'].losses.$post(
      { param: { insuredNumber: 'N-1' }, json },
      once(requestId),
    ),
  )
const check = (serviceDate = '2026-04-01', requestId = 'check-1') =>
  answer(world.clinic['eligibility-checks'].$post({ json: { ticket: 'of-hanako', serviceDate } }, once(requestId)))
const setHealth = () =>
  answer(
    world.people['insured-persons'][':insuredNumber']['health-record'].$put({
      param: { insuredNumber: 'N-1' },
      json: health,
    }),
  )
const healthOf = (ticket: string) => answer(world.operator['health-information'].$post({ json: { ticket } }))
const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (problem: Problem) => problem,
  )

test('a clinic learns from a ticket who is insured', async () => {
  await register()
  expect(await check()).toEqual({
    validity: 'valid',
    insurer: 'insurer-nhi',
    insuredNumber: 'N-1',
    name: '見本 花子',
    dateOfBirth: '1990-02-17',
    relation: 'insured',
    copaymentRatio: 0.3,
  })
})

test('after a loss the answer names the next insurer once it is reported', async () => {
  await register()
  await lose({ lostFrom: '2026-03-01', reason: 'left-job' })
  expect(await check()).toEqual({ validity: 'lost', lostFrom: '2026-03-01' })
  const next = { lostFrom: '2026-03-01', reason: 'left-job', nextInsurer: 'insurer-company' } as const
  expect(await lose(next, 'loss-2')).toEqual({
    insuredNumber: 'N-1',
    state: 'lost',
    lostFrom: '2026-03-01',
    nextInsurer: 'insurer-company',
  })
  expect(await check('2026-04-01', 'check-2')).toMatchObject({ validity: 'changed', nextInsurer: 'insurer-company' })
})

test('a ticket the platform refuses, or one for another purpose, tells nothing', async () => {
  await register()
  const json = { ticket: 'of-hanako', serviceDate: '2026-04-01' }
  expect(await answer(world.otherClinic['eligibility-checks'].$post({ json }))).toEqual({ validity: 'unknown' })
  world.tickets.set('pay', { bearer: 'clinic-sakura', audience: 'insurer-nhi', reference: 'N-1', purpose: 'payment' })
  const pay = { ticket: 'pay', serviceDate: '2026-04-01' }
  expect(await answer(world.clinic['eligibility-checks'].$post({ json: pay }))).toEqual({ validity: 'unknown' })
})

test('a repeated check is answered alike and redeems nothing twice', async () => {
  await register()
  const first = await check()
  await lose({ lostFrom: '2026-03-01', reason: 'left-job' })
  expect(await check()).toEqual(first)
  expect(world.asked.times).toBe(1)
})

test('two clinics with the same request id get their own answers', async () => {
  await register()
  await check('2026-04-01', 'visit:1')
  const json = { ticket: 'of-hanako', serviceDate: '2026-04-01' }
  const other = await answer(world.otherClinic['eligibility-checks'].$post({ json }, once('visit:1')))
  expect(other).toEqual({ validity: 'unknown' })
})

test('while the platform is down the check is a 503 problem and can be repeated later', async () => {
  await register()
  const { id } = world.faults.add({ kind: 'down', to: 'platform', probability: 1, ms: 0, status: 503 })
  expect(await problemOf(check())).toMatchObject({ status: 503, code: 'platform-unreachable' })
  world.faults.remove(id)
  expect(await check()).toMatchObject({ validity: 'valid' })
})

test('a platform that fails makes the check a 502 problem', async () => {
  await register()
  world.faults.add({ kind: 'error', to: 'platform', probability: 1, ms: 0, status: 500 })
  expect(await problemOf(check())).toMatchObject({ status: 502, code: 'platform-failed' })
})

test('by number the date of birth must fit', async () => {
  await register()
  const byNumber = (dateOfBirth: string) =>
    answer(
      world.clinic['eligibility-checks']['by-number'].$post({
        json: { insuredNumber: 'N-1', dateOfBirth, serviceDate: '2026-04-01' },
      }),
    )
  expect(await byNumber('1990-02-17')).toMatchObject({ validity: 'valid' })
  expect(await byNumber('1990-02-18')).toEqual({ validity: 'unknown' })
})

test('an operator gets the health information of the person of the ticket and of nobody else', async () => {
  await register()
  await register({ ...hanako, insuredNumber: 'N-2', name: '見本 太郎' })
  await setHealth()
  const base = { bearer: 'catv-hikari', audience: 'insurer-nhi', purpose: 'health-insurance' } as const
  world.tickets.set('tv-hanako', { ...base, reference: 'N-1' })
  world.tickets.set('tv-taro', { ...base, reference: 'N-2' })
  expect(await healthOf('tv-hanako')).toEqual({ outcome: 'given', addressee: '見本 花子', ...health })
  expect(await healthOf('tv-taro')).toEqual({
    outcome: 'given',
    addressee: '見本 太郎',
    medicalExpenses: [],
    genericSavings: [],
    checkups: [],
  })
  expect(await healthOf('of-hanako')).toEqual({ outcome: 'refused', reason: 'ticket-refused' })
})

test('who lost the qualification gets no health information any more', async () => {
  await register()
  const ticket = {
    bearer: 'catv-hikari',
    audience: 'insurer-nhi',
    reference: 'N-1',
    purpose: 'health-insurance',
  } as const
  world.tickets.set('tv-hanako', ticket)
  await lose({ lostFrom: '2026-04-01', reason: 'left-job' })
  expect(await healthOf('tv-hanako')).toEqual({ outcome: 'refused', reason: 'not-insured' })
})

test('registering the same person again changes nothing, another under the number is refused', async () => {
  expect(await register()).toEqual({ insuredNumber: 'N-1', state: 'insured' })
  expect(await register()).toEqual({ insuredNumber: 'N-1', state: 'insured' })
  expect(await problemOf(register({ ...hanako, name: '見本 太郎' }))).toMatchObject({
    status: 409,
    code: 'number-taken',
  })
})

test('a loss before the qualification began is refused, naming the field', async () => {
  await register()
  expect(await problemOf(lose({ lostFrom: '2020-03-31', reason: 'left-job' }))).toMatchObject({
    status: 422,
    errors: [{ field: '/lostFrom', reason: 'before the qualification began' }],
  })
})

test('only clinics check eligibility, only operators fetch health information, only the platform asks for references', async () => {
  const eligibility = { json: { ticket: 'x', serviceDate: '2026-04-01' } }
  expect((await world.operator['eligibility-checks'].$post(eligibility)).status).toBe(403)
  expect((await world.clinic['health-information'].$post({ json: { ticket: 'x' } })).status).toBe(403)
  expect((await world.clinic['reference-queries'].$post({ json: { reference: 'N-1' } })).status).toBe(403)
})

test('the platform learns whether a number is known', async () => {
  await register()
  const query = (reference: string) => world.platform?.['reference-queries'].$post({ json: { reference } })
  expect(await (await query('N-1'))?.json()).toEqual({ known: true })
  expect(await (await query('N-9'))?.json()).toEqual({ known: false })
})

test('an unknown field is refused by name', async () => {
  const json = { ...hanako, nickname: 'はな' }
  expect(await problemOf(answer(world.people['insured-persons'].$post({ json })))).toMatchObject({
    status: 422,
    errors: [{ field: '/nickname', reason: 'unknown field' }],
  })
})
