/** Distinguished names: written as the JPKI profile writes them, read into one line of text. */
import { isUtf8 } from 'node:buffer'
import { type Node, oid as oidNode, printableString, sequence, setOf, utf8String } from './asn1.ts'
import { type Element, fields, list, locate, onlyElement, type Span, tag } from './der.ts'
import {
  ascii,
  decodeUtf8,
  oid,
  oidText,
  printableString as readPrintable,
  sameBytes,
  toHex,
  usualOid,
} from './derValue.ts'
import { MalformedError } from './malformed.ts'
import { remembering } from './repeated.ts'

/** Attribute types, RFC 5280 appendix A.1. */
const attributeOid = { C: '2.5.4.6', L: '2.5.4.7', O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const

export type AttributeType = keyof typeof attributeOid

/** One attribute in each relative name, in the order encoded. */
export type Name = readonly (readonly [type: AttributeType, value: string])[]

const typeByOid: ReadonlyMap<string, string> = new Map(Object.entries(attributeOid).map(([type, id]) => [id, type]))

/** Country as PrintableString, everything else as UTF8String (J-LIS certificate profile). */
export const nameNode = (name: Name): Node =>
  sequence(
    ...name.map(([type, value]) =>
      setOf(sequence(oidNode(attributeOid[type]), type === 'C' ? printableString(value) : utf8String(value))),
    ),
  )

const escape = (value: string) => value.replace(/[,+"\\<>;=]/g, '\\$&')

/** The same one-line form for a name that is about to be written. */
export const nameText = (name: Name) => name.map(([type, value]) => `${type}=${escape(value)}`).join(', ')

/** Cannot fail for a name that `checkName` has seen. */
function valueText(value: Element): string {
  if (value.tag === tag.utf8String) return decodeUtf8(value.content, 'name')
  if (value.tag === tag.printableString) return readPrintable(value, 'name')
  if (value.tag === tag.ia5String) return ascii(value, 'name')
  return `#${toHex(value.bytes)}`
}

/** What RFC 5280 section 7.1 compares: case and the width of inner white space count for nothing, nor whether UTF8String or PrintableString. */
const foldText = (text: string) => text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()

type Attribute = { readonly type: string; readonly value: Element }

/** Most relative names in a name, and attributes in one of those (assumed). */
const mostRelativeNames = 64
const mostAttributes = 8

/** Longest name and longest value in it (assumed; RFC 5280 appendix A.1 has at most 64 characters for most): folding long ones takes long. */
const mostBytes = 2048
const mostValueBytes = 1024

function readAttributes(element: Element): Attribute[][] {
  const names = element.content.length === 0 ? [] : list(element, tag.sequence, 'name', mostRelativeNames)
  return names.map((relativeName) =>
    list(relativeName, tag.set, 'name', mostAttributes).map((attribute) => {
      const inside = fields(attribute, tag.sequence, 'name')
      return { type: oid(inside.next(tag.oid, 'name'), 'name'), value: inside.any('name') }
    }),
  )
}

/** Looks at every part of a name once, so that its texts can be made later without failing, and without an object for each part. */
function checkName({ content }: Element, what: string): void {
  if (content.length > mostBytes) throw new MalformedError(`${what}: too long`)
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  const next = (from: number, end: number, wanted: number) => {
    if (from >= end) throw new MalformedError(`${what}: empty`)
    locate(content, from, end, span)
    if (span.tag !== wanted && wanted >= 0) throw new MalformedError(`${what}: unexpected type`)
  }
  let relativeNames = 0
  for (let at = 0; at < content.length;) {
    next(at, content.length, tag.set)
    const setEnd = span.end
    let attributes = 0
    at = span.contentStart
    do {
      next(at, setEnd, tag.sequence)
      const { end } = span
      next(span.contentStart, end, tag.oid)
      if (!usualOid(content, span.contentStart, span.end)) oidText(content.subarray(span.contentStart, span.end), what)
      next(span.end, end, -1)
      if (span.end !== end) throw new MalformedError(`${what}: trailing field`)
      checkText(span.tag, content.subarray(span.contentStart, end), what)
      if (++attributes > mostAttributes) throw new MalformedError(`${what}: too many`)
      at = end
    } while (at < setEnd)
    if (++relativeNames > mostRelativeNames) throw new MalformedError(`${what}: too many`)
  }
}

/** DirectoryString, NumericString and IA5String: what the attributes of RFC 5280 appendix A.1 may be. */
const stringTags = new Set<number>([0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e])

/** Whether the text of an attribute is what its type allows; `valueText` reads exactly what passes here. */
function checkText(type: number, content: Uint8Array, what: string): void {
  if (!stringTags.has(type)) throw new MalformedError(`${what}: value is no string`)
  if (content.length > mostValueBytes) throw new MalformedError(`${what}: value too long`)
  if (type === tag.utf8String && !isUtf8(content)) throw new MalformedError(`${what}: bad utf-8`)
  if (type === tag.printableString) readPrintable({ tag: type, bytes: content, content }, what)
  if (type === tag.ia5String) ascii({ tag: type, bytes: content, content }, what)
  // BMPString and UniversalString have two and four bytes a character.
  if ((type === 0x1e && content.length % 2 > 0) || (type === 0x1c && content.length % 4 > 0))
    throw new MalformedError(`${what}: half a character`)
}

/** A name as read; its texts are made when asked for. */
export type ReadName = {
  readonly bytes: Uint8Array
  /** One line for people. */
  readonly text: string
  /** Its DER, for comparison byte for byte. */
  readonly hex: string
  readonly isEmpty: boolean
  readonly organizations: readonly string[]
  /** Its relative names in order, folded as RFC 5280 section 7.1 compares them. */
  readonly folded: readonly string[]
  /** Values of the attribute type as text, for types that are compared with alternative names. */
  values(type: string): string[]
}

/** The name in an element, checked now and made when first asked for. */
export function nameLater(element: Element, what: string): () => ReadName {
  if (element.tag !== tag.sequence) throw new MalformedError(`${what}: unexpected type`)
  checkName(element, what)
  let made: ReadName | undefined
  return () => (made ??= makeName(element))
}

export const readName = (element: Element, what: string): ReadName => nameLater(element, what)()

function makeName(element: Element): ReadName {
  const { bytes } = element
  let read: Attribute[][] | undefined
  const relativeNames = () => (read ??= readAttributes(element))
  let text: string | undefined
  let hex: string | undefined
  let folded: readonly string[] | undefined
  const values = (wanted: string) =>
    relativeNames().flatMap((attributes) =>
      attributes.filter(({ type }) => type === wanted).map(({ value }) => valueText(value)),
    )
  return {
    bytes,
    get text() {
      const line = (attributes: Attribute[]) =>
        attributes.map(({ type, value }) => `${typeByOid.get(type) ?? type}=${escape(valueText(value))}`).join('+')
      return (text ??= relativeNames().map(line).join(', '))
    },
    get hex() {
      return (hex ??= toHex(bytes))
    },
    isEmpty: element.content.length === 0,
    get organizations() {
      return values(attributeOid.O)
    },
    get folded() {
      const fold = ({ type, value }: Attribute) => JSON.stringify([type, foldText(valueText(value))])
      return (folded ??= relativeNames().map((attributes) => attributes.map(fold).sort().join('+')))
    },
    values,
  }
}

/** The name in these bytes; names that repeat are read once, those of issuers above all. */
export const readRepeatedName = remembering((bytes) => readName(onlyElement(bytes), 'name'))

/** Whether two names are the same (RFC 5280 section 7.1); nothing is folded where the bytes are equal. */
export const sameName = (a: ReadName, b: ReadName) =>
  sameBytes(a.bytes, b.bytes) ||
  (a.folded.length === b.folded.length && a.folded.every((part, i) => part === b.folded[i]))

/** Whether `name` lies at or under `base` in the directory (RFC 5280 section 4.2.1.10, X.501 section 12.3). */
export const isWithin = (name: ReadName, base: ReadName) =>
  base.folded.length <= name.folded.length && base.folded.every((part, i) => part === name.folded[i])
