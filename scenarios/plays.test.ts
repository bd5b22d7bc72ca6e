/** Scenarios played on request: beside each other but not too many, watched as they go, ended when asked, and left as any run is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createEvaluation } from '../sim/evaluation/index.ts'
import * as messages from '../sim/messages/evaluation.ts'
import type { Play } from '../sim/messages/evaluation.ts'
import { catalogue } from './catalogue.ts'
import { describeScenario } from './evaluation.ts'
import { createPlays } from './plays.ts'

const begin = () => {
  const runsFolder = mkdtempSync(join(tmpdir(), 'plays-'))
  const plays = createPlays({ runsFolder, catalogue })
  const { app, close } = createEvaluation({ runsFolder, scenarios: catalogue.map(describeScenario), plays })
  onTestFinished(async () => {
    await plays.close()
    close()
    rmSync(runsFolder, { recursive: true, force: true })
  })
  const ask = (body: object) =>
    app.request('/plays', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const started = async (body: object): Promise<Play> => {
    const answer = await ask(body)
    expect(answer.status).toBe(202)
    return messages.play.parse(await answer.json())
  }
  const show = async (run: string): Promise<Play> =>
    messages.play.parse(await (await app.request(`/plays/${run}`)).json())
  const until = async (run: string, holds: (play: Play) => boolean): Promise<Play> => {
    for (let tries = 0; tries < 2000; tries++) {
      const play = await show(run)
      if (holds(play)) return play
      await new Promise((later) => setTimeout(later, 50))
    }
    throw new Error(`${run} never came so far`)
  }
  return { app, ask, started, show, until }
}

const isOver = ({ endedAt }: Play) => endedAt !== null

test(
  'a play goes on by itself, is told as it goes, and leaves a run like any other',
  { timeout: 300_000 },
  async () => {
    const { app, started, until } = begin()
    const { run, progress } = await started({
      scenario: 'cable-tv',
      seed: '7',
      variables: { revocation: 'crl', checkIntervalMs: '7d' },
    })
    const stream = await app.request(`/runs/${run}/stream`)
    const told = stream.text()
    const half = await until(run, (play) => play.progress.cases > 2)
    expect(half.state).toBe('playing')
    expect(half.cases[1]?.steps[0]?.text).toEqual({ ja: expect.any(String), en: expect.any(String) })
    const over = await until(run, isOver)
    expect(over).toMatchObject({ state: 'finished', passed: true, failure: null, progress: { cases: progress.of } })
    const { summary } = messages.run.parse(await (await app.request(`/runs/${run}`)).json())
    expect(summary).toMatchObject({
      ...{ run, state: 'finished', scenario: 'cable-tv', seed: '7', passed: true, intact: true },
      changed: ['revocation', 'checkIntervalMs'],
    })
    const text = await told
    const ids = [...text.matchAll(/^data: (\{"events".*)$/gm)].flatMap(([, json = '']) =>
      messages.streamBatch.parse(JSON.parse(json)).events.map(({ id }) => id),
    )
    expect([ids.length, new Set(ids).size]).toEqual([summary.entries, summary.entries])
    expect(text).toContain('event: end')
  },
)

test('a cancelled play ends between two steps and leaves whole journals', { timeout: 300_000 }, async () => {
  const { app, started, until } = begin()
  const { run } = await started({ scenario: 'change-confirmation' })
  await until(run, ({ progress }) => progress.steps >= 1)
  const answer = await app.request(`/plays/${run}`, { method: 'DELETE' })
  expect([answer.status, await answer.json()]).toMatchObject([202, { ending: true }])
  expect(await until(run, isOver)).toMatchObject({ state: 'cancelled', passed: null, failure: null })
  const { summary } = messages.run.parse(await (await app.request(`/runs/${run}`)).json())
  expect(summary).toMatchObject({ state: 'cancelled', passed: null })
  const integrity = messages.integrity.parse(await (await app.request(`/runs/${run}/integrity`)).json())
  expect([integrity.intact, integrity.asRecorded]).toEqual([true, null])
})

test('two are played at once, of each scenario one; the others wait in line', { timeout: 300_000 }, async () => {
  const { app, started, show, until } = begin()
  const first = await started({ scenario: 'cable-tv' })
  const second = await started({ scenario: 'cable-tv' })
  const third = await started({ scenario: 'clinic' })
  const fourth = await started({ scenario: 'ca-drill' })
  const states = await Promise.all([first, second, third, fourth].map(async ({ run }) => (await show(run)).state))
  expect(states).toEqual(['playing', 'queued', 'playing', 'queued'])
  expect([second.position, fourth.position]).toEqual([1, 2])
  await app.request(`/plays/${second.run}`, { method: 'DELETE' })
  expect(await show(second.run)).toMatchObject({ state: 'cancelled' })
  expect(await show(fourth.run)).toMatchObject({ state: 'queued', position: 1 })
  for (const { run } of [first, third]) await app.request(`/plays/${run}`, { method: 'DELETE' })
  await until(fourth.run, ({ state }) => state === 'playing')
  expect((await app.request(`/runs/${second.run}`)).status).toBe(404)
})

test.each([
  [{ scenario: 'nonsense' }, 422],
  [{ scenario: 'cable-tv', variables: { nonsense: 1 } }, 422],
  [{ scenario: 'cable-tv', variables: { revocation: 'pigeon' } }, 422],
  [{ scenario: 'cable-tv', seed: '../x' }, 422],
  [{ scenario: 'cable-tv', folder: '/' }, 422],
  [{}, 422],
])('%j is refused in both languages', async (body, status) => {
  const { ask } = begin()
  const answer = await ask(body)
  expect([answer.status, await answer.json()]).toMatchObject([
    status,
    { text: { ja: expect.any(String), en: expect.any(String) } },
  ])
})
