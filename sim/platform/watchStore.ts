/** The platform's tables of stored certificates as sweeps need them: what names each at the CA, and what was found. */
import { and, asc, count, eq, gt, inArray, lte, max, sql } from 'drizzle-orm'
import { integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { snapshotsTable } from '../core/actorTables.ts'
import type { Store } from '../core/store.ts'

/** One row for each CA generation and set of distribution points: which list speaks of a certificate. */
const scopesTable = sqliteTable(
  'watchScopes',
  {
    scopeId: integer().primaryKey({ autoIncrement: true }),
    /** Fingerprint of the CA certificate. */
    issuer: text().notNull(),
    scope: text().notNull(),
  },
  (table) => [unique().on(table.issuer, table.scope)],
)

const watchedTable = sqliteTable(
  'watchedCertificates',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    storedCertificateId: text().notNull().unique(),
    provider: text().notNull(),
    scopeId: integer().notNull(),
    serialNumber: text().notNull(),
    notAfter: integer().notNull(),
  },
  (table) => [unique().on(table.scopeId, table.number)],
)

/** What sweeps found. A revocation is never undone: a hold of JPKI is not lifted (J-LIS certification practice statement, 4.9.9). */
const findingsTable = sqliteTable('watchFindings', {
  number: integer().primaryKey(),
  revocationDate: integer().notNull(),
  reasonCode: integer().notNull(),
})

/** How far each sweep has come: everything before `position` in `scopeId`, and all scopes before that one. */
const sweepsTable = sqliteTable('changeSweeps', {
  sweepId: text().primaryKey(),
  /** Certificates listed later are not in this sweep. */
  highestNumber: integer().notNull(),
  total: integer().notNull(),
  scopeId: integer().notNull(),
  position: integer().notNull(),
  checked: integer().notNull(),
  found: integer().notNull(),
  /** The oldest of the lists that were used. */
  asOf: integer(),
  /** From then on there is newer data than what was used. */
  answersUntil: integer(),
})

export const watchTables = [scopesTable, watchedTable, findingsTable, sweepsTable]

export type Scope = typeof scopesTable.$inferSelect
export type SweepRow = typeof sweepsTable.$inferSelect
export type Finding = typeof findingsTable.$inferSelect
export type Listed = { storedCertificateId: string; provider: string; serialNumber: string; notAfter: number }
type Range = { after: number; until: number; limit: number }
/** `last` is the highest number in it. */
export type Page = { last: number; entries: { number: number; serialNumber: string }[] }
/** A stored certificate whose consent stands. */
export type Watched = Listed & { number: number; issuer: string; scope: string; finding: Finding | null }

