/** A priority queue of timed jobs: a binary heap ordered by (dueAt, running number). */

export type Timed = { dueAt: number; number: number; cancelled: boolean; job: () => Promise<void> | void }

const before = (a: Timed, b: Timed) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.number < b.number)

/** Below this many, cancelled jobs are not worth clearing away (assumed). */
const worthClearing = 64

export const createQueue = () => {
  let heap: Timed[] = []
  let cancelled = 0

  const push = (item: Timed) => {
    let index = heap.length
    heap.push(item)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(item, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = item
  }

  const takeFirst = () => {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      let below = heap[child]
      if (below === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && before(right, below)) {
        below = right
        child += 1
      }
      if (!before(below, last)) break
      heap[index] = below
      index = child
    }
    heap[index] = last
    return first
  }

  /** The next job that was not cancelled, left in place. */
  const peek = () => {
    while (heap[0]?.cancelled) {
      takeFirst()
      cancelled -= 1
    }
    return heap[0]
  }

  /** The next job that was not cancelled, taken out. */
  const pop = () => {
    if (peek() === undefined) return undefined
    const item = takeFirst()
    // Taken out: cancelling it from now on changes nothing here.
    if (item !== undefined) item.cancelled = true
    return item
  }

  /** Far-off jobs that are cancelled again and again must not pile up: once they are the most, the heap is made anew. */
  const cancel = (item: Timed) => {
    if (item.cancelled) return
    item.cancelled = true
    cancelled += 1
    if (cancelled < worthClearing || cancelled * 2 < heap.length) return
    const live = heap.filter((each) => !each.cancelled)
    heap = []
    cancelled = 0
    for (const each of live) push(each)
  }

  return { push, pop, peek, cancel, size: () => heap.length }
}
