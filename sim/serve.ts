/** The world on TCP ports: `node sim/serve.ts` serves all parties on one, `--split` gives each a process and a port of its own. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClock, type ClockMode } from './core/clock.ts'
import type { Directory } from './core/identity.ts'
import { overTcp } from './core/network.ts'
import { Explained } from './core/explained.ts'
import { CannotListen, listen } from './core/server.ts'
import { openDoor, serveCardLogin } from './cardLogin.ts'
import { createFront } from './front.ts'
import { describeParties } from './parties.ts'
import { createSplitWorld, type Acquaintance, type Assignment, type Introduction } from './split.ts'
import { readVariables } from './variables.ts'
import { createLocal, createWorld } from './world.ts'

const isAssignment = (message: unknown): message is Assignment =>
  typeof message === 'object' && message !== null && 'only' in message
const isAcquaintance = (message: unknown): message is Acquaintance =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'acquaintance'

const heard = <T>(accept: (message: unknown) => message is T): Promise<T> =>
  new Promise((resolve) => {
    const listener = (message: unknown) => {
      if (!accept(message)) return
      process.off('message', listener)
      resolve(message)
    }
    process.on('message', listener)
  })

/** A child of a split world: told by its parent who it is and whom it may meet. */
const serveAssigned = async () => {
  const assignment = await heard(isAssignment)
  const directory: Directory = new Map()
  const urls = new Map<string, string>()
  const clock = createClock({
    mode: assignment.mode,
    startAt: assignment.startAt,
    onError: (error) => console.error(error),
  })
  const parties = describeParties(assignment.variables, assignment)
  const local = await createLocal({ ...assignment, directory, clock, transport: overTcp(urls) }, parties)
  const doorOptions = { worldFolder: assignment.folder, host: '127.0.0.1', port: 0 }
  const door = assignment.withDoors ? await serveCardLogin(local, doorOptions) : undefined
  const server = await listen(createFront(local, { door }), { host: '127.0.0.1', port: 0, under: local.apps })
  const acquainted = heard(isAcquaintance)
  for (const site of local.sites.values()) {
    const introduction: Introduction = {
      type: 'introduction',
      id: site.id,
      role: site.role,
      url: `${server.url}/${site.id}`,
      manage: `${server.url}/manage`,
      publicKey: site.publicKey,
      ...(door && { cardLogin: door.providers.find(({ id }) => id === site.id)?.url }),
    }
    process.send?.(introduction)
  }
  const acquaintance = await acquainted
  for (const [id, entry] of acquaintance.directory) directory.set(id, entry)
  for (const [id, url] of acquaintance.urls) urls.set(id, url)
  for (const site of local.sites.values()) await site.actors.resume()
  const end = async () => {
    await server.close()
    await door?.close()
    for (const site of local.sites.values()) await site.store.close()
    process.exit(0)
  }
  process.once('SIGTERM', () => void end())
  process.once('disconnect', () => void end())
  process.send?.('ready')
}

const modes: readonly ClockMode[] = ['virtual', 'interactive', 'real']

const serve = async () => {
  const { values } = parseArgs({
    options: {
      split: { type: 'boolean', default: false },
      mode: { type: 'string', default: 'interactive' },
      seed: { type: 'string', default: 'world' },
      folder: { type: 'string', default: join('data', 'world') },
      set: { type: 'string', multiple: true, default: [] },
    },
  })
  const mode = modes.find((known) => known === values.mode)
  if (mode === undefined)
    throw new CannotListen({
      ja: `--mode は ${modes.join('、')} のどれかです`,
      en: `--mode ${values.mode} is not one of ${modes.join(', ')}`,
    })
  const options = {
    folder: values.folder,
    seed: values.seed,
    mode,
    variables: readVariables(values.set),
    ...(mode !== 'virtual' && { startAt: createClock({ mode: 'real' }).now() }),
  }
  if (values.split) {
    const world = await createSplitWorld({ ...options, withDoors: true })
    for (const [id, url] of world.urls)
      console.log(`${id.padEnd(24)} ${url} ${world.cardLogins.get(id) ?? ''}`.trimEnd())
    process.once('SIGINT', () => void world.close().then(() => process.exit(0)))
    process.once('SIGTERM', () => void world.close().then(() => process.exit(0)))
    return
  }
  const world = await createWorld(options)
  const host = process.env['HOST'] ?? '127.0.0.1'
  const door = await openDoor(world.local, { worldFolder: world.folder, host, wanted: process.env['TLS_PORT'] })
  const isOpen = 'url' in door
  const server = await listen(createFront(world.local, isOpen ? { door } : {}), {
    host,
    port: Number(process.env['PORT'] ?? 4000),
    under: world.local.apps,
  })
  console.log(server.url)
  if (isOpen) console.log(`${door.url} カードでログイン · log in with the card (CA: ${door.authorityFile})`)
  else console.log(`${door.ja}\n${door.en}`)
}

const run = process.argv.includes('--assigned') ? serveAssigned : serve
run().catch((error: unknown) => {
  console.error(error instanceof Explained ? `${error.text.ja}\n${error.text.en}` : error)
  process.exit(1)
})
