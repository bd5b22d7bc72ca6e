/** Reads the revocations that lists and snapshots are made of, page by page and never more than a moment at a time. */
import { and, asc, eq, gt, gte, lt, lte, sql, type SQL } from 'drizzle-orm'
import type { Store } from '../core/store.ts'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { pause } from '../pki/crlStreamPause.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import type { ListName } from './crlSchedule.ts'
import { revocationsTable } from './tables.ts'

/** Which revocations stand on a list. */
export type EntryRange = {
  /** Revoked from `from` (inclusive) to `until` (inclusive where `closed`). */
  from: number
  until: number
  closed: boolean
  /** Not expired before. */
  validFrom: number
  /** Entered no later than this one. */
  upTo?: number
}

/** The changes between two snapshots of one key: what the earlier had, and what the later has. */
export type EntryStep = { before: Required<EntryRange>; after: Required<EntryRange> }

/** Entries read at a time (assumed): a statement of this size keeps others waiting for some milliseconds. */
const pageSize = 5_000

const { kind, generation, partition, serialNumber, revocationDate, reason, notAfter, entry } = revocationsTable

const codes: ReadonlyMap<string, number> = new Map(Object.entries(reasonCodes))

/** The number of a reason read as text. */
export const reasonCodeOf = (reason: string): number => {
  const code = codes.get(reason)
  if (code === undefined) throw new Error(`no reason ${reason}`)
  return code
}

const unpack = (text: string) =>
  text.split(',').map((line) => {
    const [serial = '', revoked = '', ends = '', name = ''] = line.split(' ')
    return {
      serialNumber: serial,
      revocationDate: Number(revoked),
      notAfter: Number(ends),
      reasonCode: reasonCodeOf(name),
    }
  })
type Unpacked = ReturnType<typeof unpack>[number]

type Order = { column: typeof revocationDate | typeof notAfter; keyOf(row: Unpacked): number; from: number }
const byRevocation = (from: number): Order => ({ column: revocationDate, keyOf: (row) => row.revocationDate, from })
const byExpiry = (from: number): Order => ({ column: notAfter, keyOf: (row) => row.notAfter, from })

export const createRevocationPages = ({ read }: Pick<Store, 'read'>) => {
  /** A page comes as one text: a row of its own for each entry takes several times as long. */
  const pages = async function* (where: SQL | undefined, { column, keyOf, from }: Order) {
    for (let after = { key: from, serialNumber: '' }; ;) {
      const page = read
        .select({
          line: sql<string>`${serialNumber} || ' ' || ${revocationDate} || ' ' || ${notAfter} || ' ' || ${reason}`.as(
            'line',
          ),
        })
        .from(revocationsTable)
        .where(and(where, sql`(${column}, ${serialNumber}) > (${after.key}, ${after.serialNumber})`))
        .orderBy(asc(column), asc(serialNumber))
        .limit(pageSize)
        .as('page')
      const [found] = await read.select({ text: sql<string | null>`string_agg(${page.line}, ',')` }).from(page)
      if (typeof found?.text !== 'string') return
      const rows = unpack(found.text)
      yield rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageSize) return
      after = { key: keyOf(last), serialNumber: last.serialNumber }
      await pause()
    }
  }

  const isOf = (of: { kind: CertificateKind; generation: number }) =>
    and(eq(kind, of.kind), eq(generation, of.generation))
  const until = (range: EntryRange) =>
    and(
      range.closed ? lte(revocationDate, range.until) : lt(revocationDate, range.until),
      range.upTo === undefined ? undefined : lte(entry, range.upTo),
    )

  const inRange = (name: ListName, range: EntryRange) =>
    pages(
      and(isOf(name), eq(partition, name.partition), until(range), gte(notAfter, range.validFrom)),
      byRevocation(range.from),
    )

  /** Entered after the earlier snapshot was made, though revoked before its time. */
  const late = async function* (of: { kind: CertificateKind; generation: number }, { before, after }: EntryStep) {
    for (let from = before.upTo; ;) {
      const rows = await read
        .select()
        .from(revocationsTable)
        .where(and(gt(entry, from), lte(entry, after.upTo)))
        .orderBy(asc(entry))
        .limit(pageSize)
      yield rows
        .filter((row) => row.kind === of.kind && row.generation === of.generation)
        .filter((row) => row.revocationDate < before.until && row.notAfter >= after.validFrom)
        .map((row) => ({ ...row, reasonCode: reasonCodes[row.reason] }))
      const last = rows.at(-1)
      if (last === undefined || rows.length < pageSize) return
      from = last.entry
      await pause()
    }
  }

  return {
    /** Pages of entries of one partition in the order of revocation. */
    inRange,
    /** Pages of what a verifier that has `before` needs to have `after`; removeFromCRL takes away what has expired. */
    between: async function* (
      of: { kind: CertificateKind; generation: number; partitions: readonly string[] },
      step: EntryStep,
    ): AsyncGenerator<CrlEntry[]> {
      const { before, after } = step
      for (const part of of.partitions) yield* inRange({ ...of, partition: part }, { ...after, from: before.until })
      yield* late(of, step)
      const expired = and(isOf(of), until(before), lt(notAfter, after.validFrom))
      for await (const page of pages(expired, byExpiry(before.validFrom)))
        yield page.map((row) => ({ ...row, reasonCode: reasonCodes.removeFromCRL }))
    },
  }
}

export type RevocationPages = ReturnType<typeof createRevocationPages>
