/** The operator's own tables: subscribers, set-top boxes, notices, and who has used which subscriber's box. */
import { and, eq, gt, isNotNull, isNull } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'

export const subscribersTable = sqliteTable('subscribers', {
  subscriberNumber: text().primaryKey(),
  name: text().notNull(),
  address: text().notNull(),
  cancelledAt: integer(),
})

export const setTopBoxesTable = sqliteTable(
  'set_top_boxes',
  {
    setTopBoxId: text().primaryKey(),
    subscriberNumber: text().notNull(),
    /** The session last begun on this box. */
    sessionId: text(),
  },
  (table) => [index('set_top_boxes_by_subscriber').on(table.subscriberNumber)],
)

/** To a place (`area`) or to one subscriber; `publishedBy` is the party that sent it, if one was recognised. */
export const noticesTable = sqliteTable('notices', {
  noticeId: text().primaryKey(),
  kind: text().notNull(),
  area: text(),
  subscriberNumber: text(),
  title: text().notNull(),
  text: text().notNull(),
  shownFrom: integer().notNull(),
  until: integer().notNull(),
  publishedBy: text(),
  about: text(),
})

/** At which box somebody has seen a notice that took over its screen. */
export const acknowledgementsTable = sqliteTable(
  'acknowledgements',
  { setTopBoxId: text().notNull(), noticeId: text().notNull(), at: integer().notNull() },
  (table) => [primaryKey({ columns: [table.setTopBoxId, table.noticeId] })],
)

/** 顧客とアカウントの紐付け: the platform's pseudonym of a viewer, and the subscriber on whose box it was seen. */
export const viewersTable = sqliteTable(
  'viewers',
  {
    accountId: text().notNull(),
    subscriberNumber: text().notNull(),
    firstSeenAt: integer().notNull(),
    lastSeenAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.subscriberNumber] })],
)

export type Subscriber = typeof subscribersTable.$inferSelect
export type SetTopBox = typeof setTopBoxesTable.$inferSelect
export type Notice = typeof noticesTable.$inferSelect

export const createRegister = ({ read, write }: Store) => ({
  subscriber: async (subscriberNumber: string): Promise<Subscriber | undefined> =>
    (await read.select().from(subscribersTable).where(eq(subscribersTable.subscriberNumber, subscriberNumber)))[0],

  /** Enter a subscriber, or correct one that is there; somebody who cancelled and comes back is one again. */
  enterSubscriber: (entered: Omit<Subscriber, 'cancelledAt'>) =>
    write(async (tx) => {
      const row = { ...entered, cancelledAt: null }
      await tx
        .insert(subscribersTable)
        .values(row)
        .onConflictDoUpdate({ target: subscribersTable.subscriberNumber, set: row })
    }),

  cancelSubscriber: (subscriberNumber: string, at: number) =>
    write(async (tx) => {
      const open = and(eq(subscribersTable.subscriberNumber, subscriberNumber), isNull(subscribersTable.cancelledAt))
      await tx.update(subscribersTable).set({ cancelledAt: at }).where(open)
    }),

  currentSubscribers: (): Promise<Subscriber[]> =>
    read.select().from(subscribersTable).where(isNull(subscribersTable.cancelledAt)),

  setTopBox: async (setTopBoxId: string): Promise<SetTopBox | undefined> =>
    (await read.select().from(setTopBoxesTable).where(eq(setTopBoxesTable.setTopBoxId, setTopBoxId)))[0],

  setTopBoxesOf: (subscriberNumber: string): Promise<SetTopBox[]> =>
    read.select().from(setTopBoxesTable).where(eq(setTopBoxesTable.subscriberNumber, subscriberNumber)),

  installSetTopBox: (setTopBoxId: string, subscriberNumber: string) =>
    write(async (tx) => {
      await tx
        .insert(setTopBoxesTable)
        .values({ setTopBoxId, subscriberNumber })
        .onConflictDoUpdate({ target: setTopBoxesTable.setTopBoxId, set: { subscriberNumber } })
    }),

  noteSession: (setTopBoxId: string, sessionId: string) =>
    write(async (tx) => {
      await tx.update(setTopBoxesTable).set({ sessionId }).where(eq(setTopBoxesTable.setTopBoxId, setTopBoxId))
    }),

  /** The first notice under an id stands. */
  publish: (notice: Notice) =>
    write(async (tx) => {
      await tx.insert(noticesTable).values(notice).onConflictDoNothing()
    }),

  noticesAt: (now: number): Promise<Notice[]> => read.select().from(noticesTable).where(gt(noticesTable.until, now)),

  /** From `at` on it is shown no more; false when it was not shown anyway. */
  withdrawNotice: (noticeId: string, at: number): Promise<boolean> =>
    write(async (tx) => {
      const shown = and(eq(noticesTable.noticeId, noticeId), isNotNull(noticesTable.area), gt(noticesTable.until, at))
      const withdrawn = await tx.update(noticesTable).set({ until: at }).where(shown).returning()
      return withdrawn.length > 0
    }),

  acknowledge: (setTopBoxId: string, noticeId: string, at: number) =>
    write(async (tx) => {
      await tx.insert(acknowledgementsTable).values({ setTopBoxId, noticeId, at }).onConflictDoNothing()
    }),

  acknowledgedAt: async (setTopBoxId: string): Promise<Set<string>> => {
    const mine = eq(acknowledgementsTable.setTopBoxId, setTopBoxId)
    const rows = await read.select().from(acknowledgementsTable).where(mine)
    return new Set(rows.map(({ noticeId }) => noticeId))
  },

  noteViewer: (accountId: string, subscriberNumber: string, at: number) =>
    write(async (tx) => {
      await tx
        .insert(viewersTable)
        .values({ accountId, subscriberNumber, firstSeenAt: at, lastSeenAt: at })
        .onConflictDoUpdate({
          target: [viewersTable.accountId, viewersTable.subscriberNumber],
          set: { lastSeenAt: at },
        })
    }),
})
export type Register = ReturnType<typeof createRegister>
