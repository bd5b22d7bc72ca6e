/** The evaluation API over a run that was really played: what it tells is what the run's journal and result say. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeJournals, readJournal } from '../sim/core/journal.ts'
import { openStore } from '../sim/core/store.ts'
import { createEvaluation, type Plays } from '../sim/evaluation/index.ts'
import { dataClassNames } from '../sim/messages/dataClassNames.ts'
import * as messages from '../sim/messages/evaluation.ts'
import type { Decoded, DisplayEvent } from '../sim/messages/evaluation.ts'
import type { Variables } from '../sim/variables.ts'
import { createWorld } from '../sim/world.ts'
import { found } from './acts/founding.ts'
import { cableTv } from './cable-tv/index.ts'
import { describeScenario } from './evaluation.ts'
import { people } from './people.ts'
import { runScenario } from './runner.ts'
import type { Scenario } from './scenario.ts'
import { createStage } from './stage.ts'

/** The first two cases: a viewer at each operator. */
const short: Scenario = { ...cableTv, cases: (variables) => cableTv.cases(variables).slice(0, 2) }
const noPlays: Plays = {
  ask: () => Promise.reject(new Error('nothing is played here')),
  find: () => undefined,
  list: () => [],
  cancel: () => undefined,
}

const runsFolder = mkdtempSync(join(tmpdir(), 'evaluation-'))
const runA = 'cable-tv-20260101-000000-aaaa'
const runB = 'cable-tv-20260102-000000-bbbb'
const { app, close } = createEvaluation({ runsFolder, scenarios: [describeScenario(short)], plays: noPlays })

const play = (name: string, variables: Partial<Variables>) =>
  runScenario(short, { seed: 'test', folder: join(runsFolder, name), variables })

beforeAll(async () => {
  await play(runA, { revocation: 'ocsp' })
  await play(runB, { revocation: 'crl' })
}, 120_000)

afterAll(() => {
  close()
  rmSync(runsFolder, { recursive: true, force: true })
})

const get = async (path: string): Promise<unknown> => {
  const answer = await app.request(path)
  const body: unknown = JSON.parse(await answer.text())
  if (answer.status !== 200) throw new Error(JSON.stringify(body))
  return body
}

const readAll = async (): Promise<DisplayEvent[]> => {
  const events: DisplayEvent[] = []
  for (let after = ''; ;) {
    const page = messages.eventPage.parse(await get(`/runs/${runA}/events?limit=217&after=${after}`))
    events.push(...page.events)
    after = page.next
    if (!page.more) return events
  }
}

test('every answer is what its schema says', async () => {
  messages.runPage.parse(await get('/runs'))
  messages.scenarioList.parse(await get('/scenarios'))
  messages.variableList.parse(await get('/variables'))
  messages.run.parse(await get(`/runs/${runA}`))
  messages.integrity.parse(await get(`/runs/${runA}/integrity`))
  messages.outline.parse(await get(`/runs/${runA}/outline`))
  messages.privacy.parse(await get(`/runs/${runA}/privacy`))
  messages.links.parse(await get(`/runs/${runA}/links`))
  messages.comparison.parse(await get(`/runs/compare?a=${runA}&b=${runB}`))
  messages.actorPage.parse(await get(`/runs/${runA}/actors?party=platform&kind=link`))
})

test('the events are the merged journal, entry by entry', async () => {
  const journals = await Promise.all(
    messages.run.parse(await get(`/runs/${runA}`)).parties.map(async ({ id }) => {
      const store = await openStore(join(runsFolder, runA, `${id}.db`))
      const entries = await readJournal(id, store.read)
      await store.close()
      return entries
    }),
  )
  const merged = mergeJournals(journals)
  const events = await readAll()
  expect(events.map(({ id, order, at, kind }) => ({ id, order, at, kind }))).toEqual(
    merged.map(({ party, number, order, at, kind }) => ({ id: `${party}:${number}`, order, at, kind })),
  )
})

