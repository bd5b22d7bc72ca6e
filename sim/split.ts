/** The same world with each party in a process of its own: this process conducts time and speaks for the people. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { openDoorFolder } from './cardLogin.ts'
import { createClock } from './core/clock.ts'
import { createFaults } from './core/faults.ts'
import type { Directory, Identity } from './core/identity.ts'
import { createNetwork, overTcp, type Network } from './core/network.ts'
import { createRandom } from './core/random.ts'
import { createSite } from './core/site.ts'
import { describeParties, people as peopleDescription } from './parties.ts'
import type { Variables } from './variables.ts'
import { completeVariables, defaultKeyPool, standardStart, type World, type WorldOptions } from './world.ts'

/** What the parent tells a child, and a child its parent, over the process channel. */
export type Assignment = Required<Omit<WorldOptions, 'variables'>> & {
  variables: Variables
  only: string[]
  /** Whether people may log in with their cards over TLS. */
  withDoors: boolean
}
export type Introduction = {
  type: 'introduction'
  id: string
  role: string
  url: string
  manage: string
  publicKey: JWK
  /** Where people log in with their cards. */
  cardLogin?: string | undefined
}
export type Acquaintance = {
  type: 'acquaintance'
  directory: [string, { role: string; publicKey: JWK }][]
  urls: [string, string][]
}

const isIntroduction = (message: unknown): message is Introduction =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'introduction'

const isReady = (message: unknown) => message === 'ready'

type Managed = { nextDueAt?: number | null; now?: number; order?: number; token?: string }

const next = <T>(child: ChildProcess, accept: (message: unknown) => message is T): Promise<T> =>
  new Promise((resolve, reject) => {
    const heard = (message: unknown) => {
      if (!accept(message)) return
      child.off('exit', died)
      child.off('message', heard)
      resolve(message)
    }
    const died = (code: number | null) => reject(new Error(`a party's process ended with ${code} before it was ready`))
    child.on('message', heard)
    child.once('exit', died)
  })

const ready = (message: unknown): message is 'ready' => isReady(message)

/** Children read the same sources, compiled once. */
const compileCache = join(import.meta.dirname, '..', 'data', 'compile-cache')

type SplitWorld = World & { urls: Map<string, string>; cardLogins: Map<string, string> }

/** Start one process per party; `close` ends them. */
export const createSplitWorld = async (options: WorldOptions & { withDoors?: boolean }): Promise<SplitWorld> => {
  const { folder, seed, mode, withDoors = false } = options
  const variables = completeVariables(options.variables)
  const startAt = options.startAt ?? standardStart
  const keyPool = options.keyPool ?? defaultKeyPool
  const parties = describeParties(variables, { keyPool, seed })
  const clock = createClock({ mode, startAt })
  const directory: Directory = new Map()
  const urls = new Map<string, string>()
  const cardLogins = new Map<string, string>()
  const faults = createFaults(createRandom(`${seed}/faults`))

  // All doors of a world have one certificate, made before anybody needs it.
  if (withDoors) await openDoorFolder(folder)

  const children = parties.map(({ id }) => {
    const child = fork(join(import.meta.dirname, 'serve.ts'), ['--assigned'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    })
    const assignment: Assignment = { folder, seed, mode, startAt, variables, keyPool, only: [id], withDoors }
    child.send(assignment)
    return child
  })
  const close = async () => {
    clock.stop()
    await Promise.all(
      children.map((child) => {
        if (child.exitCode !== null || child.signalCode !== null) return undefined
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        return ended
      }),
    )
  }

  try {
    const introduced = await Promise.all(children.map((child) => next(child, isIntroduction)))
    for (const { id, role, url, publicKey, cardLogin } of introduced) {
      directory.set(id, { role, publicKey })
      urls.set(id, url)
      if (cardLogin !== undefined) cardLogins.set(id, cardLogin)
    }
    const people = await createSite({
      ...peopleDescription,
      folder,
      seed,
      clock,
      directory,
      transport: overTcp(urls),
      faults,
    })
    const acquaintance: Acquaintance = { type: 'acquaintance', directory: [...directory], urls: [...urls] }
    const woken = children.map((child) => next(child, ready))
    for (const child of children) child.send(acquaintance)
    await Promise.all(woken)

    const manage = async (url: string, method: string, path: string, body?: unknown): Promise<Managed> => {
      const response = await fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`management of ${url} answered ${response.status}: ${text}`)
      return JSON.parse(text)
    }
    const everywhere = (method: string, path: string, body?: unknown) =>
      Promise.all(introduced.map(({ manage: url }) => manage(url, method, path, body)))

    /** The conductor: whoever has the earliest event runs it, until nothing is due before the target. */
    const advance = async (ms: number) => {
      const target = clock.now() + ms
      for (;;) {
        const times = await everywhere('GET', '/clock')
        let earliest = { dueAt: clock.nextDueAt() ?? Infinity, url: '' }
        times.forEach(({ nextDueAt }, index) => {
          const dueAt = nextDueAt ?? Infinity
          if (dueAt < earliest.dueAt) earliest = { dueAt, url: introduced[index]?.manage ?? '' }
        })
        if (earliest.dueAt > target) break
        if (earliest.url === '') {
          await clock.advanceTo(earliest.dueAt)
          continue
        }
        const reached = clock.reached()
        const after = await manage(earliest.url, 'POST', '/clock/run', {
          to: Math.max(earliest.dueAt, reached.now),
          order: reached.order,
        })
        clock.observe({ now: after.now ?? 0, order: after.order ?? 0 })
      }
      await clock.advanceTo(target)
      await everywhere('POST', '/clock/run', { to: target, order: clock.reached().order })
    }

    const lines = new Map<string, Network>()
    /** Tokens come from the party's own process; everything else is as for the people. */
    const borrowed = (party: string): Identity => ({
      ...people.identity,
      id: party,
      tokenFor: async (audience) => {
        const url = introduced.find(({ id }) => id === party)?.manage
        if (url === undefined) throw new Error(`there is no party ${party}`)
        const { token } = await manage(url, 'POST', '/tokens', { as: party, audience })
        return token ?? ''
      },
    })

    return {
      parties,
      variables,
      folder,
      seed,
      people,
      clock,
      urls,
      cardLogins,
      advance,
      addFault: async (rule) => {
        faults.add(rule)
        await everywhere('POST', '/faults', rule)
      },
      clearFaults: async () => {
        faults.clear()
        await everywhere('DELETE', '/faults')
      },
      connectAs: (party) => {
        // One line each, as in one process: two would draw the same request ids, and what was sent second be taken for a repetition.
        const line =
          lines.get(party) ??
          createNetwork({
            identity: borrowed(party),
            clock,
            random: people.random.fork(party),
            journal: people.journal,
            transport: overTcp(urls),
            faults,
          })
        lines.set(party, line)
        return line.connect
      },
      close: async () => {
        await close()
        await people.store.close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
