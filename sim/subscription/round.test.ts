/** Rounds of change checks, and what follows from what they find. */
import { expect, test } from 'vitest'
import { DAY, MINUTE } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import { deathChecksTable, lettersTable } from './store.ts'
import { createTestWorld, startAt, taro } from './testWorld.ts'

const moved = { ...taro, address: '見本県緑野町本町９番' }
const hanako = { ...taro, name: '見本　花子', dateOfBirth: '1985-06-06', sex: 'female' } as const
const revoked = (
  reason: 'affiliationChanged' | 'superseded' | 'cessationOfOperation' | 'certificateHold' | 'keyCompromise',
) => ({ certStatus: 'revoked', reason, revocationDate: startAt }) as const

test('a round says how many were checked, good, found and without consent', async () => {
  const { desk, known } = await createTestWorld()
  await desk.join()
  await desk.join()
  await desk.join(hanako, { changeCheckConsent: false })
  known.statuses['stored-2'] = revoked('affiliationChanged')
  expect(await desk.round()).toEqual({ checkedAt: startAt, checked: 2, good: 1, found: 1, withoutConsent: 1 })
})

test.each([
  [revoked('affiliationChanged'), 'askingNewData', ['letter new-data', 'television new-data']],
  [revoked('superseded'), 'askingNewCertificate', ['letter new-certificate', 'television new-certificate']],
  [{ certStatus: 'expired' } as const, 'askingRenewal', ['letter renewal', 'television renewal']],
  [revoked('certificateHold'), 'suspended', ['letter new-card', 'television new-card']],
  [revoked('keyCompromise'), 'suspended', ['letter new-card', 'television new-card']],
  [revoked('cessationOfOperation'), 'checkingDeath', []],
  [{ certStatus: 'not-checked' } as const, 'unwatched', []],
  [{ certStatus: 'unknown' } as const, 'active', []],
])('%j leads to %s', async (status, state, notices) => {
  const { desk, known } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = status
  await desk.round()
  const view = await desk.view(contractId)
  expect([view.state, view.noticesSent.map(({ by, what }) => `${by} ${what}`).sort()]).toEqual([state, notices])
})

test('the desk sees the letters sent, what is asked, the deaths looked into, and when the next round is', async () => {
  const { desk, sora, known, clock } = await createTestWorld()
  const contractId = await desk.join()
  const dead = await desk.join(hanako)
  known.statuses['stored-1'] = revoked('affiliationChanged')
  known.statuses['stored-2'] = revoked('cessationOfOperation')
  await clock.advance(30 * DAY)
  const at = startAt + 30 * DAY
  expect((await answer(sora.letters.$get())).letters).toEqual([
    { contractId, name: taro.name, address: taro.address, what: 'new-data', sentAt: at },
  ])
  expect((await answer(sora['death-checks'].$get())).deathChecks).toEqual([{ contractId: dead, begunAt: at }])
  expect((await desk.view(contractId)).asked).toBe('new-data')
  expect(await answer(sora.rounds.$get())).toEqual({
    state: 'waiting',
    checkIntervalMs: 30 * DAY,
    nextRoundAt: at + 30 * DAY,
    lastRound: { checkedAt: at, checked: 2, good: 0, found: 2, withoutConsent: 0 },
  })
})

test('rounds run by themselves at the interval', async () => {
  const { desk, known, clock } = await createTestWorld()
  await desk.join()
  await clock.advance(91 * DAY)
  expect(known.checked).toEqual([['stored-1'], ['stored-1'], ['stored-1']])
})

test('a contract that is asking is not checked again with the useless certificate', async () => {
  const { desk, known, clock } = await createTestWorld()
  await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await clock.advance(91 * DAY)
  expect(known.checked).toEqual([['stored-1']])
})

test('who does not answer is reminded every month', async () => {
  const { desk, known, provider, clock } = await createTestWorld()
  await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  await clock.advance(60 * DAY)
  const letters = await provider.store.read.select().from(lettersTable)
  expect(letters.map(({ what, sentAt }) => [what, (sentAt - startAt) / DAY])).toEqual([
    ['new-data', 0],
    ['new-data', 30],
    ['new-data', 60],
  ])
})

test('a letter is manual work in the journal, and what is on television says nothing of its cause', async () => {
  const { desk, known, provider } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  const manual = (await readJournal('mobile-sora', provider.store.read)).filter(({ kind }) => kind === 'manual')
  expect(manual.map(({ body }) => body)).toEqual([
    { stakeholder: 'mobile-sora', work: 'letter', contractId, parameter: 'letter-handling' },
  ])
  expect(known.shown).toEqual([
    'ご契約先からのお知らせ そらモバイルからお知らせがあります。郵送の書面をご確認ください。',
  ])
})

