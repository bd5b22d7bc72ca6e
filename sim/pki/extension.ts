/** The extensions of certificates, lists and answers: reading the list, then the value of each kind. */
import { isTrue as trueNode, type Node, octetString, oid as oidNode, encode, sequence } from './asn1.ts'
import {
  constructed,
  type Element,
  expectTag,
  fields,
  inner,
  list,
  locate,
  onlyElement,
  primitive,
  type Span,
  tag,
} from './der.ts'
import { ascii, integer, isTrue, namedBits, octets, oid, oidText, toHex, usualOid } from './derValue.ts'
import { type GeneralName, readDistributionPointName, readGeneralName, readGeneralNames } from './generalName.ts'
import { MalformedError } from './malformed.ts'
import { accessMethodOcsp, type ExtensionRow } from './profile.ts'

/** One extension to be written. */
export const extension = ({ oid: id, critical }: ExtensionRow, value: Node): Node =>
  sequence(oidNode(id), ...(critical ? [trueNode()] : []), octetString(encode(value)))

/** `value` is the content of the octet string. */
export type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array }

/** At most this many extensions in one list (assumed). */
const mostExtensions = 64

/** An Extensions list by identifier; refuses a repeated one (RFC 5280 section 4.2). It is read for every certificate, so without an object for each part. */
export function readExtensions(element: Element, what = 'extensions'): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>()
  const { content } = expectTag(element, tag.sequence, what)
  const span: Span = { tag: 0, contentStart: 0, end: 0 }
  const next = (from: number, end: number, wanted: number) => {
    if (from >= end) throw new MalformedError(`${what} missing`)
    locate(content, from, end, span)
    if (span.tag !== wanted) throw new MalformedError(`${what}: unexpected type`)
  }
  for (let at = 0; at < content.length;) {
    if (found.size === mostExtensions) throw new MalformedError(`${what}: too many`)
    next(at, content.length, tag.sequence)
    const { end } = span
    next(span.contentStart, end, tag.oid)
    const id =
      usualOid(content, span.contentStart, span.end) ?? oidText(content.subarray(span.contentStart, span.end), what)
    let from = span.end
    const critical = content[from] === tag.boolean && from < end
    if (critical) {
      next(from, end, tag.boolean)
      if (span.end - span.contentStart !== 1 || content[span.contentStart] !== 0xff)
        throw new MalformedError(`${what}: bad boolean`)
      from = span.end
    }
    next(from, end, tag.octetString)
    if (span.end !== end) throw new MalformedError(`${what}: trailing field`)
    if (found.has(id)) throw new MalformedError(`${what}: repeated`)
    found.set(id, { oid: id, critical, value: content.subarray(span.contentStart, end) })
    at = end
  }
  if (found.size === 0) throw new MalformedError(`${what}: empty`)
  return found
}

/** Critical extensions other than those named: whoever meets one must not rely on the structure (RFC 5280 section 4.2). */
export const unknownCritical = (extensions: ReadonlyMap<string, Extension>, known: ReadonlySet<string>): string[] =>
  [...extensions.values()].filter(({ oid: id, critical }) => critical && !known.has(id)).map(({ oid: id }) => id)

/** RFC 5280 section 4.2.1.3; at least one bit is set. */
export const readKeyUsage = (value: Uint8Array): ReadonlySet<number> => {
  const element = onlyElement(value)
  if (element.tag !== tag.bitString) throw new MalformedError('key usage: unexpected type')
  return new Set(namedBits(element, 'key usage'))
}

/** RFC 5280 section 4.2.1.9. */
export function readBasicConstraints(value: Uint8Array): { cA: boolean; pathLenConstraint?: number } {
  const what = 'basic constraints'
  const inside = fields(onlyElement(value), tag.sequence, what)
  const flag = inside.optional(tag.boolean)
  const cA = flag !== undefined && isTrue(flag, what)
  const limit = inside.optional(tag.integer)
  inside.end(what)
  if (!limit) return { cA }
  const pathLenConstraint = Number(integer(limit, what, 4))
  if (!cA || pathLenConstraint < 0) throw new MalformedError(`${what}: bad path length`)
  return { cA, pathLenConstraint }
}

/** PolicyQualifierInfo: the CPS's address or a notice (RFC 5280 section 4.2.1.4); others are passed over. */
function checkQualifier(element: Element): void {
  const what = 'policy qualifier'
  const inside = fields(element, tag.sequence, what)
  const id = oid(inside.next(tag.oid, what), what)
  if (id === '1.3.6.1.5.5.7.2.1') ascii(inside.next(tag.ia5String, what), what)
  else if (id === '1.3.6.1.5.5.7.2.2') inside.next(tag.sequence, what)
  else if (inside.more()) inside.any(what)
  inside.end(what)
}

/** Policy identifiers without their qualifiers; refuses a repeated one (RFC 5280 section 4.2.1.4). */
export function readPolicies(value: Uint8Array): string[] {
  const what = 'certificate policies'
  const policies = list(onlyElement(value), tag.sequence, what).map((information) => {
    const inside = fields(information, tag.sequence, what)
    const policy = oid(inside.next(tag.oid, what), what)
    const qualifiers = inside.optional(tag.sequence)
    inside.end(what)
    if (qualifiers) list(qualifiers, tag.sequence, what).forEach(checkQualifier)
    return policy
  })
  if (new Set(policies).size !== policies.length) throw new MalformedError(`${what}: repeated`)
  return policies
}

