/** Lets others have the event loop in the middle of long work. */
import { setImmediate } from 'node:timers/promises'

/** Resolves after whatever else is waiting has had its turn. */
export const pause = (): Promise<void> => setImmediate()
