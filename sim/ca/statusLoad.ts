/** Reads how everything ever issued stands into memory when the authority starts. */
import { and, asc, count, eq, gt, max, sql } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import { pause } from '../pki/crlStreamPause.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodeOf } from './revocationPages.ts'
import { createStatusTable, type StatusTable } from './statusTable.ts'
import type { Statuses } from './store.ts'
import { authoritiesTable, certificatesTable, revocationsTable } from './tables.ts'

/** Serial numbers read at a time (assumed): they come as one text, as a row of its own for each takes several times as long. */
const pageSize = 20_000

const loadIssued = async ({ read }: Store, of: { kind: CertificateKind; generation: number }, table: StatusTable) => {
  const { kind, generation, serialNumber } = certificatesTable
  for (let after = ''; ;) {
    // read from `certificates_by_generation` alone, never from the rows that hold certificates
    const page = read
      .select({ serialNumber })
      .from(certificatesTable)
      .where(and(eq(kind, of.kind), eq(generation, of.generation), gt(serialNumber, after)))
      .orderBy(asc(serialNumber))
      .limit(pageSize)
      .as('page')
    const [found] = await read.select({ text: sql<string | null>`string_agg(${page.serialNumber}, ' ')` }).from(page)
    if (typeof found?.text !== 'string') return
    const serials = found.text.split(' ')
    for (const serial of serials) table.add(serial, of.generation)
    if (serials.length < pageSize) return
    after = serials.at(-1) ?? ''
    await pause()
  }
}

/** In the order of entering: of two revocations of a certificate, which never are, the first would hold. */
const loadRevoked = async ({ read }: Store, statuses: Statuses) => {
  const { entry, kind, serialNumber, revocationDate, reason } = revocationsTable
  for (let after = 0; ;) {
    const page = read
      .select({
        entry,
        line: sql<string>`${kind} || ' ' || ${serialNumber} || ' ' || ${revocationDate} || ' ' || ${reason}`.as('line'),
      })
      .from(revocationsTable)
      .where(gt(entry, after))
      .orderBy(asc(entry))
      .limit(pageSize)
      .as('page')
    const [found] = await read
      .select({ text: sql<string | null>`string_agg(${page.line}, ',')`, last: max(page.entry) })
      .from(page)
    if (typeof found?.text !== 'string') return
    const lines = found.text.split(',')
    for (const line of lines) enter(line, statuses)
    if (lines.length < pageSize) return
    after = found.last ?? after
    await pause()
  }
}

const enter = (line: string, statuses: Statuses) => {
  const [kind, serialNumber = '', revocationDate, reason = ''] = line.split(' ')
  const of = kind === 'signature' ? statuses.signature : statuses.authentication
  of.revoke(serialNumber, { revocationDate: Number(revocationDate), reasonCode: reasonCodeOf(reason) })
}

const loadKind = async (store: Store, kind: CertificateKind): Promise<StatusTable> => {
  const [row] = await store.read
    .select({ rows: count() })
    .from(certificatesTable)
    .where(eq(certificatesTable.kind, kind))
  const table = createStatusTable(row?.rows)
  const generations = await store.read
    .select({ generation: authoritiesTable.generation })
    .from(authoritiesTable)
    .where(eq(authoritiesTable.kind, kind))
  for (const { generation } of generations) await loadIssued(store, { kind, generation }, table)
  return table
}

export const loadStatuses = async (store: Store): Promise<Statuses> => {
  const statuses = {
    signature: await loadKind(store, 'signature'),
    authentication: await loadKind(store, 'authentication'),
  }
  await loadRevoked(store, statuses)
  return statuses
}
