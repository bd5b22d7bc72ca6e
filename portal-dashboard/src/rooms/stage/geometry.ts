/** Where everything of the sequence diagram stands: columns for parties, rows for events. Pixels; no drawing. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'

export const rowHeight = 46
/** Where the arrow runs within its row; its words stand above it. */
export const arrowAt = 31
const leastColumn = 88
const margin = 24

/** From residents at the left to the certification authority at the right, as most messages run. */
const folders = [
  'outside',
  'people',
  'card',
  'clinic',
  'catv',
  'subscription',
  'payment',
  'insurer',
  'platform',
  'municipality',
  'ca',
]

export type PartyFolder = { id: string; folder: string }

const rank = (id: string, known: ReadonlyMap<string, string>) => {
  const place = folders.indexOf(known.get(id) ?? id)
  return place === -1 ? folders.length : place
}

/** Note who takes part in an event. */
export const noteTaking = (taking: Set<string>, { from, to, kind, party }: DisplayEvent): void => {
  if (from !== null) taking.add(from)
  if (to !== null) taking.add(to)
  if (kind === 'transition') taking.add(party)
}

/** Those who take part, in the order of their columns. */
export const columnsOf = (taking: Iterable<string>, parties: readonly PartyFolder[]): string[] => {
  const known = new Map(parties.map(({ id, folder }) => [id, folder]))
  return [...taking].sort((a, b) => rank(a, known) - rank(b, known) || a.localeCompare(b))
}

export type Grid = { width: number; x: ReadonlyMap<string, number>; column: number }

/** Columns spread over the width there is; where that is too narrow the diagram grows wider than its frame. */
export const gridOf = (columns: readonly string[], available: number): Grid => {
  const count = Math.max(1, columns.length)
  const column = Math.max(leastColumn, (available - 2 * margin) / count)
  const x = new Map(columns.map((id, index) => [id, margin + column * (index + 0.5)]))
  return { width: Math.max(available, 2 * margin + column * count), x, column }
}

export type Drawn =
  | { type: 'message'; x1: number; x2: number; words: number; state: 'good' | 'bad' | 'lost' }
  | { type: 'self'; x: number; state: 'good' | 'bad' | 'lost' }
  | { type: 'life'; x: number }
  | { type: 'band' }

/** How a row is drawn: an arrow between two columns, something on one, or a band over all. `words` is the width its words may take. */
export const drawnOf = ({ kind, from, to, party, outcome }: DisplayEvent, { x, column }: Grid): Drawn => {
  if (kind === 'transition') return { type: 'life', x: x.get(party) ?? 0 }
  if (kind !== 'call' && kind !== 'calls' && kind !== 'failure') return { type: 'band' }
  const x1 = x.get(from ?? '')
  const x2 = x.get(to ?? '')
  if (x1 === undefined || x2 === undefined) return { type: 'band' }
  const state = outcome?.result === 'no-answer' ? 'lost' : outcome?.result === 'answered' ? 'good' : 'bad'
  if (x1 === x2) return { type: 'self', x: x1, state }
  return { type: 'message', x1, x2, words: Math.max(Math.abs(x2 - x1), column * 2.1), state }
}

/** Where a row stands to the playhead. */
export const standing = (row: number, at: number) => (row === at ? 'now' : row < at ? 'past' : 'future')

export type Window = { first: number; last: number }

/** Rows to draw for what is seen, with some more on both sides so that fast scrolling stays filled. `last` is one beyond. */
export const windowOf = (scrollTop: number, height: number, rows: number): Window => ({
  first: Math.max(0, Math.floor(scrollTop / rowHeight) - 8),
  last: Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + 8),
})

/** Where to scroll sideways so that the way between two columns is seen; undefined when it is. */
export const sidewaysFor = (shape: Drawn, scrollLeft: number, width: number): number | undefined => {
  if (shape.type === 'band') return undefined
  const [from, to] =
    shape.type === 'message' ? [Math.min(shape.x1, shape.x2), Math.max(shape.x1, shape.x2)] : [shape.x, shape.x]
  if (from >= scrollLeft + margin && to <= scrollLeft + width - margin) return undefined
  return to + margin <= width ? 0 : Math.max(0, from - 2 * margin)
}

/** Where to scroll so that a row is seen, a third from the top; undefined when it is seen already. */
export const scrollFor = (row: number, scrollTop: number, height: number): number | undefined => {
  const top = row * rowHeight
  if (top >= scrollTop + rowHeight && top + 2 * rowHeight <= scrollTop + height) return undefined
  return Math.max(0, top - height / 3)
}
