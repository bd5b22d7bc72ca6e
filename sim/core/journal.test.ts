/** The journal keeps one chain, and nobody changes it unnoticed. */
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { createClock } from './clock.ts'
import {
  comparable,
  createJournal,
  journalTable,
  mergeJournals,
  readJournal,
  verifyJournal,
  type ChainedEntry,
} from './journal.ts'
import { openStore } from './store.ts'
import { testFolder } from './testSite.ts'

const open = async (path = join(testFolder(), 'a.db')) => {
  const store = await openStore(path)
  onTestFinished(() => store.close())
  await store.declare(journalTable)
  const clock = createClock({ mode: 'virtual', startAt: 5 })
  return { path, store, clock, journal: createJournal(store, clock) }
}

const filled = async () => {
  const opened = await open()
  for (const name of ['a', 'b', 'c', 'd']) await opened.journal.append('step', { name }, { wallMs: 1, request: name })
  const spoil = (statement: string) => opened.store.write((tx) => tx.run(sql.raw(statement)))
  return { ...opened, spoil }
}

test('entries are chained one after another', async () => {
  const { store } = await filled()
  const entries = await readJournal('p', store.read)
  expect(entries.map(({ number, body }) => [number, body])).toEqual([
    [1, { name: 'a' }],
    [2, { name: 'b' }],
    [3, { name: 'c' }],
    [4, { name: 'd' }],
  ])
  expect(await verifyJournal(store.read)).toEqual({ result: 'intact', entries: 4, head: entries[3]?.hash })
})

test('an empty journal is intact', async () => {
  const { store } = await open()
  expect(await verifyJournal(store.read)).toEqual({ result: 'intact', entries: 0, head: '0'.repeat(64) })
})

test.each([
  ['a changed body', `update journal set body = replace(body, 'b', 'x') where number = 2`, 2],
  ['a changed content', `update journal set aside = replace(aside, 'b', 'x') where number = 2`, 2],
  ['a changed kind', `update journal set kind = 'manual' where number = 3`, 3],
  ['a changed time', `update journal set at = at + 1 where number = 3`, 3],
  ['a changed order', `update journal set "order" = "order" + 1 where number = 1`, 1],
  ['a changed hash', `update journal set hash = replace(hash, substr(hash, 1, 1), 'z') where number = 1`, 1],
  ['a removed first row', `delete from journal where number = 1`, 1],
  ['a removed row', `delete from journal where number = 2`, 2],
  ['a removed last row', `delete from journal where number = 4`, 4],
  ['a removed end', `delete from journal where number > 2`, 3],
  ['every row removed', `delete from journal`, 1],
  [
    'two rows exchanged',
    `update journal set number = case number when 2 then -3 else -2 end where number in (2, 3)`,
    1,
  ],
  ['a row moved to the end', `update journal set number = 5 where number = 2`, 2],
  [
    'a row copied to the end',
    `insert into journal select 5, "order", at, kind, body, aside, hash from journal where number = 4`,
    5,
  ],
])('%s is found', async (_, statement, at) => {
  const { store, spoil } = await filled()
  await spoil(statement)
  expect(await verifyJournal(store.read)).toEqual({ result: 'broken', at })
})

test('a journal longer than a page is verified whole', async () => {
  const { store, journal } = await open()
  await Promise.all(Array.from({ length: 5200 }, (_, i) => journal.append('step', { i })))
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact', entries: 5200 })
  await store.write((tx) => tx.run(sql`update journal set at = 6 where number = 5100`))
  expect(await verifyJournal(store.read)).toEqual({ result: 'broken', at: 5100 })
})

test('entries added at once keep the chain', async () => {
  const { store, journal } = await open()
  await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append('step', { i })))
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact', entries: 50 })
})

test('two journals on one file keep one chain', async () => {
  const first = await open()
  const second = await open(first.path)
  const both = [first.journal, second.journal]
  await Promise.all(Array.from({ length: 50 }, (_, i) => both[i % 2]?.append('step', { i })))
  expect(await verifyJournal(first.store.read)).toMatchObject({ result: 'intact', entries: 50 })
})

test('an entry of a transaction that was rolled back leaves no gap', async () => {
  const { store, journal } = await open()
  await journal.append('step', { name: 'a' })
  const undone = store.write(async (tx) => {
    await journal.appendIn(tx, 'step', { name: 'undone' })
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await journal.append('step', { name: 'b' })
  expect((await readJournal('p', store.read)).map(({ number, body }) => [number, body['name']])).toEqual([
    [1, 'a'],
    [2, 'b'],
  ])
  expect(await verifyJournal(store.read)).toMatchObject({ result: 'intact', entries: 2 })
})

test('what is written along with an entry stands or falls with it', async () => {
  const { store, journal } = await open()
  const refused = journal.append('step', { name: 'a' }, {}, async () => {
    throw new Error('refused')
  })
  await expect(refused).rejects.toThrow('refused')
  expect(await readJournal('p', store.read)).toEqual([])
})

const entry = (party: string, order: number, number: number): ChainedEntry => ({
  party,
  order,
  number,
  at: 0,
  kind: 'step',
  body: {},
  aside: {},
  hash: '',
})

test("a run's journal is in the order things happened; ties fall by party, then number", () => {
  const merged = mergeJournals([
    [entry('b', 1, 1), entry('b', 2, 2)],
    [entry('a', 2, 2), entry('a', 2, 1)],
  ])
  expect(merged.map(({ party, number }) => `${party}${number}`)).toEqual(['b1', 'a1', 'a2', 'b2'])
})

test('two entries that differ in wall time and contents alone compare alike', () => {
  const one = { ...entry('a', 1, 1), aside: { wallMs: 1, request: 'x' }, hash: '1' }
  const other = { ...entry('a', 1, 1), aside: { wallMs: 2, request: 'y' }, hash: '2' }
  expect(comparable(one)).toBe(comparable(other))
  expect(comparable({ ...one, body: { name: 'b' } })).not.toBe(comparable(one))
})
