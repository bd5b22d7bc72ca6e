/** Gathers what arrives fast and hands it on once a picture, so that a thousand events a second cost ten updates; bounded. */

/** `waitMs` is how long to wait at least. */
type Schedule = (flush: () => void, waitMs: number) => () => void

/** A page that is not seen gets no frames: a timer stands in (assumed: twice a second is enough there). */
const hiddenMs = 500

/** Nobody reads more than so many at a time: when more came together, the next ones are gathered for longer (assumed). */
const readable = 8
const gatherMs = 90

/** Next picture after waiting, or soon when the page is hidden. */
const nextFrame: Schedule = (flush, waitMs) => {
  let frame = 0
  const begin = waitMs === 0 ? undefined : setTimeout(() => (frame = requestAnimationFrame(() => once())), waitMs)
  if (begin === undefined) frame = requestAnimationFrame(() => once())
  const timer = setTimeout(() => once(), hiddenMs)
  const stop = () => {
    cancelAnimationFrame(frame)
    clearTimeout(begin)
    clearTimeout(timer)
  }
  const once = () => {
    stop()
    flush()
  }
  return stop
}

/** `add` items; `take` gets them together. Beyond `limit` waiting, `take` is called at once. */
export const createFrames = <T>(take: (items: T[]) => void, limit: number, schedule: Schedule = nextFrame) => {
  let waiting: T[] = []
  let cancel: (() => void) | undefined
  let waitMs = 0
  const flush = () => {
    cancel = undefined
    const items = waiting
    waiting = []
    waitMs = items.length > readable ? gatherMs : 0
    if (items.length > 0) take(items)
  }
  return {
    add: (items: readonly T[]) => {
      for (const item of items) waiting.push(item)
      if (waiting.length >= limit) {
        cancel?.()
        flush()
      } else cancel ??= schedule(flush, waitMs)
    },
    stop: () => {
      cancel?.()
      cancel = undefined
      waiting = []
    },
  }
}
