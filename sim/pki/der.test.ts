import { fromBER, ObjectIdentifier } from 'asn1js'
import { expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import {
  encode,
  integer as integerNode,
  namedBits as namedBitsNode,
  oid as oidNode,
  raw,
  sequence,
  setOf,
} from './asn1.ts'
import { fields, list, onlyElement, readDer, tag } from './der.ts'
import { integer, isTrue, namedBits, oid, serialNumber, toHex, utf8String, wholeBytes } from './derValue.ts'
import { generalizedTime, time } from './instant.ts'
import { MalformedError } from './malformed.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const element = (hex: string) => onlyElement(bytes(hex))
const timeElement = (tagByte: number, text: string) =>
  onlyElement(Uint8Array.of(tagByte, text.length, ...Buffer.from(text)))

test.each([
  ['nothing', ''],
  ['a tag alone', '30'],
  ['a length beyond the end', '3001'],
  ['an indefinite length', '30800000'],
  ['a long form for a short length', '30810102'],
  ['a leading zero in a length', '3082000102'],
  ['a length of five bytes', '30850000000001'],
  ['a tag of two bytes', '1f0100'],
  ['trailing bytes', '300000'],
])('the reader refuses %s', (_, hex) => {
  expect(() => element(hex)).toThrow(MalformedError)
})

test('the reader refuses more bytes than allowed', () => {
  expect(() => readDer(bytes('3003020105'), 4)).toThrow('too large')
})

test('what is read does not change when the caller writes into the input', () => {
  const input = bytes('3003020105')
  const read = readDer(input, 100)
  input[4] = 9
  expect(toHex(read.bytes)).toBe('3003020105')
})

test('fields come in order, and the last must be the last', () => {
  const inside = fields(element('3006020101020102'), tag.sequence, 'pair')
  expect(integer(inside.next(tag.integer, 'first'), 'first')).toBe(1n)
  expect(() => inside.end('pair')).toThrow('pair: trailing field')
  expect(() => inside.next(tag.octetString, 'second')).toThrow('second: unexpected type')
  expect(inside.optional(tag.octetString)).toBeUndefined()
  expect(integer(inside.any('second'), 'second')).toBe(2n)
  expect(() => inside.any('third')).toThrow('third missing')
})

test('a list is neither empty nor longer than its limit', () => {
  expect(() => list(element('3000'), tag.sequence, 'list')).toThrow('list: empty')
  expect(() => list(element('3006020101020102'), tag.sequence, 'list', 1)).toThrow('list: too many')
})

test.each([
  ['020100', 0n],
  ['02017f', 127n],
  ['02020080', 128n],
  ['0201ff', -1n],
  ['020180', -128n],
])('integer %s is %s', (hex, value) => {
  expect(integer(element(hex), 'number')).toBe(value)
})

test.each(['0200', '0202007f', '0202ff80', '040101'])('%s is no integer', (hex) => {
  expect(() => integer(element(hex), 'number')).toThrow(MalformedError)
})

test.each([
  ['0201ff', 'negative'],
  ['020100', 'zero'],
  ['0215008000000000000000000000000000000000000000', 'too long'],
])('serial number %s is refused as %s', (hex, reason) => {
  expect(() => serialNumber(element(hex))).toThrow(reason)
})

test('a serial number loses its leading zero byte', () => {
  expect(serialNumber(element('020300ff01'))).toBe('FF01')
})

test.each(['2a864886f70d010101', '550406', '883703', '2b06010505073001'])(
  'object identifier %s reads as asn1js reads it',
  (hex) => {
    const der = bytes(`06${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`)
    const { result } = fromBER(der)
    expect(result).toBeInstanceOf(ObjectIdentifier)
    expect(oid(onlyElement(der), 'id')).toBe(result instanceof ObjectIdentifier ? result.getValue() : '')
  },
)

property.prop([fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.nat()])(
  'an object identifier with a uuid arc survives writing and reading',
  (uuid, arc) => {
    const text = `2.25.${uuid}.${arc}`
    expect(oid(onlyElement(encode(oidNode(text))), 'id')).toBe(text)
  },
)

property.prop([fc.bigInt({ min: -(1n << 150n), max: 1n << 150n })])(
  'an integer survives writing and reading',
  (value) => {
    expect(integer(onlyElement(encode(integerNode(value))), 'number')).toBe(value)
  },
)

test.each(['0600', '060180', '06028001', '060285'])('%s is no object identifier', (hex) => {
  expect(() => oid(element(hex), 'id')).toThrow(MalformedError)
})

test('named bits are written and read without trailing zeros', () => {
  expect(toHex(encode(namedBitsNode([0, 1])))).toBe('030206C0')
  expect(toHex(encode(namedBitsNode([5, 6])))).toBe('03020106')
  expect(namedBits(element('030206c0'), 'bits')).toEqual([0, 1])
  expect(namedBits(element('0303070080'), 'bits')).toEqual([8])
})

test.each(['0300', '030100', '030205c0', '030207c0', '030208c0', '03020000'])('%s are no named bits', (hex) => {
  expect(() => namedBits(element(hex), 'bits')).toThrow(MalformedError)
})

test('only ff is true', () => {
  expect(isTrue(element('0101ff'), 'flag')).toBe(true)
  expect(() => isTrue(element('010101'), 'flag')).toThrow(MalformedError)
  expect(() => isTrue(element('010100'), 'flag')).toThrow(MalformedError)
})

test('a key or signature is a whole number of bytes', () => {
  expect(() => wholeBytes(element('030201aa'), 'key')).toThrow(MalformedError)
  expect(() => wholeBytes(element('030100'), 'key')).toThrow(MalformedError)
})

test('text must be valid utf-8', () => {
  expect(() => utf8String(element('0c01ff'), 'text')).toThrow(MalformedError)
  expect(() => utf8String(element('0c02c080'), 'text')).toThrow(MalformedError)
})

test('two-digit years from 50 on lie in the last century (RFC 5280 section 4.1.2.5.1)', () => {
  expect(time(timeElement(tag.utcTime, '491231235959Z'), 'time')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59))
  expect(time(timeElement(tag.utcTime, '500101000000Z'), 'time')).toBe(Date.UTC(1950, 0, 1))
})

