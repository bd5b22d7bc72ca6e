/** Journals that are read while they are written: nothing is lost, nothing comes twice, and the end is always told alike. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRandom } from '../core/random.ts'
import { testFolder } from '../core/testSite.ts'
import { beginning, readCursor, writeCursor, type Cursor } from './cursor.ts'
import { openRunJournal } from './runJournal.ts'
import { testJournals } from './testJournals.ts'

const opened = (folder: string) => {
  const journal = openRunJournal(folder)
  onTestFinished(journal.close)
  return journal
}

const parties = ['ca', 'card', 'platform']

test('whoever reads by pages while parties write meets every entry once', async () => {
  const { folder, call } = await testJournals(parties)
  const journal = opened(folder)
  const random = createRandom('pages')
  const seen: string[] = []
  let cursor: Cursor = beginning
  const readOn = async () => {
    const { entries, next } = await journal.page(cursor, 1 + random.int(7))
    seen.push(...entries.map(({ party, number }) => `${party}:${number}`))
    // through its text, as a client hands it back
    cursor = readCursor(writeCursor(next)) ?? beginning
    return entries.length
  }
  for (let round = 0; round < 60; round++) {
    const writing = Array.from({ length: random.int(6) }, () => call('people', parties[random.int(3)] ?? 'ca'))
    await Promise.all([...writing, readOn()])
  }
  while ((await readOn()) > 0);
  const heads = await journal.heads()
  const written = [...heads].flatMap(([party, head]) => Array.from({ length: head }, (_, at) => `${party}:${at + 1}`))
  expect(written.length).toBeGreaterThan(50)
  expect(seen.toSorted()).toEqual(written.toSorted())
})

test('a journal that has ended is told in one order, whatever the size of the pages', async () => {
  const { folder, call } = await testJournals(parties)
  const random = createRandom('order')
  for (let i = 0; i < 200; i++) await call('people', parties[random.int(3)] ?? 'ca')
  const journal = opened(folder)
  const orderBy = async (size: number) => {
    const found: number[] = []
    for await (const entries of journal.pages(beginning, size)) found.push(...entries.map(({ order }) => order))
    return found
  }
  const whole = await orderBy(1000)
  expect(whole).toEqual(Array.from({ length: 200 }, (_, at) => at + 1))
  for (const size of [1, 3, 47, 48, 49]) expect(await orderBy(size)).toEqual(whole)
})

test('entries of one running number, from several processes, fall by party and number', async () => {
  const { folder, journalOf } = await testJournals(parties)
  const alike = (party: string) => ({ order: 5, at: 1, kind: 'step' as const, body: { party }, aside: {} })
  for (const party of ['platform', 'ca', 'card']) await journalOf(party).appendAll([alike(party), alike(party)])
  const { entries } = await opened(folder).page(beginning, 10)
  expect(entries.map(({ party, number }) => `${party}:${number}`)).toEqual([
    ...['ca:1', 'ca:2', 'card:1', 'card:2', 'platform:1', 'platform:2'],
  ])
})

test('an entry that was written late, with an earlier running number, still comes after its party’s entries before it', async () => {
  const { folder, journalOf } = await testJournals(['ca', 'card'])
  const entry = (order: number) => ({ order, at: 1, kind: 'step' as const, body: {}, aside: {} })
  await journalOf('ca').appendAll([entry(1), entry(6), entry(4)])
  await journalOf('card').appendAll([entry(2), entry(5), entry(7)])
  const journal = opened(folder)
  const orders = []
  for await (const entries of journal.pages(beginning, 2)) orders.push(...entries.map(({ order }) => order))
  expect(orders).toEqual([1, 2, 5, 6, 4, 7])
})

test('a place is found by its running number', async () => {
  const { folder, call } = await testJournals(parties)
  for (let i = 0; i < 100; i++) await call('people', parties[(i * 7) % 3] ?? 'ca')
  const journal = opened(folder)
  for (const order of [1, 2, 50, 99, 100]) {
    const { entries } = await journal.page(await journal.seek(order), 1)
    expect(entries.map((entry) => entry.order)).toEqual([order])
  }
  expect((await journal.page(await journal.seek(101), 1)).entries).toEqual([])
})

test('a party that appears while the run is read is read too', async () => {
  const folder = join(testFolder(), 'run')
  mkdirSync(folder)
  const journal = opened(folder)
  expect((await journal.page(beginning, 10)).entries).toEqual([])
  const { call } = await testJournals(['ca'], folder)
  await call('people', 'ca')
  expect((await journal.page(beginning, 10)).entries.map(({ party }) => party)).toEqual(['ca'])
})

test('what is no cursor is none', () => {
  for (const text of ['ca', 'ca.', '.1', 'ca.1~', 'ca.1~ca.2', '../x.1', 'ca.-1', "'", 'x'.repeat(9000)])
    expect(readCursor(text)).toBeUndefined()
  expect(readCursor('')).toEqual(beginning)
})
