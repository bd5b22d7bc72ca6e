/** Keeps PINs out of the journal: what is written there instead of the bodies that hold them. */
import { residentRecord } from '../messages/residence.ts'

const json = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const shown: ReadonlySet<string> = new Set(['type', 'detail', 'field', 'reason'])
const purposes: ReadonlySet<unknown> = new Set(['authentication', 'signature'])

/** A resident's record stays; in any other body every value but those known to be harmless is masked. */
export const withoutPins = (body: string): string => {
  const value = json(body)
  if (residentRecord.safeParse(value).success) return body
  const mask = (key: string, inner: unknown) => {
    if (typeof inner === 'string') return shown.has(key) || purposes.has(inner) ? inner : '**'
    return typeof inner === 'number' && key !== 'status' ? '**' : inner
  }
  return JSON.stringify(value, mask) ?? '(not kept)'
}
