/** The platform's own tables of people: subjects and their pseudonyms, authentications, links and tickets. */
import { and, asc, eq, inArray, lt, lte } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Store } from '../core/store.ts'
import type { LinkPurpose } from '../messages/verification.ts'

const subjectsTable = sqliteTable(
  'subjects',
  {
    subjectId: text().primaryKey(),
    /** Of the person's latest known authentication certificate. */
    serialNumber: text().notNull(),
    /** The latest time for which it is known that nothing had taken this certificate's place. */
    currentAt: integer().notNull(),
  },
  (table) => [index('subjects_by_age').on(table.currentAt)],
)

/** Every authentication certificate a subject had; the CA gives each serial number once for each kind. */
const serialsTable = sqliteTable('serials', { serialNumber: text().primaryKey(), subjectId: text().notNull() })

/** A person's pseudonym at one provider; nobody but the platform can match two of them. */
const accountsTable = sqliteTable(
  'accounts',
  { subjectId: text().notNull(), provider: text().notNull(), accountId: text().notNull() },
  (table) => [primaryKey({ columns: [table.subjectId, table.provider] })],
)

const authenticationsTable = sqliteTable(
  'authentications',
  {
    authenticationId: text().primaryKey(),
    provider: text().notNull(),
    subjectId: text().notNull(),
    at: integer().notNull(),
  },
  (table) => [index('authentications_by_age').on(table.at)],
)

const linksTable = sqliteTable(
  'links',
  {
    linkId: text().primaryKey(),
    subjectId: text().notNull(),
    purpose: text().$type<LinkPurpose>().notNull(),
    holder: text().notNull(),
    reference: text().notNull(),
    /** The link whose place this one took. */
    replaces: text(),
    active: integer({ mode: 'boolean' }).notNull(),
  },
  (table) => [
    index('links_by_subject').on(table.subjectId, table.purpose),
    index('links_by_reference').on(table.holder, table.reference),
  ],
)

const ticketsTable = sqliteTable(
  'tickets',
  {
    ticket: text().primaryKey(),
    linkId: text().notNull(),
    bearer: text().notNull(),
    issuedAt: integer().notNull(),
    expiresAt: integer().notNull(),
  },
  (table) => [index('tickets_by_age').on(table.expiresAt)],
)

export const peopleTables = [subjectsTable, serialsTable, accountsTable, authenticationsTable, linksTable, ticketsTable]

export type SubjectRow = typeof subjectsTable.$inferSelect
export type LinkRow = typeof linksTable.$inferSelect
export type AuthenticationRow = typeof authenticationsTable.$inferSelect
export type TicketRow = typeof ticketsTable.$inferSelect

const activeLink = (subjectId: string, purpose: LinkPurpose) =>
  and(eq(linksTable.subjectId, subjectId), eq(linksTable.purpose, purpose), eq(linksTable.active, true))

