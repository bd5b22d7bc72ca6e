/** The part of the authority's database that lists are made of and kept in. */
import { and, asc, desc, eq, gte, lt, lte, sql } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import type { ListName } from './crlSchedule.ts'
import { crlsTable, publicationsTable, revocationsTable } from './tables.ts'

/** Which revocations stand on a list: from `from` (inclusive) to `until` (inclusive where `closed`), not expired before `validFrom`. */
export type EntryRange = { from: number; until: number; closed: boolean; validFrom: number }
/** A list as it was built: which one, and the parts it was cut into. */
export type BuiltList = { list: string; type: 'full' | 'delta'; thisUpdate: number; nextUpdate: number }

/** Entries read at a time (assumed): a statement of this size keeps others waiting for some 10 ms. */
const pageSize = 2_000
/** The number of the row that says that all parts of a list are there. */
const finished = -1

const isOf = ({ list, type, thisUpdate }: Omit<BuiltList, 'nextUpdate'>) =>
  and(eq(crlsTable.list, list), eq(crlsTable.type, type), eq(crlsTable.thisUpdate, thisUpdate))

export const createCrlStore = ({ read, write }: Store) => {
  /** `from` is left to the pages, which begin there. */
  const inRange = ({ kind, generation, partition }: ListName, { until, closed, validFrom }: EntryRange) =>
    and(
      eq(revocationsTable.kind, kind),
      eq(revocationsTable.generation, generation),
      eq(revocationsTable.partition, partition),
      closed ? lte(revocationsTable.revocationDate, until) : lt(revocationsTable.revocationDate, until),
      gte(revocationsTable.notAfter, validFrom),
    )

  return {
    /** Pages of entries in the order of revocation, the same each time as long as nothing is entered for the past. */
    entryPages: async function* (name: ListName, range: EntryRange) {
      const { serialNumber, revocationDate, reason } = revocationsTable
      for (let after = { revocationDate: -1, serialNumber: '' }; ;) {
        const page = await read
          .select({ serialNumber, revocationDate, reason })
          .from(revocationsTable)
          .where(
            and(
              inRange(name, range),
              sql`(${revocationDate}, ${serialNumber}) > (${after.revocationDate}, ${after.serialNumber})`,
            ),
          )
          .orderBy(asc(revocationDate), asc(serialNumber))
          .limit(pageSize)
        if (page.length > 0) yield page
        const last = page.at(-1)
        if (last === undefined || page.length < pageSize) return
        after = last
      }
    },

    /** The last publication by order of a list. */
    lastOrdered: async (list: string): Promise<number | undefined> =>
      (
        await read
          .select({ thisUpdate: publicationsTable.thisUpdate })
          .from(publicationsTable)
          .where(eq(publicationsTable.list, list))
          .orderBy(desc(publicationsTable.thisUpdate))
          .limit(1)
      )[0]?.thisUpdate,

    /** False when it was published at this very instant before. */
    addPublication: async (list: string, thisUpdate: number): Promise<boolean> =>
      (await write((tx) => tx.insert(publicationsTable).values({ list, thisUpdate }).onConflictDoNothing().returning()))
        .length > 0,

    /** Keeps a list in place of what was kept of this instant, and drops lists of its series that have run out. */
    begin: ({ list, type, thisUpdate }: BuiltList) =>
      write(async (tx) => {
        await tx.delete(crlsTable).where(isOf({ list, type, thisUpdate }))
        await tx
          .delete(crlsTable)
          .where(and(eq(crlsTable.list, list), eq(crlsTable.type, type), lt(crlsTable.nextUpdate, thisUpdate)))
      }),
    addPart: (built: BuiltList, part: number, bytes: Uint8Array) =>
      write(async (tx) => void (await tx.insert(crlsTable).values({ ...built, part, bytes: Buffer.from(bytes) }))),

    /** All parts are there. A list that a crash cut short is none. */
    finish: (built: BuiltList) =>
      write(
        async (tx) => void (await tx.insert(crlsTable).values({ ...built, part: finished, bytes: Buffer.alloc(0) })),
      ),

    /** The parts of a finished list, read one by one so that nobody waits for a large one; none if there is no such list. */
    parts: async (name: Omit<BuiltList, 'nextUpdate'>): Promise<Uint8Array[]> => {
      const { part, bytes } = crlsTable
      const rows = await read.select({ part }).from(crlsTable).where(isOf(name)).orderBy(asc(part))
      if (rows[0]?.part !== finished) return []
      const parts: Uint8Array[] = []
      for (const row of rows.slice(1)) {
        const [found] = await read
          .select({ bytes })
          .from(crlsTable)
          .where(and(isOf(name), eq(part, row.part)))
        if (found !== undefined) parts.push(found.bytes)
      }
      return parts
    },

    /** The last full list that was kept of a series. */
    lastFull: async (list: string): Promise<number | undefined> =>
      (
        await read
          .select({ thisUpdate: crlsTable.thisUpdate })
          .from(crlsTable)
          .where(and(eq(crlsTable.list, list), eq(crlsTable.type, 'full'), eq(crlsTable.part, finished)))
          .orderBy(desc(crlsTable.thisUpdate))
          .limit(1)
      )[0]?.thisUpdate,
  }
}

export type CrlStore = ReturnType<typeof createCrlStore>
