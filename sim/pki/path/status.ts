/** Holds every certificate of a path to a revocation status: by lists, by answers, the worst of both (RFC 5280 section 6.3, RFC 6960). */
import { sameBytes } from '../derValue.ts'
import { type ReadName, sameName } from '../name.ts'
import type { OcspResponse } from '../ocspResponse.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid } from '../profile.ts'
import { findPath, isIssuedUnder } from './build.ts'
import type { Budget } from './budget.ts'
import { type CrlNumbersSeen, maySignLists, type Status, statusByLists } from './crlStatus.ts'
import type { DistributionPoint } from './distributionPoint.ts'
import { isMentioned, statusByAnswers } from './ocspStatus.ts'
import { pathRefusal } from './pathCheck.ts'
import { type Pool, underAnchor } from './pool.ts'
import type { RevocationList } from './revocationList.ts'
import type { Rules } from './rule.ts'

export type StatusDemand = {
  /** Which kind of evidence must say good; evidence of the other kind can only refuse. */
  readonly by: 'crl' | 'ocsp' | 'any'
  readonly lists: readonly RevocationList[]
  readonly answers: readonly OcspResponse[]
  /** Nonces of the requests; any of them will do, no other and not none. */
  readonly nonces?: readonly Uint8Array[] | undefined
  /** Only the leaf and certificates that an answer speaks of need a status. */
  readonly onlyAnswered?: boolean
  readonly maxAgeMs?: number | undefined
  readonly allowMissingCrlNumber?: boolean
  /** Where the highest numbers are kept between validations; without it an old list that is still fresh counts again. */
  readonly seen?: CrlNumbersSeen | undefined
}

export type StatusCheck = {
  readonly demand: StatusDemand
  readonly pool: Pool
  readonly budget: Budget
  readonly rules: Rules
  readonly now: number
}

/** The chain from the anchor down to an issuer. */
type Chain = readonly [Certificate, ...Certificate[]]

const issuerOf = (chain: Chain): Certificate => chain.at(-1) ?? chain[0]

