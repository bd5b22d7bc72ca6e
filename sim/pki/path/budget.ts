/** Bounds what one validation may cost, however its input was made: signatures checked, paths tried, time. */
import type { KeyObject } from 'node:crypto'
import { type Algorithm, isSignedBy } from '../algorithm.ts'
import { MalformedError } from '../malformed.ts'
import type { Certificate } from '../parsedCertificate.ts'

/** The validation would cost more than it may; the answer is a refusal. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError'
}

export type Limits = {
  /** Signatures checked for the path, for lists and for answers together. */
  readonly signatures: number
  /** Complete paths whose rules are checked. */
  readonly paths: number
  /** Certificates looked at while building. */
  readonly steps: number
  /** CAs between anchor and leaf, those that only renew a key included. */
  readonly length: number
  readonly deadlineMs: number
}

/** All assumed: real paths have two or three certificates; a signature of the slowest kind (P-521) takes about 1 ms. */
export const defaultLimits: Limits = { signatures: 96, paths: 32, steps: 512, length: 12, deadlineMs: 1000 }

export type Signed = { readonly data: Uint8Array; readonly signature: Uint8Array; readonly algorithm: Algorithm }

export type Budget = {
  readonly limits: Limits
  /** Whether `holder`'s key signed; each pair is checked once. Throws an ExhaustedError when the budget is spent. */
  isSigned(signed: Signed, holder: Certificate): boolean
  spend(what: 'paths' | 'steps'): void
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
  const left = { signatures: limits.signatures, paths: limits.paths, steps: limits.steps }
  const known = new Map<Uint8Array, Map<Uint8Array, boolean>>()
  const spend = (what: keyof typeof left) => {
    left[what] -= 1
    if (left[what] < 0) throw new ExhaustedError(`too many ${what}`)
    if (elapsedMs() > limits.deadlineMs) throw new ExhaustedError('deadline passed')
  }
  return {
    limits,
    spend,
    isSigned: (signed, holder) => {
      const answers = known.get(signed.signature) ?? new Map<Uint8Array, boolean>()
      known.set(signed.signature, answers)
      const found = answers.get(holder.spki)
      if (found !== undefined) return found
      spend('signatures')
      const key = keyOf(holder)
      const answer = key !== undefined && isSignedBy(signed, key, { allowSha1, allowAbsentNull: true })
      answers.set(holder.spki, answer)
      return answer
    },
  }
}

export const signedPart = ({ tbs, signature, signatureAlgorithm }: Certificate): Signed => ({
  data: tbs,
  signature,
  algorithm: signatureAlgorithm,
})
