/** Writing and reading one file, alone, together and from several processes. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eq, sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { expect, onTestFinished, test } from 'vitest'
import { journalTable, verifyJournal } from './journal.ts'
import { openStore, OtherVersion, type Transaction } from './store.ts'
import { createStatements } from './table.ts'
import { testFolder } from './testSite.ts'
import { notesTable } from './testWriter.ts'

const open = async (path = join(testFolder(), 'a.db')) => {
  const store = await openStore(path)
  onTestFinished(() => store.close())
  await store.declare(notesTable, journalTable)
  const add = (note: string) => async (tx: Transaction) => void (await tx.insert(notesTable).values({ text: note }))
  const addThenThrow = (note: string) => async (tx: Transaction) => {
    await tx.insert(notesTable).values({ text: note })
    throw new Error(`no ${note}`)
  }
  const notes = async () => (await store.read.select().from(notesTable)).map((row) => row.text)
  return { path, store, add, addThenThrow, notes }
}

test('a write is there once its promise resolves, and gives back what its job returned', async () => {
  const { store, add, notes } = await open()
  const result = await store.write(async (tx) => {
    await add('a')(tx)
    return 7
  })
  expect({ result, notes: await notes() }).toEqual({ result: 7, notes: ['a'] })
})

test('a write that throws leaves nothing', async () => {
  const { store, addThenThrow, notes } = await open()
  await expect(store.write(addThenThrow('a'))).rejects.toThrow('no a')
  expect(await notes()).toEqual([])
})

test('of writes that share a commit, one that throws takes nothing of the others with it', async () => {
  const { store, add, addThenThrow, notes } = await open()
  const outcomes = await Promise.allSettled([
    store.enqueue(add('a')),
    store.write(addThenThrow('b')),
    store.enqueue(add('c')),
    store.enqueue(addThenThrow('d')),
    store.write(add('e')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'])
  expect(await notes()).toEqual(['a', 'c', 'e'])
})

test('a statement the database refuses fails its own write only', async () => {
  const { store, add, notes } = await open()
  const twice = (tx: Transaction) =>
    tx
      .insert(notesTable)
      .values({ id: 1, text: 'same id' })
      .then(() => undefined)
  const outcomes = await Promise.allSettled([store.write(twice), store.write(twice), store.write(add('after'))])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await notes()).toEqual(['same id', 'after'])
})

test('writes happen in the order they were asked for, and each sees those before it', async () => {
  const { store } = await open()
  const counts: number[] = []
  const addAndCount = async (tx: Transaction) => {
    await tx.insert(notesTable).values({ text: 'x' })
    counts.push((await tx.select().from(notesTable)).length)
  }
  await Promise.all([store.write(addAndCount), store.enqueue(addAndCount), store.write(addAndCount)])
  expect(counts).toEqual([1, 2, 3])
})

test('more writes than one group holds all succeed', async () => {
  const { store, add, notes } = await open()
  await Promise.all(Array.from({ length: 450 }, (_, i) => store.write(add(`${i}`))))
  expect(await notes()).toHaveLength(450)
})

test('who is told that a write failed can see what shared its commit', async () => {
  const { store, add, addThenThrow, notes } = await open()
  const added = store.write(add('a'))
  const seen = await store.write(addThenThrow('b')).catch(notes)
  await added
  expect(seen).toEqual(['a'])
})

test('a write inside a write is refused instead of waiting for itself', async () => {
  const { store, add } = await open()
  await expect(store.write(() => store.write(add('a')))).rejects.toThrow('a write inside a write')
})

test("what a write left behind cannot reach the next one's transaction", async () => {
  const { store, add, notes } = await open()
  let leaked: Transaction | undefined
  await store.write(async (tx) => {
    leaked = tx
  })
  const late = async () => {
    if (leaked !== undefined) await add('late')(leaked)
  }
  await store.write(async (tx) => {
    await add('in time')(tx)
    await new Promise((resolve) => setTimeout(resolve, 5))
  })
  await expect(late()).rejects.toThrow()
  expect(await notes()).toEqual(['in time'])
})

test('reads are not blocked by a transaction under way, and do not see it', async () => {
  const { store, add, notes } = await open()
  await store.write(add('before'))
  let seen: string[] = []
  await store.write(async (tx) => {
    await add('under way')(tx)
    seen = await notes()
  })
  expect(seen).toEqual(['before'])
})

test('two stores of one process on one file both write', async () => {
  const first = await open()
  const second = await open(first.path)
  const slowly = (note: string) => async (tx: Transaction) => {
    await tx.insert(notesTable).values({ text: note })
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const both = [first.store, second.store]
  await Promise.all(Array.from({ length: 40 }, (_, i) => both[i % 2]?.write(slowly(`${i}`))))
  expect(await first.notes()).toHaveLength(40)
})

test('processes writing to one file at once lose nothing and keep one chain', async () => {
  const { path, store, notes } = await open()
  const run = (name: string) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'testWriter.ts'), path, name, '50'])
  await Promise.all([run('a'), run('b'), run('c')])
  expect(await notes()).toHaveLength(150)
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact', entries: 150 })
})

test("another process's transaction is waited for without standing still", async () => {
  const first = await open()
  const held = first.store.write(async () => void (await new Promise((resolve) => setTimeout(resolve, 300))))
  const other = promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'testWriter.ts'),
    first.path,
    'other',
    '1',
  ])
  let turns = 0
  const ticking = setInterval(() => turns++, 5)
  await Promise.all([held, other])
  clearInterval(ticking)
  expect(turns).toBeGreaterThan(20)
  expect(await first.notes()).toEqual(['other 0'])
})

test('a store that cannot write in time says so', async () => {
  const { path, store, add } = await open()
  const patient = await openStore(path, { busyMs: 20 })
  onTestFinished(() => patient.close())
  const { createClient } = await import('@libsql/client')
  const foreign = createClient({ url: `file:${path}` })
  const transaction = await foreign.transaction('write')
  await expect(patient.write(add('a'))).rejects.toThrow('database is locked')
  await transaction.rollback()
  foreign.close()
  await store.write(add('b'))
})

test('closing waits for what was asked for', async () => {
  const { path, store, add } = await open()
  const asked = store.write(add('a'))
  await store.close()
  await asked
  const again = await openStore(path)
  onTestFinished(() => again.close())
  expect(await again.read.select().from(notesTable).where(eq(notesTable.text, 'a'))).toHaveLength(1)
})

test('after closing, a write is refused', async () => {
  const { store, add } = await open()
  await store.close()
  await expect(store.write(add('a'))).rejects.toThrow('closed')
})

test('tables are made with their keys, indexes and uniqueness, and declaring them again does nothing', async () => {
  const table = sqliteTable(
    'things',
    { kind: text().notNull(), name: text().notNull(), code: text().unique(), size: integer() },
    (t) => [primaryKey({ columns: [t.kind, t.name] }), unique().on(t.name, t.size), index('things_by_size').on(t.size)],
  )
  const { store } = await open()
  await store.declare(table)
  await store.declare(table)
  expect(createStatements(table)).toEqual([
    'create table if not exists "things" ("kind" text not null, "name" text not null, "code" text unique, "size" integer, primary key ("kind", "name"), unique ("name", "size"))',
    'create index if not exists "things_by_size" on "things" ("size")',
  ])
})

test('a database made by a version with other tables is refused with a way out', async () => {
  const path = join(testFolder(), 'other.db')
  const earlier = await openStore(path)
  await earlier.declare(sqliteTable('things', { id: text().primaryKey() }))
  await earlier.close()
  const store = await openStore(path)
  onTestFinished(() => store.close())
  const declared = store.declare(sqliteTable('things', { id: text().primaryKey(), size: text().notNull() }))
  await expect(declared).rejects.toThrow(/another version .*things\.size.*npm run reset/)
  await expect(declared).rejects.toBeInstanceOf(OtherVersion)
})

test('a database made by a version that kept something else in its columns is refused with a way out', async () => {
  const path = join(testFolder(), 'earlier.db')
  const things = sqliteTable('things', { id: text().primaryKey() })
  const earlier = await openStore(path)
  await earlier.declare(things)
  await earlier.write(async (tx) => void (await tx.run(sql`pragma user_version = 0`)))
  await earlier.close()
  const store = await openStore(path)
  onTestFinished(() => store.close())
  await expect(store.declare(things)).rejects.toThrow(/another version .*format 0, not 1.*npm run reset/)
})
