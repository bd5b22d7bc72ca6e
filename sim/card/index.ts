/** 個人番号カード: all virtual Individual Number Cards, as whoever holds one in a reader reaches them. */
import type { Site } from '../core/site.ts'
import { createApp } from './app.ts'
import { createBox } from './box.ts'
import { openKeyPool } from './keyPool.ts'
import { cardMachine } from './machine.ts'
import { cardAnswersTable, cardsTable, createCardStore, keyCounterTable } from './store.ts'

export type CardApp = ReturnType<typeof createApp>

/** `keyPool` is the path of the file that keys are taken from (keyPool.ts); `terminalKey` (hex) as in pinCommand.ts. */
export type CardOptions = { keyPool: string; terminalKey?: string }

export const createCard = async (site: Site, { keyPool, terminalKey }: CardOptions): Promise<{ app: CardApp }> => {
  await site.store.declare(cardsTable, cardAnswersTable, keyCounterTable)
  // Defined for its chart only: a card's memory must not survive a power cut whole, so box.ts looks after it, not the actors.
  site.actors.define('card', cardMachine)
  const box = createBox(createCardStore(site.store), openKeyPool(keyPool), terminalKey)
  return { app: createApp(site, box) }
}