test('events belong to the cases they happened in, and steps are told in both languages', async () => {
  const result = messages.runResult.parse(JSON.parse(readFileSync(join(runsFolder, runA, 'result.json'), 'utf8')))
  const events = await readAll()
  const steps = events.flatMap(({ step }) => (step === null ? [] : [step]))
  expect(steps).toEqual(result.cases.flatMap((one) => one.steps.map(({ text }) => ({ text, held: true }))))
  const cases = [...new Set(events.map((event) => event.case))]
  expect(cases).toEqual(result.cases.map(({ id }) => id))
  const operatorsIn = (id: string) => [
    ...new Set(events.filter((one) => one.case === id && one.purpose?.id === 'session.begin').map(({ to }) => to)),
  ]
  const [, first, second] = result.cases
  expect([operatorsIn(first?.id ?? ''), operatorsIn(second?.id ?? '')]).toEqual([['catv-hikari'], ['catv-midori']])
})

test('a jump to a case begins where the case begins', async () => {
  const { cases } = messages.outline.parse(await get(`/runs/${runA}/outline`))
  const { fromOrder, id } = cases[2] ?? { fromOrder: -1, id: '' }
  const page = messages.eventPage.parse(await get(`/runs/${runA}/events?from=${fromOrder}&limit=1`))
  const own = (await readAll()).filter((event) => event.case === id)
  expect(page.events.map((event) => event.id)).toEqual([own[0]?.id])
  expect(own.every(({ order }) => order >= fromOrder)).toBe(true)
})

const unreadable = (parts: Decoded[]): Decoded[] =>
  parts.flatMap((part) => [...(part.unreadable ? [part] : []), ...unreadable(part.parts)])

test(
  'every message opens: all that is encoded in it can be read, and no PIN is in it',
  { timeout: 240_000 },
  async () => {
    const pins = people.flatMap(({ card }) => [card?.authenticationPin ?? '', card?.signaturePassword ?? ''])
    const kinds = new Set<string>()
    for (const { party, number, kind, id } of await readAll()) {
      if (kind !== 'call') continue
      const text = await (await app.request(`/runs/${runA}/events/${party}/${number}`)).text()
      const { request, response } = messages.eventDetail.parse(JSON.parse(text))
      const decoded = [...(request?.decoded ?? []), ...(response?.decoded ?? [])]
      expect({ id, unreadable: unreadable(decoded) }).toEqual({ id, unreadable: [] })
      decoded.forEach((one) => kinds.add(one.kind))
      const values = [...(request?.rows ?? []), ...(response?.rows ?? [])].map(({ value }) => value ?? '')
      expect({ id, shown: values.filter((value) => value !== '' && pins.includes(value)) }).toEqual({ id, shown: [] })
    }
    expect([...kinds].sort()).toEqual(['apdu', 'certificate', 'ocsp-request', 'ocsp-response'])
  },
)

test('a signature certificate shows its holder’s basic four items, and says who learnt them', async () => {
  const issued = (await readAll()).find(
    ({ purpose, carries }) => purpose?.id === 'certificate.issue' && carries?.request.includes('name'),
  )
  const detail = messages.eventDetail.parse(await get(`/runs/${runA}/events/${issued?.party}/${issued?.number}`))
  const [certificate] = detail.response?.decoded ?? []
  expect(certificate).toMatchObject({ kind: 'certificate', title: { ja: '署名用電子証明書' } })
  const name = certificate?.fields.find(({ label }) => label.en === 'name')?.value
  expect(detail.request?.rows.find(({ field }) => field === 'name')?.value).toBe(name)
  const learnt = detail.learnt.find(({ party }) => party === 'ca')
  expect(learnt?.classes.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['name', 'address', 'date-of-birth', 'sex']),
  )
})

