/** 市区町村, a municipality: keeps the register of residents, issues their cards, and tells the authority what ends certificates. */
import { HOUR } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import { createApp } from './app.ts'
import { createCounter } from './counter.ts'
import { noticeEffects, residentEffects } from './effects.ts'
import { noticeMachine } from './noticeMachine.ts'
import { residentMachine } from './residentMachine.ts'

export type MunicipalityApp = ReturnType<typeof createApp>

export type MunicipalityOptions = {
  /** Five digits (全国地方公共団体コード) and names in Latin letters, as the authority writes them into certificates. */
  code: string
  prefecture: string
  city: string
  nameJa: string
  /** From the counter to the authority over the residents' network 住基ネット; an hour is assumed. */
  residentNetworkDelayMs?: number
}

const neighbours = { ca: 'ca', card: 'card' }

export const createMunicipality = async (
  site: Site,
  { residentNetworkDelayMs = HOUR }: MunicipalityOptions,
): Promise<{ app: MunicipalityApp }> => {
  const notices = site.actors.define('notice', noticeMachine, noticeEffects(site, neighbours))
  const residents = site.actors.define('resident', residentMachine, residentEffects(site, neighbours, notices))
  return { app: createApp(site, createCounter(site, { residents, neighbours, residentNetworkDelayMs })) }
}
