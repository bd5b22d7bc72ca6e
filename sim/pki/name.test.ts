import { expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import { onlyElement } from './der.ts'
import { isWithin, readName, sameName } from './name.ts'

const attribute = (type: string, value: asn1.Node) => asn1.sequence(asn1.oid(type), value)
const read = (...relativeNames: asn1.Node[][]) =>
  readName(
    onlyElement(asn1.encode(asn1.sequence(...relativeNames.map((attributes) => asn1.setOf(...attributes))))),
    'name',
  )
const utf8 = (value: string) => attribute('2.5.4.3', asn1.utf8String(value))
const printable = (value: string) => attribute('2.5.4.3', asn1.printableString(value))
const organization = attribute('2.5.4.10', asn1.utf8String('o'))

test('names are equal but for case, inner white space and the type of their text', () => {
  expect(sameName(read([utf8('Some  Body')]), read([printable(' some body ')]))).toBe(true)
  expect(sameName(read([utf8('山田　花子')]), read([utf8('山田 花子')]))).toBe(true)
  expect(sameName(read([utf8('somebody')]), read([utf8('some body')]))).toBe(false)
})

test('other types, another order or another grouping make another name', () => {
  expect(sameName(read([utf8('a')]), read([attribute('2.5.4.10', asn1.utf8String('a'))]))).toBe(false)
  expect(sameName(read([utf8('a')], [organization]), read([organization], [utf8('a')]))).toBe(false)
  expect(sameName(read([utf8('a'), organization]), read([utf8('a')], [organization]))).toBe(false)
})

test('a text cannot imitate the borders between attributes', () => {
  expect(sameName(read([utf8('a"]+["2.5.4.10","o')]), read([utf8('a'), organization]))).toBe(false)
})

test('a name lies within its own beginnings', () => {
  const whole = read([organization], [utf8('a')])
  expect([read(), read([organization]), whole].every((base) => isWithin(whole, base))).toBe(true)
  expect(isWithin(read([organization]), whole)).toBe(false)
})
