/**
 * Whether a certificate is valid: by a path to one of the anchors given, for the purposes and policies asked, and unrevoked
 * (RFC 5280 section 6, RFC 6960 section 3.2). Every decision is made here and by node:crypto; the cost is bounded whatever is sent in.
 * Certificates of residents, one step under a pinned anchor, have a shorter way: `chain.ts`.
 */
import { MalformedError } from '../malformed.ts'
import type { Certificate } from '../parsedCertificate.ts'
import { createBudget, defaultLimits, ExhaustedError, type Limits } from './budget.ts'
import { findPath, isIssuedUnder } from './build.ts'
import { pathRefusal } from './pathCheck.ts'
import type { PolicyInput } from './policy.ts'
import { createPool } from './pool.ts'
import { defaultRules, type Rules } from './rule.ts'
import { createStatusCheck, type StatusDemand } from './status.ts'

export type PathQuestion = {
  readonly leaf: Certificate
  /** Trusted as they are given, and nothing else is. */
  readonly anchors: readonly Certificate[]
  /** Sent by anybody; DER is read only when it is needed. */
  readonly intermediates?: readonly (Certificate | Uint8Array)[]
  /** Unix ms. */
  readonly now: number
  readonly purposes?: readonly string[]
  readonly policy?: PolicyInput
  readonly maxDepth?: number
  /** Without it revocation is not looked at. */
  readonly status?: StatusDemand
  readonly rules?: Partial<Rules>
  readonly limits?: Partial<Limits>
  /** Milliseconds since some instant, for the deadline. */
  readonly stopwatch?: () => number
}

export type PathAnswer =
  | { readonly result: 'ok'; readonly path: readonly Certificate[] }
  | { readonly result: 'refused'; readonly reason: string }

const wallTime = () => performance.now()

function prepare(question: PathQuestion) {
  const { anchors, intermediates = [], now, stopwatch = wallTime } = question
  const rules = { ...defaultRules, ...question.rules }
  const startedAt = stopwatch()
  const budget = createBudget({
    limits: { ...defaultLimits, ...question.limits },
    allowSha1: rules.allowSha1,
    elapsedMs: () => stopwatch() - startedAt,
  })
  const pool = createPool({ anchors, intermediates, budget })
  const status = question.status && createStatusCheck({ demand: question.status, pool, budget, rules, now })
  return { rules, budget, pool, status, now }
}

/** Turns what the input can cause into a refusal; anything else is a bug and goes on. */
function answering(now: number, decide: () => PathAnswer): PathAnswer {
  if (!Number.isFinite(now)) return { result: 'refused', reason: 'no time to judge by' }
  try {
    return decide()
  } catch (error) {
    if (error instanceof ExhaustedError) return { result: 'refused', reason: `budget: ${error.message}` }
    if (error instanceof MalformedError) return { result: 'refused', reason: `malformed: ${error.reason}` }
    throw error
  }
}

/** A malformed extension spoils the path it stands in, and no other. */
function reasonOf(decide: () => string | undefined): string | undefined {
  try {
    return decide()
  } catch (error) {
    if (error instanceof MalformedError) return `malformed: ${error.reason}`
    throw error
  }
}

/** The first path that keeps every rule, anchor first; or why the last one tried did not. */
export function validatePath(question: PathQuestion): PathAnswer {
  const { leaf, purposes = [], policy = {}, maxDepth = Infinity } = question
  return answering(question.now, () => {
    const { rules, budget, pool, status, now } = prepare(question)
    const found = findPath(leaf, { pool, budget, rules, now }, (path) =>
      reasonOf(() => pathRefusal(path, { now, rules, budget, purposes, policy, maxDepth }) ?? status?.refusal(path)),
    )
    return 'path' in found ? { result: 'ok', path: found.path } : { result: 'refused', reason: found.refused }
  })
}

/** Only the status of `leaf`, as issued by one of `anchors`: no rule for paths is looked at. */
export function checkRevocation(question: PathQuestion & { readonly status: StatusDemand }): PathAnswer {
  const { leaf } = question
  return answering(question.now, () => {
    const { budget, pool, status } = prepare(question)
    const issuer = pool.anchors.find((anchor) => isIssuedUnder(leaf, anchor, budget))
    if (!issuer || !status) return { result: 'refused', reason: 'no issuer known (6.1.3 (a)(4))' }
    const reason = status.statusRefusal(leaf, [issuer])
    return reason === undefined ? { result: 'ok', path: [issuer, leaf] } : { result: 'refused', reason }
  })
}
