/** Sessions at the television: who sees what, and what stays afterwards. */
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { actorTables } from '../core/actors.ts'
import { MINUTE, SECOND } from '../core/clock.ts'
import { faultRule } from '../core/faults.ts'
import { answersTable } from '../core/answers.ts'
import { journalTable } from '../core/journal.ts'
import { answer, once } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import { viewersTable } from './store.ts'
import { createTestWorld, facilityOf, startAt } from './testWorld.ts'

/** A table as text; bytes are read as the text they are. */
const dump = async (operator: Site, table: SQLiteTable) => {
  const rows: Record<string, unknown>[] = await operator.store.read.select().from(table)
  return JSON.stringify(
    rows.map((row) =>
      Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value)),
    ),
  )
}

test('a viewer sees their own health notices', async () => {
  const { tv } = await createTestWorld()
  const { screen } = await tv.watch('taro')
  expect([screen.state, screen.health?.addressee, screen.health?.medicalExpenses[0]?.facility]).toEqual([
    'showing',
    'taro',
    facilityOf('taro'),
  ])
  expect((await tv.screen()).health).toEqual(screen.health)
})

test('once the card is out nothing of the viewer’s data is left in the operator’s database', async () => {
  const { tv, operator } = await createTestWorld()
  const { sessionId } = await tv.watch('taro')
  await tv.screen()
  const closed = await tv.remove(sessionId)
  const kept = []
  for (const table of [...actorTables, answersTable, journalTable]) kept.push(await dump(operator, table))
  expect([closed.state, closed.health, (await tv.screen()).state]).toEqual(['closed', undefined, 'standby'])
  expect(kept.map((text) => [text.includes(facilityOf('taro')), text.includes('addressee')])).toEqual(
    kept.map(() => [false, false]),
  )
})

test('while data are shown they are in no kept answer and no journal', async () => {
  const { tv, operator } = await createTestWorld()
  await tv.watch('taro')
  await tv.screen()
  const answers = await dump(operator, answersTable)
  const journal = await dump(operator, journalTable)
  expect([answers.includes('challengeId'), answers.includes(facilityOf('taro'))]).toEqual([true, false])
  expect([journal.includes('viewer.login'), journal.includes(facilityOf('taro'))]).toEqual([true, false])
})

test('another card closes the session before it, and shows its own viewer only', async () => {
  const { tv } = await createTestWorld()
  const first = await tv.watch('taro')
  const { sessionId } = await tv.insertCard()
  const between = await tv.screen()
  const second = await tv.login(sessionId, 'hanako')
  const late = tv.login(first.sessionId, 'taro')
  await expect(late).rejects.toMatchObject({ status: 409 })
  expect([between.health, second.health?.addressee]).toEqual([undefined, 'hanako'])
  expect(JSON.stringify(await tv.screen())).not.toContain(facilityOf('taro'))
})

test('a session with nothing happening closes after five minutes', async () => {
  const { tv, clock } = await createTestWorld()
  await tv.watch('taro')
  await clock.advance(5 * MINUTE - SECOND)
  const before = (await tv.screen()).state
  await clock.advance(SECOND)
  expect([before, await tv.screen()]).toEqual(['showing', { state: 'standby', notices: [] }])
})

test('a session stays open while somebody uses the remote, and says when it closes', async () => {
  const { tv, catv, clock } = await createTestWorld()
  const { sessionId, screen } = await tv.watch('taro')
  await clock.advance(4 * MINUTE)
  const kept = await answer(catv.sessions[':sessionId'].activities.$post({ param: { sessionId } }))
  await clock.advance(4 * MINUTE)
  expect([screen.closesAt, kept.closesAt, (await tv.screen()).state]).toEqual([
    startAt + 5 * MINUTE,
    startAt + 9 * MINUTE,
    'showing',
  ])
  await clock.advance(MINUTE)
  expect((await tv.screen()).state).toBe('standby')
})

