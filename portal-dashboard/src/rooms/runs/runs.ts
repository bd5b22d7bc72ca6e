/** What the list of runs shows: the filter in the address, and the two chosen for comparison. */
import type { RunSummary } from '../../../../sim/messages/evaluation.ts'

/** Runs a page (assumed). */
export const pageSize = 25

export type Filter = { scenario: string; passed: string; offset: number }

const wholeNumber = (text: string | null) => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 0)

export const readFilter = (query: URLSearchParams): Filter => {
  const passed = query.get('passed') ?? ''
  return {
    scenario: query.get('scenario') ?? '',
    passed: passed === 'true' || passed === 'false' ? passed : '',
    offset: wholeNumber(query.get('offset')),
  }
}

/** Press a run to choose it, again to let it go; a third takes the place of the one chosen first. */
export const choose = (chosen: readonly string[], run: string): string[] =>
  chosen.includes(run) ? chosen.filter((one) => one !== run) : [...chosen.slice(-1), run]

/** Only a run with a result can be compared. */
export const comparable = ({ state }: RunSummary) => state === 'finished'

export type Range = {
  first: number
  last: number
  total: number
  previous: number | undefined
  next: number | undefined
}

/** Which of all runs a page shows, counted from 1. */
export const rangeOf = (
  offset: number,
  shown: number,
  { total, next }: { total: number; next: number | null },
): Range => ({
  first: shown === 0 ? 0 : offset + 1,
  last: offset + shown,
  total,
  previous: offset > 0 ? Math.max(0, offset - pageSize) : undefined,
  next: next ?? undefined,
})
