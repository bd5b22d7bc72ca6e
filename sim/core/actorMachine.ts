/** The pure half of durable actors: what one event does to a machine, as data to be stored. */
import {
  initialTransition,
  transition,
  type AnyStateMachine,
  type ExecutableActionObject,
  type SnapshotFrom,
} from 'xstate'
import type { StoredEvent } from './actorTables.ts'

/** Parameters of the action `schedule`: a deadline as data. Setting a timer of the same name again moves it. */
export type Schedule = { name: string; dueAt: number; event: StoredEvent }
export type Unschedule = { name: string }

/** Declare these in a machine's `setup({ actions })`; the runtime turns them into timer rows. */
export const timerActions = {
  schedule: (_: unknown, __: Schedule) => undefined,
  unschedule: (_: unknown, __: Unschedule) => undefined,
}

const effectActions = new WeakSet<object>()

/** Declare an action that is carried out after the step was committed: the runtime calls the effect of the same name. */
export const effect = <Params = void>() => {
  const action = (_: unknown, __: Params) => undefined
  effectActions.add(action)
  return action
}

/** The actions a machine declared with `effect()`. */
export const declaredEffects = (machine: AnyStateMachine): string[] =>
  Object.entries(machine.implementations.actions)
    .filter(([, action]) => typeof action === 'function' && effectActions.has(action))
    .map(([name]) => name)

export type Snapshot = SnapshotFrom<AnyStateMachine>

/** What one step asks for, in order. */
export type Asked =
  | { type: 'schedule'; schedule: Schedule }
  | { type: 'unschedule'; name: string }
  | { type: 'effect'; name: string; params: unknown }

export type Step = { event: string; from: string; to: string; snapshot: Snapshot; asked: Asked[] }

/** The state's name; nested and parallel states as JSON. */
const stateName = (snapshot: Snapshot): string =>
  typeof snapshot.value === 'string' ? snapshot.value : JSON.stringify(snapshot.value)

/** XState's own actions that would need a live actor behind them; without one they would be forgotten in silence. */
const needsLiveActor = /^xstate\.(raise|sendTo|spawnChild|emit)$/

const askedBy = (actions: readonly ExecutableActionObject[], effects: object): Asked[] =>
  actions.flatMap((action): Asked[] => {
    if (needsLiveActor.test(action.type)) {
      throw new Error(`${action.type} is not durable: use schedule for deadlines and an effect for the rest`)
    }
    if (action.type === 'schedule') return [{ type: 'schedule', schedule: action.params as Schedule }]
    if (action.type === 'unschedule') return [{ type: 'unschedule', name: (action.params as Unschedule).name }]
    if (Object.hasOwn(effects, action.type))
      return [{ type: 'effect', name: action.type, params: action.params ?? null }]
    return []
  })

const stepTo = (
  before: { event: string; from: string },
  [snapshot, actions]: readonly [Snapshot, readonly ExecutableActionObject[]],
  effects: object,
): Step => {
  if (snapshot.status === 'error') throw snapshot.error
  return { ...before, to: stateName(snapshot), snapshot, asked: askedBy(actions, effects) }
}

export const firstStep = (machine: AnyStateMachine, input: unknown, effects: object): Step =>
  stepTo({ event: 'start', from: '' }, initialTransition(machine, input), effects)

/** What `event` does to an actor at `snapshot`, or undefined when its state has no place for it. */
export const nextStep = (
  machine: AnyStateMachine,
  snapshot: Snapshot,
  event: StoredEvent,
  effects: object,
): Step | undefined =>
  snapshot.can(event)
    ? stepTo({ event: event.type, from: stateName(snapshot) }, transition(machine, snapshot, event), effects)
    : undefined

/** The snapshot as it is stored: plain JSON, exactly what is read back. */
export const dehydrate = (machine: AnyStateMachine, snapshot: Snapshot): unknown =>
  JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot)))

type Stored = Parameters<AnyStateMachine['resolveState']>[0] & { historyValue?: Record<string, { id: string }[]> }

/** The snapshot that was stored; `resolveState` alone would lose what history states remember. */
export const rehydrate = (machine: AnyStateMachine, stored: unknown): Snapshot => {
  const { historyValue = {}, ...plain } = stored as Stored
  const remembered = Object.entries(historyValue).map(([key, nodes]) => [
    key,
    nodes.map(({ id }) => machine.getStateNodeById(id)),
  ])
  return machine.resolveState({ ...plain, historyValue: Object.fromEntries(remembered) })
}
