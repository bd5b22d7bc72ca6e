/** TSTInfo, what a time-stamp says (RFC 3161 section 2.4.2): written and read. */
import { readAlgorithm } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { constructed, fields, inner, onlyElement, primitive, tag } from './der.ts'
import { integer, isTrue, octets, oid } from './derValue.ts'
import { digestIdentifier, type DigestName, digestOf } from './digest.ts'
import { readExtensions, unknownCritical } from './extension.ts'
import { readGeneralName } from './generalName.ts'
import { generalizedTime } from './instant.ts'
import { MalformedError } from './malformed.ts'

/** The policy under which our time-stamps are made: from the simulation's own arc (RFC 5612 section 2), so that it means nothing elsewhere. */
const timeStampPolicy = '1.3.6.1.4.1.32473.1.9.1'

export type TimeStampInfo = {
  readonly digestName: DigestName
  /** The digest of whatever existed at `genTime`. */
  readonly imprint: Uint8Array
  readonly serialNumber: bigint
  /** Unix ms, whole seconds. */
  readonly genTime: number
}

export const timeStampInfoBytes = ({ digestName, imprint, serialNumber, genTime }: TimeStampInfo): Uint8Array =>
  asn1.encode(
    asn1.sequence(
      asn1.integer(1),
      asn1.oid(timeStampPolicy),
      asn1.sequence(digestIdentifier(digestName), asn1.octetString(imprint)),
      asn1.integer(serialNumber),
      asn1.generalizedTime(genTime),
    ),
  )

const what = 'time-stamp'

/** Accuracy is not added to the time: whoever decides by the second would have to trust it. Its form is checked. */
function skipAccuracy(element: Parameters<typeof fields>[0]): void {
  const inside = fields(element, tag.sequence, what)
  const seconds = inside.optional(tag.integer)
  if (seconds) integer(seconds, what, 4)
  inside.optional(primitive(0))
  inside.optional(primitive(1))
  inside.end(what)
}

/** Throws a MalformedError for anything but one strict TSTInfo with a digest of the SHA-2 family and a time in whole seconds. */
export function readTimeStampInfo(content: Uint8Array): TimeStampInfo {
  const inside = fields(onlyElement(content), tag.sequence, what)
  if (integer(inside.next(tag.integer, what), what, 1) !== 1n) throw new MalformedError(`${what}: unsupported version`)
  oid(inside.next(tag.oid, what), what)
  const message = fields(inside.next(tag.sequence, what), tag.sequence, what)
  const digestName = digestOf(readAlgorithm(message.next(tag.sequence, what), what))
  const imprint = octets(message.next(tag.octetString, what), what)
  message.end(what)
  if (digestName === undefined) throw new MalformedError(`${what}: unsupported digest`)
  const serialNumber = integer(inside.next(tag.integer, what), what)
  const genTime = generalizedTime(inside.next(tag.generalizedTime, what), what)
  const accuracy = inside.optional(tag.sequence)
  if (accuracy) skipAccuracy(accuracy)
  const ordering = inside.optional(tag.boolean)
  if (ordering) isTrue(ordering, what)
  const nonce = inside.optional(tag.integer)
  if (nonce) integer(nonce, what, 128)
  const authority = inside.optional(constructed(0))
  if (authority) readGeneralName(inner(authority, what), what)
  const extensions = inside.optional(constructed(1))
  inside.end(what)
  if (extensions) {
    // IMPLICIT tag: the extensions stand directly inside it.
    const list = readExtensions({ ...extensions, tag: tag.sequence }, what)
    if (unknownCritical(list, new Set()).length > 0) throw new MalformedError(`${what}: unknown critical extension`)
  }
  return { digestName, imprint, serialNumber, genTime }
}
