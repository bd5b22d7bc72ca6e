/** Instants, durations, sizes and counts as people write them, in both languages; instants in Japan Standard Time. */
import type { Text } from './language.svelte.ts'

type Language = keyof Text

const zone = 'Asia/Tokyo'
const localeOf = { ja: 'ja-JP', en: 'en-GB' } as const

const made = new Map<string, Intl.DateTimeFormat>()

/** Making a format is slow, using it is not. */
const format = (language: Language, options: Intl.DateTimeFormatOptions) => {
  const key = language + JSON.stringify(options)
  const known = made.get(key)
  if (known !== undefined) return known
  const fresh = new Intl.DateTimeFormat(localeOf[language], { timeZone: zone, hourCycle: 'h23', ...options })
  made.set(key, fresh)
  return fresh
}

/** 2026年4月1日(水) · Wed, 1 April 2026 */
export const day = (at: number, language: Language) =>
  format(language, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' }).format(at)

/** 2026/04/01 · 01/04/2026 */
export const shortDay = (at: number, language: Language) =>
  format(language, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)

/** 09:00 */
export const minute = (at: number, language: Language) =>
  format(language, { hour: '2-digit', minute: '2-digit' }).format(at)

/** 09:00:00 */
export const second = (at: number, language: Language) =>
  format(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(at)

export const dayAndMinute = (at: number, language: Language) => `${shortDay(at, language)} ${minute(at, language)}`

/** The machine's form, for `datetime`. */
export const machineTime = (at: number) => new Date(at).toISOString()

const units = [
  { ms: 365 * 86_400_000, ja: '年', en: ['year', 'years'] },
  { ms: 86_400_000, ja: '日', en: ['day', 'days'] },
  { ms: 3_600_000, ja: '時間', en: ['hour', 'hours'] },
  { ms: 60_000, ja: '分', en: ['minute', 'minutes'] },
  { ms: 1000, ja: '秒', en: ['second', 'seconds'] },
] as const

/** A length of virtual time by its largest unit, e.g. 30日 · 30 days; under a second in milliseconds. */
export const duration = (ms: number, language: Language): string => {
  const unit = units.find((one) => Math.abs(ms) >= one.ms)
  if (unit === undefined) return wallTime(ms)
  const count = Math.round((ms / unit.ms) * 10) / 10
  return language === 'ja' ? `${count}${unit.ja}` : `${count} ${unit.en[count === 1 ? 0 : 1]}`
}

/** How long a computer took: 3 ms, 1.2 s. */
export const wallTime = (ms: number): string => {
  if (ms < 1) return `${ms.toFixed(1)} ms`
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** 512 B, 3.4 kB, 1.2 MB */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** 12,345 */
export const count = (value: number, language: Language) => new Intl.NumberFormat(localeOf[language]).format(value)

/** A difference with its sign: +3, −3, ±0. */
export const signed = (value: number, language: Language) =>
  value === 0 ? '±0' : `${value > 0 ? '+' : '−'}${count(Math.abs(Math.round(value * 1000) / 1000), language)}`
