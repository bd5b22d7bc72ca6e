/** The certification authority's database: its generations, certificates issued and revoked, verifiers' usage. */
import { and, asc, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Store, Transaction } from '../core/store.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import type { GenerationState } from './generationMachine.ts'
import type { StatusTable } from './statusTable.ts'
import {
  authoritiesTable,
  certificatesTable,
  countersTable,
  crlsTable,
  ocspSignersTable,
  publicationsTable,
  revocationsTable,
  snapshotsTable,
  usageTable,
  type CheckMethod,
} from './tables.ts'

export type IssuedRow = typeof certificatesTable.$inferSelect
export type RevocationRow = typeof revocationsTable.$inferInsert
export type AuthorityRow = typeof authoritiesTable.$inferSelect
export type OcspSignerRow = typeof ocspSignersTable.$inferSelect
export type Usage = { verifier: string; kind: CertificateKind; method: CheckMethod; count: number }
type Named = { kind: CertificateKind; generation: number }

export const caTables = [
  authoritiesTable,
  ocspSignersTable,
  certificatesTable,
  revocationsTable,
  publicationsTable,
  crlsTable,
  snapshotsTable,
  usageTable,
  countersTable,
]

/** What each of the two CAs holds in memory of everything it issued. */
export type Statuses = Record<CertificateKind, StatusTable>

const isNamed = ({ kind, generation }: Named) =>
  and(eq(authoritiesTable.kind, kind), eq(authoritiesTable.generation, generation))

const takeIn = async (tx: Transaction, name: string, count = 1) => {
  const [row] = await tx.select().from(countersTable).where(eq(countersTable.name, name))
  const first = (row?.taken ?? 0) + 1
  const taken = first + count - 1
  await tx
    .insert(countersTable)
    .values({ name, taken })
    .onConflictDoUpdate({ target: countersTable.name, set: { taken } })
  return first
}

