/** Which list speaks for which certificate: distribution points of certificates and the issuing point of a list (RFC 5280 sections 4.2.1.13 and 5.2.5). */
import { constructed, type Element, fields, inner, list, onlyElement, primitive, tag } from '../der.ts'
import { namedBits, toHex } from '../derValue.ts'
import { readPointFields } from '../extension.ts'
import { type GeneralName, readGeneralNames } from '../generalName.ts'
import { MalformedError } from '../malformed.ts'
import { type ReadName, readName } from '../name.ts'
import { type Budget, foldsOf } from './budget.ts'

/** A DistributionPointName: full names, one relative to the issuer of the list, or the issuer's own name where a certificate has no point. */
type PointName =
  { readonly full: readonly GeneralName[] } | { readonly relative: ReadName } | { readonly issuer: ReadName }

export type DistributionPoint = {
  readonly name?: PointName | undefined
  /** Bits of ReasonFlags; all of them when absent. */
  readonly reasons?: ReadonlySet<number> | undefined
  readonly crlIssuer?: readonly GeneralName[] | undefined
}

export type IssuingPoint = {
  readonly name?: PointName | undefined
  readonly reasons?: ReadonlySet<number> | undefined
  readonly onlyContains?: 'user' | 'ca' | 'attribute' | undefined
  readonly indirect: boolean
}

/** The bits of ReasonFlags that a status needs to be complete (RFC 5280 section 6.3.2); bit 0 is unused. */
export const allReasons: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8])

/** Most names of one point (assumed); real ones have one or two. */
const mostNames = 32

function readPointName(element: Element, what: string): PointName {
  const choice = inner(element, what)
  if (choice.tag === constructed(0)) return { full: readGeneralNames(choice, constructed(0), what, mostNames) }
  fields(choice, constructed(1), what)
  // [1] stands for SET; a name of that one relative name is read like any other.
  const set = new Uint8Array(choice.bytes)
  set[0] = tag.set
  return { relative: readName({ tag: tag.sequence, bytes: set, content: set }, what) }
}

const readReasons = (element: Element, what: string): ReadonlySet<number> => new Set(namedBits(element, what))

export function readPoints(value: Uint8Array): DistributionPoint[] {
  const what = 'crl distribution points'
  return list(onlyElement(value), tag.sequence, what).map((point) => {
    const inside = fields(point, tag.sequence, what)
    const name = inside.optional(constructed(0))
    const reasons = inside.optional(primitive(1))
    const crlIssuer = inside.optional(constructed(2))
    inside.end(what)
    if (!name && !crlIssuer) throw new MalformedError(`${what}: point without a name`)
    return {
      name: name && readPointName(name, what),
      reasons: reasons && readReasons(reasons, what),
      crlIssuer: crlIssuer && readGeneralNames(crlIssuer, constructed(2), what, mostNames),
    }
  })
}

export function readIssuingPoint(value: Uint8Array): IssuingPoint {
  const what = 'issuing distribution point'
  const { name, user, ca, reasons, indirect, attribute } = readPointFields(value)
  return {
    name: name && readPointName(name, what),
    reasons: reasons && readReasons(reasons, what),
    onlyContains: user ? 'user' : ca ? 'ca' : attribute ? 'attribute' : undefined,
    indirect,
  }
}

const directoryKey = (folded: readonly string[]) => `directory ${folded.join(',')}`

/** The names of a point as keys that are equal when the names are; `base` is what a relative name is relative to. */
function nameKeys(name: PointName, base: ReadName): string[] {
  if ('issuer' in name) return [directoryKey(name.issuer.folded)]
  if ('relative' in name) return [directoryKey([...base.folded, ...name.relative.folded])]
  return generalKeys(name.full)
}

const generalKeys = (names: readonly GeneralName[]) =>
  names.map(({ directory, element }) => (directory ? directoryKey(directory.folded) : toHex(element.bytes)))

/** 6.3.3 (b)(2)(i): whether one of the list's names is one of the point's. */
export function sharesName(of: {
  issuing: IssuingPoint | undefined
  listIssuer: ReadName
  point: DistributionPoint
  certificateIssuer: ReadName
  budget: Budget
}): boolean {
  const { issuing, listIssuer, point, certificateIssuer, budget } = of
  if (!issuing?.name) return true
  const full = (name: PointName | undefined) => (name && 'full' in name ? name.full : [])
  const compared = [...full(issuing.name), ...full(point.name), ...(point.crlIssuer ?? [])]
  budget.spend('comparison', 2 * compared.length + 2)
  budget.spend(
    'fold',
    compared.reduce((sum, { directory }) => sum + (directory ? foldsOf(directory) : 0), 0),
  )
  const wanted = new Set(nameKeys(issuing.name, listIssuer))
  const base = point.crlIssuer?.find(({ directory }) => directory)?.directory ?? certificateIssuer
  const given = point.name ? nameKeys(point.name, base) : generalKeys(point.crlIssuer ?? [])
  return given.some((key) => wanted.has(key))
}
