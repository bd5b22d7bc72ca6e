/** Instants in certificates, lists and answers: Unix ms here, UTCTime or GeneralizedTime there. */
import { type Element, tag } from './der.ts'
import { MalformedError } from './malformed.ts'

/** From this instant on dates are GeneralizedTime (RFC 5280 section 4.1.2.5). */
const generalizedFrom = Date.UTC(2050, 0, 1)

/** Days of each month; February's 29th is looked at by its year. */
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The instant of `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` in digits only; a leap second is no time here. */
function parse(content: Uint8Array, yearDigits: 2 | 4, what: string): number {
  const bad = () => new MalformedError(`${what}: bad time`)
  if (content.length !== yearDigits + 11 || content[yearDigits + 10] !== 0x5a) throw bad()
  const two = (at: number) => {
    const tens = (content[at] ?? 0) - 0x30
    const ones = (content[at + 1] ?? 0) - 0x30
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) throw bad()
    return tens * 10 + ones
  }
  const short = two(0)
  const year = yearDigits === 4 ? short * 100 + two(2) : short < 50 ? 2000 + short : 1900 + short
  const [month, day, hour] = [two(yearDigits), two(yearDigits + 2), two(yearDigits + 4)]
  const [minute, second] = [two(yearDigits + 6), two(yearDigits + 8)]
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const exists =
    year >= 1000 &&
    month >= 1 &&
    day >= 1 &&
    day <= (monthDays[month - 1] ?? 0) &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  if (!exists || (month === 2 && day === 29 && !isLeap)) throw new MalformedError(`${what}: no such time`)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** A GeneralizedTime in UTC with seconds and no fraction (RFC 5280 section 4.1.2.5.2). */
export function generalizedTime(element: Element, what: string): number {
  if (element.tag !== tag.generalizedTime) throw new MalformedError(`${what}: unexpected type`)
  return parse(element.content, 4, what)
}

/** A Time: UTCTime through 2049, GeneralizedTime from 2050 on, never the other way round (RFC 5280 section 4.1.2.5). */
export function time(element: Element, what: string): number {
  if (element.tag === tag.utcTime) {
    return parse(element.content, 2, what)
  }
  const at = generalizedTime(element, what)
  if (at < generalizedFrom) throw new MalformedError(`${what}: should be utctime`)
  return at
}

/** A Time in either form at any date: what a relying party must be able to read (RFC 5280 section 4.1.2.5). */
export const anyTime = (element: Element, what: string): number =>
  element.tag === tag.utcTime ? time(element, what) : generalizedTime(element, what)

/** `YYYYMMDDHHMMSSZ` of an instant; fractions of a second are cut off. */
export const generalizedTimeText = (at: number) => `${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`

/** The text of an instant as a Time, and whether it is the short form. */
export function timeText(at: number): { text: string; utcTime: boolean } {
  const text = generalizedTimeText(at)
  const utcTime = at < generalizedFrom
  return { text: utcTime ? text.slice(2) : text, utcTime }
}
