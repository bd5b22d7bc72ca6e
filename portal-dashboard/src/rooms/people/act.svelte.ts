/** Something a person does at a desk: one at a time, under way, done, or failed with a reason. */
import { asFailure, type Failure } from '../../lib/failure.ts'
import { tellLost } from '../../lib/pulse.svelte.ts'

export type Act = {
  readonly busy: boolean
  readonly failure: Failure | undefined
  /** Whether it was done; while something is under way nothing else is begun. */
  run(work: () => Promise<void>): Promise<boolean>
  forget(): void
}

export const createAct = (): Act => {
  let busy = $state(false)
  let failure = $state.raw<Failure>()
  return {
    get busy() {
      return busy
    },
    get failure() {
      return failure
    },
    forget: () => (failure = undefined),
    run: async (work) => {
      if (busy) return false
      busy = true
      failure = undefined
      try {
        await work()
      } catch (error) {
        failure = asFailure(error)
        if (failure.kind === 'offline') tellLost()
      }
      busy = false
      return failure === undefined
    },
  }
}
