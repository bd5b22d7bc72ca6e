/** The server's pulse: whether it answers, and what time it is in the world, asked now and then and counted on in between. */
import { asFailure, readFailure } from './failure.ts'

/** How often the server is asked while it answers, and while it does not. */
const calmMs = 15_000
const urgentMs = 3000

type Reached = 'unknown' | 'open' | 'starting' | 'lost'

let reached = $state<Reached>('unknown')
/** World time at `performance.now() === 0`. */
let origin = $state(0)
let beat = $state(0)
let returns = $state(0)
let timer: number | undefined

export const pulse = {
  get reached() {
    return reached
  },
  /** Grows each time the server comes back: what failed for want of it is asked again. */
  get returns() {
    return returns
  },
  /** World time now; undefined before the first answer. Changes every second. */
  get now(): number | undefined {
    return reached === 'unknown' ? undefined : Math.floor((origin + beat) / 1000) * 1000
  },
}

const hear = (next: Reached) => {
  if (next === 'open' && (reached === 'lost' || reached === 'starting')) returns += 1
  reached = next
}

/** World time as an answer said it. */
export const setWorldTime = (now: number) => {
  origin = now - performance.now()
  beat = performance.now()
  hear('open')
}

/** Tell that a call met no server; from then on it is asked more often. */
export const tellLost = () => {
  if (reached === 'lost') return
  hear('lost')
  schedule()
}

const isHealth = (value: unknown): value is { now: number } =>
  typeof value === 'object' && value !== null && 'now' in value && typeof value.now === 'number'

const ask = async () => {
  try {
    const response = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(calmMs) })
    const body = await response.text()
    if (!response.ok) throw readFailure(response.status, body)
    const health: unknown = JSON.parse(body)
    if (isHealth(health)) setWorldTime(health.now)
  } catch (error) {
    hear(asFailure(error).kind === 'starting' ? 'starting' : 'lost')
  }
  schedule()
}

const schedule = () => {
  clearTimeout(timer)
  timer = window.setTimeout(() => void ask(), reached === 'open' ? calmMs : urgentMs)
}

/** Called once. */
export const beginPulse = () => {
  void ask()
  setInterval(() => {
    if (!document.hidden) beat = performance.now()
  }, 1000)
  addEventListener('online', () => void ask())
  addEventListener('offline', tellLost)
}
