/** The part of the authority's database that lists are kept in as they were built. */
import { and, asc, desc, eq, lt } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import { pause } from '../pki/crlStreamPause.ts'
import { joinParts } from './partedBytes.ts'
import { crlsTable, publicationsTable } from './tables.ts'

/** A list as it was built: which one, and the parts it was cut into. */
export type BuiltList = { list: string; type: 'full' | 'delta'; thisUpdate: number; nextUpdate: number }

/** Parts in which lists are kept: a statement of this size keeps others waiting for some milliseconds (assumed). */
const partBytes = 1024 * 1024
/** The number of the row that says that all parts of a list are there. */
const finished = -1

const isOf = ({ list, type, thisUpdate }: Omit<BuiltList, 'nextUpdate'>) =>
  and(eq(crlsTable.list, list), eq(crlsTable.type, type), eq(crlsTable.thisUpdate, thisUpdate))

export const createCrlStore = ({ read, write }: Store) => {
  const addPart = (built: BuiltList, part: number, bytes: Uint8Array) =>
    write(async (tx) => void (await tx.insert(crlsTable).values({ ...built, part, bytes: Buffer.from(bytes) })))

  /** In place of what was kept of this instant; lists of its series that have run out are dropped. */
  const begin = ({ list, type, thisUpdate }: BuiltList) =>
    write(async (tx) => {
      await tx.delete(crlsTable).where(isOf({ list, type, thisUpdate }))
      await tx
        .delete(crlsTable)
        .where(and(eq(crlsTable.list, list), eq(crlsTable.type, type), lt(crlsTable.nextUpdate, thisUpdate)))
    })

  return {
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

    /** Keeps a list as it is written; one that a crash cut short is none. The whole of it. */
    keep: async (built: BuiltList, parts: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> => {
      await begin(built)
      const whole: Uint8Array[] = []
      let waiting: Uint8Array[] = []
      let waitingBytes = 0
      let count = 0
      const flush = async () => {
        if (waitingBytes > 0) await addPart(built, count++, Buffer.concat(waiting))
        waiting = []
        waitingBytes = 0
      }
      for await (const part of parts) {
        whole.push(part)
        waiting.push(part)
        waitingBytes += part.length
        if (waitingBytes >= partBytes) await flush()
      }
      await flush()
      await addPart(built, finished, new Uint8Array())
      return joinParts(whole)
    },

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
        await pause()
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
