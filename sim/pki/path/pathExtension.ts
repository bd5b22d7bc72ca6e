/** The extensions by which a CA limits what may stand below it: name constraints and policy constraints (RFC 5280 section 4.2.1). */
import { constructed, type Element, expectTag, fields, list, onlyElement, primitive, tag } from '../der.ts'
import { integer, oid } from '../derValue.ts'
import { type GeneralName, readGeneralName } from '../generalName.ts'
import { MalformedError } from '../malformed.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid } from '../profile.ts'

export type NameConstraints = { readonly permitted: readonly GeneralName[]; readonly excluded: readonly GeneralName[] }
export type PolicyMapping = { readonly issuerDomain: string; readonly subjectDomain: string }

export type PathExtensions = {
  readonly nameConstraints?: NameConstraints | undefined
  readonly policyMappings?: readonly PolicyMapping[] | undefined
  readonly requireExplicitPolicy?: number | undefined
  readonly inhibitPolicyMapping?: number | undefined
  readonly inhibitAnyPolicy?: number | undefined
}

/** Most subtrees in one extension (assumed): each is compared with each name below. */
const mostSubtrees = 1024

/** Subtrees; this profile of X.509 has no distances (4.2.1.10). */
function readSubtrees(element: Element, expected: number): GeneralName[] {
  const what = 'name constraints'
  return list(element, expected, what, mostSubtrees).map((subtree) => {
    const inside = fields(subtree, tag.sequence, what)
    const base = readGeneralName(inside.any(what), what)
    inside.end(what)
    return base
  })
}

function readNameConstraints(value: Uint8Array): NameConstraints {
  const what = 'name constraints'
  const inside = fields(onlyElement(value), tag.sequence, what)
  const permitted = inside.optional(constructed(0))
  const excluded = inside.optional(constructed(1))
  inside.end(what)
  if (!permitted && !excluded) throw new MalformedError(`${what}: empty`)
  return {
    permitted: permitted ? readSubtrees(permitted, constructed(0)) : [],
    excluded: excluded ? readSubtrees(excluded, constructed(1)) : [],
  }
}

function readPolicyMappings(value: Uint8Array): PolicyMapping[] {
  const what = 'policy mappings'
  return list(onlyElement(value), tag.sequence, what, 128).map((mapping) => {
    const inside = fields(mapping, tag.sequence, what)
    const issuerDomain = oid(inside.next(tag.oid, what), what)
    const subjectDomain = oid(inside.next(tag.oid, what), what)
    inside.end(what)
    return { issuerDomain, subjectDomain }
  })
}

/** SkipCerts: a number of certificates. */
function skipCerts(element: Element, what: string): number {
  const value = integer({ ...element, tag: tag.integer }, what, 4)
  if (value < 0n) throw new MalformedError(`${what}: negative`)
  return Number(value)
}

function readPolicyConstraints(value: Uint8Array) {
  const what = 'policy constraints'
  const inside = fields(onlyElement(value), tag.sequence, what)
  const explicit = inside.optional(primitive(0))
  const mapping = inside.optional(primitive(1))
  inside.end(what)
  if (!explicit && !mapping) throw new MalformedError(`${what}: empty`)
  return {
    requireExplicitPolicy: explicit && skipCerts(explicit, what),
    inhibitPolicyMapping: mapping && skipCerts(mapping, what),
  }
}

function readInhibitAnyPolicy(value: Uint8Array): number {
  const what = 'inhibit any policy'
  return skipCerts(expectTag(onlyElement(value), tag.integer, what), what)
}

const known = new WeakMap<Certificate, PathExtensions>()

/** What a certificate demands of those below it, read once; throws a MalformedError. */
export function pathExtensions(certificate: Certificate): PathExtensions {
  const found = known.get(certificate)
  if (found) return found
  const read = <T>(name: keyof typeof extensionOid, parse: (value: Uint8Array) => T): T | undefined => {
    const extension = certificate.extensions.get(extensionOid[name])
    return extension && parse(extension.value)
  }
  const made: PathExtensions = {
    nameConstraints: read('nameConstraints', readNameConstraints),
    policyMappings: read('policyMappings', readPolicyMappings),
    ...read('policyConstraints', readPolicyConstraints),
    inhibitAnyPolicy: read('inhibitAnyPolicy', readInhibitAnyPolicy),
  }
  known.set(certificate, made)
  return made
}
