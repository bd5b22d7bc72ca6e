/** What a run cost: fees, work by hand and wall time, computed from journals as parties write them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../core/testSite.ts'
import * as messages from '../messages/evaluation.ts'
import { latestBasicFourYen } from '../messages/feeItems.ts'
import { isNamedWork } from '../messages/workNames.ts'
import { testEvaluation, testJournals } from './testJournals.ts'

const run = 'tv-20260101-000000-aaaa'

const begin = async (parties: readonly string[]) => {
  const runsFolder = testFolder()
  const folder = join(runsFolder, run)
  mkdirSync(folder)
  const journals = await testJournals(parties, folder)
  const app = testEvaluation(runsFolder)
  const ask = async (path: string): Promise<unknown> =>
    JSON.parse(await (await app.request(`/runs/${run}${path}`)).text())
  return { ...journals, folder, app, ask }
}

test('fees are summed by who owes whom for what, and only published prices are given in yen', async () => {
  const { call, ask } = await begin(['ca', 'platform'])
  const status = { item: 'signature.ocsp', payer: 'platform', payee: 'ca', quantity: 1 }
  const latest = { item: 'latest-basic-four', payer: 'platform', payee: 'ca', quantity: 1 }
  await call('platform', 'ca', { fees: [status] })
  await call('platform', 'ca', { fees: [{ ...status, quantity: 40 }, latest] })
  await call('platform', 'ca', { fees: [latest] })
  await call('catv-hikari', 'platform', { fees: [{ ...latest, payer: 'catv-hikari', payee: 'platform' }] })
  await call('catv-hikari', 'platform')
  const { rows, total } = messages.fees.parse(await ask('/fees'))
  expect(rows.map(({ item, payer, payee, quantity, yen }) => [item.id, payer.id, payee.id, quantity, yen])).toEqual([
    ['latest-basic-four', 'platform', 'ca', 2, 2 * latestBasicFourYen],
    ['signature.ocsp', 'platform', 'ca', 41, null],
    ['latest-basic-four', 'catv-hikari', 'platform', 1, null],
  ])
  expect(total).toEqual({ yen: 2 * latestBasicFourYen, priced: 2, unpriced: 42 })
  expect(rows[0]).toMatchObject({ item: { ja: '最新の4情報の提供' }, examples: ['ca:2', 'ca:3'] })
})

test('work by hand is counted by who does it; what has no name is shown by its id', async () => {
  const { journalOf, ask } = await begin(['people', 'mobile-sora'])
  const move = { stakeholder: 'municipality-aobano', work: 'move', parameter: 'counter-move' }
  await journalOf('people').append('manual', { ...move, case: 'taro' })
  await journalOf('people').append('manual', { ...move, case: 'hanako' })
  await journalOf('people').append('manual', { stakeholder: 'ca', work: 'polish', parameter: 'cloth' })
  await journalOf('mobile-sora').append('manual', {
    ...{ stakeholder: 'mobile-sora', work: 'letter', parameter: 'letter-handling', contractId: 'x' },
  })
  const { rows, total } = messages.works.parse(await ask('/work'))
  expect(rows.map(({ stakeholder, work, count, examples }) => [stakeholder.id, work.ja, count, examples])).toEqual([
    ['ca', 'polish', 1, ['people:3']],
    ['mobile-sora', '手紙を出す', 1, ['mobile-sora:1']],
    ['municipality-aobano', '転居・転入の届けを受ける', 2, ['people:1', 'people:2']],
  ])
  expect(total).toBe(4)
})

test('messages are told by purpose and receiver; those summed up are counted but not timed', async () => {
  const { call, journalOf, ask } = await begin(['card', 'ca'])
  for (let ms = 1; ms <= 100; ms++) await call('people', 'card', { purpose: 'card.show' }, { wallMs: ms })
  await call('people', 'card', { purpose: 'card.use', status: 404 }, { wallMs: 900 })
  await call('platform', 'ca', { purpose: 'certificate.check', status: 503 }, { wallMs: 3 })
  await journalOf('ca').append('calls', {
    ...{ from: 'platform', to: 'ca', method: 'POST', path: '/ocsp', purpose: 'certificate.check', status: 200 },
    ...{ calls: 500, requestBytes: 5000, responseBytes: 7000, carries: { request: [], response: [] } },
  })
  const all = messages.timings.parse(await ask('/timings'))
  expect(
    all.purposes.map(({ purpose, calls, timed, refused, failed }) => [purpose.id, calls, timed, refused, failed]),
  ).toEqual([
    ['card.show', 100, 100, 0, 0],
    ['card.use', 1, 1, 1, 0],
    ['certificate.check', 501, 1, 0, 1],
  ])
  expect(all.parties.map(({ party, calls }) => [party.id, calls])).toEqual([
    ['ca', 501],
    ['card', 101],
  ])
  const [shown, used, checked] = all.purposes
  const near = (value: number) => expect.closeTo(value, -Math.log10(value * all.accuracy * 4))
  expect(shown?.wallMs).toEqual({ p50: near(50), p90: near(90), p99: near(99), most: 100 })
  expect([used?.wallMs, used?.slowest]).toEqual([{ p50: 900, p90: null, p99: null, most: 900 }, 'card:101'])
  expect(checked?.bytes).toEqual({ request: 5002, response: 7003 })
  expect(all.total.histogram.reduce((sum, count) => sum + count, 0)).toBe(all.total.timed)

  const atCa = messages.timings.parse(await ask('/timings?party=ca'))
  expect(atCa.purposes.map(({ purpose }) => purpose.id)).toEqual(['certificate.check'])
  expect(atCa.total.calls).toBe(501)
  expect(atCa.parties.map(({ party }) => party.id)).toEqual(['ca', 'card'])
})

test('what is written later is added to what was summed before', async () => {
  const { call, ask } = await begin(['card'])
  await call('people', 'card')
  expect(messages.timings.parse(await ask('/timings')).total.calls).toBe(1)
  await call('people', 'card')
  expect(messages.timings.parse(await ask('/timings')).total.calls).toBe(2)
})

test('a run without any of it says so with empty lists; a party or run that is not there is refused', async () => {
  const { app, ask } = await begin(['card'])
  expect(messages.fees.parse(await ask('/fees')).rows).toEqual([])
  expect(messages.works.parse(await ask('/work')).total).toBe(0)
  expect(messages.timings.parse(await ask('/timings')).total.wallMs).toBeNull()
  expect((await app.request(`/runs/${run}/timings?party=nobody`)).status).toBe(404)
  expect((await app.request(`/runs/${run}/timings?party=${'x'.repeat(61)}`)).status).toBe(400)
  for (const what of ['fees', 'work', 'timings'])
    expect((await app.request(`/runs/tv-20260101-000000-bbbb/${what}`)).status).toBe(404)
})

test.each(['fees', 'work', 'timings'])('a damaged journal is said to be damaged: %s', async (what) => {
  const { app, folder } = await begin(['card'])
  writeFileSync(join(folder, 'ca.db'), 'this is no database, but long enough to be looked at as one'.repeat(20))
  const answer = await app.request(`/runs/${run}/${what}`)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ type: expect.stringContaining('damaged-journal') })
})

const root = join(import.meta.dirname, '..', '..')
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))

test('every piece of work that is noted anywhere has a name in both languages', () => {
  const found = [...sources('scenarios'), ...sources('sim/subscription')].flatMap((text) =>
    [...text.matchAll(/work(?:: | = )'([^']+)'|atCounter\(stage, \w+, '([^']+)'\)/g)].map(
      ([, one, other]) => one ?? other ?? '',
    ),
  )
  expect(found.length).toBeGreaterThan(20)
  expect([...new Set(found)].filter((work) => !isNamedWork(work))).toEqual([])
})
