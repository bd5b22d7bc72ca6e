/** A priority queue of timed jobs: a binary heap ordered by (dueAt, running number). */

export type Timed = { dueAt: number; number: number; cancelled: boolean; job: () => Promise<void> | void }

const before = (a: Timed, b: Timed) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.number < b.number)

export const createQueue = () => {
  const heap: Timed[] = []

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

  const pop = () => {
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
    while (heap[0]?.cancelled) pop()
    return heap[0]
  }

  return { push, pop, peek, size: () => heap.length }
}
