/** Turns the content of single DER elements into values, refusing every encoding but the one DER allows. */
import { MalformedError } from './malformed.ts'
import { type Element, expectTag, tag } from './der.ts'

export const toHex = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase()

/** The bytes as a string of one character each: a key for a Map. */
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

export const sameBytes = (a: Uint8Array, b: Uint8Array) => a.length === b.length && Buffer.compare(a, b) === 0

function checkInteger({ content }: Element, what: string): void {
  const [first, second] = content
  if (first === undefined) throw new MalformedError(`${what}: empty`)
  if (second === undefined) return
  if ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)) {
    throw new MalformedError(`${what}: not minimal`)
  }
}

/** An INTEGER of at most `maxBytes` bytes. */
export function integer(element: Element, what: string, maxBytes = 21): bigint {
  checkInteger(expectTag(element, tag.integer, what), what)
  if (element.content.length > maxBytes) throw new MalformedError(`${what}: too long`)
  return BigInt.asIntN(element.content.length * 8, BigInt(`0x${toHex(element.content)}`))
}

/** Why a serial number is not one a conforming CA writes: positive and at most 20 bytes (RFC 5280 section 4.1.2.2). */
export function serialProblem({ content }: Element): string | undefined {
  if (content.length > 20) return 'too long'
  if ((content[0] ?? 0) >= 0x80) return 'negative'
  return content.length === 1 && content[0] === 0 ? 'zero' : undefined
}

/** The text by which a serial number is compared: upper-case hex without a leading zero byte, a minus before that of a negative one. */
export function serialText(element: Element): string {
  checkInteger(expectTag(element, tag.integer, 'serial number'), 'serial number')
  const { content } = element
  const [first = 0] = content
  return `${first >= 0x80 ? '-' : ''}${toHex(first === 0 && content.length > 1 ? content.subarray(1) : content)}`
}

/** A positive INTEGER as upper-case hex without a leading zero byte: serial numbers have at most 20 bytes (RFC 5280 4.1.2.2). */
export function serialNumber(element: Element): string {
  const text = serialText(element)
  const problem = serialProblem(element)
  if (problem) throw new MalformedError(`serial number: ${problem}`)
  return text
}

/** An ENUMERATED of one byte. */
export function enumerated(element: Element, what: string): number {
  const [value] = expectTag(element, tag.enumerated, what).content
  if (element.content.length !== 1 || value === undefined || value > 127) throw new MalformedError(`${what}: bad value`)
  return value
}

/** A BOOLEAN; DER leaves out a value that is the default, so FALSE never appears where the default is FALSE. */
export function isTrue(element: Element, what: string): true {
  if (element.content.length !== 1 || element.content[0] !== 0xff) throw new MalformedError(`${what}: bad boolean`)
  return true
}

/** Identifiers met before, by their bytes: there are few, and they are read for every certificate. */
const knownOids = new Map<string, string>()
const knownOidLimit = 512

/** An OBJECT IDENTIFIER in dotted form; arcs of any size (X.667 arcs under 2.25 have 128 bits). */
export function oid(element: Element, what: string): string {
  return oidText(expectTag(element, tag.oid, what).content, what)
}

/** Of the arcs for attribute types and certificate extensions, which are the usual ones: 2.5.4 and 2.5.29. */
const usualArcs = [0x04, 0x1d].map((arc) => Array.from({ length: 0x80 }, (_, last) => `2.5.${arc}.${last}`))

/** The dotted form of an identifier of those arcs, found without an object for it; undefined for any other. */
export function usualOid(source: Uint8Array, start: number, end: number): string | undefined {
  if (end - start !== 3 || source[start] !== 0x55) return undefined
  const arc = source[start + 1]
  return usualArcs[arc === 0x04 ? 0 : arc === 0x1d ? 1 : 2]?.[source[start + 2] ?? 0x80]
}

/** The dotted form of an OBJECT IDENTIFIER's content. */
export function oidText(content: Uint8Array, what: string): string {
  const usual = usualOid(content, 0, content.length)
  if (usual !== undefined) return usual
  const key = latin1(content)
  const known = knownOids.get(key)
  if (known !== undefined) return known
  const text = readOid(content, what)
  if (knownOids.size < knownOidLimit) knownOids.set(key, text)
  return text
}

function readOid(content: Uint8Array, what: string): string {
  const last = content[content.length - 1]
  if (last === undefined || last >= 0x80 || content.length > 64)
    throw new MalformedError(`${what}: bad object identifier`)
  const arcs: (number | bigint)[] = []
  let small = 0
  let large: bigint | undefined
  let startsArc = true
  for (const byte of content) {
    if (startsArc && byte === 0x80) throw new MalformedError(`${what}: bad object identifier`)
    if (large === undefined && small >= 2 ** 24) large = BigInt(small)
    if (large === undefined) small = small * 128 + (byte & 0x7f)
    else large = (large << 7n) | BigInt(byte & 0x7f)
    startsArc = byte < 0x80
    if (!startsArc) continue
    const arc = large ?? small
    if (arcs.length > 0) arcs.push(arc)
    else if (arc < 80) arcs.push(arc < 40 ? 0 : 1, Number(arc) % 40)
    else arcs.push(2, typeof arc === 'bigint' ? arc - 80n : arc - 80)
    small = 0
    large = undefined
  }
  return arcs.join('.')
}

/** The bytes of a BIT STRING that is a whole number of bytes, as keys and signatures are. */
export function wholeBytes(element: Element, what: string): Uint8Array {
  const { content } = expectTag(element, tag.bitString, what)
  if (content[0] !== 0 || content.length < 2) throw new MalformedError(`${what}: bad bit string`)
  return content.subarray(1)
}

/** The numbers of the bits set in a BIT STRING with named bits: no trailing zero bit (X.690 section 11.2.2). */
export function namedBits(element: Element, what: string): number[] {
  if (element.content.length > 5) throw new MalformedError(`${what}: bad bit string`)
  const [unused, ...bytes] = element.content
  const last = bytes[bytes.length - 1]
  if (unused === undefined || unused > 7) throw new MalformedError(`${what}: bad bit string`)
  if (last === undefined || last % 2 ** (unused + 1) !== 2 ** unused) {
    throw new MalformedError(`${what}: bad bit string`)
  }
  return bytes.flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => index * 8 + bit),
  )
}

export const octets = (element: Element, what: string) => expectTag(element, tag.octetString, what).content

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A UTF8String, which must be valid UTF-8. */
export function utf8String(element: Element, what: string): string {
  return decodeUtf8(expectTag(element, tag.utf8String, what).content, what)
}

export function decodeUtf8(content: Uint8Array, what: string): string {
  try {
    return utf8.decode(content)
  } catch {
    throw new MalformedError(`${what}: bad utf-8`)
  }
}

/** Seven-bit text: IA5String and the implicit tags over it. */
export function ascii(element: Element, what: string): string {
  const { content } = element
  for (let i = 0; i < content.length; i++) {
    const byte = content[i] ?? 0
    if (byte > 0x7e || byte < 0x20) throw new MalformedError(`${what}: not ascii`)
  }
  return latin1(content)
}

/** The characters of a PrintableString, X.680 section 41.4. */
const printable = new Uint8Array(0x100)
for (const character of Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?",
  'ascii',
))
  printable[character] = 1

export function printableString(element: Element, what: string): string {
  const { content } = element
  for (let i = 0; i < content.length; i++)
    if (!printable[content[i] ?? 0]) throw new MalformedError(`${what}: not printable`)
  return latin1(content)
}
