/** Events as they happen: in order, without loss over a broken connection, at the reader's pace, until the run has ended. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../core/testSite.ts'
import type { StreamBatch } from '../messages/evaluation.ts'
import { testEvaluation, testJournals } from './testJournals.ts'

type Said = { event: string; id: string; data: string }

const fieldsOf = (block: string): Said => {
  const find = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
  return { event: find('event'), id: find('id'), data: find('data') }
}

/** Reads messages until `enough` says so, then hangs up. */
const listen = async (response: Response, enough: (said: Said[]) => boolean): Promise<Said[]> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const said: Said[] = []
  let text = ''
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    text += value ?? ''
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    said.push(...blocks.map(fieldsOf).filter(({ event }) => event !== ''))
    if (done || enough(said)) break
  }
  await reader?.cancel()
  return said
}

const eventsIn = (said: Said[]) =>
  said
    .filter(({ event }) => event === 'events')
    .flatMap(({ data }) => {
      const batch: StreamBatch = JSON.parse(data)
      return batch.events.map(({ id }) => id)
    })

const result = {
  ...{
    run: 'r',
    scenario: 's',
    title: { ja: 'あ', en: 'a' },
    seed: '1',
    mode: 'in-process',
    variables: {},
    passed: true,
  },
  ...{ tookMs: 1, cases: [], measures: [], journal: { entries: 0, intact: true, heads: {} } },
}

const began = async () => {
  const runsFolder = testFolder()
  const folder = join(runsFolder, 'a-run')
  mkdirSync(folder)
  const journals = await testJournals(['ca', 'card'], folder)
  const end = () => writeFileSync(join(folder, 'result.json'), JSON.stringify(result))
  return { ...journals, app: testEvaluation(runsFolder), end }
}

test('what happens while somebody listens is told, and the end of the run too', async () => {
  const { app, call, end } = await began()
  await call('people', 'ca')
  const heard = listen(await app.request('/runs/a-run/stream'), () => false)
  for (let i = 0; i < 30; i++) await call('people', i % 2 === 0 ? 'ca' : 'card')
  end()
  const said = await heard
  expect(eventsIn(said)).toHaveLength(31)
  expect(new Set(eventsIn(said)).size).toBe(31)
  expect(said.at(-1)).toMatchObject({ event: 'end', data: '{"run":"a-run","state":"finished"}' })
})

test('whoever comes back with the last id gets what followed, and nothing twice', async () => {
  const { app, call, end } = await began()
  const seen: string[] = []
  let last: string | undefined
  for (let round = 0; round < 8; round++) {
    const headers = last === undefined ? undefined : { 'last-event-id': last }
    const heard = listen(await app.request('/runs/a-run/stream', headers && { headers }), (said) => said.length > 0)
    await Promise.all(Array.from({ length: 5 }, (_, at) => call('people', at % 2 === 0 ? 'ca' : 'card')))
    const said = await heard
    seen.push(...eventsIn(said))
    last = said.at(-1)?.id
  }
  await call('people', 'ca')
  end()
  const rest = await listen(
    await app.request('/runs/a-run/stream', { headers: { 'last-event-id': last ?? '' } }),
    () => false,
  )
  seen.push(...eventsIn(rest))
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toHaveLength(41)
  const over = await app.request('/runs/a-run/stream', { headers: { 'last-event-id': rest.at(-1)?.id ?? '' } })
  expect(over.status).toBe(204)
})

test('whoever wants only what is new is told no old events', async () => {
  const { app, call } = await began()
  for (let i = 0; i < 5; i++) await call('people', 'ca')
  const response = await app.request('/runs/a-run/stream?after=now')
  const heard = listen(response, (said) => said.length > 0)
  await call('people', 'card')
  expect(eventsIn(await heard)).toEqual(['card:1'])
})

test('a reader that does not read holds nothing up and is not read for', async () => {
  const { app, call, end } = await began()
  const response = await app.request('/runs/a-run/stream')
  for (let i = 0; i < 300; i++) await call('people', 'ca')
  end()
  const said = await listen(response, () => false)
  expect(eventsIn(said)).toHaveLength(300)
  // taken only when asked for, so that what came meanwhile came together
  expect(said.filter(({ event }) => event === 'events').length).toBeLessThan(10)
})

test('streams that nobody reads any more make room for others', async () => {
  const { app } = await began()
  for (let i = 0; i < 60; i++) {
    const response = await app.request('/runs/a-run/stream')
    expect(response.status).toBe(200)
    await response.body?.cancel()
  }
  const open = await Promise.all(Array.from({ length: 41 }, () => app.request('/runs/a-run/stream')))
  expect(open.map(({ status }) => status).filter((status) => status === 503)).toHaveLength(1)
  for (const { body } of open) await body?.cancel()
})
