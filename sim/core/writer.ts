/** The one writing connection of a store: a transaction that several jobs may share without sharing their failures. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client, InStatement, Transaction as LibsqlTransaction } from '@libsql/client'
import { LibSQLSession, LibSQLTransaction } from 'drizzle-orm/libsql'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import type { Transaction } from './store.ts'

export type Job = { job(tx: Transaction): Promise<void> }

export const createWriter = (client: Client) => {
  /** The job whose turn it is; code it left behind must not write into the next one's transaction. */
  const inside = new AsyncLocalStorage<object>()
  let running: object | undefined
  let open: LibsqlTransaction | undefined

  const ours = () => {
    if (open === undefined || running === undefined || inside.getStore() !== running)
      throw new Error('this transaction is over: what a write begins, it must await')
    return open
  }
  const refuse = () => Promise.reject(new Error('a write is committed by its store'))
  /** Always the open transaction: one Drizzle object for all of them, so that its statements can stay prepared. */
  const current: LibsqlTransaction = {
    execute: async (statement: InStatement) => ours().execute(statement),
    batch: async (statements) => ours().batch(statements),
    executeMultiple: async (text) => ours().executeMultiple(text),
    commit: refuse,
    rollback: refuse,
    close: () => undefined,
    get closed() {
      return open === undefined
    },
  }
  const dialect = new SQLiteAsyncDialect()
  const tx: Transaction = new LibSQLTransaction(
    'async',
    dialect,
    new LibSQLSession(client, dialect, undefined, {}, current),
    undefined,
  )

  const runOne = async ({ job }: Job) => {
    const mark = {}
    running = mark
    try {
      await inside.run(mark, () => job(tx))
    } finally {
      running = undefined
    }
  }

  /** Each job has its own savepoint: one that throws takes nothing of the others with it. */
  const runGroup = async <J extends Job>(transaction: LibsqlTransaction, group: J[], refused: Map<J, unknown>) => {
    for (const job of group) {
      await transaction.execute('savepoint one')
      try {
        await runOne(job)
      } catch (error) {
        refused.set(job, error)
        await transaction.execute('rollback to savepoint one')
      }
      await transaction.execute('release savepoint one')
    }
  }

  return {
    /**
     * Refused with SQLITE_BUSY while another process writes.
     * A refused statement of `execute` stays open until it is garbage and keeps the next commit from happening ("SQL statements
     * in progress"), so the write lock is asked for with `executeMultiple`, which ends what it began.
     */
    begin: async () => {
      const transaction = await client.transaction('deferred')
      try {
        await transaction.executeMultiple('rollback; begin immediate')
        open = transaction
      } finally {
        if (open === undefined) transaction.close()
      }
    },
    /** Run and commit what was begun; a job that throws is rolled back and noted in `refused`, any other failure is thrown. */
    run: async <J extends Job>(group: J[], refused: Map<J, unknown>) => {
      const transaction = open
      if (transaction === undefined) throw new Error('nothing was begun')
      try {
        const [only] = group
        if (group.length === 1 && only !== undefined) await runOne(only)
        else await runGroup(transaction, group, refused)
        await transaction.commit()
      } finally {
        // Rolls back what was not committed.
        transaction.close()
        open = undefined
      }
    },
    isInside: () => running !== undefined && inside.getStore() === running,
  }
}
