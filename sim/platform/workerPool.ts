/** Threads that do one kind of work: made when there is work, kept while there may be more, replaced when one dies. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** What a thread is sent; `setting` only when it differs from what the thread was told last. */
export type Assignment<Job, Setting> = { job: Job; setting?: Setting }

export type WorkerPool<Job, Setting, Result> = {
  /** Rejected when the thread that did it died, and so did the next one. */
  run(job: Job, setting: Setting): Promise<Result>
  threads: number
  close(): Promise<void>
}

type Waiting<Job, Setting, Result> = {
  job: Job
  setting: Setting
  tries: number
  resolve(result: Result): void
  reject(error: unknown): void
}

/** A job is given to so many threads before it is given up: it may itself be what kills them. */
const mostTries = 2

type PoolOptions<Result> = {
  /** The file a thread runs: it answers each assignment with one message. */
  script: URL
  /** One for each CPU, unless told otherwise. */
  threads?: number
  isResult(message: unknown): message is Result
}

export const createWorkerPool = <Job, Setting, Result>({
  script,
  threads = availableParallelism(),
  isResult,
}: PoolOptions<Result>): WorkerPool<Job, Setting, Result> => {
  type Slot = { worker: Worker; told?: Setting; doing?: Waiting<Job, Setting, Result> }
  const slots = new Set<Slot>()
  const queue: Waiting<Job, Setting, Result>[] = []
  let closed = false

  const open = (): Slot => {
    const slot: Slot = { worker: new Worker(script) }
    // A thread without work does not keep the process alive.
    slot.worker.unref()
    slots.add(slot)
    slot.worker.on('message', (message: unknown) => {
      const { doing } = slot
      if (doing === undefined) return
      delete slot.doing
      slot.worker.unref()
      if (isResult(message)) doing.resolve(message)
      else doing.reject(new Error('a worker thread sent what is no result'))
      work()
    })
    let cause: unknown
    slot.worker.on('error', (error) => {
      cause = error
    })
    slot.worker.on('exit', (code) => {
      slots.delete(slot)
      const { doing } = slot
      if (doing === undefined) return
      doing.tries += 1
      if (closed || doing.tries >= mostTries) doing.reject(new Error(`a worker thread ended with ${code}`, { cause }))
      else queue.unshift(doing)
      work()
    })
    return slot
  }

  const work = () => {
    while (queue.length > 0 && !closed) {
      const idle = [...slots].find(({ doing }) => doing === undefined) ?? (slots.size < threads ? open() : undefined)
      const next = idle === undefined ? undefined : queue.shift()
      if (idle === undefined || next === undefined) return
      const assignment: Assignment<Job, Setting> = { job: next.job }
      if (idle.told !== next.setting) assignment.setting = next.setting
      idle.told = next.setting
      idle.doing = next
      idle.worker.ref()
      idle.worker.postMessage(assignment)
    }
  }

  return {
    threads,
    run: (job, setting) =>
      new Promise((resolve, reject) => {
        if (closed) throw new Error('the worker threads were told to end')
        queue.push({ job, setting, tries: 0, resolve, reject })
        work()
      }),
    close: async () => {
      closed = true
      for (const waiting of queue.splice(0)) waiting.reject(new Error('the worker threads were told to end'))
      await Promise.all([...slots].map(({ worker }) => worker.terminate()))
    },
  }
}