test('a card taken out after the session closed by itself is no error', async () => {
  const { tv, clock } = await createTestWorld()
  const { sessionId } = await tv.watch('taro')
  await clock.advance(10 * MINUTE)
  expect((await tv.remove(sessionId)).state).toBe('closed')
})

test('a revoked card is refused with its reason', async () => {
  const { tv } = await createTestWorld()
  const { screen } = await tv.watch('misaki')
  expect(screen).toMatchObject({ state: 'refused', refusal: 'revoked' })
})

test.each([
  ['hajime', 'link'],
  ['yoshie', 'consent'],
])('without link or consent %s is told what to do', async (viewer, lacks) => {
  const { tv } = await createTestWorld()
  const { screen } = await tv.watch(viewer)
  expect([screen.state, screen.health, screen.lacks, typeof screen.remark?.ja]).toEqual([
    'showing',
    undefined,
    lacks,
    'string',
  ])
})

test('who agrees on the screen sees the notices', async () => {
  const { tv } = await createTestWorld()
  expect((await tv.watch('yoshie', true)).screen.health?.addressee).toBe('yoshie')
})

test('a silent insurer leaves a remark and the notices by address', async () => {
  const { tv, faults, catv } = await createTestWorld()
  await answer(
    catv['area-notices'].$post({
      json: { noticeId: 'n-1', area: '見本県', kind: 'municipal', title: '清掃', text: '', until: Date.UTC(2027, 0) },
    }),
  )
  faults.add(faultRule.parse({ kind: 'down', to: 'insurer-nhi' }))
  const { screen } = await tv.watch('taro')
  expect([screen.state, screen.health, typeof screen.remark?.ja, screen.notices.length]).toEqual([
    'showing',
    undefined,
    'string',
    1,
  ])
})

test('without the platform there is no session, and the television goes on', async () => {
  const { tv, faults } = await createTestWorld()
  faults.add(faultRule.parse({ kind: 'down', to: 'platform' }))
  await expect(tv.insertCard()).rejects.toMatchObject({ status: 503, code: 'platform-silent' })
  expect((await tv.screen()).state).toBe('standby')
})

test('a platform that falls silent before the login leaves a remark', async () => {
  const { tv, faults } = await createTestWorld()
  const { sessionId } = await tv.insertCard()
  faults.add(faultRule.parse({ kind: 'down', to: 'platform' }))
  const screen = await tv.login(sessionId, 'taro')
  expect([screen.state, screen.refusal, typeof screen.remark?.ja]).toEqual(['refused', undefined, 'string'])
})

test('cancelling the subscription ends the session, and the box is refused from then on', async () => {
  const { tv, catv } = await createTestWorld()
  await tv.watch('taro')
  await answer(catv.subscribers[':subscriberNumber'].cancellations.$post({ param: { subscriberNumber: 'H-1' } }))
  await expect(tv.insertCard()).rejects.toMatchObject({ status: 409, code: 'subscription-cancelled' })
  expect(await tv.screen()).toEqual({ state: 'cancelled', notices: [] })
})

test('the register notes which accounts used which subscriber’s box', async () => {
  const { tv, operator } = await createTestWorld()
  await tv.watch('taro')
  await tv.watch('hanako')
  await tv.watch('taro')
  const rows = await operator.store.read.select().from(viewersTable)
  expect(rows.map(({ accountId, subscriberNumber }) => [accountId, subscriberNumber])).toEqual([
    ['p-taro', 'H-1'],
    ['p-hanako', 'H-1'],
  ])
})

test('a repeated login request logs in once and shows the screen again', async () => {
  const { tv, catv } = await createTestWorld()
  const { sessionId } = await tv.insertCard()
  const request = {
    param: { sessionId },
    json: { certificate: Buffer.from('taro').toString('base64'), signature: 'AAAA' },
  }
  const first = await answer(catv.sessions[':sessionId'].logins.$post(request, once('r-1')))
  const again = await answer(catv.sessions[':sessionId'].logins.$post(request, once('r-1')))
  expect(again).toEqual(first)
})
