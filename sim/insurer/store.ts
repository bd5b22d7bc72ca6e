/** The insurer's own tables: what it has to tell each insured person about health and expenses. */
import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import type { Store } from '../core/store.ts'
import type { healthRecord } from '../messages/insurance.ts'

export type HealthRecord = z.output<typeof healthRecord>

const nothing: HealthRecord = { medicalExpenses: [], genericSavings: [], checkups: [] }

export const healthRecordsTable = sqliteTable('health_records', {
  insuredNumber: text().primaryKey(),
  record: text({ mode: 'json' }).$type<HealthRecord>().notNull(),
})

export const createHealthRecords = (store: Store) => ({
  put: (insuredNumber: string, record: HealthRecord): Promise<void> =>
    store.write(async (tx) => {
      await tx
        .insert(healthRecordsTable)
        .values({ insuredNumber, record })
        .onConflictDoUpdate({ target: healthRecordsTable.insuredNumber, set: { record } })
    }),
  /** An empty record when there is nothing to tell yet. */
  of: async (insuredNumber: string): Promise<HealthRecord> => {
    const [row] = await store.read
      .select()
      .from(healthRecordsTable)
      .where(eq(healthRecordsTable.insuredNumber, insuredNumber))
    return row?.record ?? nothing
  },
})

export type HealthRecords = ReturnType<typeof createHealthRecords>
