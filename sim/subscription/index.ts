/** 放送・通信の契約事業者, a provider with contracts: mobile, public broadcaster, rights holders' body, a cable operator's contract desk. */
import type { Site } from '../core/site.ts'
import { cardLoginTables, createCardAccounts } from '../provider/cardLoginStore.ts'
import { createApp, type SubscriptionOptions } from './app.ts'
import { createContractEffects } from './contractEffects.ts'
import { contract } from './contractMachine.ts'
import { createRound } from './round.ts'
import { createFiles, deathChecksTable, lettersTable, noncesTable, roundItemsTable } from './store.ts'
import { watch } from './watchMachine.ts'

export type SubscriptionApp = ReturnType<typeof createApp>

export const createSubscription = async (
  site: Site,
  options: SubscriptionOptions,
): Promise<{ app: SubscriptionApp }> => {
  await site.store.declare(noncesTable, lettersTable, deathChecksTable, roundItemsTable, ...cardLoginTables)
  const files = createFiles(site)
  const contracts = site.actors.define('contract', contract, createContractEffects(site, { files, provider: options }))
  const watches = site.actors.define('watch', watch, { checkAll: createRound(site, { contracts, files }) })
  const { checkIntervalMs } = options
  const { id: watchId } = await watches.start('watch', { checkIntervalMs, at: site.clock.now() })
  const accounts = createCardAccounts(site.store)
  return { app: createApp(site, { contracts, watches, watchId, files, accounts, provider: options }) }
}
