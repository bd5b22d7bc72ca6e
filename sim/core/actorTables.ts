/** Where durable actors are kept: snapshots, timers, outgoing messages and the requests already carried out. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export type StoredEvent = { type: string }

export const snapshotsTable = sqliteTable(
  'actors',
  {
    kind: text().notNull(),
    id: text().notNull(),
    version: integer().notNull(),
    /** The state value as text, for queries: `paying`, or JSON for nested and parallel states. */
    state: text().notNull(),
    snapshot: text({ mode: 'json' }).$type<unknown>().notNull(),
    changedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.id] }), index('actors_by_state').on(table.kind, table.state)],
)

export const timersTable = sqliteTable(
  'timers',
  {
    kind: text().notNull(),
    actorId: text().notNull(),
    name: text().notNull(),
    dueAt: integer().notNull(),
    event: text({ mode: 'json' }).$type<StoredEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.actorId, table.name] })],
)

export const outboxTable = sqliteTable(
  'outbox',
  {
    /** Also the request id of the call it makes, so that carrying it out twice does nothing twice. */
    id: text().primaryKey(),
    kind: text().notNull(),
    actorId: text().notNull(),
    number: integer().notNull(),
    effect: text().notNull(),
    params: text({ mode: 'json' }).$type<unknown>(),
    attempts: integer().notNull(),
    dueAt: integer().notNull(),
  },
  (table) => [index('outbox_by_actor').on(table.kind, table.actorId)],
)

export const handledTable = sqliteTable(
  'handled',
  {
    kind: text().notNull(),
    actorId: text().notNull(),
    requestId: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.actorId, table.requestId] }),
    index('handled_by_age').on(table.at),
  ],
)

export type SnapshotRow = typeof snapshotsTable.$inferSelect
export type TimerRow = typeof timersTable.$inferSelect
export type Outgoing = typeof outboxTable.$inferSelect
