/** Bounds what one validation may cost, however its input was made: all work is paid from one purse, at prices that were measured. */
import type { KeyObject } from 'node:crypto'
import { type Algorithm, isSignedBy } from '../algorithm.ts'
import { MalformedError } from '../malformed.ts'
import type { Certificate } from '../parsedCertificate.ts'
import type { KeyFacts } from '../publicKey.ts'

/** The validation would cost more than it may; the answer is a refusal. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError'
}

export type Limits = {
  /** What everything may cost together; 1 is the check of one RSA-2048 signature, about 25 µs. */
  readonly work: number
  /** CAs between anchor and leaf, those that only renew a key included. */
  readonly length: number
  readonly deadlineMs: number
}

/** Assumed: real paths have two or three certificates and cost about ten. */
export const defaultLimits: Limits = { work: 2000, length: 12, deadlineMs: 1000 }

/** What one of each costs. */
const prices = {
  /** What was sent along: a certificate filed by its name, a list's head read, one certificate in an answer. */
  filed: 0.2,
  list: 0.5,
  single: 0.2,
  /** A certificate looked at while building. */
  step: 0.1,
  /** A certificate read. */
  certificate: 1,
  /** A complete path held to all rules, apart from what follows. */
  path: 1,
  /** A name held to a constraint, a policy to a node of the graph, a point's name to a list's. */
  comparison: 0.01,
  /** A list or an answer looked at. */
  evidence: 0.1,
  /** A name of 1 KiB folded for comparison; the square of its length counts, since marks that combine are sorted. */
  fold: 1,
  /** 16 KiB hashed, or of a list's entries read. */
  block: 0.5,
  /** An entry of a list that is not in the usual form. */
  entry: 0.2,
} as const

const blockBytes = 16 * 1024
export const blocksOf = ({ length }: Uint8Array) => length / blockBytes

/** What folding costs, as a count for `spend`. */
export const foldsOf = ({ bytes }: { readonly bytes: Uint8Array }) => (bytes.length / 1024) ** 2

const curvePrices = { 'P-256': 4, 'P-384': 32, 'P-521': 64 } as const
const usualExponentBits = 17

/** What a signature by such a key costs; the private side's effort is not ours. */
function signaturePrice(key: KeyFacts): number {
  if (key.type === 'unsupported') return 1
  if (key.type === 'ec') return curvePrices[key.curve]
  const exponentBits = key.exponent.toString(2).length
  return Math.max(1, (key.bits / 2048) ** 2) * Math.max(1, exponentBits / usualExponentBits)
}

export type Signed = { readonly data: Uint8Array; readonly signature: Uint8Array; readonly algorithm: Algorithm }

export type Budget = {
  readonly limits: Limits
  /** Whether `holder`'s key signed; each pair is checked once. Throws an ExhaustedError when the budget is spent. */
  isSigned(signed: Signed, holder: Certificate): boolean
  spend(what: keyof typeof prices, count?: number): void
}

function keyOf(holder: Certificate): KeyObject | undefined {
  try {
    return holder.publicKey
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** `elapsedMs` tells the time since the validation began. */
export function createBudget(of: { limits: Limits; allowSha1: boolean; elapsedMs: () => number }): Budget {
  const { limits, allowSha1, elapsedMs } = of
  let left = limits.work
  const known = new Map<Uint8Array, Map<string, boolean>>()
  const pay = (price: number) => {
    left -= price
    if (left < 0) throw new ExhaustedError('too much work')
    if (elapsedMs() > limits.deadlineMs) throw new ExhaustedError('deadline passed')
  }
  return {
    limits,
    spend: (what, count = 1) => pay(prices[what] * count),
    isSigned: (signed, holder) => {
      const answers = known.get(signed.signature) ?? new Map<string, boolean>()
      known.set(signed.signature, answers)
      const { buffer, byteOffset, byteLength } = holder.spki
      const place = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
      const found = answers.get(place)
      if (found !== undefined) return found
      pay(signaturePrice(holder.key) + blocksOf(signed.data) * prices.block)
      const key = keyOf(holder)
      const answer = key !== undefined && isSignedBy(signed, key, { allowSha1, allowAbsentNull: true })
      answers.set(place, answer)
      return answer
    },
  }
}

export const signedPart = ({ tbs, signature, signatureAlgorithm }: Certificate): Signed => ({
  data: tbs,
  signature,
  algorithm: signatureAlgorithm,
})
