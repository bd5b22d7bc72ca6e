/** Requests that were answered already: under the same id from the same caller, the same answer is given again. */
import { hash } from 'node:crypto'
import { eq, lt } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { HOUR, type Clock } from './clock.ts'
import { rememberedMs } from './network.ts'
import { Problem } from './problem.ts'
import type { Store, Transaction } from './store.ts'

export const answersTable = sqliteTable(
  'answers',
  {
    key: text().primaryKey(),
    at: integer().notNull(),
    status: integer().notNull(),
    contentType: text().notNull(),
    body: blob({ mode: 'buffer' }).notNull(),
    /** SHA-256 of the request's body, hex: the same id with another body is another request. */
    asked: text().notNull(),
  },
  (table) => [index('answers_by_age').on(table.at)],
)

const digestOf = (bytes: Uint8Array) => hash('sha256', bytes)

/** Statuses whose answers have no body (Fetch standard, null body status). */
const bodiless = [101, 204, 205, 304]

export const createAnswers = (store: Store, clock: Clock) => {
  const underway = new Map<string, Promise<unknown>>()
  let forgetAt = 0
  return {
    /** The answer given under this key; a 422 problem when that was to another body. */
    find: async (key: string, asked: Uint8Array): Promise<Response | undefined> => {
      const [earlier] = await store.read.select().from(answersTable).where(eq(answersTable.key, key))
      if (earlier === undefined) return undefined
      if (earlier.asked !== digestOf(asked))
        throw new Problem(422, 'request-id-reused', 'this request id was used before, with another body')
      const body = bodiless.includes(earlier.status) ? null : new Uint8Array(earlier.body)
      return new Response(body, { status: earlier.status, headers: { 'content-type': earlier.contentType } })
    },
    /** Keep an answer, together with the journal entry of its request; old ones are forgotten. */
    keep: async (
      tx: Transaction,
      { key, response, body, asked }: { key: string; response: Response; body: Uint8Array; asked: Uint8Array },
    ): Promise<void> => {
      const at = clock.now()
      const contentType = response.headers.get('content-type') ?? ''
      const row = { key, at, status: response.status, contentType, body: Buffer.from(body), asked: digestOf(asked) }
      await tx.insert(answersTable).values(row).onConflictDoNothing()
      if (at < forgetAt) return
      forgetAt = at + HOUR
      await tx.delete(answersTable).where(lt(answersTable.at, at - rememberedMs))
    },
    /** Requests of one key come one after another, so that the second finds the first one's answer. */
    inTurn: async (key: string, work: () => Promise<void>): Promise<void> => {
      for (let other = underway.get(key); other !== undefined; other = underway.get(key)) await other
      const mine = work()
      underway.set(
        key,
        mine.catch(() => undefined),
      )
      try {
        await mine
      } finally {
        underway.delete(key)
      }
    },
  }
}
