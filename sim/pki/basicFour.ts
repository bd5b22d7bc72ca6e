/** The basic four items 基本4情報 (name 氏名, date of birth 生年月日, sex 性別, address 住所) as a signature certificate holds them. */
import { explicit, type Node, oid as oidNode, sequence, utf8String } from './asn1.ts'
import { constructed, fields, inner } from './der.ts'
import { oid, utf8String as readUtf8 } from './derValue.ts'
import { tag } from './der.ts'
import type { GeneralName } from './generalName.ts'
import { MalformedError } from './malformed.ts'
import { substitute } from './substitution.ts'

export type Sex = 'male' | 'female' | 'unknown'

/** `dateOfBirth` is YYYY-MM-DD; month or day may be 00 where the register does not know them. */
export type BasicFour = { name: string; dateOfBirth: string; sex: Sex; address: string }

/** With the positions of substitute characters 代替文字: one digit for each character, 1 where it stands in for another. */
export type CertifiedBasicFour = BasicFour & { nameSubstitutes: string; addressSubstitutes: string }

const arc = '1.2.392.200149.8.5.5'
/** The six otherNames in their order. Not sorted: .5 is the address, .6 its flags, .2 the flags of the name. */
export const basicFourOids = [`${arc}.1`, `${arc}.4`, `${arc}.3`, `${arc}.5`, `${arc}.2`, `${arc}.6`] as const

/** First days of 明治 (as the new calendar has it), 大正, 昭和, 平成, 令和. */
const eras = ['1868-01-25', '1912-07-30', '1926-12-25', '1989-01-08', '2019-05-01']

/** The era digit before a date of birth: 1 明治 to 5 令和, 0 unknown. An incomplete date counts from its year's start. */
export const eraDigit = (dateOfBirth: string) => String(eras.filter((first) => first <= dateOfBirth).length)

const sexDigit: Record<Sex, string> = { male: '1', female: '2', unknown: '3' }
const sexByDigit: Record<string, Sex> = { 1: 'male', 2: 'female', 3: 'unknown' }

/** Longest address, in characters (J-LIS profile). */
const addressLimit = 200

const length = (text: string) => [...text].length

/** The items as a certificate can hold them; flags already given are kept. */
export function certify(basicFour: BasicFour | CertifiedBasicFour): CertifiedBasicFour {
  if ('nameSubstitutes' in basicFour) return basicFour
  const name = substitute(basicFour.name)
  const address = substitute(basicFour.address)
  return {
    name: name.text,
    dateOfBirth: basicFour.dateOfBirth,
    sex: basicFour.sex,
    address: address.text,
    nameSubstitutes: name.flags,
    addressSubstitutes: address.flags,
  }
}

/** The six otherNames; throws a RangeError for items no certificate can hold. */
function basicFourNames(basicFour: BasicFour | CertifiedBasicFour): Node[] {
  const items = certify(basicFour)
  if (!/^\d{4}-\d\d-\d\d$/.test(items.dateOfBirth)) throw new RangeError('date of birth must be YYYY-MM-DD')
  if (length(items.name) === 0) throw new RangeError('name is empty')
  if (length(items.address) > addressLimit) throw new RangeError('address is too long')
  for (const [text, flags] of [
    [items.name, items.nameSubstitutes],
    [items.address, items.addressSubstitutes],
  ] as const) {
    if (!/^[01]*$/.test(flags) || flags.length !== length(text)) throw new RangeError('flags do not fit their text')
  }
  const values = [
    items.name,
    `${eraDigit(items.dateOfBirth)}${items.dateOfBirth.replaceAll('-', '')}`,
    sexDigit[items.sex],
    items.address,
    items.nameSubstitutes,
    items.addressSubstitutes,
  ]
  return basicFourOids.map((id, index) => explicit(0, oidNode(id), explicit(0, utf8String(values[index] ?? ''))))
}

export const basicFourAltName = (basicFour: BasicFour | CertifiedBasicFour): Node =>
  sequence(...basicFourNames(basicFour))

/** The items in a subjectAltName: all six in their order, or undefined if there is none of them. */
export function readBasicFour(names: readonly GeneralName[]): CertifiedBasicFour | undefined {
  const what = 'basic four'
  const values = new Map<string, string>()
  for (const { element } of names) {
    if (element.tag !== constructed(0)) continue
    const inside = fields(element, constructed(0), what)
    const id = oid(inside.next(tag.oid, what), what)
    const value = inside.next(constructed(0), what)
    inside.end(what)
    if (!id.startsWith(`${arc}.`)) continue
    if (values.has(id)) throw new MalformedError(`${what}: item repeated`)
    values.set(id, readUtf8(inner(value, what), what))
  }
  if (values.size === 0) return undefined
  if ([...values.keys()].join() !== basicFourOids.join())
    throw new MalformedError(`${what}: items missing or disordered`)
  const [name = '', birth = '', sexText = '', address = '', nameSubstitutes = '', addressSubstitutes = ''] =
    values.values()
  const [, year, month, day] = /^[0-5](\d{4})(\d\d)(\d\d)$/.exec(birth) ?? []
  const sex = sexByDigit[sexText]
  if (year === undefined || sex === undefined || name === '') throw new MalformedError(`${what}: bad item`)
  for (const [text, flags] of [
    [name, nameSubstitutes],
    [address, addressSubstitutes],
  ] as const) {
    if (!/^[01]*$/.test(flags) || flags.length !== length(text)) throw new MalformedError(`${what}: bad flags`)
  }
  return Object.freeze({
    name,
    dateOfBirth: `${year}-${month}-${day}`,
    sex,
    address,
    nameSubstitutes,
    addressSubstitutes,
  })
}
