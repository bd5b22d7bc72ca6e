/** The platform's tables of evidence: what it keeps for providers, the keys it stamps with, and the CAs whose signatures it rests on. */
import { and, eq, isNotNull, lte } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { RetentionLaw } from '../messages/verification.ts'

const evidenceTable = sqliteTable(
  'evidence',
  {
    evidenceId: text().primaryKey(),
    provider: text().notNull(),
    keptFor: text().$type<RetentionLaw>().notNull(),
    der: blob({ mode: 'buffer' }).notNull(),
    keptAt: integer().notNull(),
    contractEndedAt: integer(),
    /** Unknown as long as the contract lasts. */
    deleteAt: integer(),
  },
  (table) => [index('evidence_by_end').on(table.deleteAt)],
)

const stampKeysTable = sqliteTable('stamp_keys', {
  /** Unix ms of its making; the newest is in use. */
  madeAt: integer().primaryKey(),
  /** PKCS#8 DER in base64. */
  privateKey: text().notNull(),
  /** DER in base64. */
  certificate: text().notNull(),
})

/** CA generations that evidence rests on, kept for when the trust folder no longer has them. */
const evidenceIssuersTable = sqliteTable('evidence_issuers', {
  fingerprint: text().primaryKey(),
  /** DER in base64. */
  certificate: text().notNull(),
  /** When it was first seen to be gone from the trust folder before its end. */
  distrustedAt: integer(),
})

export const evidenceTables = [evidenceTable, stampKeysTable, evidenceIssuersTable]

export type EvidenceRow = typeof evidenceTable.$inferSelect
export type StampKeyRow = typeof stampKeysTable.$inferSelect
export type EvidenceIssuerRow = typeof evidenceIssuersTable.$inferSelect

export const createEvidenceStore = ({ read, write }: Store) => ({
  /** Keeps `row`, once however often. */
  add: (row: EvidenceRow, issuer: EvidenceIssuerRow): Promise<void> =>
    write(async (tx) => {
      await tx.insert(evidenceTable).values(row).onConflictDoNothing()
      await tx.insert(evidenceIssuersTable).values(issuer).onConflictDoNothing()
    }),

  find: async (evidenceId: string, provider: string): Promise<EvidenceRow | undefined> => {
    const mine = and(eq(evidenceTable.evidenceId, evidenceId), eq(evidenceTable.provider, provider))
    return (await read.select().from(evidenceTable).where(mine))[0]
  },

  endContract: (evidenceId: string, contractEndedAt: number, deleteAt: number): Promise<void> =>
    write(async (tx) => {
      await tx.update(evidenceTable).set({ contractEndedAt, deleteAt }).where(eq(evidenceTable.evidenceId, evidenceId))
    }),

  /** When the next evidence is due for deletion. */
  nextDeletion: async (): Promise<number | undefined> => {
    const dated = read
      .select({ at: evidenceTable.deleteAt })
      .from(evidenceTable)
      .where(isNotNull(evidenceTable.deleteAt))
    return (await dated.orderBy(evidenceTable.deleteAt).limit(1))[0]?.at ?? undefined
  },
  deleteDue: (now: number): Promise<void> =>
    write(async (tx) => void (await tx.delete(evidenceTable).where(lte(evidenceTable.deleteAt, now)))),

  stampKeys: (): Promise<StampKeyRow[]> => read.select().from(stampKeysTable).orderBy(stampKeysTable.madeAt),
  addStampKey: (row: StampKeyRow): Promise<void> =>
    write(async (tx) => void (await tx.insert(stampKeysTable).values(row))),

  issuers: (): Promise<EvidenceIssuerRow[]> => read.select().from(evidenceIssuersTable),
  distrust: (fingerprint: string, distrustedAt: number): Promise<void> =>
    write(async (tx) => {
      const gone = eq(evidenceIssuersTable.fingerprint, fingerprint)
      await tx.update(evidenceIssuersTable).set({ distrustedAt }).where(gone)
    }),
})

export type EvidenceStore = ReturnType<typeof createEvidenceStore>
