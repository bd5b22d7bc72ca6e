/** The journals of all parties of one run, read as one: page by page, merged as they stand, also while they grow. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beginning, type Cursor } from './cursor.ts'
import { openJournalFile, type JournalFile, type Row } from './journalFile.ts'

export type RunEntry = Row & { party: string }

/** Rows of one party read ahead at a time; the parties that say most are asked again (assumed). */
const readAhead = 48

export type RunJournal = ReturnType<typeof openRunJournal>

type Source = { file: JournalFile; ahead: Row[]; next: number; done: boolean }

/** Which of two entries comes first: by running number; ties (only between processes) fall by party and number. */
const isBefore = (a: RunEntry, b: RunEntry) =>
  a.order !== b.order ? a.order < b.order : a.party !== b.party ? a.party < b.party : a.number < b.number

export const databasesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^[a-z0-9-]+\.db$/.test(name))
    .map((name) => name.slice(0, -3))
    .sort()

/** Databases are opened when they are first read; parties that appear later are found at the next page. */
export const openRunJournal = (folder: string) => {
  const files = new Map<string, JournalFile>()
  const fileOf = (party: string) => {
    const known = files.get(party)
    if (known !== undefined) return known
    const opened = openJournalFile(party, join(folder, `${party}.db`))
    files.set(party, opened)
    return opened
  }
  const parties = () => databasesIn(folder)
  /** Of a party of this run only: whoever asks for another gets undefined, and no path is made of what was asked. */
  const file = (party: string): JournalFile | undefined => (parties().includes(party) ? fileOf(party) : undefined)

  const refill = async (source: Source) => {
    const rows = await source.file.rows(source.next, readAhead)
    source.ahead = rows
    source.next = rows.at(-1)?.number ?? source.next
    source.done = rows.length < readAhead
  }

  /**
   * Up to `limit` entries beyond `after`. Each party's come in the order of their numbers; of what the parties have next, the one with the
   * lowest running number comes first. So nothing is left out or repeated, whatever was written since, and a run that has ended is always
   * told in the same order.
   */
  const page = async (after: Cursor, limit: number) => {
    const reached = new Map(after)
    const sources: Source[] = parties().map((party) => ({
      file: fileOf(party),
      ahead: [],
      next: after.get(party) ?? 0,
      done: false,
    }))
    for (const source of sources) await refill(source)
    const entries: RunEntry[] = []
    for (;;) {
      let first: { source: Source; entry: RunEntry } | undefined
      for (const source of sources) {
        const [row] = source.ahead
        if (row === undefined) continue
        const entry = { ...row, party: source.file.party }
        if (first === undefined || isBefore(entry, first.entry)) first = { source, entry }
      }
      if (first === undefined) return { entries, next: reached, more: false }
      if (entries.length === limit) return { entries, next: reached, more: true }
      entries.push(first.entry)
      reached.set(first.entry.party, first.entry.number)
      first.source.ahead.shift()
      if (first.source.ahead.length === 0 && !first.source.done) await refill(first.source)
    }
  }

  const heads = async (): Promise<Map<string, number>> => {
    const found = new Map<string, number>()
    for (const party of parties()) found.set(party, await fileOf(party).head())
    return found
  }

  /** Where the entries from this running number on begin. A party's numbers follow the running numbers closely, so halving finds it. */
  const seek = async (order: number): Promise<Cursor> => {
    const found = new Map<string, number>()
    for (const [party, head] of await heads()) {
      let [low, high] = [0, head]
      while (low < high) {
        const middle = Math.floor((low + high) / 2) + 1
        const there = await fileOf(party).from(middle)
        if (there === undefined || there.order >= order) high = middle - 1
        else low = middle
      }
      found.set(party, low)
    }
    return found
  }

  return {
    folder,
    parties,
    file,
    page,
    heads,
    seek,
    /** Every entry beyond `after`, by pages; others get a turn between them. */
    pages: async function* (after: Cursor = beginning, size = 500) {
      for (let at = after; ;) {
        const { entries, next, more } = await page(at, size)
        if (entries.length > 0) yield entries
        if (!more) return
        at = next
        await new Promise((turn) => setImmediate(turn))
      }
    },
    close: () => {
      for (const opened of files.values()) opened.close()
      files.clear()
    },
  }
}
