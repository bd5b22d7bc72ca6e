/** CATV事業者, a cable operator: brings its subscribers notices by address, and each viewer their own health notices by card. */
import type { Site } from '../core/site.ts'
import { cardLoginTables, createCardAccounts } from '../provider/cardLoginStore.ts'
import { createApp, type CatvOptions } from './app.ts'
import { createEffects } from './effects.ts'
import { session } from './machine.ts'
import {
  acknowledgementsTable,
  createRegister,
  noticesTable,
  setTopBoxesTable,
  subscribersTable,
  viewersTable,
} from './store.ts'

export type CatvApp = ReturnType<typeof createApp>

export const createCatv = async (site: Site, options: CatvOptions): Promise<{ app: CatvApp }> => {
  await site.store.declare(
    acknowledgementsTable,
    subscribersTable,
    setTopBoxesTable,
    noticesTable,
    viewersTable,
    ...cardLoginTables,
  )
  const register = createRegister(site.store)
  const sessions = site.actors.define('session', session, createEffects(site, register))
  const accounts = createCardAccounts(site.store)
  return { app: createApp(site, { sessions, register, accounts, operator: options }) }
}
