/** Instants in certificates, lists and answers: Unix ms here, UTCTime or GeneralizedTime there. */
import { type Element, tag } from './der.ts'
import { ascii } from './derValue.ts'
import { MalformedError } from './malformed.ts'

/** From this instant on dates are GeneralizedTime (RFC 5280 section 4.1.2.5). */
const generalizedFrom = Date.UTC(2050, 0, 1)

function parse(text: string, pattern: RegExp, century: (year: number) => number, what: string): number {
  const [, ...parts] = pattern.exec(text) ?? []
  const [year, month, day, hour, minute, second] = parts.map(Number)
  if (year === undefined || month === undefined || second === undefined) throw new MalformedError(`${what}: bad time`)
  const at = Date.UTC(century(year), month - 1, day, hour, minute, second)
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)
  if (!digits.endsWith(text.slice(0, -1))) throw new MalformedError(`${what}: no such time`)
  return at
}

/** A GeneralizedTime in UTC with seconds and no fraction (RFC 5280 section 4.1.2.5.2). */
export function generalizedTime(element: Element, what: string): number {
  if (element.tag !== tag.generalizedTime) throw new MalformedError(`${what}: unexpected type`)
  return parse(ascii(element, what), /^([1-9]\d{3})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, (year) => year, what)
}

/** A Time: UTCTime through 2049, GeneralizedTime from 2050 on, never the other way round (RFC 5280 section 4.1.2.5). */
export function time(element: Element, what: string): number {
  if (element.tag === tag.utcTime) {
    const century = (year: number) => (year < 50 ? 2000 + year : 1900 + year)
    return parse(ascii(element, what), /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, century, what)
  }
  const at = generalizedTime(element, what)
  if (at < generalizedFrom) throw new MalformedError(`${what}: should be utctime`)
  return at
}

/** `YYYYMMDDHHMMSSZ` of an instant; fractions of a second are cut off. */
export const generalizedTimeText = (at: number) => `${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`

/** The text of an instant as a Time, and whether it is the short form. */
export function timeText(at: number): { text: string; utcTime: boolean } {
  const text = generalizedTimeText(at)
  const utcTime = at < generalizedFrom
  return { text: utcTime ? text.slice(2) : text, utcTime }
}
