/** The provider's own tables: nonces it gave out, letters it sent, deaths it looks into, and what the current round checks. */
import { asc, desc, eq, ne } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Site } from '../core/site.ts'

export const noncesTable = sqliteTable('nonces', {
  nonce: text().primaryKey(),
  expiresAt: integer().notNull(),
  /** The request that used it up; the same one may use it again. */
  usedBy: text(),
})

/** On paper: addressed to where the customer lived as far as the provider knows. */
export const lettersTable = sqliteTable('letters', {
  letterId: text().primaryKey(),
  contractId: text().notNull(),
  name: text().notNull(),
  address: text().notNull(),
  what: text().notNull(),
  sentAt: integer().notNull(),
})

export const deathChecksTable = sqliteTable('death_checks', {
  deathCheckId: text().primaryKey(),
  contractId: text().notNull(),
  begunAt: integer().notNull(),
})

/** Fixed when a round begins, so that a round that is repeated asks the same. */
export const roundItemsTable = sqliteTable(
  'round_items',
  {
    round: text().notNull(),
    position: integer().notNull(),
    contractId: text().notNull(),
    storedCertificateId: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.round, table.position] })],
)

export type RoundItem = { contractId: string; storedCertificateId: string }
export type Letter = typeof lettersTable.$inferSelect

export const createFiles = ({ id: stakeholder, store: { read, write }, journal }: Site) => ({
  giveNonce: (nonce: string, expiresAt: number) =>
    write(async (tx) => {
      await tx.insert(noncesTable).values({ nonce, expiresAt })
    }),

  /** Whether `nonce` was given out, has not run out at `at`, and was used by no other request. */
  useNonce: (nonce: string, { by, at }: { by: string; at: number }): Promise<boolean> =>
    write(async (tx) => {
      const mine = eq(noncesTable.nonce, nonce)
      const [given] = await tx.select().from(noncesTable).where(mine)
      if (given === undefined || given.expiresAt < at) return false
      if (given.usedBy !== null) return given.usedBy === by
      await tx.update(noncesTable).set({ usedBy: by }).where(mine)
      return true
    }),

  /** Paper is manual work: noted once for each letter. */
  sendLetter: (letter: Letter) =>
    write(async (tx) => {
      const made = await tx.insert(lettersTable).values(letter).onConflictDoNothing().returning()
      if (made.length === 0) return
      const { contractId } = letter
      await journal.appendIn(tx, 'manual', { stakeholder, work: 'letter', contractId, parameter: 'letter-handling' })
    }),

  /** The latest first. */
  lettersSent: (most: number): Promise<Letter[]> =>
    read.select().from(lettersTable).orderBy(desc(lettersTable.sentAt), desc(lettersTable.letterId)).limit(most),

  deathChecks: (most: number): Promise<(typeof deathChecksTable.$inferSelect)[]> =>
    read.select().from(deathChecksTable).orderBy(desc(deathChecksTable.begunAt)).limit(most),

  beginDeathCheck: (check: typeof deathChecksTable.$inferSelect) =>
    write(async (tx) => {
      const made = await tx.insert(deathChecksTable).values(check).onConflictDoNothing().returning()
      if (made.length === 0) return
      const { contractId } = check
      await journal.appendIn(tx, 'manual', { stakeholder, work: 'death-check', contractId, parameter: 'death-check' })
    }),

  /** What this round checks: `items` the first time it is asked, and the same ever after; earlier rounds are forgotten. */
  planRound: (round: string, items: RoundItem[]): Promise<void> =>
    write(async (tx) => {
      const [begun] = await tx.select().from(roundItemsTable).where(eq(roundItemsTable.round, round)).limit(1)
      if (begun !== undefined) return
      await tx.delete(roundItemsTable).where(ne(roundItemsTable.round, round))
      for (const [position, item] of items.entries())
        await tx.insert(roundItemsTable).values({ round, position, ...item })
    }),

  roundItems: (round: string): Promise<RoundItem[]> =>
    read
      .select({
        contractId: roundItemsTable.contractId,
        storedCertificateId: roundItemsTable.storedCertificateId,
      })
      .from(roundItemsTable)
      .where(eq(roundItemsTable.round, round))
      .orderBy(asc(roundItemsTable.position)),
})
export type Files = ReturnType<typeof createFiles>
