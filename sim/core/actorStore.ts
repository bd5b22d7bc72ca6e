/** The rows of durable actors: what one step writes inside one transaction, and what is read back. */
import { and, asc, eq, gt, lt, lte, sql } from 'drizzle-orm'
import type { Asked } from './actorMachine.ts'
import {
  handledTable,
  outboxTable,
  snapshotsTable,
  timersTable,
  type Outgoing,
  type SnapshotRow,
  type TimerRow,
} from './actorTables.ts'
import { prepareOnce, type Store, type Transaction } from './store.ts'

/** Somebody else changed the actor meanwhile. */
export class Conflict extends Error {}

const given = (name: string) => sql`${sql.placeholder(name)}`
const isActor = and(eq(snapshotsTable.kind, given('kind')), eq(snapshotsTable.id, given('id')))
const isTimer = and(
  eq(timersTable.kind, given('kind')),
  eq(timersTable.actorId, given('actorId')),
  eq(timersTable.name, given('name')),
)
const ofActor = and(eq(outboxTable.kind, given('kind')), eq(outboxTable.actorId, given('actorId')))

const snapshotValues = {
  kind: given('kind'),
  id: given('id'),
  version: given('version'),
  state: given('state'),
  snapshot: given('snapshot'),
  changedAt: given('changedAt'),
}
const timerValues = {
  kind: given('kind'),
  actorId: given('actorId'),
  name: given('name'),
  dueAt: given('dueAt'),
  event: given('event'),
}
const outgoingValues = {
  id: given('id'),
  kind: given('kind'),
  actorId: given('actorId'),
  number: given('number'),
  effect: given('effect'),
  params: given('params'),
  attempts: given('attempts'),
  dueAt: given('dueAt'),
}

const statements = prepareOnce((tx) => ({
  find: tx.select().from(snapshotsTable).where(isActor).prepare(),
  begin: tx.insert(snapshotsTable).values(snapshotValues).onConflictDoNothing().prepare(),
  change: tx
    .update(snapshotsTable)
    .set(snapshotValues)
    .where(and(isActor, eq(snapshotsTable.version, given('expected'))))
    .prepare(),
  setTimer: tx
    .insert(timersTable)
    .values(timerValues)
    .onConflictDoUpdate({
      target: [timersTable.kind, timersTable.actorId, timersTable.name],
      set: { dueAt: sql`excluded."dueAt"`, event: sql`excluded.event` },
    })
    .prepare(),
  dropTimer: tx.delete(timersTable).where(isTimer).prepare(),
  takeTimer: tx
    .delete(timersTable)
    .where(and(isTimer, eq(timersTable.dueAt, given('dueAt'))))
    .prepare(),
  putOut: tx.insert(outboxTable).values(outgoingValues).prepare(),
  takeOut: tx
    .delete(outboxTable)
    .where(eq(outboxTable.id, given('id')))
    .prepare(),
  hear: tx
    .insert(handledTable)
    .values({ kind: given('kind'), actorId: given('actorId'), requestId: given('requestId'), at: given('at') })
    .onConflictDoNothing()
    .prepare(),
}))

const json = (value: unknown) => JSON.stringify(value ?? null)
const isDone = (result: { rowsAffected: number }) => result.rowsAffected > 0

/** The actor as this transaction sees it. */
export const findIn = async (tx: Transaction, kind: string, id: string): Promise<SnapshotRow | undefined> =>
  (await statements(tx).find.all({ kind, id }))[0]

/** Whether the actor could be begun; false when it lives already. */
export const begin = async (tx: Transaction, row: SnapshotRow): Promise<boolean> =>
  isDone(await statements(tx).begin.run({ ...row, snapshot: json(row.snapshot) }))

/** Write the actor's next snapshot over version `expected`; a Conflict when it has another by now. */
export const change = async (tx: Transaction, row: SnapshotRow, expected: number) => {
  if (!isDone(await statements(tx).change.run({ ...row, snapshot: json(row.snapshot), expected }))) throw new Conflict()
}

