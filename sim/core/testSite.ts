/** For tests of the ground itself: a folder that goes away, and parties that meet in process or over TCP. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createClock, type Clock } from './clock.ts'
import { createFaults } from './faults.ts'
import type { Directory } from './identity.ts'
import { readJournal } from './journal.ts'
import { inProcess, overTcp, type Transport } from './network.ts'
import { createRandom } from './random.ts'
import { listen } from './server.ts'
import { createSite, type Site } from './site.ts'

export const testFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'core-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const transports = ['in process', 'over TCP'] as const

/**
 * Parties by id. In process they share one clock; over TCP each has its own, as if it were a process of its own.
 * `serve` makes a party's app reachable.
 */
export const testParties = (how: (typeof transports)[number] = 'in process', seed = 'seed') => {
  const folder = testFolder()
  const directory: Directory = new Map()
  const apps = new Map<string, Hono>()
  const urls = new Map<string, string>()
  const transport: Transport = how === 'in process' ? inProcess(apps) : overTcp(urls, { patienceMs: 2000 })
  const faults = createFaults(createRandom(`${seed}/faults`))
  const shared = createClock({ mode: 'virtual', startAt: 1_000_000 })
  const bugs: unknown[] = []

  const site = async (id: string, role: string, clock?: Clock): Promise<Site> => {
    const own = clock ?? (how === 'in process' ? shared : createClock({ mode: 'virtual', startAt: 1_000_000 }))
    const report = (error: unknown) => void bugs.push(error)
    const made = await createSite({
      id,
      role,
      name: { ja: id, en: id },
      folder,
      seed,
      clock: own,
      directory,
      transport,
      faults,
      report,
    })
    onTestFinished(() => made.store.close())
    return made
  }

  /** Any edge: Hono's own parameters are invariant. */
  const serve = async (id: string, app: Hono<any, any, any>) => {
    const plain = app as unknown as Hono
    apps.set(id, plain)
    if (how === 'in process') return
    const server = await listen(plain, { host: '127.0.0.1', port: 0 })
    urls.set(id, server.url)
    onTestFinished(() => server.close())
  }

  const entries = (of: Site) => readJournal(of.id, of.store.read)
  const bodies = async (of: Site, kind: string) =>
    (await entries(of)).filter((entry) => entry.kind === kind).map(({ body }) => body)

  return { folder, directory, faults, urls, bugs, site, serve, entries, bodies }
}
