/** Fees and work of one run, or of two side by side. */
import type { FeeOwed, Fees, WorkDone, Works } from '../../../../sim/messages/evaluation.ts'

type Side = { quantity: number; yen: number | null }

export type FeeRow = Pick<FeeOwed, 'item' | 'payer' | 'payee' | 'tariff'> & {
  id: string
  a: Side
  /** Undefined where only one run is looked at. */
  b: Side | undefined
  difference: number
  /** An event behind the figure of the first run. */
  example: string | undefined
}

const none: Side = { quantity: 0, yen: null }
const feeId = ({ item, payer, payee }: FeeOwed) => `${payee.id} ${payer.id} ${item.id}`

/** Sorted by who is paid and who pays. */
export const feeRows = (a: Fees, b?: Fees): FeeRow[] => {
  const [left, right] = [a, b].map((fees) => new Map((fees?.rows ?? []).map((row) => [feeId(row), row])))
  const ids = [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])].sort()
  return ids.flatMap((id) => {
    const [one, other] = [left?.get(id), right?.get(id)]
    const known = one ?? other
    if (known === undefined) return []
    const { item, payer, payee, tariff } = known
    return [
      {
        ...{ id, item, payer, payee, tariff, a: one ?? none, b: b === undefined ? undefined : (other ?? none) },
        ...{ difference: (other ?? none).quantity - (one ?? none).quantity, example: one?.examples[0] },
      },
    ]
  })
}

export type WorkRow = Pick<WorkDone, 'stakeholder' | 'work' | 'parameter'> & {
  id: string
  a: number
  b: number | undefined
  difference: number
  example: string | undefined
}

const workId = ({ stakeholder, work, parameter }: WorkDone) => `${stakeholder.id} ${work.id} ${parameter}`

/** Sorted by whose hands do it. */
export const workRows = (a: Works, b?: Works): WorkRow[] => {
  const [left, right] = [a, b].map((works) => new Map((works?.rows ?? []).map((row) => [workId(row), row])))
  const ids = [...new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])].sort()
  return ids.flatMap((id) => {
    const [one, other] = [left?.get(id), right?.get(id)]
    const known = one ?? other
    if (known === undefined) return []
    const { stakeholder, work, parameter } = known
    const [countA, countB] = [one?.count ?? 0, other?.count ?? 0]
    return [
      {
        ...{ id, stakeholder, work, parameter, a: countA, b: b === undefined ? undefined : countB },
        ...{ difference: countB - countA, example: one?.examples[0] },
      },
    ]
  })
}

export type HandRow = {
  stakeholder: WorkDone['stakeholder']
  a: number
  b: number | undefined
  /** Lengths of the bars, on one scale, 0 to 1. */
  partA: number
  partB: number
}

/** By whose hands, the busiest first. */
export const handRows = (rows: readonly WorkRow[]): HandRow[] => {
  const sums = new Map<string, { stakeholder: WorkDone['stakeholder']; a: number; b: number | undefined }>()
  for (const { stakeholder, a, b } of rows) {
    const known = sums.get(stakeholder.id)
    sums.set(stakeholder.id, {
      stakeholder,
      a: (known?.a ?? 0) + a,
      b: b === undefined ? undefined : (known?.b ?? 0) + b,
    })
  }
  const most = Math.max(1, ...[...sums.values()].flatMap(({ a, b }) => [a, b ?? 0]))
  return [...sums.values()]
    .map((sum) => ({ ...sum, partA: sum.a / most, partB: (sum.b ?? 0) / most }))
    .sort((x, y) => Math.max(y.a, y.b ?? 0) - Math.max(x.a, x.b ?? 0) || (x.stakeholder.id < y.stakeholder.id ? -1 : 1))
}

/** How many fees fell due altogether. */
export const quantityOf = ({ total }: Fees): number => total.priced + total.unpriced
