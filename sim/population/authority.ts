/** The world's certification authority as a population meets it: its keys, its running numbers, its rows. Nothing else here knows its database. */
import { and, eq, getTableName, inArray, sql } from 'drizzle-orm'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { createClock } from '../core/clock.ts'
import type { Store, Transaction } from '../core/store.ts'
import { dailyAt, partitionOf } from '../ca/crlSchedule.ts'
import { firstSerialNumber } from '../ca/serialNumber.ts'
import { authoritiesTable, certificatesTable, countersTable, revocationsTable } from '../ca/tables.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { describeParties } from '../parties.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import { completeVariables, createLocal, defaultKeyPool } from '../world.ts'
import { cardIdOf, longestAgoMs, type Era } from './card.ts'
import type { IssuingAuthority } from './issue.ts'
import type { Card } from './packedFile.ts'
import type { Town } from './resident.ts'

/** The running numbers of the authority when the population was planned: nobody may have taken any since. */
export type Numbering = { number: number; serialNumbers: Record<CertificateKind, number> }

export class AuthorityMoved extends Error {}

const numbersName = 'certificates'
const serialsName = (kind: CertificateKind) => `serial ${kind}`

/** Rows in one statement: big enough to be fast, small enough to stop between two (measured). */
const rowsAtOnce = 1000

/** Add rows by one statement: a JSON array is many times faster than a statement a row. Throws for a row that lacks a column. */
const insertRows = async (tx: Transaction, table: SQLiteTable, rows: readonly Record<string, unknown>[]) => {
  const { columns } = getTableConfig(table)
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

const certificateRows = ({ cardId, municipality, generation, cardExpiresAt, certificates }: Card) =>
  certificates.map(({ kind, serialNumber, number, notBefore, notAfter, certificate }) => ({
    ...{ kind, serialNumber, generation, number, cardId, cardExpiresAt, municipality, notBefore, notAfter },
    requestKey: requestKeyOf(cardId, kind),
    medium: 'card',
    replaced: null,
    lineage: serialNumber,
    parent: null,
    certificate: Buffer.from(certificate).toString('base64'),
  }))

const requestKeyOf = (cardId: string, kind: CertificateKind) => `${cardId}-${kind}`

/** A certificate's own life learns of its revocation from these rows when it is first asked for. */
const revocationRows = ({ municipality, generation, certificates }: Card) =>
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
  const names = [numbersName, ...certificateKinds.map(serialsName)]
  const rows = await read.select().from(countersTable).where(inArray(countersTable.name, names))
  const takenOf = (name: string) => rows.find((row) => row.name === name)?.taken ?? 0
  return {
    number: takenOf(numbersName),
    serialNumbers: {
      signature: takenOf(serialsName('signature')),
      authentication: takenOf(serialsName('authentication')),
    },
  }
}

const writeNumbering = async (tx: Transaction, { number, serialNumbers }: Numbering) => {
  const counters = [
    { name: numbersName, taken: number },
    ...certificateKinds.map((kind) => ({ name: serialsName(kind), taken: serialNumbers[kind] })),
  ]
  for (const { name, taken } of counters)
    await tx
      .insert(countersTable)
      .values({ name, taken })
      .onConflictDoUpdate({ target: countersTable.name, set: { taken } })
}

const readAuthorities = async ({ read }: Store): Promise<IssuingAuthority[]> => {
  const rows = await read.select().from(authoritiesTable)
  return rows.flatMap(({ kind, generation, certificate, privateKey }) => {
    if (privateKey === null) return []
    const { notBefore, notAfter } = parseCertificate(new Uint8Array(Buffer.from(certificate, 'base64')))
    return [{ kind, generation, certificate, privateKey, notBefore, notAfter }]
  })
}

/**
 * Each generation issued from its beginning until the next one's, within the last four years before `until`.
 * One that has nothing of its own in that time issued no card here.
 */
export const erasOf = (authorities: readonly IssuingAuthority[], until: number): Era[] => {
  const generations = [...new Set(authorities.map(({ generation }) => generation))].sort((a, b) => a - b)
  const eras = generations.map((generation) => {
    const own = authorities.filter((one) => one.generation === generation)
    return {
      generation,
      complete: certificateKinds.every((kind) => own.some((one) => one.kind === kind)),
      from: Math.max(...own.map(({ notBefore }) => notBefore)),
      notAfter: Math.min(...own.map(({ notAfter }) => notAfter)),
    }
  })
  return eras.flatMap(({ generation, complete, from, notAfter }, index) => {
    const era = {
      generation,
      from: Math.max(from, until - longestAgoMs),
      until: Math.min(until, eras[index + 1]?.from ?? until, notAfter),
      notAfter,
    }
    return complete && era.from < era.until && notAfter > until ? [era] : []
  })
}

/** Open the authority of the world in `folder`, founding it where there is none; it must not be running elsewhere. `now` is Unix ms. */
export const openAuthority = async ({ folder, now }: { folder: string; now: number }) => {
  const parties = describeParties(completeVariables(), defaultKeyPool)
  const description = parties.find((party) => party.folder === 'ca')
  if (description?.folder !== 'ca') throw new Error('the world has no certification authority')
  const clock = createClock({ mode: 'virtual', startAt: now })
  const { sites } = await createLocal(
    { folder, seed: 'world', mode: 'virtual', directory: new Map(), clock, only: [description.id] },
    parties,
  )
  const store = sites.get(description.id)?.store
  if (store === undefined) throw new Error('the certification authority did not open')

  const towns = Object.entries(description.options.municipalities).map(([party, municipality]): Town => ({
    party,
    municipality,
    nameJa: `見本県${parties.find(({ id }) => id === party)?.name.ja ?? ''}`,
  }))

  return {
    towns,
    authorities: await readAuthorities(store),
    /** The latest daily publication: every list has what was revoked until then. */
    until: dailyAt(now),
    /** What the first new certificate will have. */
    numbering: () => readNumbering(store.read),
    firstSerialNumbers: ({ serialNumbers }: Numbering): Record<CertificateKind, number> => ({
      signature: firstSerialNumber + serialNumbers.signature,
      authentication: firstSerialNumber + serialNumbers.authentication,
    }),
    /** Whether the population of this seed has been entered. */
    knows: async (seed: string): Promise<boolean> => {
      const requestKey = requestKeyOf(cardIdOf(seed, 1), 'authentication')
      const found = await store.read
        .select({ number: certificatesTable.number })
        .from(certificatesTable)
        .where(and(eq(certificatesTable.requestKey, requestKey)))
      return found.length > 0
    },
    /**
     * Enter all cards or none. `onCards` hears of every batch and may throw to stop it.
     * Throws AuthorityMoved when numbers were given to others since `planned`.
     */
    enter: (
      cards: AsyncIterable<Card>,
      { planned, count, onCards }: { planned: Numbering; count: number; onCards(entered: number): void },
    ) =>
      store.write(async (tx) => {
        if (JSON.stringify(await readNumbering(tx)) !== JSON.stringify(planned)) throw new AuthorityMoved()
        await writeNumbering(tx, {
          number: planned.number + 2 * count,
          serialNumbers: {
            signature: planned.serialNumbers.signature + count,
            authentication: planned.serialNumbers.authentication + count,
          },
        })
        let batch: Card[] = []
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
      }),
    close: () => store.close(),
  }
}

export type PopulationAuthority = Awaited<ReturnType<typeof openAuthority>>
