/** Looks for a path from a certificate to an anchor that keeps every rule (RFC 5280 section 6, RFC 4158 for the order of search). */
import { sameBytes } from '../derValue.ts'
import { sameName } from '../name.ts'
import type { Certificate } from '../parsedCertificate.ts'
import type { Budget } from './budget.ts'
import { signedPart } from './budget.ts'
import { certificateRefusal, issuerRefusal, type Rules } from './rule.ts'

/** Certificates that may become issuers. Anchors are trusted; intermediates may have been chosen by an attacker. */
export type Pool = { readonly anchors: readonly Certificate[]; readonly intermediates: readonly Certificate[] }

/** Whether the key identifiers agree, where both are given (4.2.1.1). */
const keyIdentifiersAgree = (certificate: Certificate, { subjectKeyIdentifier }: Certificate) =>
  certificate.authorityKeyIdentifier === undefined ||
  subjectKeyIdentifier === undefined ||
  subjectKeyIdentifier === certificate.authorityKeyIdentifier

/** The issuers worth trying: of the right name and key identifier, which prove nothing yet. */
const issuersOf = (certificate: Certificate, issuers: readonly Certificate[]): Certificate[] =>
  issuers.filter(
    (issuer) => sameName(certificate.issuerName, issuer.subjectName) && keyIdentifiersAgree(certificate, issuer),
  )

/** Whether the key of `issuer`, under its name, signed `certificate` (6.1.3 (a)(1) and (a)(4)). */
export const isIssuedUnder = (certificate: Certificate, issuer: Certificate, budget: Budget): boolean =>
  issuersOf(certificate, [issuer]).length > 0 && budget.isSigned(signedPart(certificate), issuer)

const sameHolder = (a: Certificate, b: Certificate) =>
  sameBytes(a.spki, b.spki) && sameName(a.subjectName, b.subjectName)

/**
 * Tries paths, anchor first, until `accept` takes one (returns undefined), and tells the last reason otherwise.
 * Depth first; no holder of a key comes twice in a path, and what no path can contain is left out before its signature is checked.
 */
export function findPath(
  leaf: Certificate,
  search: { pool: Pool; budget: Budget; rules: Rules; now: number },
  accept: (path: readonly Certificate[]) => string | undefined,
): { path: readonly Certificate[] } | { refused: string } {
  const { pool, budget, rules, now } = search
  /** Why not: of several reasons the first for which a whole path was refused, or else the last. */
  let reason = 'no issuer known (6.1.3 (a)(4))'
  let reachedAnchor = false
  const note = (refused: string) => {
    if (!reachedAnchor) reason = refused
  }
  let found: readonly Certificate[] | undefined

  /** `below` starts with the certificate whose issuer is looked for. */
  const climb = (below: readonly [Certificate, ...Certificate[]]): boolean => {
    const [top] = below
    for (const anchor of issuersOf(top, pool.anchors)) {
      budget.spend('steps')
      if (sameBytes(anchor.der, top.der)) {
        note('an anchor is no path (6.1)')
        continue
      }
      if (!budget.isSigned(signedPart(top), anchor)) {
        note('bad signature (6.1.3 (a)(1))')
        continue
      }
      budget.spend('paths')
      const refused = accept([anchor, ...below])
      if (refused === undefined) {
        found = [anchor, ...below]
        return true
      }
      note(refused)
      reachedAnchor = true
    }
    if (below.length > budget.limits.length) {
      note('path too long')
      return false
    }
    for (const issuer of issuersOf(top, pool.intermediates)) {
      budget.spend('steps')
      if (below.some((certificate) => sameHolder(certificate, issuer))) continue
      const refused = certificateRefusal(issuer, { rules, now, isAnchor: false }) ?? issuerRefusal(issuer)
      if (refused) {
        note(refused)
        continue
      }
      if (!budget.isSigned(signedPart(top), issuer)) {
        note('bad signature (6.1.3 (a)(1))')
        continue
      }
      if (climb([issuer, ...below])) return true
    }
    return false
  }

  climb([leaf])
  return found ? { path: found } : { refused: reason }
}
