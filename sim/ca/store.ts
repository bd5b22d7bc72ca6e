/** The certification authority's database: certificates issued and revoked, CRLs published, verifiers' usage. */
import { and, asc, desc, eq, gte, lte, sql } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import type { CertificateKind } from '../pki/profile.ts'
import {
  authoritiesTable,
  certificatesTable,
  countersTable,
  crlsTable,
  ocspSignersTable,
  revocationsTable,
  usageTable,
} from './tables.ts'

export type IssuedRow = typeof certificatesTable.$inferSelect
export type RevocationRow = typeof revocationsTable.$inferSelect
export type AuthorityRow = typeof authoritiesTable.$inferSelect
export type OcspSignerRow = typeof ocspSignersTable.$inferSelect
export type CrlRow = typeof crlsTable.$inferSelect
export type Usage = { verifier: string; kind: CertificateKind; method: 'ocsp' | 'crl'; count: number }

export const caTables = [
  authoritiesTable,
  ocspSignersTable,
  certificatesTable,
  revocationsTable,
  crlsTable,
  usageTable,
  countersTable,
]

export const createCaStore = ({ read, write, enqueue }: Store) => ({
  authorities: (): Promise<AuthorityRow[]> =>
    read.select().from(authoritiesTable).orderBy(asc(authoritiesTable.kind), asc(authoritiesTable.generation)),

  addAuthority: (row: AuthorityRow) => write(async (tx) => void (await tx.insert(authoritiesTable).values(row))),

  latestOcspSigner: async (kind: CertificateKind): Promise<OcspSignerRow | undefined> =>
    (
      await read
        .select()
        .from(ocspSignersTable)
        .where(eq(ocspSignersTable.kind, kind))
        .orderBy(desc(ocspSignersTable.notAfter))
        .limit(1)
    )[0],

  addOcspSigner: (row: OcspSignerRow) =>
    write(async (tx) => void (await tx.insert(ocspSignersTable).values(row).onConflictDoNothing())),

  find: async (kind: CertificateKind, serialNumber: string): Promise<IssuedRow | undefined> =>
    (
      await read
        .select()
        .from(certificatesTable)
        .where(and(eq(certificatesTable.kind, kind), eq(certificatesTable.serialNumber, serialNumber)))
    )[0],

  issuedFor: async (requestKey: string): Promise<IssuedRow | undefined> =>
    (await read.select().from(certificatesTable).where(eq(certificatesTable.requestKey, requestKey)))[0],

  /** Certificates of one card, newest first. */
  ofCard: (cardId: string): Promise<IssuedRow[]> =>
    read
      .select()
      .from(certificatesTable)
      .where(eq(certificatesTable.cardId, cardId))
      .orderBy(desc(certificatesTable.number)),

  /** The certificate that took this one's place; the newest, should several have. */
  successor: async (kind: CertificateKind, serialNumber: string): Promise<string | undefined> =>
    (
      await read
        .select({ serialNumber: certificatesTable.serialNumber })
        .from(certificatesTable)
        .where(and(eq(certificatesTable.kind, kind), eq(certificatesTable.replaced, serialNumber)))
        .orderBy(desc(certificatesTable.number))
        .limit(1)
    )[0]?.serialNumber,

  /** False when the request was answered by another certificate meanwhile. */
  addCertificate: (row: IssuedRow): Promise<boolean> =>
    write(async (tx) => {
      const made = await tx
        .insert(certificatesTable)
        .values(row)
        .onConflictDoNothing({ target: certificatesTable.requestKey })
        .returning({ number: certificatesTable.number })
      return made.length > 0
    }),

  /** The next running number; one that ends up unused is not given again. */
  nextNumber: (): Promise<number> =>
    write(async (tx) => {
      const name = 'certificates'
      const [row] = await tx.select().from(countersTable).where(eq(countersTable.name, name))
      const taken = (row?.taken ?? 0) + 1
      await tx
        .insert(countersTable)
        .values({ name, taken })
        .onConflictDoUpdate({ target: countersTable.name, set: { taken } })
      return taken
    }),

  revocationOf: async (kind: CertificateKind, serialNumber: string): Promise<RevocationRow | undefined> =>
    (
      await read
        .select()
        .from(revocationsTable)
        .where(and(eq(revocationsTable.kind, kind), eq(revocationsTable.serialNumber, serialNumber)))
    )[0],

  enterRevocation: (row: RevocationRow) =>
    write(async (tx) => void (await tx.insert(revocationsTable).values(row).onConflictDoNothing())),

  /** Revoked by `until` (inclusive) and not expired before `validFrom`, in the order of revocation. */
  revocationsBetween: (of: { kind: CertificateKind; partition: string; until: number; validFrom: number }) =>
    read
      .select()
      .from(revocationsTable)
      .where(
        and(
          eq(revocationsTable.kind, of.kind),
          eq(revocationsTable.partition, of.partition),
          lte(revocationsTable.revocationDate, of.until),
          gte(revocationsTable.notAfter, of.validFrom),
        ),
      )
      .orderBy(asc(revocationsTable.revocationDate), asc(revocationsTable.serialNumber)),

  crl: async ({ kind, partition, thisUpdate }: Omit<CrlRow, 'crl'>): Promise<string | undefined> =>
    (
      await read
        .select({ crl: crlsTable.crl })
        .from(crlsTable)
        .where(and(eq(crlsTable.kind, kind), eq(crlsTable.partition, partition), eq(crlsTable.thisUpdate, thisUpdate)))
    )[0]?.crl,

  addCrl: (row: CrlRow) => write(async (tx) => void (await tx.insert(crlsTable).values(row).onConflictDoNothing())),

  countUsage: ({ verifier, kind, method, count }: Usage) =>
    enqueue(async (tx) => {
      await tx
        .insert(usageTable)
        .values({ verifier, kind, method, count })
        .onConflictDoUpdate({
          target: [usageTable.verifier, usageTable.kind, usageTable.method],
          set: { count: sql`${usageTable.count} + ${count}` },
        })
    }),

  usage: (verifier: string): Promise<Usage[]> =>
    read
      .select()
      .from(usageTable)
      .where(eq(usageTable.verifier, verifier))
      .orderBy(asc(usageTable.kind), asc(usageTable.method)),
})

export type CaStore = ReturnType<typeof createCaStore>
