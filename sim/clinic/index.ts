/** 医療機関, a clinic: receives patients by card, treats them, bills them and takes their payment by the same card or in cash. */
import type { Site } from '../core/site.ts'
import { createApp, type ClinicOptions } from './app.ts'
import { createEffects } from './effects.ts'
import { visit } from './machine.ts'
import { createReceipts, receiptsTable } from './store.ts'

export type ClinicApp = ReturnType<typeof createApp>

export const createClinic = async (site: Site, options: ClinicOptions): Promise<{ app: ClinicApp }> => {
  if (!/^[0-9]{10}$/.test(options.institutionCode)) throw new Error('an institution code has ten digits')
  await site.store.declare(receiptsTable)
  const receipts = createReceipts(site.store)
  const visits = site.actors.define('visit', visit, createEffects(site, options))
  return { app: createApp(site, { visits, receipts, clinic: options }) }
}