/** Whatever is written of a certificate's standing is entered into `statuses` too, once it is on disk. */
export const createCaStore = ({ read, write }: Store, statuses: Statuses) => {
  const heldIn = ({ cardId, medium }: Pick<IssuedRow, 'cardId' | 'medium'>): Promise<IssuedRow[]> =>
    read
      .select()
      .from(certificatesTable)
      .where(and(eq(certificatesTable.cardId, cardId), eq(certificatesTable.medium, medium)))
      .orderBy(desc(certificatesTable.number))

  return {
    authorities: (): Promise<AuthorityRow[]> =>
      read.select().from(authoritiesTable).orderBy(asc(authoritiesTable.kind), asc(authoritiesTable.generation)),

    addAuthority: (row: AuthorityRow) => write(async (tx) => void (await tx.insert(authoritiesTable).values(row))),

    setGenerationState: (named: Named, state: GenerationState) =>
      write(async (tx) => void (await tx.update(authoritiesTable).set({ state }).where(isNamed(named)))),

    /** The private key of a generation is gone for good. */
    destroyKey: (named: Named) =>
      write(async (tx) => void (await tx.update(authoritiesTable).set({ privateKey: null }).where(isNamed(named)))),

    latestOcspSigner: async ({ kind, generation }: Named): Promise<OcspSignerRow | undefined> =>
      (
        await read
          .select()
          .from(ocspSignersTable)
          .where(and(eq(ocspSignersTable.kind, kind), eq(ocspSignersTable.generation, generation)))
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

    /** Certificates on one card, or in one smartphone, newest first. */
    heldIn,
    ofCard: (cardId: string): Promise<IssuedRow[]> => heldIn({ cardId, medium: 'card' }),

    /** Smartphones' certificates that hang on this certificate of a card, newest first. */
    ofParent: (kind: CertificateKind, parent: string): Promise<IssuedRow[]> =>
      read
        .select()
        .from(certificatesTable)
        .where(and(eq(certificatesTable.kind, kind), eq(certificatesTable.parent, parent)))
        .orderBy(desc(certificatesTable.number)),

    /** Certificates on cards that took each other's place, newest first. */
    ofLineage: (kind: CertificateKind, lineage: string): Promise<IssuedRow[]> =>
      read
        .select()
        .from(certificatesTable)
        .where(and(eq(certificatesTable.kind, kind), eq(certificatesTable.lineage, lineage)))
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
    addCertificate: async (row: IssuedRow): Promise<boolean> => {
      const made = await write((tx) =>
        tx
          .insert(certificatesTable)
          .values(row)
          .onConflictDoNothing({ target: certificatesTable.requestKey })
          .returning({ number: certificatesTable.number }),
      )
      if (made.length > 0) statuses[row.kind].add(row.serialNumber, row.generation)
      return made.length > 0
    },

    /** The next `count` running numbers of this name: the first of them. One that ends up unused is not given again. */
    take: (name: string, count = 1): Promise<number> => write((tx) => takeIn(tx, name, count)),

    /** One number of each name, in one transaction. */
    takeEach: (names: readonly string[]): Promise<number[]> =>
      write(async (tx) => {
        const taken: number[] = []
        for (const name of names) taken.push(await takeIn(tx, name))
        return taken
      }),

    revocationOf: async (kind: CertificateKind, serialNumber: string): Promise<RevocationRow | undefined> =>
      (
        await read
          .select()
          .from(revocationsTable)
          .where(and(eq(revocationsTable.kind, kind), eq(revocationsTable.serialNumber, serialNumber)))
      )[0],

    /** The first revocation of a certificate holds. */
    enterRevocations: async (rows: RevocationRow[]): Promise<void> => {
      const entered = await write((tx) => tx.insert(revocationsTable).values(rows).onConflictDoNothing().returning())
      for (const { kind, serialNumber, revocationDate, reason } of entered)
        statuses[kind].revoke(serialNumber, { revocationDate, reasonCode: reasonCodes[reason] })
    },

    /** The next `limit` certificates of one generation after this serial number, and which of them were revoked. */
    /** Certificates of smartphones, under other generations, that hang on one of this generation and are not revoked. */
    dependentsElsewhere: ({ kind, generation }: Named, limit: number) => {
      const cards = alias(certificatesTable, 'cards')
      const itsRevocation = and(
        eq(revocationsTable.kind, certificatesTable.kind),
        eq(revocationsTable.serialNumber, certificatesTable.serialNumber),
      )
      return read
        .select({
          generation: certificatesTable.generation,
          serialNumber: certificatesTable.serialNumber,
          municipality: certificatesTable.municipality,
          notAfter: certificatesTable.notAfter,
        })
        .from(certificatesTable)
        .innerJoin(cards, and(eq(cards.kind, certificatesTable.kind), eq(cards.serialNumber, certificatesTable.parent)))
        .leftJoin(revocationsTable, itsRevocation)
        .where(
          and(
            eq(certificatesTable.kind, kind),
            eq(cards.generation, generation),
            ne(certificatesTable.generation, generation),
            isNull(revocationsTable.serialNumber),
          ),
        )
        .limit(limit)
    },

    issuedAfter: ({ kind, generation }: Named, after: string, limit: number) =>
      read
        .select({
          serialNumber: certificatesTable.serialNumber,
          municipality: certificatesTable.municipality,
          notAfter: certificatesTable.notAfter,
          revokedAt: revocationsTable.revocationDate,
        })
        .from(certificatesTable)
        .leftJoin(
          revocationsTable,
          and(
            eq(revocationsTable.kind, certificatesTable.kind),
            eq(revocationsTable.serialNumber, certificatesTable.serialNumber),
          ),
        )
        .where(
          and(
            eq(certificatesTable.kind, kind),
            eq(certificatesTable.generation, generation),
            gt(certificatesTable.serialNumber, after),
          ),
        )
        .orderBy(asc(certificatesTable.serialNumber))
        .limit(limit),

    addUsage: (usages: readonly Usage[]) =>
      write(async (tx) => {
        for (const { verifier, kind, method, count } of usages)
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
  }
}

export type CaStore = ReturnType<typeof createCaStore>
