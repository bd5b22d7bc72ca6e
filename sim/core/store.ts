/** A party's own database: libSQL through Drizzle, tables declared once, writes in one line and grouped. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createClient, LibsqlError } from '@libsql/client'
import { getTableName, sql, type ExtractTablesWithRelations } from 'drizzle-orm'
import { drizzle, type LibSQLDatabase, type LibSQLTransaction } from 'drizzle-orm/libsql'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Explained } from './explained.ts'
import { createWriter } from './writer.ts'
import { createStatements } from './table.ts'

type NoSchema = Record<string, never>
export type Database = LibSQLDatabase<NoSchema>
export type Transaction = LibSQLTransaction<NoSchema, ExtractTablesWithRelations<NoSchema>>

/** The database was made by a version with other tables. */
export class OtherVersion extends Explained {}

export type Store = {
  /** Reads what was committed; never blocked by a writer. */
  read: Database
  /** All of `job` or nothing of it, after all writes asked for before it; throwing rolls it back. Resolves once it is on disk. */
  write<T>(job: (tx: Transaction) => Promise<T>): Promise<T>
  /** The same for a write nobody needs an answer from. */
  enqueue(job: (tx: Transaction) => Promise<void>): Promise<void>
  /** Declare tables; missing ones are created. */
  declare(...tables: SQLiteTable[]): Promise<void>
  /** Have `job` write what it still holds back before the store closes. */
  beforeClose(job: () => Promise<void>): void
  close(): Promise<void>
}

/** Writes asked for at about the same time share one commit, up to this many (assumed). */
const largestGroup = 200

/** How often another process's transaction is asked whether it is over (assumed). */
const askAgainMs = 2

type Queued = { job(tx: Transaction): Promise<void>; done(): void; failed(error: unknown): void }

/** The stores of this process that write to one file take turns; only other processes have to be asked. */
const turns = new Map<string, Promise<unknown>>()

const inTurn = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const mine = (turns.get(path) ?? Promise.resolve()).then(work)
  const over = mine.catch(() => undefined)
  turns.set(path, over)
  try {
    return await mine
  } finally {
    if (turns.get(path) === over) turns.delete(path)
  }
}

/** Of what is kept inside columns as JSON, the lives of actors above all: one more whenever an earlier world could not go on with it. */
const keptFormat = 1

const otherVersion = (what: string) =>
  new OtherVersion({
    ja: `この世界は別の版で作られました（${what}）。npm run reset で消して、作り直してください`,
    en: `this world was made by another version (${what}): delete it with npm run reset and begin anew`,
  })

/** A new database is marked with the format; one that has tables must bear this mark. */
const markFormat = async (tx: Transaction, path: string) => {
  const [marked] = await tx.all<{ user_version: number }>(sql`pragma user_version`)
  if (marked?.user_version === keptFormat) return
  const [tables] = await tx.all<{ count: number }>(sql`select count(*) as count from sqlite_master`)
  if (tables?.count !== 0) throw otherVersion(`${path}: format ${marked?.user_version ?? 0}, not ${keptFormat}`)
  await tx.run(sql.raw(`pragma user_version = ${keptFormat}`))
}

/** Tables are created, never altered: one that is there must have the columns declared now. */
const refuseOther = async (tx: Transaction, table: SQLiteTable, path: string) => {
  const name = getTableName(table)
  const there = await tx.all<{ name: string }>(sql`select name from pragma_table_info(${name})`)
  const missing = getTableConfig(table).columns.filter((column) => !there.some((one) => one.name === column.name))
  if (there.length === 0 || missing.length === 0) return
  const what = `${path}: ${name}.${missing[0]?.name ?? ''}`
  throw otherVersion(what)
}

const isBusy = (error: unknown) => error instanceof LibsqlError && error.code === 'SQLITE_BUSY'

/** libSQL would wait for another writer with the whole process standing still: it is asked without waiting, again and again. */
const patiently = async <T>(busyMs: number, attempt: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() - startedAt > busyMs) throw error
    }
    await new Promise((again) => setTimeout(again, askAgainMs))
  }
}

/**
 * Open the database at `path`, creating it where it is missing.
 * One writing connection, WAL and synchronous FULL (libSQL's default): what was acknowledged survives a crash.
 * Another process writing to the same file is waited for up to `busyMs` (assumed).
 */
export const openStore = async (path: string, { busyMs = 10_000 } = {}): Promise<Store> => {
  mkdirSync(dirname(path), { recursive: true })
  // keys, PINs and people's data: nobody else's business; the files beside it get the same mode
  closeSync(openSync(path, 'a', 0o600))
  const url = `file:${path}`
  const file = resolve(path)
  const writing = createClient({ url, concurrency: 1 })
  await inTurn(file, () => patiently(busyMs, () => writing.executeMultiple('PRAGMA journal_mode=WAL')))
  const reading = createClient({ url, concurrency: 4, timeout: busyMs })
  const read = drizzle(reading)

  const writer = createWriter(writing)
  let queue: Queued[] = []
  let working: Promise<void> | undefined
  const heldBack: (() => Promise<void>)[] = []

  const commit = async (group: Queued[]) => {
    const refused = new Map<Queued, unknown>()
    try {
      await inTurn(file, async () => {
        await patiently(busyMs, writer.begin)
        await writer.run(group, refused)
      })
    } catch (error) {
      for (const item of group) if (!refused.has(item)) refused.set(item, error)
    }
    // Nobody is told before the commit, so that whoever tries again sees what the others wrote.
    for (const item of group) {
      if (refused.has(item)) item.failed(refused.get(item))
      else item.done()
    }
  }

  const work = async () => {
    while (queue.length > 0) {
      // Whatever else this turn of the event loop asks for joins the group.
      await new Promise((next) => setImmediate(next))
      await commit(queue.splice(0, largestGroup))
    }
    working = undefined
  }

  const write: Store['write'] = <T>(job: (tx: Transaction) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      if (writer.isInside()) throw new Error('a write inside a write would wait for itself: use its transaction')
      let settle = () => {}
      const run = async (tx: Transaction) => {
        const result = await job(tx)
        settle = () => resolve(result)
      }
      queue.push({ job: run, done: () => settle(), failed: reject })
      working ??= work()
    })

  return {
    read,
    write,
    enqueue: write,
    declare: (...tables) =>
      write(async (tx) => {
        await markFormat(tx, path)
        for (const table of tables) await refuseOther(tx, table, path)
        for (const statement of tables.flatMap(createStatements)) await tx.run(sql.raw(statement))
      }),
    beforeClose: (job) => void heldBack.push(job),
    close: async () => {
      for (const job of heldBack.splice(0)) await job()
      while (working !== undefined) await working
      writing.close()
      reading.close()
    },
  }
}

/** Statements that are run all the time, built once per store: Drizzle takes longer to build SQL than libSQL to run it. */
export const prepareOnce = <Statements>(build: (tx: Transaction) => Statements) => {
  const built = new WeakMap<Transaction, Statements>()
  return (tx: Transaction): Statements => {
    const known = built.get(tx)
    if (known !== undefined) return known
    const statements = build(tx)
    built.set(tx, statements)
    return statements
  }
}

/** The highest number a table with `autoIncrement` was ever given, also when its row is gone; 0 before the first. */
export const highestGiven = async (read: Database, table: SQLiteTable): Promise<number> => {
  const [row] = await read.all<{ seq: number }>(
    sql`select seq from sqlite_sequence where name = ${getTableName(table)}`,
  )
  return row?.seq ?? 0
}
