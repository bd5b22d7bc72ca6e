import { expect, test } from 'vitest'
import { encode, explicit, oid, sequence, utf8String } from './asn1.ts'
import { basicFourAltName, basicFourOids, certify, eraDigit, readBasicFour } from './basicFour.ts'
import { readAltNames } from './extension.ts'
import { substitute } from './substitution.ts'
import { hanako } from './testHierarchy.ts'

const read = (der: Uint8Array) => readBasicFour(readAltNames(der, 'subject alternative name'))

/** The six values as they stand, with one changed. */
const values = (changes: Record<number, string>) =>
  ['山田　花子', '419900217', '2', '東京都', '00000', '000'].map((value, index) => changes[index] ?? value)

const altName = (items: readonly (readonly [id: string, value: string])[]) =>
  encode(sequence(...items.map(([id, value]) => explicit(0, oid(id), explicit(0, utf8String(value))))))

const altNameOf = (changes: Record<number, string>) =>
  altName(values(changes).map((value, index) => [basicFourOids[index] ?? '', value] as const))

test('the basic four survive writing and reading', () => {
  expect(read(encode(basicFourAltName(hanako)))).toEqual({
    ...hanako,
    nameSubstitutes: '00000',
    addressSubstitutes: '0000000000000000',
  })
})

test('the six names stand in the order of real certificates: name, birth, sex, address, flags of both', () => {
  expect(basicFourOids.map((id) => id.slice(-1))).toEqual(['1', '4', '3', '5', '2', '6'])
})

test.each([
  ['1912-07-29', '1'],
  ['1912-07-30', '2'],
  ['1926-12-25', '3'],
  ['1989-01-07', '3'],
  ['1989-01-08', '4'],
  ['2019-05-01', '5'],
  ['1860-01-01', '0'],
])('a date of birth %s has the era digit %s', (date, digit) => {
  expect(eraDigit(date)).toBe(digit)
})

test('a character outside the repertoire is replaced and flagged', () => {
  expect(substitute('\u9ad9橋　\u{20bb7}子')).toEqual({ text: '高橋　吉子', flags: '10010' })
  expect(substitute('😀野')).toEqual({ text: '●野', flags: '10' })
})

test('a variant selected by a variation selector becomes its base character', () => {
  expect(substitute('葛\u{e0100}城')).toEqual({ text: '葛城', flags: '10' })
})

test('kanji of level 1 and 2, supplementary kanji, kana and ascii stay', () => {
  const text = '亜腕弌熙丂龥あアＡ１－〜 A-1'
  expect(substitute(text)).toEqual({ text, flags: '0'.repeat([...text].length) })
})

test('flags already known are kept', () => {
  const certified = { ...hanako, nameSubstitutes: '10000', addressSubstitutes: '0'.repeat(16) }
  expect(certify(certified)).toEqual(certified)
})

test('items no certificate can hold are refused', () => {
  expect(() => basicFourAltName({ ...hanako, dateOfBirth: '17-02-1990' })).toThrow(RangeError)
  expect(() => basicFourAltName({ ...hanako, name: '' })).toThrow(RangeError)
  expect(() => basicFourAltName({ ...hanako, address: '京'.repeat(201) })).toThrow(RangeError)
  expect(() => basicFourAltName({ ...hanako, nameSubstitutes: '0', addressSubstitutes: '' })).toThrow(RangeError)
})

test.each([
  ['an unknown sex', { 2: '9' }],
  ['a date that is none', { 1: '41990' }],
  ['an unknown era', { 1: '919900217' }],
  ['flags that are no digits', { 4: 'xxxxx' }],
  ['fewer flags than characters', { 5: '00' }],
  ['no name', { 0: '', 4: '' }],
])('a certificate with %s is malformed', (_, changes) => {
  expect(() => read(altNameOf(changes))).toThrow('basic four')
})

test('missing, repeated and disordered items are malformed', () => {
  const items = values({}).map((value, index) => [basicFourOids[index] ?? '', value] as const)
  expect(() => read(altName(items.slice(0, 5)))).toThrow('missing or disordered')
  expect(() => read(altName([...items.slice(1), ...items.slice(0, 1)]))).toThrow('missing or disordered')
  expect(() => read(altName([...items, ...items.slice(0, 1)]))).toThrow('repeated')
})

test('names of others are passed over', () => {
  expect(read(altName([['1.2.3', 'x']]))).toBeUndefined()
})