export function createStatusCheck({ demand, pool, budget, rules, now }: StatusCheck) {
  // They were read already; what that took is missing for the rest.
  budget.spend('list', demand.lists.length)
  for (const answer of demand.answers)
    if (answer.responseStatus === 'successful') budget.spend('single', answer.responses.length)

  const named = (name: ReadName) => pool.intermediatesNamed(name, () => budget.spend('certificate'))

  /** Whose status is being looked for: a list cannot vouch for its own signer. */
  const pending = new Set<Certificate>()

  const isValid = (chain: readonly Certificate[]) =>
    pathRefusal(chain, { now, rules, budget, purposes: [], policy: {}, maxDepth: Infinity }) === undefined

  /**
   * Whether two holders of one name are one CA: the key that issued both is the same, or one issued the other. The name alone
   * does not make them one, as RFC 5280 section 6.3.3 (f) would have it: two CAs under one anchor may bear the same name.
   */
  const isSameCa = (signerPath: readonly Certificate[], chain: Chain) => {
    const [parent] = signerPath.slice(-2)
    const issuer = issuerOf(chain)
    const [issuerParent] = chain.slice(-2)
    return parent !== undefined && [issuer, issuerParent].some((of) => of && sameBytes(of.spki, parent.spki))
  }

  /** 6.3.3 (f): the signer's own path ends at the same anchor, and nothing in it is revoked. */
  const isTrustedSigner = (signer: Certificate, chain: Chain, isOwnCa: boolean): boolean => {
    const [anchor] = chain
    if (pending.has(signer)) return false
    pending.add(signer)
    const search = { pool: underAnchor(pool, anchor), budget, rules, now }
    const found = findPath(signer, search, (path) =>
      isValid(path) && (!isOwnCa || isSameCa(path, chain)) ? refusal(path) : 'signer not trusted',
    )
    pending.delete(signer)
    return 'path' in found
  }

  /** Who signed the list that is to tell of `certificate`, which may be that certificate itself only where its own point says so. */
  const signerOf = (of: { list: RevocationList; point: DistributionPoint; certificate: Certificate; chain: Chain }) => {
    const { list, point, chain } = of
    const isSelfNamed = point.crlIssuer !== undefined
    const signed = { data: list.tbs, signature: list.signature, algorithm: list.signatureAlgorithm }
    const isNamed = (of: Certificate) =>
      (list.authorityKeyIdentifier === undefined ||
        of.subjectKeyIdentifier === undefined ||
        list.authorityKeyIdentifier === of.subjectKeyIdentifier) &&
      sameName(of.subjectName, list.issuerName) &&
      maySignLists(of)
    // The path's own CAs first: most lists are theirs, and they need no path of their own.
    const own = chain.toReversed().find((certificate) => isNamed(certificate) && budget.isSigned(signed, certificate))
    if (own) return own
    const isOwnCa = sameName(list.issuerName, issuerOf(chain).subjectName)
    return named(list.issuerName).find(
      (certificate) =>
        isNamed(certificate) &&
        budget.isSigned(signed, certificate) &&
        ((isSelfNamed && sameBytes(certificate.der, of.certificate.der)) ||
          isTrustedSigner(certificate, chain, isOwnCa)),
    )
  }

  const byLists = (certificate: Certificate, chain: Chain): Status =>
    statusByLists(certificate, demand.lists, {
      now,
      maxAgeMs: demand.maxAgeMs,
      allowMissingCrlNumber: demand.allowMissingCrlNumber ?? false,
      seen: demand.seen,
      budget,
      signerOf: (list, point) => signerOf({ list, point, certificate, chain }),
    })

  const byAnswers = (certificate: Certificate, chain: Chain, isTrusted: (delegate: Certificate) => boolean): Status =>
    statusByAnswers(certificate, demand.answers, {
      now,
      maxAgeMs: demand.maxAgeMs,
      nonces: demand.nonces,
      budget,
      issuer: issuerOf(chain),
      named,
      isTrusted,
    })

  /**
   * RFC 6960 section 4.2.2.2.1: a delegate says that it need not be checked, or is checked: by lists or by an answer of its CA itself.
   * One that is known to be revoked is not trusted whatever it says.
   */
  const isCheckedDelegate = (delegate: Certificate, chain: Chain): boolean => {
    const known = [byLists(delegate, chain), byAnswers(delegate, chain, () => false)]
    if (known.some(({ status }) => status === 'revoked')) return false
    const { extensions, ocspNoCheck, ocspUrl } = delegate
    const isPointless = !extensions.has(extensionOid.crlDistributionPoints) && ocspUrl === undefined
    return ocspNoCheck || (isPointless && !rules.conforming) || known.some(({ status }) => status === 'good')
  }

  const isTrustedDelegate = (delegate: Certificate, chain: Chain): boolean =>
    isIssuedUnder(delegate, issuerOf(chain), budget) &&
    isValid([...chain, delegate]) &&
    isCheckedDelegate(delegate, chain)

  const statusRefusal = (certificate: Certificate, chain: Chain): string | undefined => {
    const lists = byLists(certificate, chain)
    const answers = byAnswers(certificate, chain, (delegate) => isTrustedDelegate(delegate, chain))
    if (lists.status === 'revoked' || answers.status === 'revoked') return 'revoked (6.3.3)'
    if (demand.by === 'any' && [lists, answers].some(({ status }) => status === 'good')) return undefined
    const wanted = demand.by === 'ocsp' ? answers : lists
    return wanted.status === 'undetermined' ? `status unknown: ${wanted.reason}` : undefined
  }

  /** Why the path, anchor first, is not known to be unrevoked. */
  function refusal(path: readonly Certificate[]): string | undefined {
    for (let i = path.length - 1; i > 0; i--) {
      const certificate = path[i]
      const [anchor, ...above] = path.slice(0, i)
      if (!certificate || !anchor) continue
      const isLeaf = i === path.length - 1
      if (demand.onlyAnswered && !isLeaf && !isMentioned(certificate, demand.answers)) continue
      const refused = statusRefusal(certificate, [anchor, ...above])
      if (refused) return refused
    }
    return undefined
  }

  return { refusal, statusRefusal }
}
