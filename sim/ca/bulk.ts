/**
 * Enters certificates by the hundred thousand that were signed elsewhere with this authority's keys, all or none, while it is not running:
 * its rows and its running numbers, as if it had issued them itself.
 */
import { eq, getTableName, inArray, sql } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Store, Transaction } from '../core/store.ts'
import { toBase64 } from '../messages/base64.ts'
import type { RevocationReason } from '../messages/person.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import { partitionOf } from './crlSchedule.ts'
import { counterOf, firstSerialNumber, numbersCounter } from './serialNumber.ts'
import { authoritiesTable, certificatesTable, countersTable, revocationsTable } from './tables.ts'

/** A card with certificates of one generation, the authentication certificate first. */
export type IssuedCard = {
  cardId: string
  /** Party id. */
  municipality: string
  generation: number
  cardExpiresAt: number
  certificates: readonly {
    kind: CertificateKind
    serialNumber: string
    /** The authority's running number. */
    number: number
    notBefore: number
    notAfter: number
    certificate: Uint8Array
    revoked?: { at: number; reason: RevocationReason } | undefined
  }[]
}

/** The running numbers taken so far. */
export type Numbering = { number: number; serialNumbers: Record<CertificateKind, number> }

/** Somebody has taken running numbers since they were planned with. */
export class NumbersMoved extends Error {}

/** Rows in one statement: big enough to be fast, small enough to stop between two (measured). */
const rowsAtOnce = 1000

/** Add rows by one statement: a JSON array is many times faster than a statement a row. Throws for a row that lacks a column. */
const insertRows = async (tx: Transaction, table: SQLiteTable, rows: readonly Record<string, unknown>[]) => {
  // what the database numbers itself is left to it
  const columns = getTableConfig(table).columns.filter(({ primary }) => !primary)
  const names = sql.raw(columns.map(({ name }) => `"${name}"`).join(', '))
  const fields = sql.raw(columns.map((_, index) => `value ->> ${index}`).join(', '))
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const values = rows.slice(from, from + rowsAtOnce).map((row) =>
      columns.map(({ name, notNull }) => {
        const value = row[name]
        if (value === undefined || (notNull && value === null)) throw new Error(`${getTableName(table)} needs ${name}`)
        return value
      }),
    )
    await tx.run(sql`insert into ${table} (${names}) select ${fields} from json_each(${JSON.stringify(values)})`)
  }
}

const requestKeyOf = (cardId: string, kind: CertificateKind) => `${cardId}-${kind}`

const certificateRows = ({ cardId, municipality, generation, cardExpiresAt, certificates }: IssuedCard) =>
  certificates.map(({ kind, serialNumber, number, notBefore, notAfter, certificate }) => ({
    ...{ kind, serialNumber, generation, number, cardId, cardExpiresAt, municipality, notBefore, notAfter },
    requestKey: requestKeyOf(cardId, kind),
    medium: 'card',
    replaced: null,
    lineage: serialNumber,
    parent: null,
    certificate: toBase64(certificate),
  }))

/** A certificate's own life learns of its revocation from these rows when it is first asked for. */
const revocationRows = ({ municipality, generation, certificates }: IssuedCard) =>
  certificates.flatMap(({ kind, serialNumber, notAfter, revoked }) =>
    revoked === undefined
      ? []
      : [
          {
            ...{ kind, serialNumber, generation, notAfter },
            partition: partitionOf(kind, municipality),
            revocationDate: revoked.at,
            reason: revoked.reason,
          },
        ],
  )

const readNumbering = async (read: Pick<Transaction, 'select'>): Promise<Numbering> => {
  const names = [numbersCounter, ...certificateKinds.map(counterOf)]
  const rows = await read.select().from(countersTable).where(inArray(countersTable.name, names))
  const takenOf = (name: string) => rows.find((row) => row.name === name)?.taken ?? 0
  return {
    number: takenOf(numbersCounter),
    serialNumbers: {
      signature: takenOf(counterOf('signature')),
      authentication: takenOf(counterOf('authentication')),
    },
  }
}

const writeNumbering = async (tx: Transaction, { number, serialNumbers }: Numbering) => {
  const counters = [
    { name: numbersCounter, taken: number },
    ...certificateKinds.map((kind) => ({ name: counterOf(kind), taken: serialNumbers[kind] })),
  ]
  for (const { name, taken } of counters)
    await tx
      .insert(countersTable)
      .values({ name, taken })
      .onConflictDoUpdate({ target: countersTable.name, set: { taken } })
}

export const numberingOf = ({ read }: Store): Promise<Numbering> => readNumbering(read)

/** The serial number, as a number, that the first new certificate of each kind will have. */
export const firstSerialNumbers = ({ serialNumbers }: Numbering): Record<CertificateKind, number> => ({
  signature: firstSerialNumber + serialNumbers.signature,
  authentication: firstSerialNumber + serialNumbers.authentication,
})

/** The keys of all generations that still have one. */
export const issuingKeys = async ({ read }: Store) => {
  const rows = await read.select().from(authoritiesTable)
  return rows.flatMap(({ kind, generation, certificate, privateKey }) => {
    if (privateKey === null) return []
    const { notBefore, notAfter } = parseCertificate(new Uint8Array(Buffer.from(certificate, 'base64')))
    return [{ kind, generation, certificate, privateKey, notBefore, notAfter }]
  })
}

/** Whether certificates were entered for this card. */
export const hasIssuedFor = async ({ read }: Store, cardId: string): Promise<boolean> => {
  const { number, requestKey } = certificatesTable
  const asked = requestKeyOf(cardId, 'authentication')
  return (await read.select({ number }).from(certificatesTable).where(eq(requestKey, asked))).length > 0
}

/** `count` cards, each of which takes two running numbers; `onCards` hears of every batch and may throw to stop it. */
export type BulkOrder = { planned: Numbering; count: number; onCards(entered: number): void }

/** Throws NumbersMoved when numbers were given to others since `planned`. */
export const addIssued = (store: Store, cards: AsyncIterable<IssuedCard>, { planned, count, onCards }: BulkOrder) =>
  store.write(async (tx) => {
    if (JSON.stringify(await readNumbering(tx)) !== JSON.stringify(planned)) throw new NumbersMoved()
    await writeNumbering(tx, {
      number: planned.number + 2 * count,
      serialNumbers: {
        signature: planned.serialNumbers.signature + count,
        authentication: planned.serialNumbers.authentication + count,
      },
    })
    let batch: IssuedCard[] = []
    let entered = 0
    const flush = async () => {
      await insertRows(tx, certificatesTable, batch.flatMap(certificateRows))
      await insertRows(tx, revocationsTable, batch.flatMap(revocationRows))
      entered += batch.length
      batch = []
      onCards(entered)
    }
    for await (const card of cards) {
      batch.push(card)
      if (batch.length === rowsAtOnce / 2) await flush()
    }
    if (batch.length > 0) await flush()
  })
