/** What one party stands on: its clock, chance, database, journal, identity, network and durable actors. */
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { actorTables, createActors, type Actors } from './actors.ts'
import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'
import { answersTable } from './answers.ts'
import { createIdentity, createPartyKey, type Directory, type Identity, type PartyKey } from './identity.ts'
import { createJournal, journalTable, type Journal } from './journal.ts'
import { createNetwork, type Network, type Transport } from './network.ts'
import { createRandom, type Random } from './random.ts'
import { openStore, type Store } from './store.ts'

/** A text in both languages of the testbed. */
export type Text = { ja: string; en: string }

export type Site = {
  id: string
  role: string
  name: Text
  clock: Clock
  random: Random
  store: Store
  journal: Journal
  identity: Identity
  network: Network
  actors: Actors
  publicKey: PartyKey['publicJwk']
  /** A bug: written to the log; the request that met it answered 500. */
  report(error: unknown): void
}

const metaTable = sqliteTable('meta', { key: text().primaryKey(), value: text().notNull() })

export type SiteOptions = {
  id: string
  role: string
  name: Text
  folder: string
  seed: string
  clock: Clock
  directory: Directory
  transport: Transport
  faults: Faults
  report?: (error: unknown) => void
}

const isKey = (value: unknown): value is PartyKey =>
  typeof value === 'object' && value !== null && 'privateJwk' in value

/** Open the party's database in `folder` (`<id>.db`), make or find its key, and enter it into the directory. */
export const createSite = async (options: SiteOptions): Promise<Site> => {
  const { id, role, name, folder, seed, clock, directory, transport, faults } = options
  const store = await openStore(join(folder, `${id}.db`))
  await store.declare(metaTable, journalTable, answersTable, ...actorTables)

  const meta = async (key: string) =>
    (await store.read.select().from(metaTable).where(eq(metaTable.key, key)))[0]?.value
  const keep = (key: string, value: string) =>
    store.write(async (tx) => {
      await tx.insert(metaTable).values({ key, value }).onConflictDoUpdate({ target: metaTable.key, set: { value } })
    })

  const stored = await meta('key')
  const parsed: unknown = stored === undefined ? undefined : JSON.parse(stored)
  const key = isKey(parsed) ? parsed : await createPartyKey()
  if (parsed === undefined) await keep('key', JSON.stringify(key))
  directory.set(id, { role, publicKey: key.publicJwk })

  // Each start draws other ids, so that a restarted party never gives one id twice; the first start of a seed is always alike.
  const starts = Number((await meta('starts')) ?? '0')
  await keep('starts', String(starts + 1))
  const random = createRandom(`${seed}/${id}${starts === 0 ? '' : `/${starts}`}`)

  const journal = createJournal(store, clock)
  const identity = await createIdentity({ id, role }, { key, directory, clock })
  const network = createNetwork({ identity, clock, random: random.fork('network'), journal, transport, faults })
  const report = options.report ?? ((error: unknown) => console.error(`${id}:`, error))
  const actors = createActors({ store, clock, journal, report, party: id })
  if (starts > 0) await journal.append('boot', { party: id, start: starts + 1 })
  return { id, role, name, clock, random, store, journal, identity, network, actors, publicKey: key.publicJwk, report }
}
