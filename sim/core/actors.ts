/**
 * Durable actors: XState machines whose every step is one transaction of snapshot, timers, outgoing effects and journal.
 * No actor lives in memory, so a process may be killed at any instant and any number of processes may serve the same actors.
 */
import type { AnyStateMachine, ContextFrom, EventFrom, InputFrom } from 'xstate'
import { declaredEffects, dehydrate, firstStep, nextStep, rehydrate, type Step } from './actorMachine.ts'
import {
  ask,
  begin,
  change,
  Conflict,
  createActorReads,
  findIn,
  forgetHeard,
  hear,
  postpone,
  putOut,
  takeOut,
  takeTimer,
} from './actorStore.ts'
import { handledTable, outboxTable, snapshotsTable, timersTable } from './actorTables.ts'
import type { Outgoing, SnapshotRow, StoredEvent, TimerRow } from './actorTables.ts'
import { HOUR, MINUTE, type Clock } from './clock.ts'
import { createErrands, type Errands } from './errands.ts'
import type { Journal } from './journal.ts'
import { rememberedMs, Unreachable } from './network.ts'
import { Problem } from './problem.ts'
import type { Store, Transaction } from './store.ts'

export { effect, timerActions, type Schedule, type Unschedule } from './actorMachine.ts'

export const actorTables = [snapshotsTable, timersTable, outboxTable, handledTable]

/** An effect whose call got no answer is tried again after this, doubled each time up to an hour (assumed). */
const firstRetryMs = MINUTE
const longestRetryMs = HOUR
/** A step overtaken so often by others fails (assumed). */
const conflictTries = 20

/** Answers that say "not now" (RFC 9110 sections 15.6.3 to 15.6.5): the call is repeated as if none had come. */
const passingStatus = [502, 503, 504]

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
  /** So many beyond an id, sorted by it. */
  page(after: string, limit: number): Promise<State<M>[]>
}

const pathOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([state, inner]) => `${state}.${pathOf(inner)}`)
        .join(' + ')
    : String(value)

type Kind = { machine: AnyStateMachine; effects: Record<string, Effect<AnyStateMachine>> }

