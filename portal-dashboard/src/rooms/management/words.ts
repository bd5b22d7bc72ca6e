/** Faults in words: what each kind does, and what is in force. */
import { count, duration } from '../../lib/instant.ts'
import { language } from '../../lib/language.svelte.ts'
import { m } from '../../paraglide/messages.js'
import type { FaultKind, FaultRow } from './faults.ts'

const kindWords: Readonly<Record<FaultKind, () => string>> = {
  down: m.fault_down,
  delay: m.fault_delay,
  error: m.fault_error,
  drop: m.fault_drop,
  'drop-answer': m.fault_drop_answer,
  duplicate: m.fault_duplicate,
}
export const kindName = (kind: FaultKind): string => kindWords[kind]()

/** What a fault of this kind does, in a sentence. */
const kindSentences: Readonly<Record<FaultKind, () => string>> = {
  down: m.fault_down_does,
  delay: m.fault_delay_does,
  error: m.fault_error_does,
  drop: m.fault_drop_does,
  'drop-answer': m.fault_drop_answer_does,
  duplicate: m.fault_duplicate_does,
}
export const kindDoes = (kind: FaultKind): string => kindSentences[kind]()

export const shareName = (percent: number): string =>
  percent === 100 ? m.fault_each() : m.fault_percent({ percent: count(percent, language()) })

export const lastingName = (times: number | undefined): string =>
  times === undefined ? m.fault_until_removed() : m.fault_times({ count: count(times, language()) })

export const delayName = (ms: number): string => duration(ms, language())

/** The kind, and what belongs to it: how long, which status, which path. */
export const faultName = ({ kind, delayMs, status }: FaultRow): string => {
  if (delayMs !== undefined) return m.fault_delay_by({ time: delayName(delayMs) })
  return status === undefined ? kindName(kind) : m.fault_error_of({ status })
}
