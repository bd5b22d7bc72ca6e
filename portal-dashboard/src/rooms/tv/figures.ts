/** What the views show in figures, worked out from the notices of the insurer. */
import type { Text } from '../../lib/language.svelte.ts'
import type { Health } from './calls.ts'

type Expense = Health['medicalExpenses'][number]
export type Month = { month: string; patientYen: number; totalYen: number }

/** Every month from the first to the last, also those without a visit; at most a year, the latest. */
const monthsBetween = (first: string, last: string): string[] => {
  const count = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1
  const name = (months: number) => `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`
  const from = Math.max(count(first), count(last) - 11)
  return Array.from({ length: count(last) - from + 1 }, (_, index) => name(from + index))
}

export const byMonth = (expenses: readonly Expense[]): Month[] => {
  const months = expenses.map(({ month }) => month).sort()
  const [first, last] = [months[0], months.at(-1)]
  if (first === undefined || last === undefined) return []
  return monthsBetween(first, last).map((month) => {
    const mine = expenses.filter((one) => one.month === month)
    return {
      month,
      patientYen: mine.reduce((sum, { patientYen }) => sum + patientYen, 0),
      totalYen: mine.reduce((sum, { totalYen }) => sum + totalYen, 0),
    }
  })
}

export const totals = (months: readonly Month[]) => ({
  patientYen: months.reduce((sum, { patientYen }) => sum + patientYen, 0),
  totalYen: months.reduce((sum, { totalYen }) => sum + totalYen, 0),
})

/** The newest first. */
export const newestFirst = (expenses: readonly Expense[]): Expense[] =>
  [...expenses].sort((a, b) => b.month.localeCompare(a.month))

export const savingPerMonth = (savings: Health['genericSavings']): number =>
  savings.reduce((sum, { savingYenPerMonth }) => sum + savingYenPerMonth, 0)

/** The next round figure above, for the top of a scale. */
export const roundUp = (value: number): number => {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power
}

export type Bar = Month & { x: number; y: number; width: number; height: number }

/** Bars of what the patient paid, in a field of this size, with the lines of the scale. */
export const chart = (
  months: readonly Month[],
  width: number,
  height: number,
): { bars: Bar[]; lines: { y: number; yen: number }[] } => {
  const top = roundUp(Math.max(0, ...months.map(({ patientYen }) => patientYen)))
  const place = width / Math.max(1, months.length)
  const bars = months.map((month, index) => {
    const tall = (month.patientYen / top) * height
    return { ...month, x: index * place + place * 0.2, width: place * 0.6, y: height - tall, height: tall }
  })
  return { bars, lines: [0, 0.5, 1].map((share) => ({ y: height - share * height, yen: top * share })) }
}

const localeOf = { ja: 'ja-JP', en: 'en-GB' } as const
const instantOf = (month: string) => Date.parse(`${month}-01T00:00:00Z`)

/** 5月 · May */
export const shortMonth = (month: string, language: keyof Text): string =>
  new Intl.DateTimeFormat(localeOf[language], { month: language === 'ja' ? 'long' : 'short', timeZone: 'UTC' }).format(
    instantOf(month),
  )

/** 2026年5月 · May 2026 */
export const longMonth = (month: string, language: keyof Text): string =>
  new Intl.DateTimeFormat(localeOf[language], {
    year: 'numeric',
    month: language === 'ja' ? 'long' : 'short',
    timeZone: 'UTC',
  }).format(instantOf(month))

/** A day as the insurer writes it, as an instant in Japan. */
export const dayAt = (date: string): number => Date.parse(`${date}T00:00:00+09:00`)
