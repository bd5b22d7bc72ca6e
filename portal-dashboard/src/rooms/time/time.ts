/** Moving the world's time: how far each button goes, and what happened while it went. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'

const second = 1000
const day = 86_400 * second
/** Japan Standard Time has no summer time. */
const japanMs = 9 * 3600 * second

export const leaps = ['day', 'week', 'month', 'year'] as const
export type Leap = (typeof leaps)[number]

/** The same day of the month some months on, in Japan; where that month is shorter, its last day. */
const monthsOn = (now: number, months: number): number => {
  const here = new Date(now + japanMs)
  const [year, month, date] = [here.getUTCFullYear(), here.getUTCMonth() + months, here.getUTCDate()]
  const lastDate = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const midnight = Date.UTC(year, month, Math.min(date, lastDate))
  return midnight + ((now + japanMs) % day) - japanMs
}

/** The instant a leap leads to. */
export const target = (now: number, leap: Leap): number => {
  if (leap === 'day') return now + day
  if (leap === 'week') return now + 7 * day
  return monthsOn(now, leap === 'month' ? 1 : 12)
}

/** A long way is gone in pieces of a day, so that it can be followed and ended in between. */
export const pieceMs = (now: number, to: number): number => Math.max(0, Math.min(day, to - now))

/** How much of the way is behind, 0 to 1. */
export const part = (from: number, now: number, to: number): number =>
  to <= from ? 1 : Math.min(1, Math.max(0, (now - from) / (to - from)))

/** What happened, summed up by who and what: the purpose of a message, or a step in something's life. */
export type Happened = {
  key: string
  party: string
  what: { purpose: DisplayEvent['purpose'] } | { kind: string; event: string }
  count: number
  lastAt: number
}

export const addHappened = (
  known: ReadonlyMap<string, Happened>,
  events: readonly DisplayEvent[],
): Map<string, Happened> => {
  const next = new Map(known)
  for (const { party, kind, purpose, transition, calls, at } of events) {
    const what =
      transition !== null
        ? { kind: transition.kind, event: transition.event }
        : kind === 'call' || kind === 'calls'
          ? { purpose }
          : undefined
    if (what === undefined) continue
    const key = 'kind' in what ? `${party} ${what.kind} ${what.event}` : `${party} ${what.purpose?.id ?? ''}`
    const before = next.get(key)
    next.set(key, {
      key,
      party,
      what,
      count: (before?.count ?? 0) + (transition === null ? calls : 1),
      lastAt: Math.max(before?.lastAt ?? 0, at),
    })
  }
  return next
}

/** The most frequent first. */
export const happenedRows = (happened: ReadonlyMap<string, Happened>): Happened[] =>
  [...happened.values()].sort((a, b) => b.count - a.count || a.key.localeCompare(b.key))
