/** Consents as the service for the latest basic four looks them up; written by their own lives (consentMachine.ts). */
import { and, asc, eq } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { BasicFourItem } from './consentMachine.ts'

export const consentsTable = sqliteTable(
  'basic_four_consents',
  {
    /** Serial number of the first in the line of the resident's signature certificates. */
    lineage: text().notNull(),
    service: text().notNull(),
    state: text().$type<'standing' | 'withdrawn'>().notNull(),
    items: text({ mode: 'json' }).$type<BasicFourItem[]>().notNull(),
    validFrom: integer().notNull(),
    validTo: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.lineage, table.service] })],
)

export type ConsentRow = typeof consentsTable.$inferSelect

export const createConsentStore = ({ read, write }: Store) => ({
  enter: (row: ConsentRow) =>
    write(async (tx) => {
      await tx
        .insert(consentsTable)
        .values(row)
        .onConflictDoUpdate({ target: [consentsTable.lineage, consentsTable.service], set: row })
    }),
  find: async (lineage: string, service: string): Promise<ConsentRow | undefined> =>
    (
      await read
        .select()
        .from(consentsTable)
        .where(and(eq(consentsTable.lineage, lineage), eq(consentsTable.service, service)))
    )[0],
  ofLineage: (lineage: string): Promise<ConsentRow[]> =>
    read.select().from(consentsTable).where(eq(consentsTable.lineage, lineage)).orderBy(asc(consentsTable.service)),
})

export type ConsentStore = ReturnType<typeof createConsentStore>