/** Key purposes, RFC 5280 section 4.2.1.12. */
export const readKeyPurposes = (value: Uint8Array): string[] =>
  list(onlyElement(value), tag.sequence, 'key purposes').map((purpose) => oid(purpose, 'key purposes'))

/** Key identifiers as upper-case hex, RFC 5280 sections 4.2.1.1 and 4.2.1.2. */
export function readSubjectKeyIdentifier(value: Uint8Array): string {
  return toHex(octets(onlyElement(value), 'subject key identifier'))
}

export function readAuthorityKeyIdentifier(value: Uint8Array): string | undefined {
  const what = 'authority key identifier'
  const inside = fields(onlyElement(value), tag.sequence, what)
  const keyIdentifier = inside.optional(primitive(0))
  const issuer = inside.optional(constructed(1))
  const serial = inside.optional(primitive(2))
  inside.end(what)
  if (issuer) readGeneralNames(issuer, constructed(1), what)
  if ((issuer === undefined) !== (serial === undefined)) throw new MalformedError(`${what}: half an issuer`)
  return keyIdentifier && toHex(keyIdentifier.content)
}

export const readAltNames = (value: Uint8Array, what: string): GeneralName[] =>
  readGeneralNames(onlyElement(value), tag.sequence, what)

/** The same where an empty list, which RFC 5280 section 4.2.1.6 forbids, is to be met by a rule and not by the reader. */
export function readAnyAltNames(value: Uint8Array, what: string): GeneralName[] {
  const element = onlyElement(value)
  return element.content.length === 0 && element.tag === tag.sequence
    ? []
    : readGeneralNames(element, tag.sequence, what)
}

/**
 * Names of the distribution points that hold all reasons and come from the certificate's own issuer
 * (RFC 5280 section 4.2.1.13); points limited to some reasons or left to another issuer are passed over.
 */
export function readDistributionPoints(value: Uint8Array): GeneralName[] {
  const what = 'crl distribution points'
  return list(onlyElement(value), tag.sequence, what).flatMap((point) => {
    const inside = fields(point, tag.sequence, what)
    const name = inside.optional(constructed(0))
    const reasons = inside.optional(primitive(1))
    const crlIssuer = inside.optional(constructed(2))
    inside.end(what)
    if (reasons) namedBits(reasons, what)
    if (crlIssuer) readGeneralNames(crlIssuer, constructed(2), what)
    if (!name && !crlIssuer) throw new MalformedError(`${what}: point without a name`)
    const names = name ? readDistributionPointName(name, what) : []
    return reasons || crlIssuer ? [] : names
  })
}

/** The first OCSP address of an authorityInfoAccess (RFC 5280 section 4.2.2.1). */
export function readOcspUrl(value: Uint8Array): string | undefined {
  const what = 'authority information access'
  const urls = list(onlyElement(value), tag.sequence, what).flatMap((description) => {
    const inside = fields(description, tag.sequence, what)
    const method = oid(inside.next(tag.oid, what), what)
    const location = inside.any(what)
    inside.end(what)
    readGeneralName(location, what)
    return method === accessMethodOcsp && location.tag === primitive(6) ? [ascii(location, what)] : []
  })
  return urls[0]
}

/** RFC 6960 section 4.2.2.2.1: the value is NULL. */
export function checkOcspNoCheck(value: Uint8Array): true {
  const element = onlyElement(value)
  if (element.tag !== tag.null || element.content.length > 0) throw new MalformedError('ocsp no-check: not null')
  return true
}

/** IssuingDistributionPoint, RFC 5280 section 5.2.5. */
export type IssuingDistributionPoint = {
  readonly names: readonly GeneralName[]
  readonly onlyContains?: 'user' | 'ca' | 'attribute'
  /** Only some reasons, or certificates of other issuers: more than this profile has. */
  readonly partial: boolean
}

/** The fields of an issuingDistributionPoint as they stand; an empty one must not be written (section 5.2.5). */
export function readPointFields(value: Uint8Array) {
  const what = 'issuing distribution point'
  const inside = fields(onlyElement(value), tag.sequence, what)
  if (!inside.more()) throw new MalformedError(`${what}: empty`)
  const name = inside.optional(constructed(0))
  const flag = (number: number) => {
    const found = inside.optional(primitive(number))
    return found !== undefined && isTrue(found, what)
  }
  const user = flag(1)
  const ca = flag(2)
  const reasons = inside.optional(primitive(3))
  const indirect = flag(4)
  const attribute = flag(5)
  inside.end(what)
  if (Number(user) + Number(ca) + Number(attribute) > 1) throw new MalformedError(`${what}: contradicting scopes`)
  return { name, user, ca, reasons, indirect, attribute }
}

export function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const what = 'issuing distribution point'
  const { name, user, ca, reasons, indirect, attribute } = readPointFields(value)
  if (reasons) namedBits(reasons, what)
  const point = name && inner(name, what)
  const names = name ? readDistributionPointName(name, what) : []
  const unreadable = point !== undefined && names.length === 0
  const onlyContains = user ? 'user' : ca ? 'ca' : attribute ? 'attribute' : undefined
  return Object.freeze({
    names,
    ...(onlyContains && { onlyContains }),
    partial: reasons !== undefined || indirect || unreadable,
  })
}
