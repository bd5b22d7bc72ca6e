/** What each entry adds to the cost of a run: fees, work by hand, and messages with their wall time. */
import type { DisplayEvent } from '../messages/evaluation.ts'
import { addLatency, noLatency, type Latency } from './latency.ts'

/** So many events are named for each figure, the first ones (assumed): enough to open and look. */
const mostExamples = 5

export type FeeSum = { item: string; payer: string; payee: string; quantity: number; examples: string[] }
export type WorkSum = { stakeholder: string; work: string; parameter: string; count: number; examples: string[] }
export type Traffic = {
  purpose: string
  to: string
  calls: number
  refused: number
  failed: number
  bytes: { request: number; response: number }
  latency: Latency
}

export type Costs = { fees: Map<string, FeeSum>; work: Map<string, WorkSum>; traffic: Map<string, Traffic> }

export const noCosts = (): Costs => ({ fees: new Map(), work: new Map(), traffic: new Map() })

/** Name an event behind a figure, unless enough are named. */
export const addExample = (examples: string[], id: string) => {
  if (examples.length < mostExamples) examples.push(id)
}

const noteFees = ({ fees }: Costs, event: DisplayEvent) => {
  for (const { item, payer, payee, quantity } of event.fees) {
    const key = `${item} ${payer} ${payee}`
    const sum = fees.get(key) ?? { item, payer, payee, quantity: 0, examples: [] }
    sum.quantity += quantity
    addExample(sum.examples, event.id)
    fees.set(key, sum)
  }
}

const noteWork = (costs: Costs, { manual, id }: DisplayEvent) => {
  if (manual === null) return
  const { stakeholder, work, parameter } = manual
  const key = JSON.stringify([stakeholder, work, parameter])
  const sum = costs.work.get(key) ?? { stakeholder, work, parameter, count: 0, examples: [] }
  sum.count += 1
  addExample(sum.examples, id)
  costs.work.set(key, sum)
}

const noteTraffic = ({ traffic }: Costs, event: DisplayEvent) => {
  const purpose = event.purpose?.id ?? ''
  const to = event.to ?? event.party
  const key = `${to} ${purpose}`
  const sum: Traffic = traffic.get(key) ?? {
    ...{ purpose, to, calls: 0, refused: 0, failed: 0 },
    bytes: { request: 0, response: 0 },
    latency: noLatency(),
  }
  sum.calls += event.calls
  if (event.outcome?.result === 'refused') sum.refused += event.calls
  if (event.outcome?.result === 'failed') sum.failed += event.calls
  sum.bytes.request += event.bytes?.request ?? 0
  sum.bytes.response += event.bytes?.response ?? 0
  if (event.wallMs !== null) addLatency(sum.latency, event.wallMs, event.id)
  traffic.set(key, sum)
}

/** Take in one entry, of whatever kind. */
export const noteCosts = (costs: Costs, event: DisplayEvent): void => {
  noteWork(costs, event)
  if (event.kind !== 'call' && event.kind !== 'calls') return
  noteFees(costs, event)
  noteTraffic(costs, event)
}
