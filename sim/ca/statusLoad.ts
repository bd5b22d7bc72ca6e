/** Reads how everything ever issued stands into memory when the authority starts. */
import { and, asc, count, eq, gt } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import { createStatusTable, type StatusTable } from './statusTable.ts'
import type { Statuses } from './store.ts'
import { certificatesTable, revocationsTable } from './tables.ts'

/** Rows read at a time (assumed): long enough to be quick, short enough not to hold others up. */
const pageSize = 10_000

const loadIssued = async ({ read }: Store, of: CertificateKind, table: StatusTable) => {
  const { kind, serialNumber, generation } = certificatesTable
  for (let after = ''; ;) {
    const page = await read
      .select({ serialNumber, generation })
      .from(certificatesTable)
      .where(and(eq(kind, of), gt(serialNumber, after)))
      .orderBy(asc(serialNumber))
      .limit(pageSize)
    for (const row of page) table.add(row.serialNumber, row.generation)
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    after = last.serialNumber
  }
}

const loadRevoked = async ({ read }: Store, of: CertificateKind, table: StatusTable) => {
  const { kind, serialNumber, revocationDate, reason } = revocationsTable
  for (let after = ''; ;) {
    const page = await read
      .select({ serialNumber, revocationDate, reason })
      .from(revocationsTable)
      .where(and(eq(kind, of), gt(serialNumber, after)))
      .orderBy(asc(serialNumber))
      .limit(pageSize)
    for (const row of page) table.revoke(row.serialNumber, { ...row, reasonCode: reasonCodes[row.reason] })
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    after = last.serialNumber
  }
}

const load = async (store: Store, kind: CertificateKind): Promise<StatusTable> => {
  const [row] = await store.read
    .select({ rows: count() })
    .from(certificatesTable)
    .where(eq(certificatesTable.kind, kind))
  const table = createStatusTable(row?.rows)
  await loadIssued(store, kind, table)
  await loadRevoked(store, kind, table)
  return table
}

export const loadStatuses = async (store: Store): Promise<Statuses> => ({
  signature: await load(store, 'signature'),
  authentication: await load(store, 'authentication'),
})
