/** For tests: a thread that does what its job says, dying included. */
import { parentPort } from 'node:worker_threads'
import type { Assignment } from './workerPool.ts'

let told: string | undefined

parentPort?.on('message', ({ job, setting }: Assignment<{ say: string; dieBefore?: SharedArrayBuffer }, string>) => {
  told = setting ?? told
  if (job.dieBefore !== undefined && Atomics.sub(new Int32Array(job.dieBefore), 0, 1) > 0) process.exit(7)
  parentPort?.postMessage(`${job.say} (${setting === undefined ? 'not told again' : 'told'} ${told})`)
})
