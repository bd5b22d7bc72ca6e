/** CATV事業者, a cable operator: brings its subscribers notices by address, and each viewer their own health notices by card. */
import type { Site } from '../core/site.ts'
import { createApp, type CatvOptions } from './app.ts'
import { createEffects } from './effects.ts'
import { session } from './machine.ts'
import { createRegister, noticesTable, setTopBoxesTable, subscribersTable, viewersTable } from './store.ts'

export type CatvApp = ReturnType<typeof createApp>

export const createCatv = async (site: Site, options: CatvOptions): Promise<{ app: CatvApp }> => {
  await site.store.declare(subscribersTable, setTopBoxesTable, noticesTable, viewersTable)
  const register = createRegister(site.store)
  const sessions = site.actors.define('session', session, createEffects(site, register))
  return { app: createApp(site, { sessions, register, operator: options }) }
}
