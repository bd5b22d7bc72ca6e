/** Looks for a path from a certificate to an anchor that keeps every rule (RFC 5280 section 6, RFC 4158 for the order of search). */
import { sameBytes } from '../derValue.ts'
import { sameName } from '../name.ts'
import type { Certificate } from '../parsedCertificate.ts'
import type { Budget } from './budget.ts'
import { signedPart } from './budget.ts'
import type { Pool } from './pool.ts'
import { certificateRefusal, issuerRefusal, type Rules } from './rule.ts'

/** Whether the key identifiers agree, where both are given (4.2.1.1). */
const keyIdentifiersAgree = (certificate: Certificate, { subjectKeyIdentifier }: Certificate) =>
  certificate.authorityKeyIdentifier === undefined ||
  subjectKeyIdentifier === undefined ||
  subjectKeyIdentifier === certificate.authorityKeyIdentifier

/** Whether the key of `issuer`, under its name, signed `certificate` (6.1.3 (a)(1) and (a)(4)). */
export const isIssuedUnder = (certificate: Certificate, issuer: Certificate, budget: Budget): boolean =>
  sameName(certificate.issuerName, issuer.subjectName) &&
  keyIdentifiersAgree(certificate, issuer) &&
  budget.isSigned(signedPart(certificate), issuer)

const sameHolder = (a: Certificate, b: Certificate) =>
  sameBytes(a.spki, b.spki) && sameName(a.subjectName, b.subjectName)

/** A path that still lacks its anchor; the first is the one whose issuer is looked for. */
type Open = readonly [Certificate, ...Certificate[]]

type Search = { readonly pool: Pool; readonly budget: Budget; readonly rules: Rules; readonly now: number }

/** Why `issuer` cannot stand over `below`: the cheap rules first, the signature last. */
function stepRefusal(below: Open, issuer: Certificate, { budget, rules, now }: Search): string | undefined {
  const [top] = below
  const refused = certificateRefusal(issuer, { rules, now, isAnchor: false }) ?? issuerRefusal(issuer)
  if (refused) return refused
  const casBelow = below.slice(0, -1).filter((ca) => !sameName(ca.issuerName, ca.subjectName)).length
  if (casBelow > (issuer.basicConstraints?.pathLenConstraint ?? Infinity)) return 'path too long (6.1.4 (l))'
  return budget.isSigned(signedPart(top), issuer) ? undefined : 'bad signature (6.1.3 (a)(1))'
}

/**
 * Tries paths, shortest first, until `accept` takes one (returns undefined), and tells the last reason otherwise.
 * No holder of a key comes twice in a path, and what no path can contain is left out before its signature is checked.
 */
export function findPath(
  leaf: Certificate,
  search: Search,
  accept: (path: readonly Certificate[]) => string | undefined,
): { path: readonly Certificate[] } | { refused: string } {
  const { pool, budget } = search
  /** Why not: of several reasons the first for which a whole path was refused, or else the last. */
  let reason = 'no issuer known (6.1.3 (a)(4))'
  let reachedAnchor = false
  const note = (refused: string) => {
    if (!reachedAnchor) reason = refused
  }

  /** The first anchor under which the path is whole and accepted. */
  const close = (below: Open): readonly Certificate[] | undefined => {
    const [top] = below
    for (const anchor of pool.anchorsNamed(top.issuerName)) {
      budget.spend('step')
      if (!keyIdentifiersAgree(top, anchor)) continue
      if (sameBytes(anchor.der, top.der)) {
        note('an anchor is no path (6.1)')
        continue
      }
      if (!budget.isSigned(signedPart(top), anchor)) {
        note('bad signature (6.1.3 (a)(1))')
        continue
      }
      budget.spend('path')
      const refused = accept([anchor, ...below])
      if (refused === undefined) return [anchor, ...below]
      note(refused)
      reachedAnchor = true
    }
    return undefined
  }

  const extend = (below: Open): Open[] => {
    const [top] = below
    const longer: Open[] = []
    for (const issuer of pool.intermediatesNamed(top.issuerName, () => budget.spend('certificate'))) {
      budget.spend('step')
      if (!keyIdentifiersAgree(top, issuer) || below.some((certificate) => sameHolder(certificate, issuer))) continue
      const refused = stepRefusal(below, issuer, search)
      if (refused === undefined) longer.push([issuer, ...below])
      else note(refused)
    }
    return longer
  }

  let open: Open[] = [[leaf]]
  for (let cas = 0; open.length > 0; cas++) {
    for (const below of open) {
      const path = close(below)
      if (path) return { path }
    }
    if (cas > budget.limits.length) {
      note('path too long')
      break
    }
    open = open.flatMap(extend)
  }
  return { refused: reason }
}