test('a command to the card is told in words, with the file that an earlier command had chosen', async () => {
  const titles: string[] = []
  for (const { purpose, party, number } of await readAll()) {
    if (purpose?.id !== 'card.use' || titles.length > 20) continue
    const { request } = messages.eventDetail.parse(await get(`/runs/${runA}/events/${party}/${number}`))
    titles.push(request?.decoded[0]?.title.en ?? '')
  }
  expect(titles.find((title) => title.startsWith('SELECT JPKI'))).toBeDefined()
  expect(titles.filter((title) => title.startsWith('VERIFY'))).not.toEqual([])
  expect(titles.filter((title) => title.startsWith('VERIFY') && title.includes('current file'))).toEqual([])
})

test('the matrix counts what the events carry, and its cells lead to events that carry it', async () => {
  const { cells, classes } = messages.privacy.parse(await get(`/runs/${runA}/privacy`))
  const events = await readAll()
  const expected = new Map<string, number>()
  for (const { from, to, carries, calls } of events)
    for (const [party, received] of [
      [to, carries?.request],
      [from, carries?.response],
    ] as const)
      for (const one of received ?? []) expected.set(`${party} ${one}`, (expected.get(`${party} ${one}`) ?? 0) + calls)
  expect(new Map(cells.map(({ party, dataClass, count }) => [`${party} ${dataClass}`, count]))).toEqual(expected)
  for (const { dataClass, cases, count } of cells) {
    expect(cases.reduce((sum, one) => sum + one.count, 0)).toBe(count)
    for (const id of cases.flatMap(({ examples }) => examples)) {
      const { request = [], response = [] } = events.find((event) => event.id === id)?.carries ?? {}
      expect([...request, ...response]).toContain(dataClass)
    }
  }
  expect(classes.filter(({ id }) => !Object.hasOwn(dataClassNames, id))).toEqual([])
})

