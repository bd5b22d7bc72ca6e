/** The issuer's own table: which payments a merchant has under which of its references. */
import { and, asc, eq } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { PaymentInput } from './paymentMachine.ts'

export const paymentsTable = sqliteTable(
  'payments',
  {
    merchant: text().notNull(),
    merchantReference: text().notNull(),
    /** Counts the payments under one reference from 0; no two can claim the same. */
    attempt: integer().notNull(),
    requestId: text().notNull(),
    paymentId: text().notNull(),
    /** What the payment starts from, so that one whose process died before it began is begun later. */
    input: text({ mode: 'json' }).$type<PaymentInput>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.merchant, table.merchantReference, table.attempt] }),
    unique().on(table.merchant, table.merchantReference, table.requestId),
  ],
)

export type PaymentRow = typeof paymentsTable.$inferSelect

export const createPaymentIndex = (store: Store) => ({
  under: (merchant: string, merchantReference: string): Promise<PaymentRow[]> =>
    store.read
      .select()
      .from(paymentsTable)
      .where(and(eq(paymentsTable.merchant, merchant), eq(paymentsTable.merchantReference, merchantReference)))
      .orderBy(asc(paymentsTable.attempt)),
  /** False when somebody else claimed this attempt, or this request another one. */
  claim: (row: PaymentRow): Promise<boolean> =>
    store.write(async (tx) => {
      const made = await tx
        .insert(paymentsTable)
        .values(row)
        .onConflictDoNothing()
        .returning({ paymentId: paymentsTable.paymentId })
      return made.length > 0
    }),
  all: (): Promise<PaymentRow[]> => store.read.select().from(paymentsTable),
})

export type PaymentIndex = ReturnType<typeof createPaymentIndex>
