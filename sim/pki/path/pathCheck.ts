/** Path validation (RFC 5280 section 6.1) over one given chain whose signatures and names already fit. */
import type { Certificate } from '../parsedCertificate.ts'
import { sameName } from '../name.ts'
import type { Budget } from './budget.ts'
import { createNameConstraints } from './nameConstraint.ts'
import { pathExtensions } from './pathExtension.ts'
import { anyPolicy, createPolicyGraph, type PolicyInput } from './policy.ts'
import { anchorRefusal, certificateRefusal, issuerRefusal, type Rules } from './rule.ts'

export type PathDemand = {
  readonly now: number
  readonly rules: Rules
  readonly budget: Budget
  /** Key purposes, each of which the leaf and every CA with such an extension, the anchor included, must allow (4.2.1.12). */
  readonly purposes: readonly string[]
  readonly policy: PolicyInput
  /** Most CAs between anchor and leaf, self-issued ones not counted. */
  readonly maxDepth: number
}

const anyPurpose = '2.5.29.37.0'

const isSelfIssued = (certificate: Certificate) => sameName(certificate.issuerName, certificate.subjectName)

/** Whether the certificate may be used for the purpose; without the extension it may be used for all. */
const allowsPurpose = ({ extKeyUsage }: Certificate, purpose: string) =>
  extKeyUsage.length === 0 || extKeyUsage.includes(purpose) || extKeyUsage.includes(anyPurpose)

/** The counters of 6.1.2; each falls by one with every certificate that is not self-issued. */
type Counters = { explicitPolicy: number; policyMapping: number; inhibitAny: number; pathLength: number }

/** 6.1.4 (i) and (j), (m): a certificate can only lower what is left. */
function lower(counters: Counters, certificate: Certificate): void {
  const { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = pathExtensions(certificate)
  counters.explicitPolicy = Math.min(counters.explicitPolicy, requireExplicitPolicy ?? Infinity)
  counters.policyMapping = Math.min(counters.policyMapping, inhibitPolicyMapping ?? Infinity)
  counters.inhibitAny = Math.min(counters.inhibitAny, inhibitAnyPolicy ?? Infinity)
  counters.pathLength = Math.min(counters.pathLength, certificate.basicConstraints?.pathLenConstraint ?? Infinity)
}

/** 6.1.4 (h) and (l); the text of the refusal if no CA may follow. */
function countDown(counters: Counters): string | undefined {
  if (counters.pathLength === 0) return 'path too long (6.1.4 (l))'
  counters.pathLength -= 1
  counters.explicitPolicy = Math.max(0, counters.explicitPolicy - 1)
  counters.policyMapping = Math.max(0, counters.policyMapping - 1)
  counters.inhibitAny = Math.max(0, counters.inhibitAny - 1)
  return undefined
}

/** Why the chain, anchor first, is not valid for what is demanded; undefined if it is. Throws a MalformedError for a bad extension. */
export function pathRefusal(chain: readonly Certificate[], demand: PathDemand): string | undefined {
  const [anchor, ...path] = chain
  const { now, rules, budget, policy } = demand
  const leaf = path.at(-1)
  if (!anchor || !leaf) return 'no path'
  const anchorProblem = anchorRefusal(anchor, { rules, now })
  if (anchorProblem) return anchorProblem
  const missing = demand.purposes.find((purpose) => !chain.every((certificate) => allowsPurpose(certificate, purpose)))
  if (missing) return `purpose ${missing} not allowed (4.2.1.12)`

  // 6.1.2; what an anchor's own certificate constrains counts too (RFC 5937 section 3.2).
  const counters: Counters = {
    explicitPolicy: policy.explicit ? 0 : path.length + 1,
    policyMapping: policy.inhibitMapping ? 0 : path.length + 1,
    inhibitAny: policy.inhibitAny ? 0 : path.length + 1,
    pathLength: Math.min(path.length, demand.maxDepth),
  }
  const names = createNameConstraints(budget)
  const graph = createPolicyGraph(budget)
  const constraints = pathExtensions(anchor).nameConstraints
  if (constraints) names.add(constraints)
  lower(counters, anchor)

  for (const certificate of path) {
    const isLeaf = certificate === leaf
    const selfIssued = isSelfIssued(certificate)
    const own = certificateRefusal(certificate, { rules, now, isAnchor: false })
    if (own) return own

    // 6.1.3 (b) and (c): a CA that only renews its key is exempt.
    const barred = isLeaf || !selfIssued ? names.refusal(certificate) : undefined
    if (barred) return barred

    // 6.1.3 (d) to (f).
    graph.descend(certificate.policies, counters.inhibitAny > 0 || (!isLeaf && selfIssued))
    if (counters.explicitPolicy === 0 && graph.isEmpty) return 'no valid policy (6.1.3 (f))'
    if (isLeaf) break

    // 6.1.4: what the next certificate has to reckon with.
    const { policyMappings = [], nameConstraints } = pathExtensions(certificate)
    if (policyMappings.some(({ issuerDomain, subjectDomain }) => [issuerDomain, subjectDomain].includes(anyPolicy)))
      return 'any policy mapped (6.1.4 (a))'
    graph.map(policyMappings, counters.policyMapping > 0)
    const asIssuer = issuerRefusal(certificate)
    if (asIssuer) return asIssuer
    if (nameConstraints) names.add(nameConstraints)
    const tooLong = selfIssued ? undefined : countDown(counters)
    if (tooLong) return tooLong
    lower(counters, certificate)
  }

  // 6.1.5 (a), (b) and (g).
  pathExtensions(leaf)
  const demanded = counters.explicitPolicy <= 1 || pathExtensions(leaf).requireExplicitPolicy === 0
  return demanded && !graph.serves(policy.initial) ? 'no valid policy (6.1.5 (g))' : undefined
}
