/** A cache of bounded size in two generations: what was not asked for while a whole generation filled up is forgotten. */

export type BoundedCache<Key, Value> = {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  delete(key: Key): void
  clear(): void
  size(): number
}

/** Holds at most `mostEntries`; half of them, the ones used last, survive when it is full. */
export const createBoundedCache = <Key, Value>(mostEntries: number): BoundedCache<Key, Value> => {
  const half = Math.max(1, Math.floor(mostEntries / 2))
  let young = new Map<Key, Value>()
  let old = new Map<Key, Value>()

  const set = (key: Key, value: Value) => {
    old.delete(key)
    young.set(key, value)
    if (young.size < half) return
    old = young
    young = new Map()
  }

  return {
    get: (key) => {
      const recent = young.get(key)
      if (recent !== undefined) return recent
      const earlier = old.get(key)
      if (earlier !== undefined) set(key, earlier)
      return earlier
    },
    set,
    delete: (key) => {
      young.delete(key)
      old.delete(key)
    },
    clear: () => {
      young = new Map()
      old = new Map()
    },
    size: () => young.size + old.size,
  }
}
