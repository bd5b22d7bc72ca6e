/** The tables of the certification authority. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind } from '../pki/profile.ts'

const kind = () => text().$type<CertificateKind>().notNull()

export const authoritiesTable = sqliteTable(
  'authorities',
  {
    kind: kind(),
    generation: integer().notNull(),
    privateKey: text().notNull(),
    certificate: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.generation] })],
)

export const ocspSignersTable = sqliteTable(
  'ocsp_signers',
  { kind: kind(), notAfter: integer().notNull(), privateKey: text().notNull(), certificate: text().notNull() },
  (table) => [primaryKey({ columns: [table.kind, table.notAfter] })],
)

/** Everything ever issued to residents; links between serial numbers follow from `cardId`. */
export const certificatesTable = sqliteTable(
  'certificates',
  {
    kind: kind(),
    serialNumber: text().notNull(),
    /** Running number of this authority. */
    number: integer().notNull(),
    /** The request that it answers: one request, one certificate. */
    requestKey: text().notNull(),
    cardId: text().notNull(),
    cardExpiresAt: integer().notNull(),
    municipality: text().notNull(),
    notBefore: integer().notNull(),
    notAfter: integer().notNull(),
    /** Serial number of the certificate whose place this one took. */
    replaced: text(),
    certificate: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.serialNumber] }),
    uniqueIndex('certificates_by_request').on(table.requestKey),
    index('certificates_by_card').on(table.cardId),
    index('certificates_by_replaced').on(table.kind, table.replaced),
  ],
)

/** What OCSP answers and CRLs are made from; written by the certificates' own lives (machine.ts). */
export const revocationsTable = sqliteTable(
  'revocations',
  {
    kind: kind(),
    serialNumber: text().notNull(),
    partition: text().notNull(),
    revocationDate: integer().notNull(),
    reason: text().$type<RevocationReason>().notNull(),
    notAfter: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.serialNumber] }),
    index('revocations_by_partition').on(table.kind, table.partition),
  ],
)

export const crlsTable = sqliteTable(
  'crls',
  {
    kind: kind(),
    partition: text().notNull(),
    thisUpdate: integer().notNull(),
    crl: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.partition, table.thisUpdate] })],
)

export const usageTable = sqliteTable(
  'usage',
  {
    verifier: text().notNull(),
    kind: kind(),
    method: text().$type<'ocsp' | 'crl'>().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.verifier, table.kind, table.method] })],
)

export const countersTable = sqliteTable('counters', { name: text().primaryKey(), taken: integer().notNull() })
