/** Counts checks by what fees depend on: those providers asked for, and apart from them those the CA was really asked. */
import { asc, sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
import { SECOND } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import type { metering } from '../messages/change.ts'
import type { CertificateKind, CheckPurpose, Method } from './revocation.ts'

export const meteringTable = sqliteTable(
  'metering',
  {
    provider: text().notNull(),
    kind: text().$type<CertificateKind>().notNull(),
    method: text().$type<Method>().notNull(),
    purpose: text().$type<CheckPurpose>().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.provider, table.kind, table.method, table.purpose] })],
)

type Check = { kind: CertificateKind; method: Method; purpose: CheckPurpose }
type Count = Check & { provider: string; count: number }

/** Where time is real, counts wait so long for others before they are written (assumed); a crash costs no more than these. */
const longestWaitMs = SECOND

export const createMeter = (site: Site) => {
  let counts = new Map<string, Count>()
  let writing: Promise<void> | undefined
  let waiting = false

  const note = (found: Count) => {
    const key = `${found.provider} ${found.kind} ${found.method} ${found.purpose}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { ...found })
    else known.count += found.count
  }

  const writeAll = async () => {
    const { provider, kind, method, purpose } = meteringTable
    let taken: Count[] = []
    try {
      await site.store.write(async (tx) => {
        taken = [...counts.values()]
        counts = new Map()
        for (const row of taken)
          await tx
            .insert(meteringTable)
            .values(row)
            .onConflictDoUpdate({
              target: [provider, kind, method, purpose],
              set: { count: sql`${meteringTable.count} + ${row.count}` },
            })
      })
    } catch (error) {
      for (const row of taken) note(row)
      throw error
    }
  }

  /** Write what was counted so far; counts that come while a write waits for its turn are written with it. */
  const flush = async (): Promise<void> => {
    if (counts.size === 0) return writing
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    await writing
    if (counts.size > 0) await flush()
  }
  site.store.beforeClose(flush)

  const flushSoon = () => {
    // Virtual time does not pass by itself, so nothing would be gained by waiting for it.
    if (site.clock.mode === 'virtual') {
      flush().catch(site.report)
      return
    }
    if (waiting) return
    waiting = true
    site.clock.at(site.clock.now() + longestWaitMs, () => {
      waiting = false
      flush().catch(site.report)
    })
  }

  const add = (found: Count) => {
    if (found.count === 0) return
    note(found)
    flushSoon()
  }

  return {
    askedByProvider: (provider: string, check: Check, count = 1): void => add({ provider, ...check, count }),
    /** Kept under the platform's own id, so that it is never mixed with what providers owe. */
    askedOfCa: (check: Check): void => add({ provider: site.id, ...check, count: 1 }),
    flush,
    report: async (): Promise<z.output<typeof metering>> => {
      await flush()
      const { provider, kind, method, purpose } = meteringTable
      const order = [asc(provider), asc(kind), asc(method), asc(purpose)]
      return {
        checks: await site.store.read
          .select()
          .from(meteringTable)
          .orderBy(...order),
      }
    },
  }
}

export type Meter = ReturnType<typeof createMeter>
