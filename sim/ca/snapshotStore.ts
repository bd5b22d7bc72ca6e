/** Which snapshots were made, and what had been entered by then: so each can be made again, and the changes since be told. */
import { and, eq, lt, max } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { revocationsTable, snapshotsTable } from './tables.ts'

export type SnapshotSeries = { kind: CertificateKind; generation: number }

const isOf = ({ kind, generation }: SnapshotSeries) =>
  and(eq(snapshotsTable.kind, kind), eq(snapshotsTable.generation, generation))

export const createSnapshotStore = ({ read, write }: Pick<Store, 'read' | 'write'>) => {
  const find = async (of: SnapshotSeries, number: number): Promise<number | undefined> =>
    (
      await read
        .select({ lastEntry: snapshotsTable.lastEntry })
        .from(snapshotsTable)
        .where(and(isOf(of), eq(snapshotsTable.number, number)))
    )[0]?.lastEntry

  return {
    /** The last revocation that a snapshot may have; undefined for one that was not made, or too long ago. */
    lastEntryOf: find,
    /** The same for a snapshot that is made now; those before `forgetBefore` are forgotten. */
    make: async ({ kind, generation }: SnapshotSeries, number: number, forgetBefore: number): Promise<number> => {
      const known = await find({ kind, generation }, number)
      if (known !== undefined) return known
      return write(async (tx) => {
        const [row] = await tx.select({ last: max(revocationsTable.entry) }).from(revocationsTable)
        await tx
          .insert(snapshotsTable)
          .values({ kind, generation, number, lastEntry: row?.last ?? 0 })
          .onConflictDoNothing()
        await tx.delete(snapshotsTable).where(and(isOf({ kind, generation }), lt(snapshotsTable.number, forgetBefore)))
        const [made] = await tx
          .select()
          .from(snapshotsTable)
          .where(and(isOf({ kind, generation }), eq(snapshotsTable.number, number)))
        return made?.lastEntry ?? 0
      })
    },
  }
}

export type SnapshotStore = ReturnType<typeof createSnapshotStore>
