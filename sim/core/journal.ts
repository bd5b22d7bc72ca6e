/** What happened, written once: an append-only, hash-chained journal in each party's database; a run's journal is their merge. */
import { createHash } from 'node:crypto'
import { asc, desc, gt, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Clock } from './clock.ts'
import { highestGiven, type Database, type Store, type Transaction } from './store.ts'

/**
 * One entry as everybody may compare it.
 * call: a message as its receiver saw it · calls: many of them that are alike, summed up under load · failure: a message its sender got no answer to · transition: a step in the life of
 * something a party looks after · manual: work done by a person · step: a line of a scenario · boot: a process took over ·
 * configuration: what a party was set up to rely on.
 */
export type EntryKind = 'call' | 'calls' | 'failure' | 'transition' | 'manual' | 'step' | 'boot' | 'configuration'
export type EntryBody = Record<string, unknown>

/** What may differ between two runs of one seed: wall time, and contents, which hold keys and signatures. */
export type EntryAside = { wallMs?: number; request?: string; response?: string }

export type Entry = { order: number; at: number; kind: EntryKind; body: EntryBody; aside: EntryAside }
export type ChainedEntry = Entry & { party: string; number: number; hash: string }

export const journalTable = sqliteTable('journal', {
  /** Given by us, one after another; the database remembers the highest, so that a missing end is noticed. */
  number: integer().primaryKey({ autoIncrement: true }),
  order: integer().notNull(),
  at: integer().notNull(),
  kind: text().$type<EntryKind>().notNull(),
  body: text().notNull(),
  aside: text().notNull(),
  hash: text().notNull(),
})

type Row = typeof journalTable.$inferSelect

const genesis = '0'.repeat(64)

const chain = (previous: string, row: Omit<Row, 'hash'>) =>
  createHash('sha256')
    .update(JSON.stringify([previous, row.number, row.order, row.at, row.kind, row.body, row.aside]))
    .digest('hex')

export type Journal = {
  /** Add an entry; it is on disk once the promise resolves, together with whatever `also` writes. */
  append(kind: EntryKind, body: EntryBody, aside?: EntryAside, also?: (tx: Transaction) => Promise<void>): Promise<void>
  /** Add entries that were made earlier, in one write. */
  appendAll(entries: readonly Entry[]): Promise<void>
  /** Add an entry inside the caller's own transaction. */
  appendIn(tx: Transaction, kind: EntryKind, body: EntryBody, aside?: EntryAside): Promise<void>
}

type Head = { number: number; hash: string }

const headOf = async (tx: Transaction): Promise<Head> => {
  const { number, hash } = journalTable
  const [head] = await tx.select({ number, hash }).from(journalTable).orderBy(desc(number)).limit(1)
  return head ?? { number: 0, hash: genesis }
}

/** Add `row` after `head`; refused when `head` is not (or no longer) the last entry. */
const insertAfter = async (tx: Transaction, head: Head, row: Row) => {
  const { number, order, at, kind, body, aside, hash } = row
  const isThere =
    head.number === 0
      ? sql`true`
      : sql`exists (select 1 from journal where number = ${head.number} and hash = ${head.hash})`
  const { rowsAffected } = await tx.run(
    sql`insert into journal (number, "order", at, kind, body, aside, hash) select ${number}, ${order}, ${at}, ${kind}, ${body}, ${aside}, ${hash} where ${isThere} on conflict do nothing`,
  )
  return rowsAffected === 1
}

export const createJournal = (store: Store, clock: Clock): Journal => {
  /** What this process added last. Another may have gone on from there, or the transaction been rolled back: the insert checks. */
  let last: Head | undefined
  const insert = async (tx: Transaction, entry: Entry) => {
    const text = { ...entry, body: JSON.stringify(entry.body), aside: JSON.stringify(entry.aside) }
    const add = async (head: Head) => {
      const row = { ...text, number: head.number + 1 }
      const hash = chain(head.hash, row)
      if (!(await insertAfter(tx, head, { ...row, hash }))) return false
      last = { number: row.number, hash }
      return true
    }
    if (last !== undefined && (await add(last))) return
    if (!(await add(await headOf(tx)))) throw new Error('the journal has no place for its next entry')
  }
  const entry = (kind: EntryKind, body: EntryBody, aside: EntryAside): Entry => ({
    order: clock.tick(),
    at: clock.now(),
    kind,
    body,
    aside,
  })
  return {
    append: (kind, body, aside = {}, also) => {
      const made = entry(kind, body, aside)
      return store.enqueue(async (tx) => {
        await insert(tx, made)
        if (also !== undefined) await also(tx)
      })
    },
    appendAll: (entries) =>
      store.enqueue(async (tx) => {
        for (const made of entries) await insert(tx, made)
      }),
    appendIn: (tx, kind, body, aside = {}) => insert(tx, entry(kind, body, aside)),
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const parse = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text)
  if (!isRecord(value)) throw new Error('journal entry is no object')
  return value
}

const chained = (party: string, row: Row): ChainedEntry => ({
  party,
  number: row.number,
  order: row.order,
  at: row.at,
  kind: row.kind,
  body: parse(row.body),
  aside: parse(row.aside),
  hash: row.hash,
})

/** Rows read at once: a long journal must not be in memory whole (assumed). */
const pageRows = 5000

const pages = async function* (read: Database) {
  for (let after = -Infinity; ;) {
    const beyond = after === -Infinity ? undefined : gt(journalTable.number, after)
    const rows = await read.select().from(journalTable).where(beyond).orderBy(asc(journalTable.number)).limit(pageRows)
    yield rows
    const end = rows.at(-1)
    if (end === undefined || rows.length < pageRows) return
    after = end.number
  }
}

/** One party's entries, oldest first. */
export const readJournal = async (party: string, read: Database): Promise<ChainedEntry[]> => {
  const rows = await read.select().from(journalTable).orderBy(asc(journalTable.number))
  return rows.map((row) => chained(party, row))
}

/** A run's journal: the parties' entries in the order they happened; ties (only between processes) fall by party and number. */
export const mergeJournals = (journals: ChainedEntry[][]): ChainedEntry[] =>
  journals.flat().sort((a, b) => a.order - b.order || a.party.localeCompare(b.party) || a.number - b.number)

/** Recompute one party's chain: how many entries hold, or the number of the first that does not (or is missing). */
export const verifyJournal = async (
  read: Database,
): Promise<{ result: 'intact'; entries: number; head: string } | { result: 'broken'; at: number }> => {
  let previous = genesis
  let expected = 1
  for await (const rows of pages(read)) {
    for (const row of rows) {
      if (row.number !== expected || chain(previous, row) !== row.hash) return { result: 'broken', at: expected }
      previous = row.hash
      expected += 1
    }
  }
  if ((await highestGiven(read, journalTable)) >= expected) return { result: 'broken', at: expected }
  return { result: 'intact', entries: expected - 1, head: previous }
}

/** The part of an entry that one seed always gives alike: everything but wall time, contents and the hashes over them. */
export const comparable = ({ party, number, order, at, kind, body }: ChainedEntry) =>
  JSON.stringify([party, number, order, at, kind, body])
