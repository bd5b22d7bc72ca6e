/** The platform's tables of what it got from the CA: revocation lists, and the highest number seen of each. */
import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { CertificateKind } from './revocation.ts'

export type ListType = 'full' | 'delta'

const crlsTable = sqliteTable(
  'crls',
  {
    kind: text().$type<CertificateKind>().notNull(),
    partition: text().notNull(),
    /** Of the CA; lists of all generations are in force side by side. */
    generation: integer().notNull(),
    type: text().$type<ListType>().notNull(),
    der: blob({ mode: 'buffer' }).notNull(),
    fetchedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.partition, table.generation, table.type] })],
)

const crlNumbersTable = sqliteTable(
  'crlNumbers',
  {
    /** Fingerprint of the CA certificate whose key signed. */
    issuer: text().notNull(),
    /** What the list covers, as hex of its issuingDistributionPoint's names; empty for a whole CA. */
    scope: text().notNull(),
    type: text().$type<ListType>().notNull(),
    /** Decimal: a CRL number may have twenty bytes (RFC 5280 section 5.2.3). */
    number: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.scope, table.type] })],
)

export const revocationTables = [crlsTable, crlNumbersTable]

export type CrlNumberRow = typeof crlNumbersTable.$inferSelect
export type CrlRow = {
  kind: CertificateKind
  partition: string
  generation: number
  type: ListType
  der: Uint8Array
  fetchedAt: number
}

export const createRevocationStore = (store: Store) => ({
  crls: (): Promise<CrlRow[]> => store.read.select().from(crlsTable),
  crlNumbers: (): Promise<CrlNumberRow[]> => store.read.select().from(crlNumbersTable),
  /** A list and its number: a later start knows both or neither. */
  keepCrl: ({ der, ...row }: CrlRow, numbered: CrlNumberRow): Promise<void> =>
    store.write(async (tx) => {
      const full = { ...row, der: Buffer.from(der) }
      await tx
        .insert(crlsTable)
        .values(full)
        .onConflictDoUpdate({
          target: [crlsTable.kind, crlsTable.partition, crlsTable.generation, crlsTable.type],
          set: full,
        })
      await tx
        .insert(crlNumbersTable)
        .values(numbered)
        .onConflictDoUpdate({
          target: [crlNumbersTable.issuer, crlNumbersTable.scope, crlNumbersTable.type],
          set: { number: numbered.number },
        })
    }),
})

export type RevocationStore = ReturnType<typeof createRevocationStore>
