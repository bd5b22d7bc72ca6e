/**
 * Reads DER strictly (ITU-T X.690 section 10): definite minimal lengths, nothing left over, nothing beyond the bytes given.
 * A tree library keeps every node of a long list in memory; this reader visits only what is asked for.
 */
import { MalformedError } from './malformed.ts'

/** One tag-length-value. `bytes` is all of it, `content` the value. */
export type Element = { readonly tag: number; readonly bytes: Uint8Array; readonly content: Uint8Array }

/** Identifier octets, X.690 section 8.1.2. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of `[number]`, constructed. */
export const constructed = (number: number) => 0xa0 | number
/** The identifier octet of `[number] IMPLICIT` before a primitive value. */
export const primitive = (number: number) => 0x80 | number

/** Where one element lies in its source, for loops that must not allocate. */
export type Span = { tag: number; contentStart: number; end: number }

/** Finds the element that starts at `start` and ends no later than `limit`. */
export function locate(source: Uint8Array, start: number, limit: number, span: Span): void {
  const identifier = source[start]
  const first = source[start + 1]
  if (identifier === undefined || first === undefined || start + 2 > limit) throw new MalformedError('cut short')
  if ((identifier & 0x1f) === 0x1f) throw new MalformedError('tag of more than one byte')
  let contentStart = start + 2
  let length = first
  if (first >= 0x80) {
    const lengthBytes = first & 0x7f
    if (lengthBytes === 0) throw new MalformedError('indefinite length')
    if (lengthBytes > 4) throw new MalformedError('length too large')
    length = 0
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (source[contentStart + i] ?? 0)
    contentStart += lengthBytes
    if (length < 0x80 || length < 256 ** (lengthBytes - 1)) throw new MalformedError('length not minimal')
  }
  if (contentStart + length > limit) throw new MalformedError('length beyond the end')
  span.tag = identifier
  span.contentStart = contentStart
  span.end = contentStart + length
}

function elementAt(source: Uint8Array, start: number): Element {
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  locate(source, start, source.length, span)
  return {
    tag: span.tag,
    bytes: source.subarray(start, span.end),
    content: source.subarray(span.contentStart, span.end),
  }
}

/** Copies `der` and returns its only element; refuses more than `maxBytes`. The copy keeps later writes of the caller out. */
export function readDer(der: Uint8Array, maxBytes: number): Element {
  if (der.length > maxBytes) throw new MalformedError('too large')
  // Small copies come from Node's pool: an allocation of its own for each would cost more than reading it.
  const { buffer, byteOffset, length } = Buffer.from(der)
  return onlyElement(new Uint8Array(buffer, byteOffset, length))
}

/** The one element that fills `source` completely. */
export function onlyElement(source: Uint8Array): Element {
  const element = elementAt(source, 0)
  if (element.bytes.length !== source.length) throw new MalformedError('trailing bytes')
  return element
}

/** Steps through the elements inside another one, in order. */
export type Fields = {
  more(): boolean
  /** The next element, whatever its tag. */
  any(what: string): Element
  next(expectedTag: number, what: string): Element
  optional(expectedTag: number): Element | undefined
  /** Must be called last: refuses anything not read. */
  end(what: string): void
}

/** Opens an element that must have the given tag. `what` names it in errors. */
export function fields(element: Element, expectedTag: number, what: string): Fields {
  if (element.tag !== expectedTag) throw new MalformedError(`${what}: unexpected type`)
  const { content } = element
  let position = 0
  const any = (name: string) => {
    if (position >= content.length) throw new MalformedError(`${name} missing`)
    const found = elementAt(content, position)
    position += found.bytes.length
    return found
  }
  return {
    more: () => position < content.length,
    any,
    next: (wanted, name) => {
      if (position < content.length && content[position] !== wanted)
        throw new MalformedError(`${name}: unexpected type`)
      return any(name)
    },
    optional: (wanted) => (content[position] === wanted ? any('optional field') : undefined),
    end: (name) => {
      if (position < content.length) throw new MalformedError(`${name}: trailing field`)
    },
  }
}

/** Walks over elements side by side; `at` and `span` tell where it is. Certificates are read this way: it makes no object of what it passes. */
export function walk(source: Uint8Array, start: number, end: number) {
  const span: Span = { tag: 0, contentStart: 0, end: start }
  return {
    span,
    /** Steps onto the next element, of any tag if none is given, and says where it starts. */
    next: (what: string, wanted?: number): number => {
      const from = span.end
      if (from >= end) throw new MalformedError(`${what} missing`)
      locate(source, from, end, span)
      if (wanted !== undefined && span.tag !== wanted) throw new MalformedError(`${what}: unexpected type`)
      return from
    },
    /** Whether the next element has this tag. */
    isNext: (wanted: number) => span.end < end && source[span.end] === wanted,
    more: () => span.end < end,
    /** The element it stands on, for readers that look at its tag and content only. */
    value: (): Element => {
      const content = source.subarray(span.contentStart, span.end)
      return { tag: span.tag, bytes: content, content }
    },
    end: (what: string) => {
      if (span.end < end) throw new MalformedError(`${what}: trailing field`)
    },
  }
}

/** All elements of a SEQUENCE OF or SET OF; refuses an empty one and more than `max`, which is assumed wherever it is given. */
export function list(element: Element, expectedTag: number, what: string, max = 64): Element[] {
  const inside = fields(element, expectedTag, what)
  const found: Element[] = []
  while (inside.more()) {
    if (found.length === max) throw new MalformedError(`${what}: too many`)
    found.push(inside.any(what))
  }
  if (found.length === 0) throw new MalformedError(`${what}: empty`)
  return found
}

/** The one element inside an explicit tag. */
export function inner(element: Element, what: string): Element {
  const inside = fields(element, element.tag, what)
  const found = inside.any(what)
  inside.end(what)
  return found
}

/** Checks the tag of an element that was taken with `any`. */
export function expectTag(element: Element, expectedTag: number, what: string): Element {
  if (element.tag !== expectedTag) throw new MalformedError(`${what}: unexpected type`)
  return element
}
