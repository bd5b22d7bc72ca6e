/**
 * Durable actors: XState machines whose every step is one transaction of snapshot, timers, outgoing effects and journal.
 * No actor lives in memory, so a process may be killed at any instant and any number of processes may serve the same actors.
 */
import { and, asc, eq } from 'drizzle-orm'
import {
  initialTransition,
  transition,
  type AnyStateMachine,
  type ContextFrom,
  type EventFrom,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate'
import { handledTable, outboxTable, snapshotsTable, timersTable, type StoredEvent } from './actorTables.ts'
import { HOUR, MINUTE, type Clock } from './clock.ts'
import type { Journal } from './journal.ts'
import { Unreachable } from './network.ts'
import { Problem } from './problem.ts'
import type { Store, Transaction } from './store.ts'

export const actorTables = [snapshotsTable, timersTable, outboxTable, handledTable]

/** An effect whose call got no answer is tried again after this, doubled each time up to an hour (assumed). */
const firstRetryMs = MINUTE
const longestRetryMs = HOUR
const conflictTries = 20

/** Parameters of the action `schedule`: a deadline as data. Setting a timer of the same name again moves it. */
export type Schedule = { name: string; dueAt: number; event: StoredEvent }
export type Unschedule = { name: string }

/** Declare these in a machine's `setup({ actions })`; the runtime turns them into timer rows. */
export const timerActions = {
  schedule: (_: unknown, __: Schedule) => undefined,
  unschedule: (_: unknown, __: Unschedule) => undefined,
}

/** Declare an action that is carried out after the step was committed: the runtime calls the effect of the same name. */
export const effect =
  <Params = void>() =>
  (_: unknown, __: Params) =>
    undefined

export type State<M extends AnyStateMachine> = {
  id: string
  version: number
  /** The state's name; nested and parallel states as JSON. */
  state: string
  context: ContextFrom<M>
  done: boolean
}

/** What carries out an effect: given the actor as it now is, it returns what happened, as events for that actor. */
export type Effect<M extends AnyStateMachine> = (input: {
  id: string
  context: ContextFrom<M>
  params: any
  /** The id to call others with; it stays the same when the effect is tried again. */
  requestId: string
  attempts: number
}) => Promise<EventFrom<M> | EventFrom<M>[] | void>

export type ActorKind<M extends AnyStateMachine> = {
  /** Begin a life; one that has begun already is returned as it is. */
  start(id: string, input: InputFrom<M>): Promise<State<M>>
  /**
   * Tell the actor what happened and carry out what follows.
   * 404 when there is no such actor, 409 when its state has no place for the event; a request id heard before changes nothing.
   */
  send(id: string, event: EventFrom<M>, requestId?: string): Promise<State<M>>
  find(id: string): Promise<State<M> | undefined>
  get(id: string): Promise<State<M>>
  list(state?: string): Promise<State<M>[]>
}

type Row = typeof snapshotsTable.$inferSelect
type Outgoing = typeof outboxTable.$inferSelect
type Kind = {
  machine: AnyStateMachine
  effects: Record<string, Effect<AnyStateMachine>>
  restore(stored: unknown): SnapshotFrom<AnyStateMachine>
}
type Step = {
  state: string
  event: StoredEvent
  snapshot: SnapshotFrom<AnyStateMachine>
  actions: ReturnType<typeof transition>[1]
}

class Conflict extends Error {}

const stateName = (snapshot: SnapshotFrom<AnyStateMachine>) =>
  typeof snapshot.value === 'string' ? snapshot.value : JSON.stringify(snapshot.value)

export type Actors = {
  define<M extends AnyStateMachine>(kind: string, machine: M, effects?: Record<string, Effect<M>>): ActorKind<M>
  /** Take up what a stopped process left: set pending timers and carry out pending effects. */
  resume(): Promise<void>
  /** Every machine that is looked after here, by kind, for drawing. */
  machines(): Map<string, AnyStateMachine>
}

export const createActors = ({
  store,
  clock,
  journal,
  report,
}: {
  store: Store
  clock: Clock
  journal: Journal
  report: (error: unknown) => void
}): Actors => {
  const kinds = new Map<string, Kind>()
  const cancels = new Map<string, () => void>()
  const working = new Map<string, Promise<void>>()

  const kindOf = (name: string) => {
    const kind = kinds.get(name)
    if (kind === undefined) throw new Error(`no actor kind ${name}`)
    return kind
  }

  const load = async (kind: string, id: string): Promise<Row | undefined> =>
    (
      await store.read
        .select()
        .from(snapshotsTable)
        .where(and(eq(snapshotsTable.kind, kind), eq(snapshotsTable.id, id)))
    )[0]

  const timerKey = (kind: string, id: string, name: string) => `${kind} ${id} ${name}`

  const setTimer = (kind: string, id: string, name: string, dueAt: number) => {
    const key = timerKey(kind, id, name)
    cancels.get(key)?.()
    cancels.set(
      key,
      clock.at(dueAt, () => fire(kind, id, name, dueAt)),
    )
  }

  /** Write what one step decided; returns what must be done once it is committed. */
  const write = async (tx: Transaction, kind: string, id: string, version: number, step: Step) => {
    const after: (() => void)[] = []
    let number = 0
    for (const action of step.actions) {
      if (action.type === 'schedule') {
        const { name, dueAt, event } = action.params as Schedule
        const row = { kind, actorId: id, name, dueAt, event }
        await tx
          .insert(timersTable)
          .values(row)
          .onConflictDoUpdate({ target: [timersTable.kind, timersTable.actorId, timersTable.name], set: row })
        after.push(() => setTimer(kind, id, name, dueAt))
      } else if (action.type === 'unschedule') {
        const { name } = action.params as Unschedule
        await tx
          .delete(timersTable)
          .where(and(eq(timersTable.kind, kind), eq(timersTable.actorId, id), eq(timersTable.name, name)))
        after.push(() => cancels.get(timerKey(kind, id, name))?.())
      } else if (action.type in kindOf(kind).effects) {
        const outgoing = {
          id: `${kind}:${id}:${version}:${number}`,
          kind,
          actorId: id,
          number: version * 1000 + number,
          effect: action.type,
        }
        await tx
          .insert(outboxTable)
          .values({ ...outgoing, params: action.params ?? null, attempts: 0, dueAt: clock.now() })
        number += 1
      }
    }
    await journal.appendIn(tx, 'transition', {
      kind,
      id,
      event: step.event.type,
      from: step.state,
      to: stateName(step.snapshot),
      version,
    })
    return after
  }

  const save = async (tx: Transaction, row: Row, expected: number | undefined) => {
    if (expected === undefined) {
      const made = await tx
        .insert(snapshotsTable)
        .values(row)
        .onConflictDoNothing()
        .returning({ id: snapshotsTable.id })
      if (made.length === 0) throw new Conflict()
      return
    }
    const changed = await tx
      .update(snapshotsTable)
      .set(row)
      .where(
        and(eq(snapshotsTable.kind, row.kind), eq(snapshotsTable.id, row.id), eq(snapshotsTable.version, expected)),
      )
      .returning({ id: snapshotsTable.id })
    if (changed.length === 0) throw new Conflict()
  }

  /**
   * One or more events to one actor in one transaction, taken up again when somebody else was faster.
   * `also` runs first inside the transaction; returning false there means that all of it was done before.
   */
  const deliver = async (
    kind: string,
    id: string,
    events: StoredEvent[],
    options: { strict: boolean; also?: (tx: Transaction) => Promise<boolean> },
  ) => {
    const { machine, restore } = kindOf(kind)
    for (let tries = 0; ; tries++) {
      const row = await load(kind, id)
      if (row === undefined) throw new Problem(404, `no-such-${kind}`, `there is no ${kind} ${id}`)
      let snapshot = restore(row.snapshot)
      let version = row.version
      const steps: (Step & { version: number })[] = []
      for (const event of events) {
        if (!snapshot.can(event)) {
          if (options.strict) {
            if (options.also !== undefined && (await wasHandled(options.also))) return
            throw new Problem(
              409,
              'not-now',
              `${kind} ${id} is ${stateName(snapshot)}, which has no place for ${event.type}`,
            )
          }
          continue
        }
        const state = stateName(snapshot)
        const [next, actions] = transition(machine, snapshot, event)
        snapshot = next
        version += 1
        steps.push({ state, event, snapshot, actions, version })
      }
      try {
        const after = await store.write(async (tx) => {
          if (options.also !== undefined && !(await options.also(tx))) return []
          if (steps.length === 0) return []
          const done: (() => void)[] = []
          for (const step of steps) done.push(...(await write(tx, kind, id, step.version, step)))
          await save(
            tx,
            {
              kind,
              id,
              version,
              state: stateName(snapshot),
              snapshot: machine.getPersistedSnapshot(snapshot),
              changedAt: clock.now(),
            },
            row.version,
          )
          return done
        })
        for (const act of after) act()
        return
      } catch (error) {
        if (!(error instanceof Conflict) || tries >= conflictTries) throw error
      }
    }
  }

  /** Whether `also` says it was all done before; nothing is kept of the question. */
  const wasHandled = async (also: (tx: Transaction) => Promise<boolean>) => {
    const rollback = new Error('only asked')
    let handled = false
    await store
      .write(async (tx) => {
        handled = !(await also(tx))
        throw rollback
      })
      .catch((error: unknown) => {
        if (error !== rollback) throw error
      })
    return handled
  }

  const fire = async (kind: string, id: string, name: string, dueAt: number) => {
    const mine = and(
      eq(timersTable.kind, kind),
      eq(timersTable.actorId, id),
      eq(timersTable.name, name),
      eq(timersTable.dueAt, dueAt),
    )
    const [timer] = await store.read.select().from(timersTable).where(mine)
    if (timer === undefined) return
    const also = async (tx: Transaction) =>
      (await tx.delete(timersTable).where(mine).returning({ name: timersTable.name })).length > 0
    await deliver(kind, id, [timer.event], { strict: false, also })
    await drain(kind, id)
  }

  const carryOut = async (outgoing: Outgoing) => {
    const { kind, actorId, effect: name } = outgoing
    const row = await load(kind, actorId)
    const run = kindOf(kind).effects[name]
    if (row === undefined || run === undefined)
      throw new Error(`effect ${name} of ${kind} ${actorId} cannot be carried out`)
    const { context } = kindOf(kind).restore(row.snapshot)
    const mine = eq(outboxTable.id, outgoing.id)
    try {
      const happened = await run({
        id: actorId,
        context,
        params: outgoing.params,
        requestId: outgoing.id,
        attempts: outgoing.attempts,
      })
      const events: StoredEvent[] = happened === undefined ? [] : Array.isArray(happened) ? happened : [happened]
      const also = async (tx: Transaction) =>
        (await tx.delete(outboxTable).where(mine).returning({ id: outboxTable.id })).length > 0
      await deliver(kind, actorId, events, { strict: false, also })
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      const dueAt = clock.now() + Math.min(firstRetryMs * 2 ** outgoing.attempts, longestRetryMs)
      await store.write(async (tx) => {
        await tx
          .update(outboxTable)
          .set({ attempts: outgoing.attempts + 1, dueAt })
          .where(mine)
      })
      clock.at(dueAt, () => drain(kind, actorId))
    }
  }

  /** Carry out the actor's due effects, oldest first, and those that follow from them; two callers never carry out one twice. */
  const drain = async (kind: string, id: string): Promise<void> => {
    for (;;) {
      const mine = and(eq(outboxTable.kind, kind), eq(outboxTable.actorId, id))
      const rows = await store.read.select().from(outboxTable).where(mine).orderBy(asc(outboxTable.number))
      const next = rows.find((row) => row.dueAt <= clock.now())
      if (next === undefined) return
      const already = working.get(next.id)
      if (already !== undefined) {
        await already
        continue
      }
      const work = carryOut(next)
      working.set(next.id, work)
      try {
        await work
      } finally {
        working.delete(next.id)
      }
    }
  }

  const define: Actors['define'] = (kind, machine, effects = {}) => {
    type M = typeof machine
    const restore = (stored: unknown): SnapshotFrom<AnyStateMachine> =>
      machine.resolveState(stored as Parameters<M['resolveState']>[0])
    kinds.set(kind, { machine, effects: effects as Kind['effects'], restore })
    const view = (row: Row): State<M> => {
      const snapshot = restore(row.snapshot)
      return {
        id: row.id,
        version: row.version,
        state: row.state,
        context: snapshot.context,
        done: snapshot.status === 'done',
      }
    }
    const find = async (id: string) => {
      const row = await load(kind, id)
      return row === undefined ? undefined : view(row)
    }
    const get = async (id: string) => {
      const found = await find(id)
      if (found === undefined) throw new Problem(404, `no-such-${kind}`, `there is no ${kind} ${id}`)
      return found
    }
    return {
      find,
      get,
      start: async (id, input) => {
        const [snapshot, actions] = initialTransition(machine, input)
        const step = { state: '', event: { type: 'start' }, snapshot, actions }
        const row = {
          kind,
          id,
          version: 1,
          state: stateName(snapshot),
          snapshot: machine.getPersistedSnapshot(snapshot),
          changedAt: clock.now(),
        }
        try {
          const after = await store.write(async (tx) => {
            await save(tx, row, undefined)
            return write(tx, kind, id, 1, step)
          })
          for (const act of after) act()
        } catch (error) {
          if (!(error instanceof Conflict)) throw error
        }
        await drain(kind, id)
        return get(id)
      },
      send: async (id, event, requestId) => {
        const also = async (tx: Transaction) => {
          if (requestId === undefined) return true
          const made = await tx
            .insert(handledTable)
            .values({ kind, actorId: id, requestId })
            .onConflictDoNothing()
            .returning({ id: handledTable.requestId })
          return made.length > 0
        }
        await deliver(kind, id, [event], { strict: true, also })
        await drain(kind, id)
        return get(id)
      },
      list: async (state) => {
        const ofKind = eq(snapshotsTable.kind, kind)
        const where = state === undefined ? ofKind : and(ofKind, eq(snapshotsTable.state, state))
        return (await store.read.select().from(snapshotsTable).where(where).orderBy(asc(snapshotsTable.id))).map(view)
      },
    }
  }

  const resume = async () => {
    const timers = await store.read.select().from(timersTable).orderBy(asc(timersTable.dueAt))
    for (const timer of timers) setTimer(timer.kind, timer.actorId, timer.name, timer.dueAt)
    const pending = await store.read
      .selectDistinct({ kind: outboxTable.kind, actorId: outboxTable.actorId, dueAt: outboxTable.dueAt })
      .from(outboxTable)
    for (const { kind, actorId, dueAt } of pending) {
      if (dueAt > clock.now()) clock.at(dueAt, () => drain(kind, actorId))
      else await drain(kind, actorId).catch(report)
    }
  }

  return { define, resume, machines: () => new Map([...kinds].map(([kind, { machine }]) => [kind, machine])) }
}
