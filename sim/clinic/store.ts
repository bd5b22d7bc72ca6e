/** The clinic's own table: when the receipt of a visit was first issued, so that another copy says the same. */
import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'

export const receiptsTable = sqliteTable('receipts', {
  visitId: text().primaryKey(),
  issuedAt: integer().notNull(),
})

export const createReceipts = ({ write }: Store) => ({
  /** When it was issued: `now` the first time, and the same ever after. */
  issue: (visitId: string, now: number): Promise<number> =>
    write(async (tx) => {
      await tx.insert(receiptsTable).values({ visitId, issuedAt: now }).onConflictDoNothing()
      const [issued] = await tx.select().from(receiptsTable).where(eq(receiptsTable.visitId, visitId))
      return issued?.issuedAt ?? now
    }),
})
export type Receipts = ReturnType<typeof createReceipts>
