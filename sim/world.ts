/** The composition root: makes every party of a world from its description. The only file that imports all of them. */
import { join } from 'node:path'
import { Hono } from 'hono'
import { createClock, type Clock, type ClockMode } from './core/clock.ts'
import { createFaults, type FaultRule, type Faults } from './core/faults.ts'
import type { Directory } from './core/identity.ts'
import { inProcess, type Network, type Transport } from './core/network.ts'
import { createRandom } from './core/random.ts'
import { createSite, type Site } from './core/site.ts'
import './messages/dataClasses.ts'
import { describeParties, people as peopleDescription, type PartyDescription } from './parties.ts'
import { defaultVariables, type Variables } from './variables.ts'

/** 2026-04-01 09:00 JST: where virtual time begins unless told otherwise (chosen, not taken from anywhere). */
export const standardStart = Date.UTC(2026, 3, 1)

export const defaultKeyPool = join(import.meta.dirname, '..', 'data', 'key-pool')

export type WorldOptions = {
  /** Where the databases of this world lie. */
  folder: string
  seed: string
  mode: ClockMode
  startAt?: number
  variables?: Partial<Variables>
  keyPool?: string
}

/** A running world as scenarios use it, whether its parties live in this process or in many. */
export type World = {
  parties: PartyDescription[]
  variables: Variables
  folder: string
  seed: string
  /** Residents and their terminals: whoever acts by hand, acts as them. */
  people: Site
  clock: Clock
  /** Let time go by; everything due happens in order. */
  advance(ms: number): Promise<void>
  addFault(rule: FaultRule): Promise<void>
  clearFaults(): Promise<void>
  /** Speak with a party's identity, as somebody who misuses its systems would: a test control. */
  connectAs(party: string): Network['connect']
  close(): Promise<void>
}

/** The parties of this process: apps by id, and what they stand on. */
export type Local = { sites: Map<string, Site>; apps: Map<string, Hono>; faults: Faults; clock: Clock }

/** Parties are loaded when they are made, so that a process of a split world holds only its own. */
const make = async (site: Site, party: PartyDescription, folder: string): Promise<{ app: unknown }> => {
  const trustFolder = join(folder, 'trust-anchors')
  switch (party.folder) {
    case 'ca':
      return (await import('./ca/index.ts')).createCa(site, { ...party.options, trustFolder })
    case 'municipality':
      return (await import('./municipality/index.ts')).createMunicipality(site, party.options)
    case 'card':
      return (await import('./card/index.ts')).createCard(site, party.options)
    case 'platform':
      return (await import('./platform/index.ts')).createPlatform(site, {
        ...party.options,
        trustFolder,
        snapshotFolder: join(folder, 'platform-snapshots'),
      })
    case 'insurer':
      return (await import('./insurer/index.ts')).createInsurer(site, party.options)
    case 'clinic':
      return (await import('./clinic/index.ts')).createClinic(site, party.options)
    case 'payment':
      return (await import('./payment/index.ts')).createPayment(site, party.options)
    case 'catv':
      return (await import('./catv/index.ts')).createCatv(site, party.options)
    case 'subscription':
      return (await import('./subscription/index.ts')).createSubscription(site, party.options)
  }
}

export type LocalOptions = WorldOptions & {
  directory: Directory
  clock: Clock
  transport?: Transport
  only?: readonly string[]
}

/** Make the parties that live here (all, or those in `only`), without waking them: `resume` their actors once all can be reached. */
export const createLocal = async (options: LocalOptions, parties: PartyDescription[]): Promise<Local> => {
  const { folder, seed, directory, clock } = options
  const apps = new Map<string, Hono>()
  const faults = createFaults(createRandom(`${seed}/faults`))
  const transport = options.transport ?? inProcess(apps)
  const sites = new Map<string, Site>()
  for (const party of parties) {
    if (options.only !== undefined && !options.only.includes(party.id)) continue
    const { id, role, name } = party
    const site = await createSite({ id, role, name, folder, seed, clock, directory, transport, faults })
    const { app } = await make(site, party, folder)
    if (!(app instanceof Hono)) throw new Error(`${id} has no app`)
    apps.set(id, app)
    sites.set(id, site)
  }
  return { sites, apps, faults, clock }
}

export const completeVariables = (variables: Partial<Variables> = {}): Variables => ({
  ...defaultVariables,
  ...variables,
})

/** The whole world in this process. */
export const createWorld = async (options: WorldOptions): Promise<World & { local: Local }> => {
  const variables = completeVariables(options.variables)
  const startAt = options.startAt ?? (options.mode === 'virtual' ? standardStart : undefined)
  const clock = createClock({
    mode: options.mode,
    ...(startAt !== undefined && { startAt }),
    onError: (error) => console.error(error),
  })
  const directory: Directory = new Map()
  const parties = describeParties(variables, { keyPool: options.keyPool ?? defaultKeyPool, seed: options.seed })
  const local = await createLocal({ ...options, directory, clock }, parties)
  const { folder, seed } = options
  const people = await createSite({
    ...peopleDescription,
    folder,
    seed,
    clock,
    directory,
    transport: inProcess(local.apps),
    faults: local.faults,
  })
  for (const site of local.sites.values()) await site.actors.resume()
  return {
    parties,
    variables,
    folder,
    seed,
    people,
    clock,
    local,
    advance: async (ms) => void (await clock.advance(ms)),
    addFault: async (rule) => void local.faults.add(rule),
    clearFaults: async () => local.faults.clear(),
    connectAs: (party) => {
      const site = local.sites.get(party)
      if (site === undefined) throw new Error(`there is no party ${party}`)
      return site.network.connect
    },
    close: async () => {
      clock.stop()
      for (const site of [...local.sites.values(), people]) await site.store.close()
    },
  }
}
