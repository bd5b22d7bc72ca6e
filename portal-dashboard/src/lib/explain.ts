/** A failure in words a reader can act upon. */
import { m } from '../paraglide/messages.js'
import type { Failure } from './failure.ts'
import type { Text } from './language.svelte.ts'

/** `title` says what happened, `advice` what to do. What the server said itself goes before our own general words. */
export const explain = (
  { kind, said, status, message }: Failure,
  language: keyof Text,
): { title: string; advice: string } => {
  if (kind === 'offline') return { title: m.failure_offline(), advice: m.failure_offline_advice() }
  if (kind === 'starting') return { title: m.failure_starting(), advice: m.failure_starting_advice() }
  if (kind === 'missing') return { title: said?.[language] ?? m.failure_missing(), advice: m.failure_missing_advice() }
  if (kind === 'refused')
    return { title: said?.[language] ?? m.failure_refused(), advice: m.failure_refused_advice({ status, message }) }
  return { title: said?.[language] ?? m.failure_broken(), advice: m.failure_broken_advice({ status, message }) }
}
