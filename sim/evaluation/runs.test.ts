/** The list of runs: what is found, what is damaged and said to be, and that no name leads out of the folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../core/testSite.ts'
import type { Integrity, RunPage } from '../messages/evaluation.ts'
import { testEvaluation, testJournals } from './testJournals.ts'

const text = { ja: 'あ', en: 'a' }

const resultOf = (scenario: string, passed: boolean, variables: Record<string, string | number> = {}) => ({
  ...{ run: 'r', scenario, title: text, seed: '1', mode: 'in-process', variables, passed, tookMs: 1 },
  cases: [{ id: 'c', title: text, passed, tookMs: 1, steps: [] }],
  ...{ measures: [], journal: { entries: 0, intact: true, heads: {} } },
})

const begin = () => {
  const runsFolder = testFolder()
  const add = (name: string, file: string | object | undefined) => {
    mkdirSync(join(runsFolder, name))
    if (file !== undefined)
      writeFileSync(join(runsFolder, name, 'result.json'), typeof file === 'string' ? file : JSON.stringify(file))
    return join(runsFolder, name)
  }
  const app = testEvaluation(runsFolder)
  const list = async (query = ''): Promise<RunPage> => JSON.parse(await (await app.request(`/runs${query}`)).text())
  return { runsFolder, add, app, list }
}

test('runs come newest first, by pages, and can be filtered', async () => {
  const { add, list } = begin()
  add('tv-20260101-000000-aaaa', resultOf('tv', true, { revocation: 'crl' }))
  add('tv-20260103-000000-aaaa', resultOf('tv', false, { revocation: 'ocsp' }))
  add('clinic-20260102-000000-aaaa', resultOf('clinic', true, { revocation: 'ocsp' }))
  const names = async (query: string) => (await list(query)).runs.map(({ run }) => run.slice(0, -'-000000-aaaa'.length))
  expect(await names('')).toEqual(['tv-20260103', 'clinic-20260102', 'tv-20260101'])
  expect(await list('?limit=2')).toMatchObject({ total: 3, next: 2 })
  expect(await list('?limit=2&offset=2')).toMatchObject({ total: 3, next: null })
  expect(await names('?scenario=tv&passed=true')).toEqual(['tv-20260101'])
  expect(await names('?variable=revocation=ocsp')).toEqual(['tv-20260103', 'clinic-20260102'])
  expect(await names(`?from=${Date.UTC(2026, 0, 2)}&to=${Date.UTC(2026, 0, 3)}`)).toEqual(['clinic-20260102'])
})

test.each([
  ['cut off', '{"run":"r","scenario":'],
  ['no JSON', 'hello'],
  ['of another form', { run: 'r', scenario: 5 }],
  ['empty', ''],
])('a result that is %s is said to be damaged, and hides no other run', async (_, file) => {
  const { add, app, list } = begin()
  add('tv-20260101-000000-aaaa', file)
  add('tv-20260102-000000-aaaa', resultOf('tv', true))
  const { runs } = await list()
  expect(runs.map(({ state }) => state)).toEqual(['finished', 'damaged'])
  expect(runs[1]?.damage).toMatchObject({
    ja: expect.stringContaining('result.json'),
    en: expect.stringContaining('result.json'),
  })
  expect((await app.request('/runs/tv-20260101-000000-aaaa')).status).toBe(200)
})

test('a run without a result is unfinished, and known by the scenario in its name', async () => {
  const { add, list } = begin()
  add('cable-tv-20260101-000000-aaaa', undefined)
  expect((await list()).runs).toMatchObject([{ state: 'unfinished', scenario: 'cable-tv', passed: null }])
})

test('a database that is none is said to be damaged; the others of the run are still checked', async () => {
  const { add, app } = begin()
  const folder = add('tv-20260101-000000-aaaa', resultOf('tv', true))
  const { call } = await testJournals(['card'], folder)
  await call('people', 'card')
  writeFileSync(join(folder, 'ca.db'), 'this is no database, but long enough to be looked at as one'.repeat(20))
  const checked: Integrity = JSON.parse(await (await app.request('/runs/tv-20260101-000000-aaaa/integrity')).text())
  expect(checked).toMatchObject({
    intact: false,
    parties: [
      { party: 'ca', damage: {} },
      { party: 'card', entries: 1 },
    ],
  })
  const refused = await app.request('/runs/tv-20260101-000000-aaaa/events')
  expect(refused.status).toBe(500)
  expect(await refused.json()).toMatchObject({
    type: expect.stringContaining('damaged-journal'),
    text: { ja: expect.any(String) },
  })
})

test('an entry that was changed afterwards is found', async () => {
  const { add, app } = begin()
  const folder = add('tv-20260101-000000-aaaa', resultOf('tv', true))
  const { call, stores } = await testJournals(['card'], folder)
  for (let i = 0; i < 3; i++) await call('people', 'card')
  await stores.get('card')?.write((tx) => tx.run('update journal set at = at + 1 where number = 2'))
  const checked: Integrity = JSON.parse(await (await app.request('/runs/tv-20260101-000000-aaaa/integrity')).text())
  expect(checked).toMatchObject({ intact: false, parties: [{ party: 'card', brokenAt: 2 }] })
})

test.each(['..%2f..', '%2e%2e%2f%2e%2e%2fetc', 'a%00b', 'a/../b', 'A', '-a', '%2fetc', 'x'.repeat(200), 'live'])(
  'no run is found by the name %s',
  async (name) => {
    const { app } = begin()
    for (const rest of [
      '',
      '/events',
      '/events/ca/1',
      '/outline',
      '/integrity',
      '/privacy',
      '/stream',
      '/sequence.mmd',
    ]) {
      const { status } = await app.request(`/runs/${name}${rest}`)
      expect({ rest, status }).toEqual({ rest, status: 404 })
    }
  },
)

test.each(['..%2f..%2fother', '..', 'journal.db', "ca'--", '%00', 'CA'])(
  'no party is found by the name %s',
  async (party) => {
    const { add, app } = begin()
    await testJournals(['ca'], add('tv-20260101-000000-aaaa', resultOf('tv', true)))
    expect((await app.request(`/runs/tv-20260101-000000-aaaa/events/${party}/1`)).status).toBe(404)
    expect((await app.request(`/runs/tv-20260101-000000-aaaa/actors?party=${party}&kind=x`)).status).toBe(404)
  },
)

test('a wrong query is refused in both languages', async () => {
  const { add, app } = begin()
  add('tv-20260101-000000-aaaa', resultOf('tv', true))
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'after=%27', 'from=-1', 'after=ca.%00']) {
    const answer = await app.request(`/runs/tv-20260101-000000-aaaa/events?${query}`)
    expect({ query, status: answer.status, body: await answer.json() }).toMatchObject({
      ...{ query, status: 400 },
      body: { type: expect.stringContaining('wrong-query'), text: { ja: expect.any(String), en: expect.any(String) } },
    })
  }
  expect((await app.request('/runs?variable=nonsense=1')).status).toBe(422)
})

test('the description names every route that is served', async () => {
  const { app } = begin()
  const { paths }: { paths: Record<string, object> } = JSON.parse(await (await app.request('/openapi.json')).text())
  const served = app.routes.filter(({ method }) => method !== 'ALL').map(({ path }) => path)
  const described = new Set(Object.keys(paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1')))
  const missing = served
    .map((path) => path.replace('{[0-9]+}', ''))
    .filter((path) => !described.has(path) && path !== '/openapi.json')
  expect([...new Set(missing)]).toEqual([])
})
