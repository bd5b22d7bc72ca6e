/** How long a resident's certificate lives, and who gets which (公的個人認証法施行規則; notices of municipalities to residents). */
import type { CertificateKind } from './profile.ts'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs
const jstOffsetMs = 9 * hourMs

type Day = { year: number; month: number; day: number }

const dayInJapan = (at: number): Day => {
  const local = new Date(at + jstOffsetMs)
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() }
}

function dayOf(date: string): Day {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? []
  if (year === undefined) throw new RangeError('date must be YYYY-MM-DD')
  return { year: Number(year), month: Math.max(1, Number(month)), day: Math.max(1, Number(day)) }
}

/** Start in Japan of the birthday in a year; 29 February counts as 28 in other years (assumed). */
function birthdayStart({ month, day }: Day, year: number): number {
  const start = Date.UTC(year, month - 1, day)
  return (new Date(start).getUTCMonth() === month - 1 ? start : start - dayMs) - jstOffsetMs
}

/** 23:59:59 in Japan on the nth birthday after the day of `at`. */
export function endOfBirthday(dateOfBirth: string, at: number, nth: number): number {
  const birth = dayOf(dateOfBirth)
  const { year } = dayInJapan(at)
  const passed = birthdayStart(birth, year) <= at
  return birthdayStart(birth, year + nth - (passed ? 0 : 1)) + dayMs - 1000
}

/** Completed years at `at`, counted in Japan. */
export function ageAt(dateOfBirth: string, at: number): number {
  const birth = dayOf(dateOfBirth)
  const { year } = dayInJapan(at)
  return year - birth.year - (birthdayStart(birth, year) <= at ? 0 : 1)
}

/** The same time of day `months` earlier, or the last day of that month. */
function monthsBefore(at: number, months: number): number {
  const { year, month, day } = dayInJapan(at)
  const lastDay = new Date(Date.UTC(year, month - months, 0)).getUTCDate()
  const timeOfDay = (at + jstOffsetMs) % dayMs
  return Date.UTC(year, month - 1 - months, Math.min(day, lastDay)) + timeOfDay - jstOffsetMs
}

/** No signature certificate below this age. */
const signatureAge = 15
/** Which card: today's, or the next one (次期個人番号カード). */
export type CardGeneration = 'current' | 'next'

/**
 * Birthdays a certificate lives to, and from how many months before its end renewal is possible and earns a year more.
 * Next card: ten years and one year as announced (task force, final report of 2024-03-18); that renewing earns a year there too is assumed.
 */
const rules: Record<CardGeneration, { birthdays: number; renewalMonths: number }> = {
  current: { birthdays: 5, renewalMonths: 3 },
  next: { birthdays: 10, renewalMonths: 12 },
}

export type ValidityRequest = {
  kind: CertificateKind
  dateOfBirth: string
  issuedAt: number
  /** End of the card's own life; no certificate outlives its card. */
  cardNotAfter?: number
  /** End of the authentication certificate on the card; a signature certificate does not outlive it. */
  authenticationNotAfter?: number
  /** End of the certificate being renewed, if one is. */
  renewedNotAfter?: number
  /** Today's card unless said otherwise. */
  cardGeneration?: CardGeneration
}

export type Validity = { result: 'ok'; notBefore: number; notAfter: number } | { result: 'refused'; reason: 'under-15' }

/** From now to the 5th birthday after issue (next card: the 10th), one more when renewed near the end, and no longer than the card. */
export function certificateValidity(request: ValidityRequest): Validity {
  const { kind, dateOfBirth, issuedAt, renewedNotAfter, cardGeneration = 'current' } = request
  const { birthdays, renewalMonths } = rules[cardGeneration]
  if (kind === 'signature' && ageAt(dateOfBirth, issuedAt) < signatureAge) {
    return { result: 'refused', reason: 'under-15' }
  }
  const inWindow =
    renewedNotAfter !== undefined &&
    issuedAt <= renewedNotAfter &&
    monthsBefore(renewedNotAfter, renewalMonths) <= issuedAt
  const caps = [request.cardNotAfter, kind === 'signature' ? request.authenticationNotAfter : undefined]
  const notAfter = Math.min(
    endOfBirthday(dateOfBirth, issuedAt, inWindow ? birthdays + 1 : birthdays),
    ...caps.filter((cap) => cap !== undefined),
  )
  return { result: 'ok', notBefore: issuedAt, notAfter }
}
