/** The privacy matrix as it is shown: who received which class of data how often, for the whole run or one case. */
import type { Privacy } from '../../../../sim/messages/evaluation.ts'

type Named = Privacy['parties'][number]
type Cell = Privacy['cells'][number]

export type Shown = {
  cell: Cell
  count: number
  /** 1 to 5, by powers of four: single messages stay visible beside thousands. */ strength: number
}
export type Matrix = {
  parties: Named[]
  classes: Named[]
  at(party: string, dataClass: string): Shown | undefined
  total: number
}

export const strengthOf = (count: number): number =>
  Math.min(5, 1 + Math.floor(Math.log(Math.max(1, count)) / Math.log(4)))

const countIn = (cell: Cell, chosen: string): number =>
  chosen === '' ? cell.count : cell.cases.filter((one) => one.case === chosen).reduce((sum, one) => sum + one.count, 0)

/** Parties that received nothing, and classes nobody received, are left out. */
export const matrixOf = ({ parties, classes, cells }: Privacy, chosen: string): Matrix => {
  const shown = new Map<string, Shown>()
  for (const cell of cells) {
    const count = countIn(cell, chosen)
    if (count > 0) shown.set(JSON.stringify([cell.party, cell.dataClass]), { cell, count, strength: strengthOf(count) })
  }
  const all = [...shown.values()]
  return {
    parties: parties.filter(({ id }) => all.some(({ cell }) => cell.party === id)),
    classes: classes.filter(({ id }) => all.some(({ cell }) => cell.dataClass === id)),
    at: (party, dataClass) => shown.get(JSON.stringify([party, dataClass])),
    total: all.reduce((sum, { count }) => sum + count, 0),
  }
}

/** The cases of a cell that a filter leaves, most messages first. */
export const casesOf = ({ cases }: Cell, chosen: string) =>
  cases.filter((one) => chosen === '' || one.case === chosen).toSorted((a, b) => b.count - a.count)