test('with the table at the platform only the platform sees several institutions; at the providers nobody does', async () => {
  const { views, differences } = messages.links.parse(await get(`/runs/${runA}/links`))
  const made = (await readAll()).filter(
    ({ purpose, outcome }) => purpose?.id === 'link.make' && outcome?.said === 'linked',
  )
  const [platform, provider] = views
  expect(platform?.tables).toEqual([
    { party: 'platform', rows: made.length, classes: ['certificate-serial', 'linked-number'] },
  ])
  expect(platform?.acrossInstitutions.map(({ party, links }) => [party, links])).toEqual([['platform', made.length]])
  expect(provider?.acrossInstitutions).toEqual([])
  expect(provider?.tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(made.length)
  expect(
    provider?.joins.filter(({ party, classes }) => party === 'platform' && classes.includes('linked-number')),
  ).toEqual([])
  expect(
    differences
      .filter(({ party }) => party.startsWith('insurer'))
      .every(({ provider: there, platform: here }) => there > here),
  ).toBe(true)
})

test('two runs with another way to learn of revocations differ in that variable and in the messages it costs', async () => {
  const {
    variables,
    messages: sums,
    cases,
    expectations,
  } = messages.comparison.parse(await get(`/runs/compare?a=${runA}&b=${runB}`))
  expect(variables.map(({ name, a, b }) => [name, a, b])).toEqual([['revocation', 'ocsp', 'crl']])
  const of = (id: string) => sums.find(({ purpose }) => purpose.id === id)
  expect(of('certificate.check')?.a.calls).toBeGreaterThan(0)
  expect(of('certificate.check')?.b.calls ?? 0).toBe(0)
  expect(of('crl.fetch')?.difference.calls).toBeGreaterThan(0)
  expect([cases, expectations]).toEqual([[], []])
  const same = messages.comparison.parse(await get(`/runs/compare?a=${runA}&b=${runA}`))
  expect(same.messages.filter(({ difference }) => difference.calls !== 0 || difference.bytes !== 0)).toEqual([])
})

test('the chains hold, and are those the result names', async () => {
  const { intact, asRecorded, parties } = messages.integrity.parse(await get(`/runs/${runA}/integrity`))
  expect([intact, asRecorded]).toEqual([true, true])
  const { total } = messages.outline.parse(await get(`/runs/${runA}/outline`))
  expect(parties.reduce((sum, { entries }) => sum + entries, 0)).toBe(total)
})

test('a diagram of one case has that case’s messages', async () => {
  const { cases } = messages.outline.parse(await get(`/runs/${runA}/outline`))
  const text = await (await app.request(`/runs/${runA}/sequence.mmd?lang=en&case=${cases[2]?.id}`)).text()
  expect(text).toMatch(/^sequenceDiagram\n/)
  expect(text).toContain('log in at the television')
  expect(text).not.toContain('register a resident')
  expect((await app.request(`/runs/${runA}/sequence.mmd?case=nonsense`)).status).toBe(404)
})

test('actors stood, at any moment, where their steps until then had brought them', async () => {
  const moments = (await readAll()).filter(({ transition }) => transition?.kind === 'session')
  const last = moments.at(-1)
  const party = last?.party ?? ''
  for (const { order, transition } of moments.filter((one) => one.party === party)) {
    const { actors } = messages.actorPage.parse(
      await get(`/runs/${runA}/actors?party=${party}&kind=session&until=${order}`),
    )
    expect(actors.find(({ id }) => id === transition?.id)).toMatchObject({
      ...{ state: transition?.to, active: transition?.active, version: transition?.version },
    })
  }
})

test('the open world tells how it stands, what runs in it, and its events', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evaluation-live-'))
  const world = await createWorld({ folder, seed: 'live', mode: 'virtual' })
  const { local, parties, variables, seed } = world
  const open = { local, parties, variables, folder, seed, openedAt: 0, loginUrl: 'https://127.0.0.1:1' }
  const evaluation = createEvaluation({ world: open, runsFolder, scenarios: [], plays: noPlays })
  try {
    const { stage, playCase } = createStage(world, () => undefined)
    await playCase('founding', { ja: '準備', en: 'Preparation' }, () => found(stage, ['taro', 'hanako']))
    const ask = async (path: string): Promise<unknown> => (await evaluation.app.request(path)).json()
    const before = messages.world.parse(await ask('/world'))
    expect(before.parties.map(({ up }) => up)).toEqual(parties.map(() => true))
    expect(before.counts.cards).toBe(2)
    expect(before.counts.residents).toEqual([{ state: 'registered', count: 2 }])
    const sums = before.counts.certificates.map(({ kind, valid, revoked, held }) => [kind, valid, revoked, held])
    expect(sums).toEqual([
      ['signature', 2, 0, 0],
      ['authentication', 2, 0, 0],
    ])
    expect(before).toMatchObject({ now: world.clock.now(), mode: 'virtual', loginUrl: 'https://127.0.0.1:1' })

    await world.addFault({ kind: 'down', to: 'insurer-nhi', probability: 1, ms: 0, status: 503 })
    const told = await evaluation.app.request('/runs/live/stream?after=now')
    await evaluation.app.request('/world')
    await new Promise((later) => setTimeout(later, 250))
    const after = messages.world.parse(await ask('/world'))
    expect(after.parties.filter(({ up }) => !up).map(({ id }) => id)).toEqual(['insurer-nhi'])
    await world.clearFaults()
    await told.body?.cancel()

    const live = messages.run.parse(await ask('/runs/live'))
    expect(live.summary).toMatchObject({ run: 'live', state: 'live', passed: null })
    const page = messages.eventPage.parse(await ask('/runs/live/events?limit=1000'))
    expect(page.events.filter(({ purpose }) => purpose?.id === 'card.make')).toHaveLength(2)
    const { machines } = messages.machineList.parse(await ask('/machines'))
    for (const { party, kind } of machines) messages.machine.parse(await ask(`/machines/${party}/${kind}`))
    expect(machines).toContainEqual({ party: 'ca', kind: 'certificate', states: 2 })
    expect((await evaluation.app.request('/machines/ca/nonsense')).status).toBe(404)
  } finally {
    evaluation.close()
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
