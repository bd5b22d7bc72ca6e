/** The platform's tables of what it got from the CA: pinned generations and revocation lists. */
import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { CertificateKind } from './revocation.ts'

const authoritiesTable = sqliteTable(
  'authorities',
  {
    kind: text().$type<CertificateKind>().notNull(),
    generation: integer().notNull(),
    /** DER in base64. */
    certificate: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.generation] })],
)

const crlsTable = sqliteTable(
  'crls',
  {
    kind: text().$type<CertificateKind>().notNull(),
    partition: text().notNull(),
    der: blob({ mode: 'buffer' }).notNull(),
    fetchedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.partition] })],
)

export const revocationTables = [authoritiesTable, crlsTable]

export type AuthorityRow = typeof authoritiesTable.$inferSelect
type CrlRow = { kind: CertificateKind; partition: string; der: Uint8Array; fetchedAt: number }

export const createRevocationStore = (store: Store) => ({
  authorities: (): Promise<AuthorityRow[]> => store.read.select().from(authoritiesTable),
  /** What is pinned already stays. */
  pinAuthorities: (rows: AuthorityRow[]): Promise<void> =>
    store.write(async (tx) => {
      for (const row of rows) await tx.insert(authoritiesTable).values(row).onConflictDoNothing()
    }),
  crls: (): Promise<CrlRow[]> => store.read.select().from(crlsTable),
  keepCrl: ({ der, ...row }: CrlRow): Promise<void> =>
    store.write(async (tx) => {
      const full = { ...row, der: Buffer.from(der) }
      await tx
        .insert(crlsTable)
        .values(full)
        .onConflictDoUpdate({ target: [crlsTable.kind, crlsTable.partition], set: full })
    }),
})

export type RevocationStore = ReturnType<typeof createRevocationStore>
