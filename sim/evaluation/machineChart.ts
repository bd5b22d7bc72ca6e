/** Statecharts as data for drawing, read from the machines that the parties run on. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import type { Machine, MachineState, MachineTransition } from '../messages/evaluation.ts'

const idOf = (node: AnyStateNode) => node.path.join('.')

/** A guard or action is named in `setup`; one that is written in place has no name to show. */
const nameOf = (named: unknown): string => {
  if (typeof named === 'string') return named
  if (typeof named === 'object' && named !== null && 'type' in named && typeof named.type === 'string')
    return named.type
  return typeof named === 'function' && named.name !== '' ? named.name : '(…)'
}

const stateOf = (node: AnyStateNode): MachineState => {
  const { parent } = node
  const initial = parent?.config.initial
  return {
    id: idOf(node),
    name: node.key,
    parent: parent === undefined || parent.path.length === 0 ? null : idOf(parent),
    type: node.type,
    initial: parent?.type === 'parallel' || (typeof initial === 'string' && initial === node.key),
  }
}

const transitionsOf = (node: AnyStateNode): MachineTransition[] => {
  const spontaneous = (node.always ?? []).map((one) => ({ ...one, eventType: 'always' }))
  return [...[...node.transitions.values()].flat(), ...spontaneous].flatMap((one): MachineTransition[] => {
    const shared = {
      from: node.path.length === 0 ? null : idOf(node),
      event: String(one.eventType),
      guard: one.guard === undefined ? null : nameOf(one.guard),
      actions: [...one.actions].map(nameOf),
    }
    const targets: readonly AnyStateNode[] = one.target ?? []
    if (targets.length === 0) return [{ ...shared, to: null }]
    return targets.map((target) => ({ ...shared, to: idOf(target) }))
  })
}

const nodesBelow = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((child) => [child, ...nodesBelow(child)])

/** States from the outside inwards, and every transition by which one is left or something is done. */
export const chartOf = (party: string, kind: string, machine: AnyStateMachine): Machine => {
  const nodes = nodesBelow(machine.root)
  return {
    party,
    kind,
    parallel: machine.root.type === 'parallel',
    states: nodes.map(stateOf),
    transitions: [machine.root, ...nodes].flatMap(transitionsOf),
  }
}

export const countStates = (machine: AnyStateMachine) => nodesBelow(machine.root).length
