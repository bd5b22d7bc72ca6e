/** The one time of a world: virtual (jumps), interactive (real speed, can be advanced) or real. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createQueue } from './queue.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** setTimeout overflows past 2^31-1 ms; longer waits are taken in steps. */
const longestWait = 2 ** 31 - 1

export type ClockMode = 'virtual' | 'interactive' | 'real'

export type Clock = {
  mode: ClockMode
  /** Unix ms. */
  now(): number
  /** The next running number; it orders everything that happens at one instant, across parties (a Lamport clock). */
  tick(): number
  /** Learn what another process's clock has reached; neither time (virtual only) nor running number ever goes back. */
  observe(other: { now: number; order: number }): void
  reached(): { now: number; order: number }
  /** Run `job` when `dueAt` is reached; the returned function cancels it. Jobs due at one instant run in the order they were set. */
  at(dueAt: number, job: () => Promise<void> | void): () => void
  nextDueAt(): number | undefined
  /** Time does not jump while `work` is under way. Work that waits for an `advance` would hold it up for ever. */
  hold<T>(work: Promise<T>): Promise<T>
  /** Let time go by inside a call, as a slow message does: virtual time moves on without firing what falls due meanwhile. */
  pass(ms: number): Promise<void>
  /** Run every job due within `ms`, in order, until settled; returns how many ran. Refused by a real clock. */
  advance(ms: number): Promise<number>
  advanceTo(target: number): Promise<number>
  stop(): void
}

export type ClockOptions = {
  mode: ClockMode
  /** Unix ms at which a virtual or interactive clock starts. */
  startAt?: number
  /** A job that throws rejects the `advance` that ran it; one that ran by itself is told here, or ends the process. */
  onError?: (error: unknown) => void
}

const endProcess = (error: unknown) => {
  throw error
}

export const createClock = ({ mode, startAt, onError = endProcess }: ClockOptions): Clock => {
  const queue = createQueue()
  const inJob = new AsyncLocalStorage<{ running: boolean }>()
  const held = new Set<Promise<unknown>>()
  let offset = mode === 'interactive' && startAt !== undefined ? startAt - Date.now() : 0
  let current = mode === 'virtual' ? (startAt ?? 0) : Date.now() + offset
  let order = 0
  let numbered = 0
  let advancing = false
  let turn: Promise<unknown> = Promise.resolve()
  let timeout: NodeJS.Timeout | undefined
  let stopped = false

  const now = () => {
    if (mode !== 'virtual' && !advancing) current = Math.max(current, Date.now() + offset)
    return current
  }

  const hold = async <T>(work: Promise<T>): Promise<T> => {
    held.add(work)
    try {
      return await work
    } finally {
      held.delete(work)
    }
  }

  /** Virtual time waits until nothing is under way; at real speed new calls never cease, so only those already begun are awaited. */
  const settled = async () => {
    do await Promise.allSettled(held)
    while (mode === 'virtual' && held.size > 0)
  }

  /** Run a job so that it is known, while it runs, who would wait for itself. */
  const runJob = async (job: () => Promise<void> | void) => {
    const mark = { running: true }
    try {
      await inJob.run(mark, job)
    } finally {
      mark.running = false
    }
  }

  const runDue = async (target: number) => {
    let ran = 0
    advancing = true
    try {
      for (;;) {
        if (held.size > 0) await settled()
        const next = queue.peek()
        if (next === undefined || next.dueAt > target || stopped) break
        queue.pop()
        current = Math.max(current, next.dueAt)
        await runJob(next.job)
        ran += 1
      }
      current = Math.max(current, target)
    } finally {
      if (mode === 'interactive') offset = Math.max(offset, current - Date.now())
      advancing = false
    }
    return ran
  }

  const inTurn = (target: () => number): Promise<number> => {
    if (mode === 'real') return Promise.reject(new Error('a real clock cannot be advanced'))
    if (inJob.getStore()?.running) return Promise.reject(new Error('a job cannot advance the clock that runs it'))
    const mine = turn.then(() => {
      const instant = target()
      if (!Number.isFinite(instant)) throw new Error(`a clock cannot be advanced to ${instant}`)
      return runDue(instant)
    })
    turn = mine.catch(() => undefined)
    return mine.finally(wake)
  }

  /** Start what has fallen due by itself, in order; a slow job does not keep the next one waiting. */
  const startDue = () => {
    for (let next = queue.peek(); !advancing && next !== undefined && next.dueAt <= now(); next = queue.peek()) {
      queue.pop()
      hold(runJob(next.job)).catch(onError)
    }
    wake()
  }

  const wake = () => {
    clearTimeout(timeout)
    const next = queue.peek()
    if (mode === 'virtual' || stopped || advancing || next === undefined) return
    timeout = setTimeout(startDue, Math.min(Math.max(next.dueAt - now(), 0), longestWait))
    timeout.unref()
  }

  return {
    mode,
    now,
    hold,
    tick: () => ++order,
    reached: () => ({ now: now(), order }),
    observe: (other) => {
      order = Math.max(order, other.order)
      if (mode === 'virtual') current = Math.max(current, other.now)
    },
    at: (dueAt, job) => {
      if (!Number.isFinite(dueAt)) throw new Error(`a job cannot be due at ${dueAt}`)
      const item = { dueAt, number: numbered++, cancelled: false, job }
      queue.push(item)
      if (queue.peek() === item) wake()
      return () => queue.cancel(item)
    },
    nextDueAt: () => queue.peek()?.dueAt,
    pass: async (ms) => {
      if (mode === 'virtual' || advancing) current += ms
      else await new Promise((resolve) => setTimeout(resolve, ms))
    },
    advance: (ms) => inTurn(() => now() + ms),
    advanceTo: (target) => inTurn(() => target),
    stop: () => {
      stopped = true
      clearTimeout(timeout)
    },
  }
}
