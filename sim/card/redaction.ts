/** Keeps PINs out of the journal: what is written there instead of the bodies that hold them. */
import { commandApdu, responseApdu } from '../messages/card.ts'
import { redact } from './masking.ts'

const json = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What a card answers ends in a status word, and nothing typed does: its second byte is 00 or has its top bit set. */
const isResponse = /^([0-9A-F]{2})*(9000|6[0-9A-F](00|[89A-F][0-9A-F]))$/

/** Anything that is not a plain APDU is left out whole: it might be a PIN in disguise. */
export const withoutPinInApdu = (body: string): string => {
  const value = json(body)
  const command = commandApdu.safeParse(value)
  if (command.success) return JSON.stringify({ apdu: redact(command.data.apdu) })
  const answer = responseApdu.safeParse(value)
  return answer.success && isResponse.test(answer.data.response) ? JSON.stringify(answer.data) : '(not kept)'
}

const shown: ReadonlySet<string> = new Set(['cardId', 'type', 'detail', 'field', 'reason'])
const purposes: ReadonlySet<unknown> = new Set(['authentication', 'signature'])
const counts: ReadonlySet<string> = new Set(['status', 'authentication', 'signature'])

/** Every text and number but those known to be harmless is masked, so that a misspelt field shows no PIN either. */
export const withoutPins = (body: string): string =>
  JSON.stringify(json(body), (key, value: unknown) => {
    if (typeof value === 'string') return shown.has(key) || purposes.has(value) ? value : '**'
    if (typeof value === 'number') return counts.has(key) ? value : '**'
    return value
  }) ?? '(not kept)'
