/** Who carries out an actor's effects when: one after another per actor, however many callers ask for it in this process. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Outgoing, SnapshotRow } from './actorTables.ts'

type Settled = { row: SnapshotRow; asked?: Outgoing[] }

export type Errands = {
  /** Carry out what a transaction asked for; the actor's row as it then is, or undefined when it must be read again. */
  follow(settled: Settled): Promise<SnapshotRow | undefined>
  /** Carry out whatever of this actor is due, oldest first, and what follows from it. */
  drain(kind: string, id: string): Promise<void>
}

/** One pass over an actor's effects; `again` when an effect asked for more meanwhile. */
type Pass = { again: boolean; running: boolean; over: Promise<void> }

export const createErrands = ({
  carryOut,
  due,
}: {
  carryOut(outgoing: Outgoing, known: SnapshotRow | undefined): Promise<Settled | undefined>
  due(kind: string, id: string): Promise<Outgoing[]>
}): Errands => {
  const passes = new Map<string, Pass>()
  const within = new AsyncLocalStorage<Pass>()

  const pass = async (kind: string, id: string, known: Settled | undefined): Promise<SnapshotRow | undefined> => {
    const key = JSON.stringify([kind, id])
    let asked = known?.asked
    let latest = known?.row
    for (let other = passes.get(key); other !== undefined; other = passes.get(key)) {
      if (within.getStore()?.running) {
        // An effect that waited for another pass could be waiting, in a circle, for itself: that pass does the work.
        other.again = true
        return undefined
      }
      await other.over
      asked = undefined
    }

    const work = async (mine: Pass) => {
      let queue = asked ?? (await due(kind, id))
      if (asked === undefined) latest = undefined
      for (;;) {
        const next = queue.shift()
        if (next !== undefined) {
          const settled = await carryOut(next, latest)
          const changed = settled?.asked !== undefined && settled.row !== latest
          latest = changed ? settled.row : undefined
          if (changed) queue.push(...(settled.asked ?? []))
        } else if (mine.again) {
          mine.again = false
          latest = undefined
          queue = await due(kind, id)
        } else {
          end(mine)
          return
        }
      }
    }
    const end = (mine: Pass) => {
      mine.running = false
      passes.delete(key)
    }

    const mine: Pass = { again: false, running: true, over: Promise.resolve() }
    passes.set(key, mine)
    const working = within.run(mine, () => work(mine))
    mine.over = working.catch(() => end(mine))
    await working.finally(() => mine.over)
    return latest
  }

  return {
    follow: async (settled) => {
      if (settled.asked?.length === 0) return settled.row
      return pass(settled.row.kind, settled.row.id, settled.asked === undefined ? undefined : settled)
    },
    drain: async (kind, id) => void (await pass(kind, id, undefined)),
  }
}
