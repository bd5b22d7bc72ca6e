import { expect, test } from 'vitest'
import { ageAt, certificateValidity } from './validity.ts'

const jst = (year: number, month: number, day: number, hour = 0) => Date.UTC(year, month - 1, day, hour - 9)
const endOf = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day, 14, 59, 59)

const authentication = { kind: 'authentication', dateOfBirth: '1990-02-17' } as const

test('a certificate ends on the fifth birthday after issue (the published test card: 2025-10-27 to 2030-02-17)', () => {
  const issuedAt = jst(2025, 10, 27)
  expect(certificateValidity({ ...authentication, issuedAt })).toEqual({
    result: 'ok',
    notBefore: issuedAt,
    notAfter: endOf(2030, 2, 17),
  })
})

test.each([
  ['the day before the birthday', jst(2026, 2, 16, 23), endOf(2030, 2, 17)],
  ['the birthday itself', jst(2026, 2, 17, 0), endOf(2031, 2, 17)],
])('the birthdays are counted after the day of issue: %s', (_, issuedAt, notAfter) => {
  expect(certificateValidity({ ...authentication, issuedAt })).toMatchObject({ notAfter })
})

test.each([
  ['in the last three months', jst(2029, 11, 18), endOf(2035, 2, 17)],
  ['before them', jst(2029, 11, 17, 23), endOf(2034, 2, 17)],
  ['after the end', jst(2030, 2, 18), endOf(2035, 2, 17)],
])('a renewal %s counts accordingly', (_, issuedAt, notAfter) => {
  expect(certificateValidity({ ...authentication, issuedAt, renewedNotAfter: endOf(2030, 2, 17) })).toMatchObject({
    notAfter,
  })
})

test('no certificate outlives its card, and no signature certificate the authentication certificate', () => {
  const issuedAt = jst(2026, 4, 1)
  const cardNotAfter = endOf(2028, 2, 17)
  expect(certificateValidity({ ...authentication, issuedAt, cardNotAfter })).toMatchObject({ notAfter: cardNotAfter })
  const authenticationNotAfter = endOf(2027, 2, 17)
  expect(
    certificateValidity({ ...authentication, kind: 'signature', issuedAt, cardNotAfter, authenticationNotAfter }),
  ).toMatchObject({ notAfter: authenticationNotAfter })
})

test('there is no signature certificate under 15', () => {
  const child = { kind: 'signature', dateOfBirth: '2011-04-02' } as const
  expect(certificateValidity({ ...child, issuedAt: jst(2026, 4, 1, 23) })).toEqual({
    result: 'refused',
    reason: 'under-15',
  })
  expect(certificateValidity({ ...child, issuedAt: jst(2026, 4, 2) })).toMatchObject({ result: 'ok' })
  expect(certificateValidity({ ...child, kind: 'authentication', issuedAt: jst(2020, 1, 1) })).toMatchObject({
    result: 'ok',
  })
})

test('a birthday on 29 February is kept on the 28th in other years', () => {
  expect(ageAt('2008-02-29', jst(2023, 2, 28))).toBe(15)
  expect(ageAt('2008-02-29', jst(2023, 2, 27, 23))).toBe(14)
  expect(
    certificateValidity({ kind: 'authentication', dateOfBirth: '2008-02-29', issuedAt: jst(2026, 4, 1) }),
  ).toMatchObject({
    notAfter: endOf(2031, 2, 28),
  })
})

test('on the next card a certificate lives to the tenth birthday, and may be renewed from a year before', () => {
  const request = { kind: 'authentication', dateOfBirth: '1990-05-05', cardGeneration: 'next' } as const
  const issuedAt = Date.UTC(2030, 3, 1)
  const ends = (year: number) => Date.UTC(year, 4, 5, 14, 59, 59)
  expect(certificateValidity({ ...request, issuedAt })).toMatchObject({ notAfter: ends(2039) })
  const renewedNotAfter = ends(2039)
  const renewed = (at: number) => certificateValidity({ ...request, issuedAt: at, renewedNotAfter })
  expect(renewed(Date.UTC(2038, 3, 1))).toMatchObject({ notAfter: ends(2047) })
  expect(renewed(Date.UTC(2038, 10, 1))).toMatchObject({ notAfter: ends(2049) })
})
