/** A readable record of what passes between a reader and a card, as it passes: two lines for each exchange, in one language, without any PIN. */
import { parseResponse } from './apdu.ts'
import { redact } from './masking.ts'
import { createExplainer, type Exchange } from './explain.ts'
import type { PowerChange } from './vpcd.ts'

export type TraceOptions = {
  language: 'ja' | 'en'
  write: (line: string) => void
  /** Unix ms. */
  now: () => number
  /** What is longer is cut off and its length told; without it everything is written out. */
  longestBytes?: number
}

const twoDigits = (value: number) => String(value).padStart(2, '0')

/** The time of day on this machine, to the millisecond. */
const timeOf = (now: number) => {
  const at = new Date(now)
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits)
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

const powerText = {
  'power-on': { ja: '電源オン', en: 'power on' },
  'power-off': { ja: '電源オフ（照合した暗証番号は忘れられた）', en: 'power off (verified PINs are forgotten)' },
  reset: { ja: 'リセット（照合した暗証番号は忘れられた）', en: 'reset (verified PINs are forgotten)' },
} as const

const indent = ' '.repeat('00:00:00.000  '.length)

export const createTrace = ({ language, write, now, longestBytes = Infinity }: TraceOptions) => {
  const explain = createExplainer()

  const shorten = (hex: string) => {
    const bytes = hex.length / 2
    if (bytes <= longestBytes) return hex
    const unit = language === 'ja' ? 'バイト' : 'bytes'
    return `${hex.slice(0, 2 * longestBytes)}…(${bytes} ${unit})`
  }

  const line = (text: string) => write(`${timeOf(now())}  ${text}`)

  return {
    exchange: ({ command, response, tookMs }: Exchange & { tookMs: number }) => {
      const { data, statusWord } = parseResponse(response)
      line(`> ${shorten(redact(command))}  < ${data === '' ? '' : `${shorten(data)} `}${statusWord}`)
      write(`${indent}${explain.exchange({ command, response })[language]}  (${tookMs.toFixed(1)} ms)`)
    },
    power: (change: PowerChange) => {
      explain.reset()
      line(powerText[change][language])
    },
    note: line,
  }
}

export type Trace = ReturnType<typeof createTrace>
