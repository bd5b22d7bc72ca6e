/** The rows of the sequence diagram: an event each, or several alike that came one upon the other, folded into one. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'
import { compareEvents, standsAt } from './log.ts'

/** `event` is the first of `events`, which are one or more. */
export type Row = { event: DisplayEvent; events: DisplayEvent[] }

export type RowOptions = {
  /** Steps in the life of what parties look after have rows too. */
  transitions: boolean
  /** Alike messages one upon the other become one row. */
  fold: boolean
}

/** Questions after somebody's health have no row. */
const isShown = ({ kind, purpose }: DisplayEvent, { transitions }: RowOptions) =>
  kind === 'transition' ? transitions : purpose?.id !== 'health'

const isAlike = (a: DisplayEvent, b: DisplayEvent) =>
  a.kind === 'call' &&
  b.kind === 'call' &&
  a.from === b.from &&
  a.to === b.to &&
  a.purpose?.id === b.purpose?.id &&
  a.case === b.case &&
  a.outcome?.result === 'answered' &&
  b.outcome?.result === 'answered'

/** Add rows for events that come after all that have one. */
export const extendRows = (rows: Row[], events: readonly DisplayEvent[], options: RowOptions): void => {
  for (const event of events) {
    if (!isShown(event, options)) continue
    const last = rows.at(-1)
    if (options.fold && last !== undefined && isAlike(last.event, event)) last.events.push(event)
    else rows.push({ event, events: [event] })
  }
}

export const rowsOf = (events: readonly DisplayEvent[], options: RowOptions): Row[] => {
  const rows: Row[] = []
  extendRows(rows, events, options)
  return rows
}

/** The row an event is in, or the last before where it would be; 0 where there is none before. */
export const rowOf = (rows: readonly Row[], event: DisplayEvent): number => {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = rows[middle]
    if (at !== undefined && compareEvents(at.event, event) <= 0) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

/** The first row at or after a running number. */
export const rowAtOrder = (rows: readonly Row[], order: number): number => {
  const found = rows.findIndex(({ event }) => standsAt(event) >= order)
  return found === -1 ? Math.max(0, rows.length - 1) : found
}

/** A case's stretch of rows: from `start` to before `end`. */
export type Block = { case: string | null; start: number; end: number }

/** Neighbouring rows of the same case, in order. While a run goes on, the newest rows’ case is not known: they stay with those before. `known` are those of the first rows. */
export const blocksOf = (rows: readonly Row[], known: readonly Block[] = []): Block[] => {
  const blocks = known.map((block) => ({ ...block }))
  for (let index = blocks.at(-1)?.end ?? 0; index < rows.length; index++) {
    const scene = rows[index]?.event.case ?? null
    const last = blocks.at(-1)
    if (last !== undefined && (scene === null || last.case === scene)) last.end = index + 1
    else blocks.push({ case: scene, start: index, end: index + 1 })
  }
  return blocks
}

/** The stretch a row stands in; the last one where there is no such row. */
export const blockAt = (blocks: readonly Block[], row: number): Block | undefined =>
  blocks.find(({ start, end }) => start <= row && row < end) ?? blocks.at(-1)

/** Where to begin watching: the first case after the preparation, if there is one. */
export const firstScene = (blocks: readonly Block[]): number =>
  (blocks.find((block) => block.case !== null && block.case !== 'founding') ?? blocks[0])?.start ?? 0

/** How far ahead the end of a line of the story is looked for (assumed). */
const storyAhead = 3000

/** The line of the story that a row belongs to: the first that ends at or after it. */
export const storyLine = (rows: readonly Row[], row: number): DisplayEvent['step'] => {
  const scene = rows[row]?.event.case
  for (let index = row; index < Math.min(rows.length, row + storyAhead); index++) {
    const event = rows[index]?.event
    if (event === undefined || event.case !== scene) return null
    if (event.step !== null) return event.step
  }
  return null
}
