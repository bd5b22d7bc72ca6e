/** The revocation status of one certificate by the lists at hand (RFC 5280 section 6.3.3). */
import { fingerprintOf } from '../algorithm.ts'
import { sameName } from '../name.ts'
import { MalformedError } from '../malformed.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid, keyUsageBit } from '../profile.ts'
import { reasonCodes } from '../revocation.ts'
import { type Budget, foldsOf } from './budget.ts'
import { allReasons, type DistributionPoint, readPoints, sharesName } from './distributionPoint.ts'
import { reasonsFor } from './listEntry.ts'
import type { RevocationList } from './revocationList.ts'

/** What lists say of a certificate; `undetermined` is as good as revoked to whoever needs a status. */
export type Status =
  { status: 'good' } | { status: 'revoked'; reasonCode: number } | { status: 'undetermined'; reason: string }

/** The highest number seen of each list by signer's key and scope: a lower one is an old list played again (5.2.3). */
export type CrlNumbersSeen = Map<string, bigint>

export type ListRules = {
  readonly now: number
  /** Refuses lists and answers older than this, whatever they promise. */
  readonly maxAgeMs?: number | undefined
  /** Lists older than RFC 5280 may lack their number. */
  readonly allowMissingCrlNumber: boolean
  readonly seen?: CrlNumbersSeen | undefined
}

/** A list whose signer was found, and the scope under which its number counts. */
type SignedList = { readonly list: RevocationList; readonly signer: Certificate; readonly scope: string }

/** Why a list cannot be relied on at all, before anybody looks who signed it. */
function listRefusal(
  list: RevocationList,
  { now, maxAgeMs = Infinity, allowMissingCrlNumber }: ListRules,
): string | undefined {
  if (list.unknownCritical) return 'unknown critical extension in a list (5.2, 5.3)'
  if (list.crlNumber === undefined && !allowMissingCrlNumber) return 'list without a number (5.2.3)'
  if (now < list.thisUpdate) return 'list of the future (5.1.2.4)'
  if (list.nextUpdate === undefined) return 'list without a next update (5.1.2.5)'
  return now >= list.nextUpdate || now - list.thisUpdate > maxAgeMs ? 'stale list (5.1.2.5)' : undefined
}

/** 6.3.3 (b): whether the list speaks for the certificate at this point. */
function isInScope({
  list,
  certificate,
  point,
  budget,
}: {
  list: RevocationList
  certificate: Certificate
  point: DistributionPoint
  budget: Budget
}): boolean {
  const { issuingPoint: issuing, issuerName: listIssuer } = list
  const { issuerName: certificateIssuer } = certificate
  const isNamed = point.crlIssuer
    ? issuing?.indirect === true &&
      point.crlIssuer.some(({ directory }) => directory && sameName(directory, listIssuer))
    : sameName(listIssuer, certificateIssuer)
  if (!isNamed || !sharesName({ issuing, listIssuer, point, certificateIssuer, budget })) return false
  if (issuing?.onlyContains === 'attribute') return false
  const isCa = certificate.basicConstraints?.cA ?? false
  return issuing?.onlyContains === undefined || issuing.onlyContains === (isCa ? 'ca' : 'user')
}

/** Whether a delta can be applied to a complete list (5.2.4, 6.3.3 (c)): same issuer, key and scope, and no gap between them. */
const fits = (delta: SignedList, complete: SignedList) =>
  delta.scope === complete.scope &&
  delta.list.baseNumber !== undefined &&
  delta.list.crlNumber !== undefined &&
  complete.list.crlNumber !== undefined &&
  delta.list.baseNumber <= complete.list.crlNumber &&
  complete.list.crlNumber < delta.list.crlNumber

/** Those with the highest number: they supersede the others of their scope (5.2.3). */
function newest(lists: readonly SignedList[]): SignedList[] {
  const numberOf = ({ list }: SignedList) => list.crlNumber ?? -1n
  const highest = lists.reduce((most, next) => (numberOf(next) > most ? numberOf(next) : most), -1n)
  return lists.filter((one) => numberOf(one) === highest)
}

/** Whose entries are looked for. */
type Asked = { readonly certificate: Certificate; readonly budget: Budget }

/** What the list says: the first reason that is a revocation, or else removeFromCRL, or nothing. */
function reasonOf({ list }: SignedList, { certificate, budget }: Asked): number | undefined {
  const reasons = reasonsFor(list.entries, certificate, budget)
  return reasons.find((reason) => reason !== reasonCodes.removeFromCRL) ?? reasons[0]
}

/** The worst of several lists of one number. */
const worstOf = (lists: readonly SignedList[], asked: Asked): number | undefined => {
  const reasons = lists.map((list) => reasonOf(list, asked)).filter((reason) => reason !== undefined)
  return reasons.find((reason) => reason !== reasonCodes.removeFromCRL) ?? reasons[0]
}

