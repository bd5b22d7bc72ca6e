/** One party's journal as it is read while somebody else may be writing it: by pages, through a connection of its own. */
import { existsSync } from 'node:fs'
import { createClient, LibsqlError } from '@libsql/client'
import { and, asc, eq, gt, gte, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { snapshotsTable } from '../core/actorTables.ts'
import { journalTable, verifyJournal, type EntryKind } from '../core/journal.ts'

/** The row as it was written; `aside` is cut off after `asideKept` characters where many are read at once. */
export type Row = {
  number: number
  order: number
  at: number
  kind: EntryKind
  body: string
  aside: string
  hash: string
}

/** What is looked at of an entry's contents where many are shown (assumed): an answer's own word stands at its beginning. */
export const asideKept = 16_384

/** A commit under way is waited for so long (assumed); readers are not blocked by more than a checkpoint. */
const busyMs = 2000

/** The database is there, but cannot be read: it is none, or it was cut off. */
export class Unreadable extends Error {}

const given = (name: string) => sql`${sql.placeholder(name)}`

/** A database that is being made has no tables yet. */
const isYoung = (error: unknown): boolean =>
  (error instanceof Error && /no such table/.test(error.message)) ||
  (error instanceof Error && error.cause !== undefined && isYoung(error.cause))

const isBroken = (error: unknown): boolean =>
  (error instanceof LibsqlError && /SQLITE_(CORRUPT|NOTADB|CANTOPEN|IOERR)/.test(error.code)) ||
  (error instanceof Error && error.cause !== undefined && isBroken(error.cause))

export type JournalFile = Awaited<ReturnType<typeof openJournalFile>>

/** Open the database at `path`, which must exist. Nothing is written to it. */
export const openJournalFile = (party: string, path: string) => {
  if (!existsSync(path)) throw new Unreadable(`${party} has no database`)
  const client = createClient({ url: `file:${path}`, concurrency: 1, timeout: busyMs })
  const read = drizzle(client)
  const { number, order, at, kind, body, aside, hash } = journalTable
  const columns = { number, order, at, kind, body, hash }
  const page = read
    .select({ ...columns, aside: sql<string>`substr(${aside}, 1, ${sql.raw(String(asideKept))})` })
    .from(journalTable)
    .where(gt(number, given('after')))
    .orderBy(asc(number))
    .limit(sql.placeholder('limit'))
    .prepare()
  const one = read
    .select({ ...columns, aside })
    .from(journalTable)
    .where(eq(number, given('number')))
    .prepare()
  const orderFrom = read
    .select({ number, order })
    .from(journalTable)
    .where(gte(number, given('number')))
    .orderBy(asc(number))
    .limit(1)
    .prepare()
  const head = read
    .select({ head: sql<number | null>`max(${number})` })
    .from(journalTable)
    .prepare()
  const ofKind = read
    .select({ number, order, at, body })
    .from(journalTable)
    .where(and(eq(kind, given('kind')), gt(number, given('after'))))
    .orderBy(asc(number))
    .limit(sql.placeholder('limit'))
    .prepare()

  const asked = async <T>(question: () => Promise<T>, whileYoung: T): Promise<T> => {
    try {
      return await question()
    } catch (error) {
      if (isYoung(error)) return whileYoung
      if (isBroken(error)) throw new Unreadable(`the database of ${party} cannot be read`, { cause: error })
      throw error
    }
  }

  return {
    party,
    /** The last entry's number; 0 while there is none. */
    head: () => asked(async () => (await head.all())[0]?.head ?? 0, 0),
    /** Entries beyond `after`, in the order of their numbers. */
    rows: (after: number, limit: number): Promise<Row[]> => asked(() => page.all({ after, limit }), []),
    row: (wanted: number): Promise<Row | undefined> =>
      asked(async () => (await one.all({ number: wanted }))[0], undefined),
    rowsOfKind: (wanted: EntryKind, after: number, limit: number) =>
      asked(() => ofKind.all({ kind: wanted, after, limit }), []),
    /** Number and order of the first entry from this number on. */
    from: (wanted: number) => asked(async () => (await orderFrom.all({ number: wanted }))[0], undefined),
    verify: () => asked(() => verifyJournal(read), { result: 'intact' as const, entries: 0, head: '' }),
    /** Actors of one kind beyond an id, sorted by it. */
    actors: (actorKind: string, after: string, limit: number) =>
      asked(
        () =>
          read
            .select()
            .from(snapshotsTable)
            .where(and(eq(snapshotsTable.kind, actorKind), gt(snapshotsTable.id, after)))
            .orderBy(asc(snapshotsTable.id))
            .limit(limit),
        [],
      ),
    /** How many actors of a kind are in each state. */
    actorStates: (actorKind: string) =>
      asked(
        () =>
          read
            .select({ state: snapshotsTable.state, count: sql<number>`count(*)` })
            .from(snapshotsTable)
            .where(eq(snapshotsTable.kind, actorKind))
            .groupBy(snapshotsTable.state),
        [],
      ),
    close: () => client.close(),
  }
}
