/** Counts checks by what fees depend on: those providers asked for, and apart from them those the CA was really asked. */
import { asc, sql } from 'drizzle-orm'
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { z } from 'zod'
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

export const createMeter = (site: Site) => {
  const add = (provider: string, check: Check, count: number): Promise<void> =>
    site.store.enqueue(async (tx) => {
      const { provider: ofProvider, kind, method, purpose } = meteringTable
      await tx
        .insert(meteringTable)
        .values({ provider, ...check, count })
        .onConflictDoUpdate({
          target: [ofProvider, kind, method, purpose],
          set: { count: sql`${meteringTable.count} + ${count}` },
        })
    })
  return {
    askedByProvider: (provider: string, check: Check, count = 1): Promise<void> => add(provider, check, count),
    /** Kept under the platform's own id, so that it is never mixed with what providers owe. */
    askedOfCa: (check: Check): Promise<void> => add(site.id, check, 1),
    report: async (): Promise<z.output<typeof metering>> => {
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
