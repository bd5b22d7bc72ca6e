/** Something a room asks for: loading, there, or failed; asked anew when its key changes, given up when the room is left. */
import { untrack } from 'svelte'
import { asFailure, type Failure } from './failure.ts'
import { pulse, tellLost } from './pulse.svelte.ts'

export type Load<T> = {
  readonly state: 'loading' | 'ready' | 'failed'
  /** Stays while it is asked for anew. */
  readonly data: T | undefined
  readonly failure: Failure | undefined
  /** True whenever an answer is awaited, also with older data there. */
  readonly busy: boolean
  reload(): void
}

/** To be called while a component is made. `key` is what the question depends on. */
export const createLoad = <K, T>(key: () => K, ask: (key: K, signal: AbortSignal) => Promise<T>): Load<T> => {
  let data = $state.raw<T>()
  let failure = $state.raw<Failure>()
  let busy = $state(true)
  let current: AbortController | undefined

  const start = async (asked: K) => {
    current?.abort()
    const mine = new AbortController()
    current = mine
    busy = true
    try {
      const answer = await ask(asked, mine.signal)
      if (mine.signal.aborted) return
      data = answer
      failure = undefined
    } catch (error) {
      if (mine.signal.aborted) return
      failure = asFailure(error)
      if (failure.kind === 'offline') tellLost()
    }
    busy = false
  }

  $effect(() => {
    const asked = key()
    untrack(() => {
      data = undefined
      failure = undefined
      void start(asked)
    })
    return () => current?.abort()
  })

  let seen = untrack(() => pulse.returns)
  $effect(() => {
    if (pulse.returns === seen) return
    seen = pulse.returns
    untrack(() => {
      if (failure !== undefined) void start(key())
    })
  })

  return {
    get state() {
      if (failure !== undefined) return 'failed'
      return data === undefined ? 'loading' : 'ready'
    },
    get data() {
      return data
    },
    get failure() {
      return failure
    },
    get busy() {
      return busy
    },
    reload: () => void start(untrack(key)),
  }
}
