/** Wall times as they are shown: rows of purposes and parties, and the bars of a distribution. */
import type { Timing, Timings } from '../../../../sim/messages/evaluation.ts'
import { wallTime } from '../../lib/instant.ts'

type Named = { id: string; ja: string; en: string }

export type TimingRow = {
  /** Null for messages that no purpose is named for. */
  name: Named | null
  id: string
  calls: number
  timed: number
  notAnswered: number
  bytes: number
  p50: number | null
  p90: number | null
  p99: number | null
  slowest: string | null
  /** Its share of the most frequent one, 0 to 1. */
  part: number
}

const rowOf = (name: Named, timing: Timing, most: number): TimingRow => ({
  name: name.id === '' ? null : name,
  id: name.id,
  calls: timing.calls,
  timed: timing.timed,
  notAnswered: timing.refused + timing.failed,
  bytes: timing.bytes.request + timing.bytes.response,
  p50: timing.wallMs?.p50 ?? null,
  p90: timing.wallMs?.p90 ?? null,
  p99: timing.wallMs?.p99 ?? null,
  slowest: timing.slowest,
  part: most === 0 ? 0 : timing.calls / most,
})

const inOrder = (rows: TimingRow[]) => rows.sort((a, b) => b.calls - a.calls || (a.id < b.id ? -1 : 1))
const mostOf = (timings: readonly Timing[]) => Math.max(0, ...timings.map(({ calls }) => calls))

/** The most frequent first. */
export const purposeRows = ({ purposes }: Timings): TimingRow[] =>
  inOrder(purposes.map((one) => rowOf(one.purpose, one, mostOf(purposes))))
export const partyRows = ({ parties }: Timings): TimingRow[] =>
  inOrder(parties.map((one) => rowOf(one.party, one, mostOf(parties))))

/** The purpose asked for; undefined where none (an empty id), or none of this run, is. */
export const chosenPurpose = ({ purposes }: Timings, purpose: string): Timings['purposes'][number] | undefined =>
  purpose === '' ? undefined : purposes.find((one) => one.purpose.id === purpose)

/** Of the purpose asked for, or of all. */
export const chosenTiming = (timings: Timings, purpose: string): Timing =>
  chosenPurpose(timings, purpose) ?? timings.total

/** So many rows are shown unless the reader asks for all. */
const firstRows = 12

/** `more` is how many are left out; a single one is not worth leaving out. */
export const firstOf = <T>(rows: readonly T[], all: boolean): { shown: readonly T[]; more: number } =>
  all || rows.length <= firstRows + 1
    ? { shown: rows, more: 0 }
    : { shown: rows.slice(0, firstRows), more: rows.length - firstRows }

export const bytesOf = ({ bytes }: Pick<Timing, 'bytes'>): number => bytes.request + bytes.response

export type Bar = {
  /** The bar's place on the axis. */
  index: number
  fromMs: number
  /** Null: no upper end. */
  toMs: number | null
  count: number
  /** Its length, 1 for the longest. */
  part: number
  /** Its share of all, in per cent with one decimal. */
  percent: number
  marks: ('p50' | 'p90' | 'p99')[]
}

/** The bars between the shortest and the longest time, those in between also where they are empty. */
export const barsOf = ({ histogram, wallMs, timed }: Timing, bounds: readonly number[]): Bar[] => {
  const most = Math.max(1, ...histogram)
  const isIn = (ms: number | null | undefined, from: number, to: number | null) =>
    ms !== null && ms !== undefined && (ms > from || from === 0) && (to === null || ms <= to)
  const bars = histogram.map((count, index): Bar => {
    const [fromMs, toMs] = [bounds[index - 1] ?? 0, bounds[index] ?? null]
    return {
      ...{ index, fromMs, toMs, count, part: count / most },
      percent: timed === 0 ? 0 : Math.round((count / timed) * 1000) / 10,
      marks: (['p50', 'p90', 'p99'] as const).filter((name) => isIn(wallMs?.[name], fromMs, toMs)),
    }
  })
  const first = bars.findIndex(({ count }) => count > 0)
  return first === -1 ? [] : bars.slice(first, bars.findLastIndex(({ count }) => count > 0) + 1)
}

/** ≤ 0.5 ms, 0.5 ms – 1 ms, > 10.0 s */
export const rangeOf = ({ fromMs, toMs }: Pick<Bar, 'fromMs' | 'toMs'>): string => {
  if (toMs === null) return `> ${wallTime(fromMs)}`
  return fromMs === 0 ? `≤ ${wallTime(toMs)}` : `${wallTime(fromMs)} – ${wallTime(toMs)}`
}