/** Write one thing a step asked for. */
export const ask = async (tx: Transaction, { kind, id }: SnapshotRow, asked: Exclude<Asked, { type: 'effect' }>) => {
  if (asked.type === 'unschedule') {
    await statements(tx).dropTimer.run({ kind, actorId: id, name: asked.name })
    return
  }
  const { name, dueAt, event } = asked.schedule
  await statements(tx).setTimer.run({ kind, actorId: id, name, dueAt, event: json(event) })
}

export const putOut = async (tx: Transaction, outgoing: Outgoing) =>
  void (await statements(tx).putOut.run({ ...outgoing, params: json(outgoing.params) }))

/** Take an effect off the list once what came of it is written; false when somebody else did. */
export const takeOut = async (tx: Transaction, id: string): Promise<boolean> =>
  isDone(await statements(tx).takeOut.run({ id }))

/** Take a timer that fires; false when it fired, moved or was cancelled meanwhile. */
export const takeTimer = async (tx: Transaction, { kind, actorId, name, dueAt }: TimerRow): Promise<boolean> =>
  isDone(await statements(tx).takeTimer.run({ kind, actorId, name, dueAt }))

/** Note a request; false when it was heard before. */
export const hear = async (tx: Transaction, heard: typeof handledTable.$inferInsert): Promise<boolean> =>
  isDone(await statements(tx).hear.run(heard))

export const forgetHeard = async (tx: Transaction, before: number) =>
  void (await tx.delete(handledTable).where(lt(handledTable.at, before)))

/** An effect got no answer: it is due again at `dueAt`. */
export const postpone = async (tx: Transaction, { id, attempts }: Outgoing, dueAt: number) =>
  void (await tx
    .update(outboxTable)
    .set({ attempts: attempts + 1, dueAt })
    .where(eq(outboxTable.id, id)))

/** What is read outside of transactions. */
export const createActorReads = ({ read }: Store) => {
  const one = read.select().from(snapshotsTable).where(isActor).prepare()
  const page = read
    .select()
    .from(snapshotsTable)
    .where(and(eq(snapshotsTable.kind, given('kind')), gt(snapshotsTable.id, given('after'))))
    .orderBy(asc(snapshotsTable.id))
    .limit(sql.placeholder('limit'))
    .prepare()
  const timer = read.select().from(timersTable).where(isTimer).prepare()
  const due = read
    .select()
    .from(outboxTable)
    .where(and(ofActor, lte(outboxTable.dueAt, given('now'))))
    .orderBy(asc(outboxTable.number))
    .prepare()
  return {
    find: async (kind: string, id: string): Promise<SnapshotRow | undefined> => (await one.all({ kind, id }))[0],
    list: (kind: string, state: string | undefined): Promise<SnapshotRow[]> => {
      const ofKind = eq(snapshotsTable.kind, kind)
      const where = state === undefined ? ofKind : and(ofKind, eq(snapshotsTable.state, state))
      return read.select().from(snapshotsTable).where(where).orderBy(asc(snapshotsTable.id))
    },
    page: (kind: string, after: string, limit: number): Promise<SnapshotRow[]> => page.all({ kind, after, limit }),
    timer: async (kind: string, actorId: string, name: string): Promise<TimerRow | undefined> =>
      (await timer.all({ kind, actorId, name }))[0],
    timers: (): Promise<TimerRow[]> => read.select().from(timersTable).orderBy(asc(timersTable.dueAt)),
    /** The actor's effects that are due, oldest first. */
    dueEffects: (kind: string, actorId: string, now: number): Promise<Outgoing[]> => due.all({ kind, actorId, now }),
    /** Every actor with effects to be carried out, and when. */
    pending: () =>
      read
        .selectDistinct({ kind: outboxTable.kind, actorId: outboxTable.actorId, dueAt: outboxTable.dueAt })
        .from(outboxTable)
        .orderBy(asc(outboxTable.dueAt), asc(outboxTable.kind), asc(outboxTable.actorId)),
  }
}
