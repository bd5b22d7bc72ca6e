/** The evaluation API on a run of 50,000 entries: pages, sums and the stream, next to bare reads of the same rows in the same run. */
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createClient } from '@libsql/client'
import { Hono } from 'hono'
import { listen } from '../sim/core/server.ts'
import { createEvaluation } from '../sim/evaluation/index.ts'
import { eventPage, streamBatch } from '../sim/messages/evaluation.ts'
import { catalogue } from '../scenarios/catalogue.ts'
import { describeScenario } from '../scenarios/evaluation.ts'
import { createPlays } from '../scenarios/plays.ts'
import { openWriters, partiesWritten } from './evaluationWriter.ts'

const entries = Number(process.argv[2] ?? 50_000)
const perSecond = 1000
const seconds = 10

const runsFolder = mkdtempSync(join(tmpdir(), 'bench-evaluation-'))
const run = 'bench-20260101-000000-0000'
const folder = join(runsFolder, run)
const plays = createPlays({ runsFolder, catalogue })
const { app, close } = createEvaluation({ runsFolder, scenarios: catalogue.map(describeScenario), plays })

const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const startedAt = performance.now()
  return [await work(), performance.now() - startedAt]
}

const text = async (path: string) => (await app.request(path)).text()

/** The limit: the same rows from the same files, one statement a party, bodies parsed. */
const bare = async () => {
  let rows = 0
  for (const party of partiesWritten) {
    const client = createClient({ url: `file:${join(folder, `${party}.db`)}` })
    const found = await client.execute(
      'select number, "order", at, kind, body, substr(aside, 1, 16384) as aside from journal',
    )
    for (const { body, aside } of found.rows) {
      JSON.parse(String(body))
      JSON.parse(String(aside))
      rows += 1
    }
    client.close()
  }
  return rows
}

const pages = async () => {
  let found = 0
  for (let after = ''; ;) {
    const page = eventPage.parse(JSON.parse(await text(`/runs/${run}/events?limit=500&after=${after}`)))
    found += page.events.length
    after = page.next
    if (!page.more) return found
  }
}

const history = async () => {
  mkdirSync(folder, { recursive: true })
  const writers = await openWriters(folder)
  for (let written = 0; written < entries; written += 2000) await writers.write(Math.min(2000, entries - written))
  await writers.close()
  const journal = { entries, intact: true, heads: {} }
  const title = { ja: '計測', en: 'bench' }
  const result = {
    ...{ run, scenario: 'bench', title, seed: '1', mode: 'in-process', variables: {} },
    ...{ passed: true, tookMs: 1, cases: [], measures: [], journal },
  }
  writeFileSync(join(folder, 'result.json'), JSON.stringify(result))

  const [, first] = await timed(() => text(`/runs/${run}/events`))
  const [, again] = await timed(() => text(`/runs/${run}/events`))
  const [, middle] = await timed(() => text(`/runs/${run}/events?from=${Math.floor(entries / 2)}`))
  const [rows, bareMs] = await timed(bare)
  const [found, pagesMs] = await timed(pages)
  if (rows !== entries || found !== entries) throw new Error(`${rows} and ${found} of ${entries} entries were read`)
  const [, sums] = await timed(() => text(`/runs/${run}/privacy`))
  const [, sumsAgain] = await timed(() => text(`/runs/${run}/privacy`))
  const [, outline] = await timed(() => text(`/runs/${run}/outline`))
  const [, integrity] = await timed(() => text(`/runs/${run}/integrity`))
  const ratio = (ms: number) => (ms / bareMs).toFixed(3)
  console.log(`limit: ${entries} rows read and parsed bare in ${bareMs.toFixed(0)} ms`)
  console.log(
    `first page of 200: ${first.toFixed(0)} ms (${ratio(first)} of the limit), again ${again.toFixed(0)} ms, from the middle ${middle.toFixed(0)} ms`,
  )
  console.log(
    `all pages of 500: ${pagesMs.toFixed(0)} ms, ${((found * 1000) / pagesMs).toFixed(0)} events/s (${ratio(pagesMs)})`,
  )
  console.log(
    `privacy matrix: ${sums.toFixed(0)} ms (${ratio(sums)}), again ${sumsAgain.toFixed(0)} ms · outline ${outline.toFixed(0)} ms · chains ${integrity.toFixed(0)} ms (${ratio(integrity)})`,
  )
}

/** A process writes, another watches over HTTP: how old events are when they arrive, and what watching costs. */
const stream = async () => {
  const live = join(runsFolder, 'live-20260101-000000-0000')
  mkdirSync(live)
  const server = await listen(new Hono().route('/', app), { host: '127.0.0.1', port: 0 })
  const writer = fork(join(import.meta.dirname, 'evaluationWriter.ts'), [live, String(perSecond), String(seconds)])
  const over = new Promise((resolve) => writer.once('exit', resolve))
  const response = await fetch(`${server.url}/runs/live-20260101-000000-0000/stream`)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const before = process.cpuUsage()
  const ages: number[] = []
  const ids = new Set<string>()
  let buffered = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    buffered += chunk
    const blocks = buffered.split('\n\n')
    buffered = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, json] = /^data: (\{"events".*)$/m.exec(block) ?? []
      if (json === undefined) continue
      for (const { id, at } of streamBatch.parse(JSON.parse(json)).events) {
        ids.add(id)
        ages.push(Date.now() - at)
      }
    }
    if (ages.length >= perSecond * seconds) break
  }
  await over
  delay.disable()
  const { user, system } = process.cpuUsage(before)
  await server.close()
  ages.sort((a, b) => a - b)
  const at = (share: number) => ages[Math.floor(ages.length * share)] ?? 0
  console.log(
    `stream at ${perSecond}/s for ${seconds} s: ${ages.length} events, ${ages.length - ids.size} twice; age ${at(0.5)} ms median, ${at(0.99)} ms at 99 %; ` +
      `${((user + system) / 1e6 / seconds).toFixed(2)} of a core for server and reader; event loop 99 % below ${(delay.percentile(99) / 1e6).toFixed(0)} ms`,
  )
}

/** What playing a scenario in its own process does to the process that serves. */
const beside = async () => {
  const watch = async (until: () => boolean, atMostMs: number) => {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const startedAt = performance.now()
    while (!until() && performance.now() - startedAt < atMostMs) {
      await text(`/runs?limit=5`)
      await new Promise((later) => setTimeout(later, 20))
    }
    delay.disable()
    return delay
  }
  const quiet = await watch(() => false, 5000)
  const { run: played } = await plays.ask({ scenario: 'cable-tv', seed: '1', variables: {} })
  const busy = await watch(() => plays.find(played)?.endedAt !== null, 120_000)
  const show = (delay: typeof quiet) =>
    `mean ${(delay.mean / 1e6).toFixed(1)}, 99 % ${(delay.percentile(99) / 1e6).toFixed(1)} ms`
  console.log(`event loop of the serving process: alone ${show(quiet)}; while a scenario is played ${show(busy)}`)
}

try {
  await history()
  await stream()
  await beside()
} finally {
  await plays.close()
  close()
  rmSync(runsFolder, { recursive: true, force: true })
}
process.exit(0)