export const createWatchStore = ({ read, write, enqueue }: Store) => ({
  list: (row: Listed, { issuer, scope }: Omit<Scope, 'scopeId'>): Promise<void> =>
    write(async (tx) => {
      await tx.insert(scopesTable).values({ issuer, scope }).onConflictDoNothing()
      const mine = and(eq(scopesTable.issuer, issuer), eq(scopesTable.scope, scope))
      const [found] = await tx.select().from(scopesTable).where(mine)
      if (found === undefined) throw new Error('a scope that was just inserted is gone')
      await tx
        .insert(watchedTable)
        .values({ ...row, scopeId: found.scopeId })
        .onConflictDoNothing()
    }),

  strikeOff: (storedCertificateId: string): Promise<void> =>
    write(async (tx) => {
      const gone = await tx
        .delete(watchedTable)
        .where(eq(watchedTable.storedCertificateId, storedCertificateId))
        .returning({ number: watchedTable.number })
      for (const { number } of gone) await tx.delete(findingsTable).where(eq(findingsTable.number, number))
    }),

  /** Those of this provider whose consent stands, in one read. */
  watched: async (ids: string[], provider: string): Promise<Map<string, Watched>> => {
    const rows = await read
      .select({ row: watchedTable, scope: scopesTable, finding: findingsTable })
      .from(watchedTable)
      .innerJoin(scopesTable, eq(scopesTable.scopeId, watchedTable.scopeId))
      .innerJoin(
        snapshotsTable,
        and(eq(snapshotsTable.kind, 'storedCertificate'), eq(snapshotsTable.id, watchedTable.storedCertificateId)),
      )
      .leftJoin(findingsTable, eq(findingsTable.number, watchedTable.number))
      .where(
        and(
          inArray(watchedTable.storedCertificateId, ids),
          eq(watchedTable.provider, provider),
          eq(snapshotsTable.state, 'watched'),
        ),
      )
    return new Map(
      rows.map(({ row, scope: { issuer, scope }, finding }) => [
        row.storedCertificateId,
        { ...row, issuer, scope, finding },
      ]),
    )
  },

  scopesFrom: (scopeId: number): Promise<Scope[]> =>
    read
      .select()
      .from(scopesTable)
      .where(sql`${scopesTable.scopeId} >= ${scopeId}`)
      .orderBy(asc(scopesTable.scopeId)),

  /** Any certificate of the scope after `after`; undefined when there is none up to `until`. */
  sample: async (scopeId: number, { after, until }: Omit<Range, 'limit'>): Promise<string | undefined> => {
    const [found] = await read
      .select({ storedCertificateId: watchedTable.storedCertificateId })
      .from(watchedTable)
      .where(and(eq(watchedTable.scopeId, scopeId), gt(watchedTable.number, after), lte(watchedTable.number, until)))
      .limit(1)
    return found?.storedCertificateId
  },

  /** The next certificates of a scope. They are read as one text: rows one by one take several times as long (measured). */
  page: async (scopeId: number, { after, until, limit }: Range): Promise<Page> => {
    const { number, serialNumber } = watchedTable
    const rows = sql`select ${number} as number, ${serialNumber} as serialNumber from ${watchedTable} where ${watchedTable.scopeId} = ${scopeId} and ${number} > ${after} and ${number} <= ${until} order by ${number} limit ${limit}`
    const [packed] = await read.all<{ last: number | null; text: string | null }>(
      sql`select max(number) as last, group_concat(number || ':' || serialNumber) as text from (${rows})`,
    )
    if (packed?.text == null || packed.last === null) return { last: after, entries: [] }
    const entries = packed.text.split(',').map((entry) => {
      const colon = entry.indexOf(':')
      return { number: Number(entry.slice(0, colon)), serialNumber: entry.slice(colon + 1) }
    })
    return { last: packed.last, entries }
  },

  /** The sweep's row, made at its beginning; a sweep that goes on after a crash finds the one it left. */
  beginSweep: (sweepId: string): Promise<SweepRow> =>
    write(async (tx) => {
      const [known] = await tx.select().from(sweepsTable).where(eq(sweepsTable.sweepId, sweepId))
      if (known !== undefined) return known
      const [all] = await tx.select({ total: count(), highest: max(watchedTable.number) }).from(watchedTable)
      const row: SweepRow = {
        ...{ sweepId, highestNumber: all?.highest ?? 0, total: all?.total ?? 0 },
        ...{ scopeId: 0, position: 0, checked: 0, found: 0, asOf: null, answersUntil: null },
      }
      await tx.insert(sweepsTable).values(row)
      return row
    }),

  /** A page's findings and how far the sweep is, together: a crash repeats the page or does not. */
  keepPage: (row: SweepRow, findings: Finding[]): Promise<void> =>
    enqueue(async (tx) => {
      // One struck off meanwhile has nothing found about it any more.
      const found = JSON.stringify(findings.map((each) => [each.number, each.revocationDate, each.reasonCode]))
      const isListed = sql`exists (select 1 from ${watchedTable} where ${watchedTable.number} = value ->> 0)`
      if (findings.length > 0)
        await tx.run(
          sql`insert into ${findingsTable} select value ->> 0, value ->> 1, value ->> 2 from json_each(${found}) where ${isListed} on conflict do nothing`,
        )
      await tx.update(sweepsTable).set(row).where(eq(sweepsTable.sweepId, row.sweepId))
    }),

  sweep: async (sweepId: string): Promise<SweepRow | undefined> =>
    (await read.select().from(sweepsTable).where(eq(sweepsTable.sweepId, sweepId)))[0],
})

export type WatchStore = ReturnType<typeof createWatchStore>
