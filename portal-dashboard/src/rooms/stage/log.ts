/** The events of a run as the stage holds them: in the journal's order whatever order they arrive in, none twice, and no more than it can bear. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'

/** More events than this are not kept at once: the oldest go (assumed; about 60 MB). */
const mostEvents = 60_000

/** What is kept of them then (assumed). */
const keptPart = 0.9

/** Where an event stands in the story: a call where it was taken up, before what it set in motion, though it is written when it is answered. */
export const standsAt = ({ began, order }: DisplayEvent): number => began ?? order

/** The order of the story: running number, then party, then the party's own number. */
export const compareEvents = (a: DisplayEvent, b: DisplayEvent): number =>
  standsAt(a) - standsAt(b) || (a.party < b.party ? -1 : a.party > b.party ? 1 : a.number - b.number)

/** Where `event` stands or would stand. */
export const placeOf = (events: readonly DisplayEvent[], event: DisplayEvent): number => {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = events[middle]
    if (at !== undefined && compareEvents(at, event) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** From which event on the order is new (all before it stand where they stood), or undefined when the oldest were dropped: then all moved. */
export type Changed = number | undefined

export const createLog = (limit = mostEvents) => {
  const events: DisplayEvent[] = []
  return {
    events,
    add: (arrived: readonly DisplayEvent[]): Changed => {
      let changed = events.length
      for (const event of arrived) {
        const last = events.at(-1)
        if (last === undefined || compareEvents(last, event) < 0) {
          events.push(event)
          continue
        }
        const place = placeOf(events, event)
        if (events[place]?.id === event.id) continue
        events.splice(place, 0, event)
        changed = Math.min(changed, place)
      }
      if (events.length <= limit) return changed
      // many at once, because all rows are made anew afterwards
      events.splice(0, events.length - Math.floor(limit * keptPart))
      return undefined
    },
    clear: () => void events.splice(0),
  }
}

/** Give events the case that has become known since they came; whether any got one. */
export const settleCases = (
  events: DisplayEvent[],
  cases: readonly { id: string; fromOrder: number; toOrder: number }[],
): boolean => {
  let settled = false
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]
    if (event === undefined || event.case !== null) continue
    const found = cases.find(({ fromOrder, toOrder }) => fromOrder <= event.order && event.order <= toOrder)
    if (found === undefined) continue
    events[index] = { ...event, case: found.id }
    settled = true
  }
  return settled
}

/** The events up to an order that changed the state of one kind of thing, latest first; of one thing when `id` is given. */
export const latestTransition = (
  events: readonly DisplayEvent[],
  until: number,
  { party, kind, id }: { party: string; kind: string; id?: string | undefined },
): DisplayEvent | undefined => {
  for (let index = Math.min(until, events.length - 1); index >= 0; index--) {
    const event = events[index]
    if (event?.transition == null || event.party !== party || event.transition.kind !== kind) continue
    if (id === undefined || event.transition.id === id) return event
  }
  return undefined
}