test('a death is looked into by hand and nothing is mailed', async () => {
  const { desk, known, provider } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('cessationOfOperation')
  await desk.round()
  const checks = await provider.store.read.select().from(deathChecksTable)
  expect([checks.map((check) => check.contractId), (await desk.view(contractId)).noticesSent]).toEqual([
    [contractId],
    [],
  ])
})

test('signing again with the new certificate updates the customer and ends the asking', async () => {
  const { desk, known, clock } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  const given = await desk.signAgain(contractId, moved)
  const view = await desk.view(contractId)
  await clock.advance(45 * DAY)
  const later = await desk.view(contractId)
  expect([given, view.state, view.customer, view.finding, known.withdrawn]).toEqual([
    { outcome: 'accepted', contractId, state: 'active' },
    'active',
    moved,
    undefined,
    ['stored-1'],
  ])
  expect([later.noticesSent.length, known.checked.at(-1)]).toEqual([2, ['stored-2']])
})

test('somebody else’s signature changes nothing, and their certificate is not kept', async () => {
  const { desk, known } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  const given = await desk.signAgain(contractId, hanako)
  const { state, customer } = await desk.view(contractId)
  expect([given, state, customer, known.withdrawn]).toEqual([
    { outcome: 'refused', reason: 'other-person' },
    'askingNewData',
    taro,
    ['stored-2'],
  ])
})

test('reminders go on after a refused signature', async () => {
  const { desk, known, clock } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  await desk.signAgain(contractId, hanako)
  await clock.advance(30 * DAY)
  expect((await desk.view(contractId)).noticesSent.length).toBe(4)
})

test('after the consent is withdrawn the contract goes on without checks, and the platform knows', async () => {
  const { desk, known, clock } = await createTestWorld()
  const contractId = await desk.join()
  const view = await desk.withdraw(contractId)
  await clock.advance(91 * DAY)
  expect([view.state, view.consent, known.withdrawn, known.checked]).toEqual(['unwatched', false, ['stored-1'], []])
})

test('a suspended contract stays suspended when the consent is withdrawn', async () => {
  const { desk, known } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('keyCompromise')
  await desk.round()
  const { state, consent } = await desk.withdraw(contractId)
  expect([state, consent]).toEqual(['suspended', false])
})

test('a cancelled contract is neither checked nor reminded of anything', async () => {
  const { desk, known, clock } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  await desk.round()
  await desk.cancel(contractId)
  await clock.advance(91 * DAY)
  const { state, noticesSent } = await desk.view(contractId)
  expect([state, noticesSent.length, known.withdrawn]).toEqual(['cancelled', 2, ['stored-1']])
})

test('while the platform is silent a round waits, then runs once', async () => {
  const { desk, known, faults, clock } = await createTestWorld()
  await desk.join()
  const down = faults.add(faultRule.parse({ kind: 'down', to: 'platform' }))
  await expect(desk.round()).rejects.toMatchObject({ status: 503, code: 'platform-silent' })
  faults.remove(down.id)
  await clock.advance(5 * MINUTE)
  expect(known.checked).toEqual([['stored-1']])
})

test('a round whose answer was lost finds each change once', async () => {
  const { desk, known, faults, clock, provider } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  faults.add(faultRule.parse({ kind: 'drop-answer', to: 'platform', pathPrefix: '/change-checks', times: 1 }))
  await expect(desk.round()).rejects.toMatchObject({ status: 503 })
  await clock.advance(5 * MINUTE)
  const letters = await provider.store.read.select().from(lettersTable)
  expect([known.checked.length, (await desk.view(contractId)).state, letters.length]).toEqual([1, 'askingNewData', 1])
})

test('a television that cannot be reached does not hold up the letter', async () => {
  const { desk, known, faults, clock } = await createTestWorld()
  const contractId = await desk.join()
  known.statuses['stored-1'] = revoked('affiliationChanged')
  const down = faults.add(faultRule.parse({ kind: 'down', to: 'catv-hikari' }))
  await desk.round()
  const before = (await desk.view(contractId)).noticesSent.map(({ by }) => by)
  faults.remove(down.id)
  await clock.advance(5 * MINUTE)
  const after = (await desk.view(contractId)).noticesSent.map(({ by }) => by)
  expect([before, after]).toEqual([['letter'], ['letter', 'television']])
})
