/** Threads that make RSA keys beside the event loop: one for each CPU while somebody waits, one of low priority otherwise, none without need. */
import { availableParallelism, constants } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Whether somebody waits for the key, or it is made ahead of need. */
export type Haste = 'awaited' | 'ahead'

type Demand = {
  /** How many keys more are wanted now, those under way not counted. */
  missing(haste: Haste): number
  /** Puts a key (PKCS#8 in base64) where it is kept. */
  keep(key: string): Promise<void>
  failed(error: unknown): void
}

/** Also runs before any package is there, in scripts/keyPool.js: plain JavaScript. */
const code = new URL('../../scripts/keyThread.js', import.meta.url)

const mostThreads: Record<Haste, number> = { awaited: Math.max(1, availableParallelism()), ahead: 1 }
const priorities: Record<Haste, number> = {
  awaited: constants.priority.PRIORITY_NORMAL,
  ahead: constants.priority.PRIORITY_BELOW_NORMAL,
}

export const createKeyThreads = ({ missing, keep, failed }: Demand) => {
  const running: Record<Haste, number> = { awaited: 0, ahead: 0 }
  /** Keys under way. What is made ahead at low priority may take long, so whoever waits does not count on it. */
  const underWay: Record<Haste, number> = { awaited: 0, ahead: 0 }

  const isNeeded = (haste: Haste) => missing(haste) > underWay[haste] + (haste === 'ahead' ? underWay.awaited : 0)

  const start = (haste: Haste) => {
    const thread = new Worker(code, { execArgv: [], workerData: { priority: priorities[haste] } })
    running[haste] += 1
    let busy = false
    const next = () => {
      if (isNeeded(haste)) {
        busy = true
        underWay[haste] += 1
        thread.postMessage('make')
      } else thread.postMessage('end')
    }
    const rest = () => {
      if (busy) underWay[haste] -= 1
      busy = false
    }
    thread.on('message', (key: string) => {
      keep(key)
        .catch(failed)
        .then(() => {
          rest()
          next()
        })
    })
    thread.on('error', failed)
    thread.on('exit', () => {
      rest()
      running[haste] -= 1
      // somebody may have come while it was ending
      work(haste)
    })
    // A key that nobody waits for keeps no process from ending; listening for messages would undo this, so it comes after.
    if (haste === 'ahead') thread.unref()
    next()
  }

  /** See to it that as many threads are at work as are needed now. */
  const work = (haste: Haste) => {
    while (running[haste] < mostThreads[haste] && isNeeded(haste)) start(haste)
  }

  return { work }
}
