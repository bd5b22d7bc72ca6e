/** A thread for each CPU that makes cards; batches come back in the order of their numbers, never far ahead of who takes them. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Batch, IssueOrder } from './issue.ts'
import type { ThreadAnswer, ThreadQuestion } from './issueThread.ts'

/** Cards in one batch: about half a megabyte (assumed). */
const batchCards = 100
/** Batches that may be under way or waiting for each thread (assumed). */
const batchesAhead = 3
/** Signatures that each thread makes for the calibration. */
const calibrationSignatures = 1000

type Waiting = { resolve(answer: ThreadAnswer): void; reject(error: unknown): void }

const startThread = (order: IssueOrder) => {
  const worker = new Worker(new URL('./issueThread.ts', import.meta.url), { workerData: order })
  const waiting: Waiting[] = []
  const fail = (error: unknown) => {
    for (const one of waiting.splice(0)) one.reject(error)
  }
  worker.on('message', (answer: ThreadAnswer) => waiting.shift()?.resolve(answer))
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('a thread that makes cards has ended')))
  return {
    load: () => waiting.length,
    ask: (question: ThreadQuestion) =>
      new Promise<ThreadAnswer>((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.postMessage(question)
      }),
    end: () => worker.terminate(),
  }
}

export type IssueThreads = {
  threads: number
  /** RSA signatures per CPU-second, all threads at once. */
  calibrate(): Promise<number>
  /** Batches of the cards 1 to `cards`, in order, each with the CPU time it took. */
  cards(cards: number): AsyncGenerator<Batch & { cpuMs: number }>
  end(): Promise<void>
}

export const startThreads = (order: IssueOrder, threads = availableParallelism()): IssueThreads => {
  const all = Array.from({ length: threads }, () => startThread(order))

  async function* cards(count: number) {
    const ahead: Promise<ThreadAnswer>[] = []
    let next = 1
    const askMore = () => {
      while (next <= count && ahead.length < threads * batchesAhead) {
        const [idle] = [...all].sort((a, b) => a.load() - b.load())
        if (idle === undefined) throw new Error('there are no threads')
        const to = Math.min(next + batchCards, count + 1)
        const asked = idle.ask({ type: 'cards', from: next, to })
        asked.catch(() => undefined) // whoever takes it hears of it
        ahead.push(asked)
        next = to
      }
    }
    askMore()
    for (let first = ahead.shift(); first !== undefined; first = ahead.shift()) {
      const { batch, cpuMs } = await first
      if (batch === undefined) throw new Error('a thread answered without cards')
      askMore()
      yield { ...batch, cpuMs }
    }
  }

  return {
    threads,
    calibrate: async () => {
      const question = { type: 'calibrate', signatures: calibrationSignatures } as const
      const answers = await Promise.all(all.map((thread) => thread.ask(question)))
      const cpuMs = answers.reduce((sum, answer) => sum + answer.cpuMs, 0)
      return (threads * calibrationSignatures * 1000) / cpuMs
    },
    cards,
    end: async () => void (await Promise.all(all.map((thread) => thread.end()))),
  }
}
