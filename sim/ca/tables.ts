/** The tables of the certification authority. */
import { blob, index, integer, primaryKey, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { RevocationReason } from '../messages/person.ts'
import type { CertificateKind, Medium } from '../pki/profile.ts'
import type { GenerationState } from './generationMachine.ts'

/** What a verifier may ask with. */
export type CheckMethod = 'ocsp' | 'crl' | 'snapshot'

const kind = () => text().$type<CertificateKind>().notNull()

/** The generations of both CAs; `state` is written by their own lives (generationMachine.ts). */
export const authoritiesTable = sqliteTable(
  'authorities',
  {
    kind: kind(),
    generation: integer().notNull(),
    state: text().$type<GenerationState>().notNull(),
    /** The order that founded it: one order, one generation. */
    requestKey: text().notNull(),
    /** Null once it was destroyed. */
    privateKey: text(),
    certificate: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.generation] })],
)

export const ocspSignersTable = sqliteTable(
  'ocsp_signers',
  {
    kind: kind(),
    generation: integer().notNull(),
    notAfter: integer().notNull(),
    privateKey: text().notNull(),
    certificate: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.generation, table.notAfter] })],
)

/** Everything ever issued to residents; links between serial numbers follow from `cardId`, `lineage` and `parent`. */
export const certificatesTable = sqliteTable(
  'certificates',
  {
    kind: kind(),
    serialNumber: text().notNull(),
    /** Which of its CA's keys signed it. */
    generation: integer().notNull(),
    medium: text().$type<Medium>().notNull(),
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
    /** Serial number of the first in the line of those that took each other's place. */
    lineage: text().notNull(),
    /** For a smartphone's certificate: serial number of the card's certificate of the same kind. */
    parent: text(),
    certificate: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.serialNumber] }),
    uniqueIndex('certificates_by_request').on(table.requestKey),
    uniqueIndex('certificates_by_number').on(table.number),
    // all that is read of every certificate when the authority starts: rows with a certificate in them are a hundred times larger
    index('certificates_by_generation').on(table.kind, table.generation, table.serialNumber),
    index('certificates_by_card').on(table.cardId),
    index('certificates_by_replaced').on(table.kind, table.replaced),
    index('certificates_by_lineage').on(table.kind, table.lineage),
    index('certificates_by_parent').on(table.kind, table.parent),
  ],
)

/** What OCSP answers and CRLs are made from; written by the certificates' own lives (machine.ts) and by declared compromises. */
export const revocationsTable = sqliteTable(
  'revocations',
  {
    /** In the order of entering, which is not that of revocation: a row may come late. */
    entry: integer().primaryKey(),
    kind: kind(),
    serialNumber: text().notNull(),
    generation: integer().notNull(),
    partition: text().notNull(),
    revocationDate: integer().notNull(),
    reason: text().$type<RevocationReason>().notNull(),
    notAfter: integer().notNull(),
  },
  (table) => [
    unique('revocations_once').on(table.kind, table.serialNumber),
    index('revocations_by_partition').on(
      table.kind,
      table.generation,
      table.partition,
      table.revocationDate,
      table.serialNumber,
      // what else lists need, so that they are made from this index alone
      table.notAfter,
      table.reason,
    ),
    index('revocations_by_expiry').on(table.kind, table.generation, table.notAfter, table.serialNumber),
  ],
)

/** Snapshots of all revocations as they were made: what had been entered by then. */
export const snapshotsTable = sqliteTable(
  'snapshots',
  {
    kind: kind(),
    generation: integer().notNull(),
    number: integer().notNull(),
    /** The last revocation that was entered before. */
    lastEntry: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.generation, table.number] })],
)

/** Lists published by order, between two days; the daily ones follow from the clock alone. */
export const publicationsTable = sqliteTable(
  'publications',
  { list: text().notNull(), thisUpdate: integer().notNull() },
  (table) => [primaryKey({ columns: [table.list, table.thisUpdate] })],
)

/** Lists, and a key's last snapshot, as they were built: cut into parts that no single statement is too long for. */
export const crlsTable = sqliteTable(
  'crls',
  {
    list: text().notNull(),
    type: text().$type<'full' | 'delta'>().notNull(),
    thisUpdate: integer().notNull(),
    part: integer().notNull(),
    bytes: blob({ mode: 'buffer' }).notNull(),
    nextUpdate: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.list, table.type, table.thisUpdate, table.part] })],
)

export const usageTable = sqliteTable(
  'usage',
  {
    verifier: text().notNull(),
    kind: kind(),
    method: text().$type<CheckMethod>().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.verifier, table.kind, table.method] })],
)

export const countersTable = sqliteTable('counters', { name: text().primaryKey(), taken: integer().notNull() })
