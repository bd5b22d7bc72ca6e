/** General names (RFC 5280 section 4.2.1.6) as this profile uses them: directory names, otherNames, addresses of services. */
import { explicit, implicit, type Node } from './asn1.ts'
import { constructed, type Element, fields, inner, list, primitive, tag } from './der.ts'
import { ascii, oid, toHex } from './derValue.ts'
import { MalformedError } from './malformed.ts'
import { type Name, nameNode, type ReadName, readName } from './name.ts'

export const directoryName = (name: Name): Node => explicit(4, nameNode(name))
export const uri = (address: string): Node => implicit(6, new TextEncoder().encode(address))

/** A name as read: `hex` is its whole DER, for comparison; `directory` the distinguished name, where it is one. */
export type GeneralName = {
  readonly text: string
  readonly hex: string
  readonly element: Element
  readonly directory?: ReadName
}

const primitives = new Set([1, 2, 6, 7, 8].map(primitive))
const constructeds = new Set([0, 3, 4, 5].map(constructed))

/** Reads one general name; kinds other than directory name and URI keep their bytes only. */
export function readGeneralName(element: Element, what: string): GeneralName {
  if (!primitives.has(element.tag) && !constructeds.has(element.tag)) throw new MalformedError(`${what}: bad name`)
  // Most names are only carried along: their texts are made when asked for.
  let known: string | undefined
  const hex = () => (known ??= toHex(element.bytes))
  if (element.tag === constructed(4)) {
    const directory = readName(inner(element, what), what)
    return {
      get text() {
        return directory.text
      },
      get hex() {
        return hex()
      },
      element,
      directory,
    }
  }
  if (element.tag === constructed(0)) {
    const inside = fields(element, constructed(0), what)
    oid(inside.next(tag.oid, what), what)
    inner(inside.next(constructed(0), what), what)
    inside.end(what)
  }
  const text = element.tag === primitive(6) ? ascii(element, what) : undefined
  return {
    get text() {
      return text ?? `#${hex()}`
    },
    get hex() {
      return hex()
    },
    element,
  }
}

/** At most this many names in one extension (assumed); certificates of large web sites have hundreds. */
const mostNames = 1024

export const readGeneralNames = (
  element: Element,
  expectedTag: number,
  what: string,
  most = mostNames,
): GeneralName[] => list(element, expectedTag, what, most).map((name) => readGeneralName(name, what))

/** `DistributionPointName` with a full name (RFC 5280 section 4.2.1.13), already inside its outer tag [0]. */
export const distributionPointName = (name: Name): Node => explicit(0, explicit(0, directoryName(name)))

/** The full names of a DistributionPointName; none if it is a name relative to the issuer, which this profile has not. */
export function readDistributionPointName(element: Element, what: string): GeneralName[] {
  const choice = inner(element, what)
  if (choice.tag === constructed(0)) return readGeneralNames(choice, constructed(0), what)
  fields(choice, constructed(1), what)
  return []
}
