/** The one time of a world: virtual (jumps), interactive (real speed, can be advanced) or real. */
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
  /** Learn what another process's clock has reached; neither time nor running number ever goes back. */
  observe(other: { now: number; order: number }): void
  reached(): { now: number; order: number }
  /** Run `job` when `dueAt` is reached; the returned function cancels it. Jobs due at one instant run in the order they were set. */
  at(dueAt: number, job: () => Promise<void> | void): () => void
  nextDueAt(): number | undefined
  /** Time does not jump while `work` is under way. */
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
  /** A job that throws ends the run: in virtual time `advance` rejects, else this is called. */
  onError?: (error: unknown) => void
}

export const createClock = ({ mode, startAt, onError }: ClockOptions): Clock => {
  const queue = createQueue()
  let offset = mode === 'interactive' && startAt !== undefined ? startAt - Date.now() : 0
  let current = mode === 'virtual' ? (startAt ?? 0) : Date.now() + offset
  let order = 0
  let numbered = 0
  let held = 0
  let advancing = false
  let waiting: (() => void)[] = []
  let turn: Promise<unknown> = Promise.resolve()
  let timeout: NodeJS.Timeout | undefined
  let stopped = false

  const now = () => {
    if (mode !== 'virtual' && !advancing) current = Math.max(current, Date.now() + offset)
    return current
  }

  const settled = (): Promise<void> | undefined =>
    held === 0 ? undefined : new Promise((resolve) => waiting.push(resolve))

  const hold = async <T>(work: Promise<T>): Promise<T> => {
    held += 1
    try {
      return await work
    } finally {
      held -= 1
      if (held === 0) {
        const ready = waiting
        waiting = []
        for (const resume of ready) resume()
      }
    }
  }

  const runDue = async (target: number) => {
    let ran = 0
    advancing = true
    try {
      for (;;) {
        while (held > 0) await settled()
        const next = queue.peek()
        if (next === undefined || next.dueAt > target || stopped) break
        queue.pop()
        current = Math.max(current, next.dueAt)
        const working = next.job()
        if (working !== undefined) await working
        ran += 1
      }
      current = Math.max(current, target)
      if (mode === 'interactive') offset = Math.max(offset, current - Date.now())
    } finally {
      advancing = false
    }
    return ran
  }

  const inTurn = (target: () => number) => {
    const mine = turn.then(() => runDue(target()))
    turn = mine.catch(() => undefined)
    return mine
  }

  const wake = () => {
    clearTimeout(timeout)
    const next = queue.peek()
    if (mode === 'virtual' || stopped || next === undefined) return
    const wait = Math.min(Math.max(next.dueAt - now(), 0), longestWait)
    timeout = setTimeout(() => {
      inTurn(now)
        .catch((error: unknown) => onError?.(error))
        .finally(wake)
    }, wait)
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
      const item = { dueAt, number: numbered++, cancelled: false, job }
      queue.push(item)
      if (mode !== 'virtual' && queue.peek() === item) wake()
      return () => {
        item.cancelled = true
      }
    },
    nextDueAt: () => queue.peek()?.dueAt,
    pass: async (ms) => {
      if (mode === 'virtual') current += ms
      else await new Promise((resolve) => setTimeout(resolve, ms))
    },
    advance: (ms) => {
      if (mode === 'real') return Promise.reject(new Error('a real clock cannot be advanced'))
      return inTurn(() => now() + ms).finally(wake)
    },
    advanceTo: (target) => {
      if (mode === 'real') return Promise.reject(new Error('a real clock cannot be advanced'))
      return inTurn(() => target).finally(wake)
    },
    stop: () => {
      stopped = true
      clearTimeout(timeout)
    },
  }
}
