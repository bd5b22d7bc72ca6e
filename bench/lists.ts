/**
 * Making and serving large revocation lists and snapshots at the authority: how long, and how long the event loop was held, next to a fixed
 * body of the same size from the same kind of server in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import { createCa } from '../sim/ca/index.ts'
import { caTables } from '../sim/ca/store.ts'
import { createClock, DAY } from '../sim/core/clock.ts'
import { createFaults } from '../sim/core/faults.ts'
import { inProcess } from '../sim/core/network.ts'
import { createRandom } from '../sim/core/random.ts'
import { listen } from '../sim/core/server.ts'
import { createSite } from '../sim/core/site.ts'
import { options, report, type Row, watched as watchedByClock } from './revocationWorkload.ts'

const rows: Row[] = []
const municipalities = { 'municipality-aobano': { code: '99201', prefecture: 'Mihon-ken', city: 'Aobano-shi' } }
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
const paths = { crl: '/crls/authentication/all', snapshot: '/snapshots/authentication?generation=2' }
const loadSeconds = 4
/** Verifiers that fetch at once (assumed). */
const verifiers = 2

const open = async (folder: string, revoked = 0) => {
  const directory = new Map()
  const clock = createClock({ mode: 'real' })
  const siteOf = (id: string, role: string) =>
    createSite({
      ...{ id, role, name: { ja: id, en: id }, folder, seed: 'bench', clock, directory },
      ...{ transport: inProcess(new Map()), faults: createFaults(createRandom('faults')) },
    })
  const site = await siteOf('ca', 'ca')
  await site.store.declare(...caTables)
  for (let from = 0; from < revoked; from += 50_000)
    await site.store.write(async (tx) => {
      await tx.run(sql`
        with recursive numbers(n) as (select ${from} union all select n + 1 from numbers where n + 1 < ${from + 50_000})
        insert into revocations (kind, "serialNumber", generation, partition, "revocationDate", reason, "notAfter")
        select 'authentication', printf('%08X', 134217745 + n * 5), 2, 'all',
          ${Math.floor(clock.now() / DAY - 30) * DAY} - (n % 90000) * 1000, 'affiliationChanged', ${clock.now() + 900 * DAY}
        from numbers`)
    })
  const platform = await siteOf('platform', 'platform')
  const apps: unknown[] = []
  const start = await watched(async () => {
    apps.push((await createCa(site, { municipalities })).app)
  })
  const [app] = apps
  if (!(app instanceof Hono)) throw new Error('no app')
  const authorization = async () => `Bearer ${await platform.identity.tokenFor('ca')}`
  const close = async () => {
    for (const { store } of [site, platform]) await store.close()
    clock.stop()
  }
  return { app, authorization, start, close }
}
type World = Awaited<ReturnType<typeof open>>

/** As `watched`, and by this thread's processor time too: others on the machine hold the event loop by the clock, but not by that. */
const watched = async (work: () => Promise<unknown>) => {
  const used = () => (process.threadCpuUsage().user + process.threadCpuUsage().system) / 1000
  let last = used()
  let busy = 0
  let longestBusyMs = 0
  const timer = setInterval(() => {
    const now = used()
    if (now - last > 50) busy++
    longestBusyMs = Math.max(longestBusyMs, now - last)
    last = now
  }, 5)
  const seen = await watchedByClock(work)
  clearInterval(timer)
  return { ...seen, busy, longestBusyMs }
}
type Seen = Awaited<ReturnType<typeof watched>>

const heldBy = ({ stalls, longestMs, busy, longestBusyMs }: Seen) =>
  `held > 50 ms ${stalls} times, longest ${longestMs.toFixed(0)} ms (by processor time ${busy}, ${longestBusyMs.toFixed(0)} ms)`

const add = (what: string, count: number, seen: Seen, more = '') => {
  const { cpuMs, wallMs, stalls, longestMs, busy, longestBusyMs, peakBytes } = seen
  const figure = `${(wallMs / 1000).toFixed(2)} s (processor ${(cpuMs / 1000).toFixed(2)} s), ${heldBy(seen)}${more}`
  rows.push({ what, count, figure, values: { cpuMs, wallMs, stalls, longestMs, busy, longestBusyMs, peakBytes } })
}

/** In process, as far as the edge: the bytes are counted and dropped. */
const fetchOnce = async (world: World, path: string) => {
  let sizeBytes = 0
  const authorization = await world.authorization()
  const seen = await watched(async () => {
    const response = await world.app.request(path, { headers: { authorization } })
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    sizeBytes = (await response.arrayBuffer()).byteLength
  })
  return { seen, sizeBytes }
}

const overHttp = async (port: number, path: string, authorization: string) => {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${authorization}\r\n\r\n`)
  let done = 0
  const before = process.threadCpuUsage()
  const seen = await watched(async () => {
    const worker = new Worker(new URL('./httpLoad.ts', import.meta.url), {
      workerData: { port, request, during: loadSeconds, connections: verifiers },
    })
    const answered = await new Promise<{ done: number; wrong: number }>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    await worker.terminate()
    if (answered.wrong > 0) throw new Error(`${answered.wrong} answers were not 200`)
    done = answered.done
  })
  const after = process.threadCpuUsage()
  return { seen, perAnswerMs: (after.user + after.system - before.user - before.system) / 1000 / done }
}

const serve = async (
  world: World,
  { what, path, size, count }: { what: string; path: string; size: number; count: number },
) => {
  const body = new Uint8Array(size)
  const fixed = new Hono().get('/*', (c) => c.body(body, 200, { 'content-type': 'application/pkix-crl' }))
  const ours = await listen(world.app, { host: '127.0.0.1', port: 0 })
  const theirs = await listen(fixed, { host: '127.0.0.1', port: 0 })
  const calibration = await overHttp(theirs.port, path, 'Bearer none')
  const measured = await overHttp(ours.port, path, await world.authorization())
  const figureOf = ({ seen, perAnswerMs }: typeof measured) =>
    `${perAnswerMs.toFixed(1)} ms of processor an answer, ${heldBy(seen)}`
  rows.push({ what: `fixed body over http as large as the ${what}`, count, figure: figureOf(calibration), values: {} })
  rows.push({
    ...{ what: `${what} over http, ${verifiers} at once`, count, figure: figureOf(measured) },
    ratio: measured.perAnswerMs / calibration.perAnswerMs,
    values: { perAnswerMs: measured.perAnswerMs, ...measured.seen },
  })
  for (const server of [ours, theirs]) await server.close()
}

const measure = async (count: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-lists-'))
  try {
    const world = await open(folder, count)
    add('start, at which the crl is made', count, world.start)
    for (const [what, path] of Object.entries(paths)) {
      const made = await fetchOnce(world, path)
      add(`${what} first asked for`, count, made.seen, `, ${megabytes(made.sizeBytes)}`)
      add(`${what} asked for again`, count, (await fetchOnce(world, path)).seen)
      await serve(world, { what, path, size: made.sizeBytes, count })
    }
    await world.close()
    const again = await open(folder)
    add('start, at which the crl is read', count, again.start)
    for (const [what, path] of Object.entries(paths))
      add(`${what} asked for after a restart`, count, (await fetchOnce(again, path)).seen)
    await again.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await measure(100_000)
await measure(1_000_000)
report(rows, { node: process.version, full: String(options.full) })
process.exit(0)