export const createPeopleStore = ({ read, write, enqueue }: Store) => ({
  subjectBySerial: async (serialNumber: string): Promise<string | undefined> =>
    (await read.select().from(serialsTable).where(eq(serialsTable.serialNumber, serialNumber)))[0]?.subjectId,

  /** Those not known to be current after `until`, the longest unheard of first. */
  subjectsUnsureSince: (until: number, limit: number): Promise<SubjectRow[]> =>
    read
      .select()
      .from(subjectsTable)
      .where(lte(subjectsTable.currentAt, until))
      .orderBy(asc(subjectsTable.currentAt), asc(subjectsTable.subjectId))
      .limit(limit),

  /** Make `row` a new subject; false when somebody else has the serial number already. */
  addSubject: (row: SubjectRow): Promise<boolean> =>
    write(async (tx) => {
      const { subjectId, serialNumber } = row
      const made = await tx
        .insert(serialsTable)
        .values({ subjectId, serialNumber })
        .onConflictDoNothing()
        .returning({ subjectId: serialsTable.subjectId })
      if (made.length > 0) await tx.insert(subjectsTable).values(row)
      return made.length > 0
    }),

  /** The subject has a new certificate; false when somebody else has its serial number already. */
  renewSubject: ({ subjectId, serialNumber, currentAt }: SubjectRow): Promise<boolean> =>
    write(async (tx) => {
      const made = await tx
        .insert(serialsTable)
        .values({ subjectId, serialNumber })
        .onConflictDoNothing()
        .returning({ subjectId: serialsTable.subjectId })
      if (made.length === 0) return false
      await tx.update(subjectsTable).set({ serialNumber, currentAt }).where(eq(subjectsTable.subjectId, subjectId))
      return true
    }),

  /** This certificate was still the person's latest at `currentAt`; nothing changes if more is known. */
  noteCurrent: (serialNumber: string, currentAt: number): Promise<void> =>
    enqueue(async (tx) => {
      const olderNews = and(eq(subjectsTable.serialNumber, serialNumber), lt(subjectsTable.currentAt, currentAt))
      await tx.update(subjectsTable).set({ currentAt }).where(olderNews)
    }),

  /** The pseudonym; `fresh` becomes it when there is none yet. */
  accountOf: async (subjectId: string, provider: string, fresh: string): Promise<string> => {
    const mine = and(eq(accountsTable.subjectId, subjectId), eq(accountsTable.provider, provider))
    const [known] = await read.select().from(accountsTable).where(mine)
    if (known !== undefined) return known.accountId
    return write(async (tx) => {
      await tx.insert(accountsTable).values({ subjectId, provider, accountId: fresh }).onConflictDoNothing()
      return (await tx.select().from(accountsTable).where(mine))[0]?.accountId ?? fresh
    })
  },

  addAuthentication: (row: AuthenticationRow): Promise<void> =>
    enqueue(async (tx) => void (await tx.insert(authenticationsTable).values(row).onConflictDoNothing())),

  authentication: async (authenticationId: string): Promise<AuthenticationRow | undefined> =>
    (
      await read.select().from(authenticationsTable).where(eq(authenticationsTable.authenticationId, authenticationId))
    )[0],

  /**
   * Make `wanted` the subject's only link for its purpose; the same link made before is returned as it is.
   * Undefined when the reference is linked to somebody else.
   */
  putLink: (wanted: Omit<LinkRow, 'replaces' | 'active'>): Promise<LinkRow | undefined> =>
    write(async (tx) => {
      const { subjectId, purpose, holder, reference } = wanted
      const sameReference = and(eq(linksTable.holder, holder), eq(linksTable.reference, reference))
      const linked = await tx
        .select()
        .from(linksTable)
        .where(and(sameReference, eq(linksTable.purpose, purpose), eq(linksTable.active, true)))
      if (linked.some((link) => link.subjectId !== subjectId)) return undefined
      if (linked[0] !== undefined) return linked[0]
      const [earlier] = await tx
        .update(linksTable)
        .set({ active: false })
        .where(activeLink(subjectId, purpose))
        .returning({ linkId: linksTable.linkId })
      const row = { ...wanted, replaces: earlier?.linkId ?? null, active: true }
      await tx.insert(linksTable).values(row)
      return row
    }),

  activeLink: async (subjectId: string, purpose: LinkPurpose): Promise<LinkRow | undefined> =>
    (await read.select().from(linksTable).where(activeLink(subjectId, purpose)))[0],

  addTicket: (row: TicketRow): Promise<void> =>
    enqueue(async (tx) => void (await tx.insert(ticketsTable).values(row).onConflictDoNothing())),

  /** Delete at most `limit` that were made before `until`; how many. */
  forgetAuthentications: async (until: number, limit: number): Promise<number> => {
    const { authenticationId: id, at } = authenticationsTable
    const old = (await read.select({ id }).from(authenticationsTable).where(lt(at, until)).limit(limit)).map(
      (row) => row.id,
    )
    if (old.length > 0)
      await enqueue(async (tx) => void (await tx.delete(authenticationsTable).where(inArray(id, old))))
    return old.length
  },

  /** Delete at most `limit` that expired before `until`; how many. */
  forgetTickets: async (until: number, limit: number): Promise<number> => {
    const { ticket, expiresAt } = ticketsTable
    const old = (await read.select({ ticket }).from(ticketsTable).where(lt(expiresAt, until)).limit(limit)).map(
      (row) => row.ticket,
    )
    if (old.length > 0) await enqueue(async (tx) => void (await tx.delete(ticketsTable).where(inArray(ticket, old))))
    return old.length
  },

  ticketWithLink: async (ticket: string): Promise<{ ticket: TicketRow; link: LinkRow } | undefined> => {
    const [found] = await read
      .select({ ticket: ticketsTable, link: linksTable })
      .from(ticketsTable)
      .innerJoin(linksTable, eq(linksTable.linkId, ticketsTable.linkId))
      .where(eq(ticketsTable.ticket, ticket))
    return found
  },
})

export type PeopleStore = ReturnType<typeof createPeopleStore>
