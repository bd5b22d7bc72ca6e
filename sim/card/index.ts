/** 個人番号カード: all virtual Individual Number Cards, as whoever holds one in a reader reaches them. */
import type { Site } from '../core/site.ts'
import { createApp } from './app.ts'
import { createBox, type Personalisation } from './box.ts'
import { openKeyPool, standardAhead } from './keyPool.ts'
import { createKeySource } from './keySource.ts'
import { cardMachine } from './machine.ts'
import { cardAnswersTable, cardsTable, createCardStore, keyCounterTable } from './store.ts'

export type CardApp = ReturnType<typeof createApp>

/** `keyPool` is the path of the file that RSA keys are taken from (keyPool.ts); `terminalKey` (hex) as in pinCommand.ts. */
export type CardOptions = { keyPool: string } & Partial<Personalisation>

const standard: Personalisation = { keyAlgorithm: 'rsa-2048', blockedStatusWord: '6984', terminalKey: null }

export const createCard = async (site: Site, { keyPool, ...options }: CardOptions): Promise<{ app: CardApp }> => {
  const personalisation = { ...standard, ...options }
  await site.store.declare(cardsTable, cardAnswersTable, keyCounterTable)
  // Defined for its chart only: a card's memory must not survive a power cut whole, so box.ts looks after it, not the actors.
  site.actors.define('card', cardMachine)
  const cards = createCardStore(site.store)
  // In virtual time nobody is kept waiting by a key; at real speed keys are made before they are needed.
  const pool = openKeyPool(keyPool, site.clock.mode === 'virtual' ? undefined : standardAhead)
  if (personalisation.keyAlgorithm === 'rsa-2048') await pool.prepare(await cards.takeKeyNumbers(0))
  const box = createBox(cards, createKeySource(site.random, pool), personalisation)
  return { app: createApp(site, box) }
}
