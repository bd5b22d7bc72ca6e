/** A party's own database: libSQL through Drizzle, tables declared once, writes in one line and grouped. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createClient } from '@libsql/client'
import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { drizzle, type LibSQLDatabase, type LibSQLTransaction } from 'drizzle-orm/libsql'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'

type NoSchema = Record<string, never>
export type Database = LibSQLDatabase<NoSchema>
export type Transaction = LibSQLTransaction<NoSchema, ExtractTablesWithRelations<NoSchema>>

export type Store = {
  /** Reads what was committed; never blocked by a writer. */
  read: Database
  /** One transaction of its own, after all writes asked for before it; throwing rolls it back. */
  write<T>(job: (tx: Transaction) => Promise<T>): Promise<T>
  /** A write that may share its transaction with others (group commit); it must not throw. Resolves once it is on disk. */
  enqueue(job: (tx: Transaction) => Promise<void>): Promise<void>
  /** Declare tables; missing ones are created. */
  declare(...tables: SQLiteTable[]): Promise<void>
  close(): Promise<void>
}

const createStatements = (table: SQLiteTable): string[] => {
  const { name, columns, indexes, primaryKeys, uniqueConstraints } = getTableConfig(table)
  const quote = (id: string) => `"${id}"`
  const lines = columns.map((column) =>
    [
      quote(column.name),
      column.getSQLType(),
      column.primary ? 'primary key' : '',
      column.notNull ? 'not null' : '',
    ].join(' '),
  )
  for (const key of primaryKeys)
    lines.push(`primary key (${key.columns.map((column) => quote(column.name)).join(', ')})`)
  for (const key of uniqueConstraints)
    lines.push(`unique (${key.columns.map((column) => quote(column.name)).join(', ')})`)
  const made = indexes.map(({ config }) => {
    const keys = config.columns.map((column) => {
      if (!('name' in column)) throw new Error(`index ${config.name} of ${name} is not over plain columns`)
      return quote(column.name)
    })
    return `create ${config.unique ? 'unique ' : ''}index if not exists ${quote(config.name)} on ${quote(name)} (${keys.join(', ')})`
  })
  return [`create table if not exists ${quote(name)} (${lines.join(', ')})`, ...made]
}

type Queued = { job: (tx: Transaction) => Promise<void>; done: () => void; failed: (error: unknown) => void }

/**
 * Open the database at `path`, creating it where it is missing.
 * One writing connection, WAL and synchronous FULL (libSQL's default): what was acknowledged survives a crash.
 * Another process writing to the same file is waited for up to `busyMs`.
 */
export const openStore = async (path: string, { busyMs = 10_000 } = {}): Promise<Store> => {
  mkdirSync(dirname(path), { recursive: true })
  const url = `file:${path}`
  const writing = createClient({ url, concurrency: 1, timeout: busyMs })
  await writing.execute('PRAGMA journal_mode=WAL')
  const writer = drizzle(writing)
  const reading = createClient({ url, concurrency: 4, timeout: busyMs })
  const read = drizzle(reading)

  let queued: Queued[] = []
  let turn: Promise<unknown> = Promise.resolve()
  let groupComing = false

  const inTransaction = <T>(job: (tx: Transaction) => Promise<T>): Promise<T> => {
    const mine = turn.then(async () => {
      const group = queued
      queued = []
      try {
        const result = await writer.transaction(
          async (tx) => {
            for (const item of group) await item.job(tx)
            return job(tx)
          },
          { behavior: 'immediate' },
        )
        for (const item of group) item.done()
        return result
      } catch (error) {
        queued = [...group, ...queued]
        throw error
      }
    })
    turn = mine.catch(() => undefined)
    return mine
  }

  const commitGroup = async () => {
    groupComing = false
    if (queued.length === 0) return
    try {
      await inTransaction(async () => undefined)
    } catch (error) {
      const lost = queued
      queued = []
      for (const item of lost) item.failed(error)
    }
  }

  const enqueue: Store['enqueue'] = (job) =>
    new Promise((done, failed) => {
      queued.push({ job, done, failed })
      if (groupComing) return
      groupComing = true
      queueMicrotask(() => void commitGroup())
    })

  return {
    read,
    enqueue,
    write: (job) =>
      inTransaction(job).finally(() => (queued.length > 0 && !groupComing ? void commitGroup() : undefined)),
    declare: async (...tables) => {
      await writing.batch(tables.flatMap(createStatements), 'write')
    },
    close: async () => {
      await turn
      await commitGroup()
      writing.close()
      reading.close()
    },
  }
}