test('dates through 2049 are utctime, later ones are not', () => {
  expect(time(timeElement(tag.generalizedTime, '20500101000000Z'), 'time')).toBe(Date.UTC(2050, 0, 1))
  expect(() => time(timeElement(tag.generalizedTime, '20491231235959Z'), 'time')).toThrow('should be utctime')
  expect(generalizedTime(timeElement(tag.generalizedTime, '20260401000000Z'), 'time')).toBe(Date.UTC(2026, 3, 1))
})

test.each([
  '260230000000Z',
  '261301000000Z',
  '260101240000Z',
  '260101006000Z',
  '2601010000Z',
  '260101000000',
  '260101000000+0900',
])('%s is no time', (text) => {
  expect(() => time(timeElement(tag.utcTime, text), 'time')).toThrow(MalformedError)
})

test('members of a set are written in der order', () => {
  expect(toHex(encode(setOf(integerNode(300), integerNode(2), integerNode(1))))).toBe('310A0201010201020202012C')
})

property.prop([fc.uint8Array({ maxLength: 300 })])('ready der passes through the writer unchanged', (content) => {
  const der = encode(sequence(raw(encode(integerNode(7))), raw(encode(sequence())), integerNode(content.length)))
  expect(toHex(encode(raw(der)))).toBe(toHex(der))
})

property.prop([fc.uint8Array({ maxLength: 64 })])(
  'no bytes make the reader throw anything but MalformedError',
  (input) => {
    try {
      onlyElement(input)
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedError)
    }
  },
)
