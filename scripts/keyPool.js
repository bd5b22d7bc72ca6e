/** Fills the pool of card keys in threads of low priority while something else goes on; needs no package. The file is as sim/card/keyPool.ts has it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism, constants } from 'node:os'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'

const code = new URL('./keyThread.js', import.meta.url)

const countKeys = (path) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0)

/** Add keys until the pool at `path` holds `wanted`. What `stop` cuts short, the world makes later; `failure` says why it stopped by itself. */
export const startFillingKeyPool = (path, wanted) => {
  let missing = Math.max(0, wanted - countKeys(path))
  let failure
  const threads = new Set()
  const stop = () => {
    missing = 0
    return Promise.all([...threads].map((thread) => thread.terminate()))
  }
  const fail = (error) => {
    failure ??= error
    void stop()
  }
  const begin = () => {
    const thread = new Worker(code, {
      execArgv: [],
      workerData: { priority: constants.priority.PRIORITY_BELOW_NORMAL },
    })
    threads.add(thread)
    const next = () => {
      thread.postMessage(missing > 0 ? 'make' : 'end')
      missing -= 1
    }
    thread.on('message', (key) => {
      try {
        appendFileSync(path, `${key}\n`, { mode: 0o600 })
        next()
      } catch (error) {
        fail(error)
      }
    })
    thread.on('error', fail)
    thread.on('exit', () => threads.delete(thread))
    next()
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    for (let count = Math.min(missing, availableParallelism()); count > 0; count--) begin()
  } catch (error) {
    fail(error)
  }
  return { stop, failure: () => failure }
}
