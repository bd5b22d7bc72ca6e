/** Distinguished names: written as the JPKI profile writes them, read into one line of text. */
import { type Node, oid as oidNode, printableString, sequence, setOf, utf8String } from './asn1.ts'
import { type Element, fields, list, tag } from './der.ts'
import { ascii, decodeUtf8, oid, printableString as readPrintable, toHex } from './derValue.ts'

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

function valueText(value: Element): string {
  if (value.tag === tag.utf8String) return decodeUtf8(value.content, 'name')
  if (value.tag === tag.printableString) return readPrintable(value, 'name')
  if (value.tag === tag.ia5String) return ascii(value, 'name')
  return `#${toHex(value.bytes)}`
}

/** A name as read: `text` for people, `hex` of its DER for comparison, byte for byte. */
export type ReadName = { readonly text: string; readonly hex: string; readonly organizations: readonly string[] }

export function readName(element: Element, what: string): ReadName {
  const organizations: string[] = []
  const parts: string[] = []
  const names = element.content.length === 0 ? [] : list(element, tag.sequence, what)
  for (const relativeName of names) {
    const attributes = list(relativeName, tag.set, what, 8).map((attribute) => {
      const inside = fields(attribute, tag.sequence, what)
      const type = oid(inside.next(tag.oid, what), what)
      const value = valueText(inside.any(what))
      inside.end(what)
      if (type === attributeOid.O) organizations.push(value)
      return `${typeByOid.get(type) ?? type}=${escape(value)}`
    })
    parts.push(attributes.join('+'))
  }
  return { text: parts.join(', '), hex: toHex(element.bytes), organizations }
}