/** The reason in force: a delta's entry overrides, and its removeFromCRL lifts a hold and nothing else (5.2.4, 5.3.1, 6.3.3 (i) to (k)). */
function reasonIn(complete: number | undefined, delta: number | undefined): number | undefined {
  if (delta !== reasonCodes.removeFromCRL) return delta ?? complete
  return complete === reasonCodes.certificateHold ? undefined : complete
}

/** A revocation in a delta newer than the complete list counts even where there is a gap between them: nobody makes that up. */
const revokedInGap = (complete: SignedList, deltas: readonly SignedList[], asked: Asked) =>
  deltas
    .filter(({ list, scope }) => scope === complete.scope && (list.crlNumber ?? 0n) > (complete.list.crlNumber ?? 0n))
    .map((delta) => reasonOf(delta, asked))
    .find((reason) => reason !== undefined && reason !== reasonCodes.removeFromCRL)

/** Why the certificate is revoked by complete lists of one number and the deltas on top of them; a list with a malformed entry says nothing. */
function reasonInForce(current: readonly SignedList[], deltas: readonly SignedList[], asked: Asked) {
  const [complete] = current
  if (!complete) return undefined
  try {
    const fitting = newest(deltas.filter((candidate) => fits(candidate, complete)))
    const found = reasonIn(worstOf(current, asked), worstOf(fitting, asked))
    return found ?? (fitting.length > 0 ? undefined : revokedInGap(complete, deltas, asked))
  } catch (error) {
    if (error instanceof MalformedError) return 'malformed'
    throw error
  }
}

/** Notes a number; false for a list that is older than one seen before. */
function isCurrent({ list, scope }: SignedList, seen: CrlNumbersSeen | undefined): boolean {
  if (!seen || list.crlNumber === undefined) return true
  const highest = seen.get(scope)
  if (highest !== undefined && list.crlNumber < highest) return false
  seen.set(scope, list.crlNumber)
  return true
}

const intersect = (a: ReadonlySet<number>, b: ReadonlySet<number> | undefined) =>
  b ? new Set([...a].filter((reason) => b.has(reason))) : a

/** The points of a certificate, and last its issuer's own list. */
function pointsOf(certificate: Certificate): DistributionPoint[] {
  const extension = certificate.extensions.get(extensionOid.crlDistributionPoints)
  return [...(extension ? readPoints(extension.value) : []), { name: { issuer: certificate.issuerName } }]
}

/** Whether a certificate may sign lists (6.3.3 (f)): without the extension nothing forbids it. */
export const maySignLists = ({ extensions, keyUsage }: Certificate) =>
  !extensions.has(extensionOid.keyUsage) || keyUsage.has(keyUsageBit.cRLSign)

/**
 * The status of `certificate`. `signerOf` tells who signed a list, if that signer may (6.3.3 (f) and (g)); it is asked only for lists in scope.
 * Complete lists of one scope: only the newest counts. Of several scopes the worst wins; all reasons must be covered.
 */
export function statusByLists(
  certificate: Certificate,
  lists: readonly RevocationList[],
  by: ListRules & {
    budget: Budget
    signerOf: (list: RevocationList, point: DistributionPoint) => Certificate | undefined
  },
): Status {
  const covered = new Set<number>()
  let reason = 'no list for this certificate'
  for (const point of pointsOf(certificate)) {
    const signed: SignedList[] = []
    for (const list of lists) {
      by.budget.spend('evidence')
      by.budget.spend('fold', foldsOf(list.issuerName))
      if (!isInScope({ list, certificate, point, budget: by.budget })) continue
      const refused = listRefusal(list, by)
      const signer = refused === undefined ? by.signerOf(list, point) : undefined
      if (!signer) {
        reason = refused ?? 'nobody who may sign it signed the list (6.3.3 (f), (g))'
        continue
      }
      signed.push({ list, signer, scope: `${fingerprintOf(signer.spki)} ${list.scope}` })
    }
    const deltas = signed.filter(({ list }) => list.baseNumber !== undefined)
    const byScope = Map.groupBy(
      signed.filter(({ list }) => list.baseNumber === undefined),
      ({ scope }) => scope,
    )
    for (const group of byScope.values()) {
      const current = newest(group)
      const [complete] = current
      if (!complete) continue
      if (!isCurrent(complete, by.seen)) {
        reason = 'list older than one seen before (5.2.3)'
        continue
      }
      const found = reasonInForce(current, deltas, { certificate, budget: by.budget })
      if (found === 'malformed') {
        reason = 'list with a malformed entry (5.3)'
        continue
      }
      if (found !== undefined) return { status: 'revoked', reasonCode: found }
      // 6.3.3 (d): the reasons that this list at this point can speak of.
      const spoken = intersect(intersect(allReasons, complete.list.issuingPoint?.reasons), point.reasons)
      for (const one of spoken) covered.add(one)
      if (spoken.size < allReasons.size) reason = 'not all reasons covered (6.3.3 (d))'
    }
  }
  return covered.size === allReasons.size ? { status: 'good' } : { status: 'undetermined', reason }
}
