/** The lists and snapshots that were asked for last, in memory up to a limit: asking again costs no reading. */

export type Published = { bytes: Uint8Array<ArrayBuffer>; thisUpdate: number; nextUpdate: number }

/** For all lists together (assumed): a full list of a million entries has some 35 MB. */
const mostHeldBytes = 512 * 1024 * 1024
/** However small they are (assumed): deltas between snapshots make a series for each number they go on from. */
const mostHeld = 2_000

/** One of each series, the newest; beyond the limit those make room that were not asked for the longest time. */
export const createHeldLists = (limitBytes = mostHeldBytes) => {
  const held = new Map<string, Published>()
  let heldBytes = 0

  const drop = (series: string) => {
    heldBytes -= held.get(series)?.bytes.length ?? 0
    held.delete(series)
  }

  return {
    sizeBytes: () => heldBytes,
    /** What is held of a series if it is of this instant. */
    find: (series: string, thisUpdate: number): Published | undefined => {
      const found = held.get(series)
      if (found?.thisUpdate !== thisUpdate) return undefined
      held.delete(series)
      held.set(series, found)
      return found
    },
    hold: (series: string, published: Published) => {
      drop(series)
      if (published.bytes.length > limitBytes) return
      held.set(series, published)
      heldBytes += published.bytes.length
      for (const oldest of held.keys()) {
        if (heldBytes <= limitBytes && held.size <= mostHeld) return
        drop(oldest)
      }
    },
    drop,
  }
}

export type HeldLists = ReturnType<typeof createHeldLists>
