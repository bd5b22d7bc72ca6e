/** 住民と端末, residents and their terminals, as a party of the open world: whoever plays holds cards and card readers through it. */
import { Hono } from 'hono'
import type { Site } from '../../sim/core/site.ts'
import type { Local, World } from '../../sim/world.ts'
import { people, type Person } from '../people.ts'
import { createApp } from './app.ts'
import { createOperations } from './operations.ts'
import { createRegistry, type Registry, townsOf } from './registry.ts'

export type TerminalsApp = ReturnType<typeof createApp>

/** The terminals of a world; `cast` are those whom one can play. */
export const createTerminals = (
  { people: site, parties }: Pick<World, 'people' | 'parties'>,
  cast: readonly Person[] = people,
): { app: TerminalsApp; registry: Registry } => {
  const registry = createRegistry(site, townsOf({ parties }))
  return { app: createApp(site, createOperations(site, { cast, registry })), registry }
}

/** The parties of this process with one more, as the front serves them: its app, and its site for the API page. */
export const withTerminals = (local: Local, site: Site, { app }: { app: TerminalsApp }): Local => {
  const served: unknown = app
  if (!(served instanceof Hono)) throw new Error('the terminals have no app')
  return {
    ...local,
    sites: new Map([...local.sites, [site.id, site]]),
    apps: new Map<string, Hono>([...local.apps, [site.id, served]]),
  }
}
