/** The cards' database: what each keeps without power, what was done under which request, and how many keys were given out. */
import { and, eq } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { Card } from './machine.ts'
import type { Purpose } from './pin.ts'

/** A powered-off card in its stored form. */
export type StoredCard = Pick<Card, 'value' | 'context'>
/** Private keys (base64 of PKCS#8) made on the card that take effect once their certificates are written. */
export type WaitingKeys = Partial<Record<Purpose, string>>
export type CardRow = { card: StoredCard; waitingKeys: WaitingKeys }

export const cardsTable = sqliteTable('cards', {
  cardId: text().primaryKey(),
  card: text({ mode: 'json' }).$type<StoredCard>().notNull(),
  waitingKeys: text({ mode: 'json' }).$type<WaitingKeys>().notNull(),
})

/** What was answered to requests that changed a card, kept with the change itself. */
export const cardAnswersTable = sqliteTable(
  'card_answers',
  {
    cardId: text().notNull(),
    requestId: text().notNull(),
    answer: text({ mode: 'json' }).$type<unknown>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.cardId, table.requestId] })],
)

export const keyCounterTable = sqliteTable('key_counter', { name: text().primaryKey(), taken: integer().notNull() })

export const createCardStore = (store: Store) => ({
  find: async (cardId: string): Promise<CardRow | undefined> =>
    (
      await store.read
        .select({ card: cardsTable.card, waitingKeys: cardsTable.waitingKeys })
        .from(cardsTable)
        .where(eq(cardsTable.cardId, cardId))
    )[0],

  /** The answer this request got before, if it changed the card. */
  earlierAnswer: async (cardId: string, requestId: string): Promise<unknown> =>
    (
      await store.read
        .select({ answer: cardAnswersTable.answer })
        .from(cardAnswersTable)
        .where(and(eq(cardAnswersTable.cardId, cardId), eq(cardAnswersTable.requestId, requestId)))
    )[0]?.answer,

  /** Resolves once card and answer are on disk, both or neither. */
  keep: (cardId: string, row: CardRow, done?: { requestId: string; answer: unknown }) =>
    store.write(async (tx) => {
      await tx
        .insert(cardsTable)
        .values({ cardId, ...row })
        .onConflictDoUpdate({ target: cardsTable.cardId, set: row })
      if (done !== undefined)
        await tx
          .insert(cardAnswersTable)
          .values({ cardId, ...done })
          .onConflictDoNothing()
    }),

  /** The first of `count` key numbers that nobody in this world was given before. */
  takeKeyNumbers: (count: number): Promise<number> =>
    store.write(async (tx) => {
      const name = 'keys'
      const [row] = await tx.select().from(keyCounterTable).where(eq(keyCounterTable.name, name))
      const taken = (row?.taken ?? 0) + count
      await tx
        .insert(keyCounterTable)
        .values({ name, taken })
        .onConflictDoUpdate({ target: keyCounterTable.name, set: { taken } })
      return taken - count
    }),
})

export type CardStore = ReturnType<typeof createCardStore>
