/** Short names for the asn1js nodes from which certificates, lists, answers and signed documents are built. */
import {
  type BaseBlock,
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  Enumerated,
  GeneralizedTime,
  IA5String,
  Integer,
  Null,
  ObjectIdentifier,
  OctetString,
  Primitive,
  PrintableString,
  Sequence,
  Set as Asn1Set,
  UTCTime,
  Utf8String,
} from 'asn1js'
import { type Span, locate } from './der.ts'
import { timeText } from './instant.ts'

export type Node = BaseBlock

const contextSpecific = 3

export const sequence = (...value: Node[]) => new Sequence({ value })
/** A SET OF with its members in DER order (X.690 section 11.6). */
export const setOf = (...value: Node[]) =>
  new Asn1Set({ value: value.map((node) => raw(encode(node))).sort((a, b) => Buffer.compare(encode(a), encode(b))) })
export const explicit = (tagNumber: number, ...value: Node[]) =>
  new Constructed({ idBlock: { tagClass: contextSpecific, tagNumber }, value })
export const implicit = (tagNumber: number, valueHex: Uint8Array) =>
  new Primitive({ idBlock: { tagClass: contextSpecific, tagNumber }, valueHex: new Uint8Array(valueHex) })
export const integer = (value: bigint | number) => Integer.fromBigInt(BigInt(value))
export const enumerated = (value: number) => new Enumerated({ value })
export const oid = (value: string) => new ObjectIdentifier({ value })
export const octetString = (valueHex: Uint8Array) => new OctetString({ valueHex: new Uint8Array(valueHex) })
export const bitString = (bytes: Uint8Array, unusedBits = 0) =>
  new BitString({ valueHex: new Uint8Array(bytes), unusedBits })
export const utf8String = (value: string) => new Utf8String({ value })
export const printableString = (value: string) => new PrintableString({ value })
export const ia5String = (value: string) => new IA5String({ value })
export const isTrue = () => new Asn1Boolean({ value: true })
export const none = () => new Null()
/** Whole seconds: DER of RFC 5280 has no fractions, and asn1js would write them. */
const wholeSecond = (at: number) => new Date(Math.floor(at / 1000) * 1000)
export const generalizedTime = (at: number) => new GeneralizedTime({ valueDate: wholeSecond(at) })
/** UTCTime through 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
export const time = (at: number) =>
  timeText(at).utcTime ? new UTCTime({ valueDate: wholeSecond(at) }) : generalizedTime(at)

/** A BIT STRING with named bits, without trailing zero bits (X.690 section 11.2.2). */
export function namedBits(bits: readonly number[]): Node {
  const highest = Math.max(...bits)
  const bytes = new Uint8Array(Math.floor(highest / 8) + 1)
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return bitString(bytes, 7 - (highest & 7))
}

/**
 * Bytes that are already DER, as a node. asn1js drops its own RawData inside a Sequence without a word (4.0.0),
 * and parsing them would be slow; so a primitive of the same tag carries them.
 */
export function raw(der: Uint8Array): Node {
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  locate(der, 0, der.length, span)
  const node = new Primitive({
    idBlock: { tagClass: (span.tag >> 6) + 1, tagNumber: span.tag & 0x1f },
    valueHex: new Uint8Array(der.subarray(span.contentStart)),
  })
  node.idBlock.isConstructed = (span.tag & 0x20) !== 0
  return node
}

/** A SEQUENCE OF whose members are given as their DER, one after the other: for lists too long for nodes. */
export function sequenceOfBytes(members: Uint8Array<ArrayBuffer>): Node {
  const node = new Primitive({ idBlock: { tagClass: 1, tagNumber: 16 }, valueHex: members })
  node.idBlock.isConstructed = true
  return node
}

export const encode = (node: Node) => new Uint8Array(node.toBER())
