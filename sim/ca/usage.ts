/** How often verifiers asked: added up in memory, so that answering needs no write, and written a second later at the latest. */
import { SECOND } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import type { CaStore, Usage } from './store.ts'

/** How long counts may wait (assumed); so much of them a crash may cost. An orderly close writes them. */
const longestWaitMs = SECOND

export const createUsage = (site: Site, store: CaStore) => {
  let waiting = new Map<string, Usage>()
  let due = false

  const flush = async () => {
    const usages = [...waiting.values()]
    waiting = new Map()
    if (usages.length > 0) await store.addUsage(usages)
  }
  site.store.beforeClose(flush)

  const count = (asked: Usage) => {
    const key = `${asked.verifier} ${asked.kind} ${asked.method}`
    const known = waiting.get(key)
    if (known === undefined) waiting.set(key, { ...asked })
    else known.count += asked.count
    if (due) return
    due = true
    site.clock.at(site.clock.now() + longestWaitMs, () => {
      due = false
      return flush()
    })
  }

  return {
    count,
    of: async (verifier: string) => {
      await flush()
      return store.usage(verifier)
    },
  }
}

export type UsageCounter = ReturnType<typeof createUsage>