/** What a transaction left: the actor's row, and what it asked to be carried out. `asked` is missing when nothing was done. */
type Settled = { row: SnapshotRow; asked?: Outgoing[] }

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
  party = '',
}: {
  store: Store
  clock: Clock
  journal: Journal
  report: (error: unknown) => void
  /** Whose actors these are; it makes the request ids of their effects unlike any other party's. */
  party?: string
}): Actors => {
  const kinds = new Map<string, Kind>()
  const cancels = new Map<string, () => void>()
  const reads = createActorReads(store)
  let forgetAt = 0

  const kindOf = (name: string) => {
    const kind = kinds.get(name)
    if (kind === undefined) throw new Error(`no actor kind ${name}`)
    return kind
  }

  /** A state for people: `registered.noCard`, where a chart has states within states; several at once stand side by side. */
  const statePath = (state: string): string => (state.startsWith('{') ? pathOf(JSON.parse(state)) : state)

  const noSuch = (kind: string, id: string) => new Problem(404, `no-such-${kind}`, `there is no ${kind} ${id}`)

  const timerKey = (kind: string, id: string, name: string) => JSON.stringify([kind, id, name])

  const cancelTimer = (key: string) => {
    cancels.get(key)?.()
    cancels.delete(key)
  }

  const setTimer = (timer: TimerRow) => {
    const key = timerKey(timer.kind, timer.actorId, timer.name)
    cancelTimer(key)
    const due = () => {
      cancels.delete(key)
      return fire(timer)
    }
    cancels.set(key, clock.at(timer.dueAt, due))
  }

  /** Write what one step decided, apart from the snapshot. `row` is the actor after it. */
  const write = async (tx: Transaction, row: SnapshotRow, step: Step): Promise<Outgoing[]> => {
    const { kind, id, version } = row
    const outgoing: Outgoing[] = []
    for (const asked of step.asked) {
      if (asked.type !== 'effect') {
        await ask(tx, row, asked)
        continue
      }
      const made = {
        id: `${party}${party && '.'}${kind}:${encodeURIComponent(id)}:${version}:${outgoing.length}`,
        kind,
        actorId: id,
        number: version * 1000 + outgoing.length,
        effect: asked.name,
        params: asked.params,
        attempts: 0,
        dueAt: clock.now(),
      }
      await putOut(tx, made)
      outgoing.push(made)
    }
    const { event, from, to } = step
    await journal.appendIn(tx, 'transition', { kind, id, event, from, to, version })
    return outgoing
  }

  /** Set and cancel the timers of steps that were committed. */
  const setTimers = ({ kind, id }: SnapshotRow, steps: Step[]) => {
    for (const asked of steps.flatMap((step) => step.asked)) {
      if (asked.type === 'schedule') setTimer({ kind, actorId: id, ...asked.schedule })
      if (asked.type === 'unschedule') cancelTimer(timerKey(kind, id, asked.name))
    }
  }

  const rowAfter = (before: { kind: string; id: string; version: number }, step: Step): SnapshotRow => ({
    kind: before.kind,
    id: before.id,
    version: before.version + 1,
    state: step.to,
    snapshot: dehydrate(kindOf(before.kind).machine, step.snapshot),
    changedAt: clock.now(),
  })

  /** One transaction; taken up again, from what is then stored, when somebody else was faster. */
  const transact = async (job: (tx: Transaction, tries: number) => Promise<Settled & { steps: Step[] }>) => {
    for (let tries = 0; ; tries++) {
      try {
        const { steps, ...settled } = await store.write((tx) => job(tx, tries))
        setTimers(settled.row, steps)
        return settled
      } catch (error) {
        if (!(error instanceof Conflict) || tries >= conflictTries) throw error
      }
    }
  }

  /**
   * One or more events to one actor in one transaction.
   * `first` runs in it before them; answering false means that all of it was done before.
   * Where `strict`, an event that the state has no place for is a 409 problem; else it is passed over.
   */
  const deliver = (
    { kind, id }: { kind: string; id: string },
    events: StoredEvent[],
    options: { strict?: boolean; known?: SnapshotRow | undefined; first: (tx: Transaction) => Promise<boolean> },
  ): Promise<Settled> => {
    const { machine, effects } = kindOf(kind)
    return transact(async (tx, tries) => {
      const found = tries === 0 && options.known !== undefined ? options.known : await findIn(tx, kind, id)
      if (found === undefined) throw noSuch(kind, id)
      if (!(await options.first(tx))) return { row: found, steps: [] }
      let row = found
      if (events.length === 0) return { row, asked: [], steps: [] }
      let snapshot = rehydrate(machine, row.snapshot)
      const steps: Step[] = []
      const asked: Outgoing[] = []
      for (const event of events) {
        const step = nextStep(machine, snapshot, event, effects)
        if (step === undefined) {
          if (!options.strict) continue
          throw new Problem(
            409,
            'not-now',
            `${kind} ${id} is ${statePath(row.state)}, which has no place for ${event.type}`,
          )
        }
        snapshot = step.snapshot
        row = rowAfter(row, step)
        steps.push(step)
        asked.push(...(await write(tx, row, step)))
      }
      if (steps.length > 0) await change(tx, row, found.version)
      return { row, asked, steps }
    })
  }

  const fire = async (timer: TimerRow) => {
    const { kind, actorId, name, dueAt } = timer
    const stored = await reads.timer(kind, actorId, name)
    if (stored === undefined || stored.dueAt !== dueAt) return
    const first = (tx: Transaction) => takeTimer(tx, timer)
    await errands.follow(await deliver({ kind, id: actorId }, [stored.event], { first }))
  }

  /** Carry out one effect and tell its actor what came of it; one that got no answer is left for later. */
  const carryOut = async (outgoing: Outgoing, known: SnapshotRow | undefined): Promise<Settled | undefined> => {
    const { kind, actorId, effect: name, params, id: requestId, attempts } = outgoing
    const { machine, effects } = kindOf(kind)
    const row = known ?? (await reads.find(kind, actorId))
    const run = effects[name]
    if (row === undefined || run === undefined)
      throw new Error(`effect ${name} of ${kind} ${actorId} cannot be carried out`)
    const { context } = rehydrate(machine, row.snapshot)
    try {
      const happened = await run({ id: actorId, context, params, requestId, attempts })
      const events: StoredEvent[] = happened === undefined ? [] : Array.isArray(happened) ? happened : [happened]
      const first = (tx: Transaction) => takeOut(tx, requestId)
      const settled = await deliver({ kind, id: actorId }, events, { known: row, first })
      return settled
    } catch (error) {
      const passing = error instanceof Problem && passingStatus.includes(error.status)
      if (!(error instanceof Unreachable) && !passing) throw error
      const dueAt = clock.now() + Math.min(firstRetryMs * 2 ** attempts, longestRetryMs)
      await store.write((tx) => postpone(tx, outgoing, dueAt))
      clock.at(dueAt, () => errands.drain(kind, actorId))
      return undefined
    }
  }

  const errands: Errands = createErrands({
    carryOut,
    due: (kind, id) => reads.dueEffects(kind, id, clock.now()),
  })

  /** Whether this request is new. Requests are remembered in the transaction that carries them out, and forgotten after a while. */
  const isNew = (kind: string, id: string, requestId: string | undefined) => async (tx: Transaction) => {
    if (requestId === undefined) return true
    const now = clock.now()
    if (now >= forgetAt) {
      forgetAt = now + HOUR
      await forgetHeard(tx, now - rememberedMs)
    }
    return hear(tx, { kind, actorId: id, requestId, at: now })
  }

  const define: Actors['define'] = (kind, machine, effects = {}) => {
    type M = typeof machine
    const missing = declaredEffects(machine).filter((name) => !Object.hasOwn(effects, name))
    if (missing.length > 0) throw new Error(`nothing carries out ${missing.join(', ')} of ${kind}`)
    kinds.set(kind, { machine, effects: effects as Kind['effects'] })

    const view = (row: SnapshotRow): State<M> => {
      const snapshot = rehydrate(machine, row.snapshot)
      const { id, version, state } = row
      return { id, version, state, context: snapshot.context, done: snapshot.status === 'done' }
    }
    const find = async (id: string) => {
      const row = await reads.find(kind, id)
      return row === undefined ? undefined : view(row)
    }
    const get = async (id: string) => {
      const found = await find(id)
      if (found === undefined) throw noSuch(kind, id)
      return found
    }
    return {
      find,
      get,
      start: async (id, input) => {
        const step = firstStep(machine, input, effects)
        const row = rowAfter({ kind, id, version: 0 }, step)
        const settled = await transact(async (tx) => {
          if (!(await begin(tx, row))) return { row, steps: [] }
          return { row, asked: await write(tx, row, step), steps: [step] }
        })
        const latest = await errands.follow(settled)
        return latest === undefined ? get(id) : view(latest)
      },
      send: async (id, event, requestId) => {
        const settled = await deliver({ kind, id }, [event], { strict: true, first: isNew(kind, id, requestId) })
        const latest = await errands.follow(settled)
        return latest === undefined ? get(id) : view(latest)
      },
      list: async (state) => (await reads.list(kind, state)).map(view),
      page: async (after, limit) => (await reads.page(kind, after, limit)).map(view),
    }
  }

  const resume = async () => {
    for (const timer of await reads.timers()) setTimer(timer)
    const overdue: Promise<void>[] = []
    for (const { kind, actorId, dueAt } of await reads.pending()) {
      const drain = () => errands.drain(kind, actorId)
      if (dueAt > clock.now()) clock.at(dueAt, drain)
      else {
        const carried = drain().catch(report)
        overdue.push(carried)
        // In virtual time one after another, so that two runs do the same in the same order.
        if (clock.mode === 'virtual') await carried
      }
    }
    await Promise.all(overdue)
  }

  return { define, resume, machines: () => new Map([...kinds].map(([kind, { machine }]) => [kind, machine])) }
}
