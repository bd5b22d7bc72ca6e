/** Change confirmation (変更確認): providers ask whether stored signature certificates are still good. */
import { z } from 'zod'
import { certificateKind, id, instant, revocationReason } from './person.ts'

/** How the platform learns of revocations: a question per certificate, lists, lists with deltas, or signed snapshots. */
export const checkMethod = z.enum(['ocsp', 'crl', 'delta', 'snapshot'])

/** At most 1000 certificates at once (assumed). */
export const changeCheckRequest = z.strictObject({ storedCertificateIds: z.array(id).min(1).max(1000) })

/**
 * `not-checked`: consent was withdrawn or the certificate is not this provider's; nothing was asked of the CA. `followed`: it was replaced
 * by one that the platform knows by its serial number only (latestBasicFour.ts); whether anything changed since is asked there.
 */
export const changeCheckResult = z.strictObject({
  storedCertificateId: id,
  certStatus: z.enum(['good', 'revoked', 'expired', 'unknown', 'not-checked', 'followed']),
  reason: revocationReason.optional(),
  revocationDate: instant.optional(),
})
export const changeCheckAnswer = z.strictObject({
  checkedAt: instant,
  method: checkMethod,
  results: z.array(changeCheckResult),
})

/** How many checks the platform made at the CA, by what fees depend on. */
export const metering = z.strictObject({
  checks: z.array(
    z.strictObject({
      provider: id,
      kind: z.enum(['signature', 'authentication']),
      method: checkMethod,
      purpose: z.enum(['verification', 'change-check']),
      count: z.number().int(),
    }),
  ),
})

export const withdrawalAnswer = z.strictObject({ storedCertificateId: id, withdrawnAt: instant })

/** A look at all stored certificates at once; `asOf` is the time the oldest list used speaks of. */
export const changeSweep = z.strictObject({
  sweepId: id,
  state: z.enum(['running', 'done']),
  method: checkMethod,
  startedAt: instant,
  endedAt: instant.optional(),
  total: z.number().int(),
  checked: z.number().int(),
  found: z.number().int(),
  asOf: instant.optional(),
  /** By the machine's own clock, not the world's. */
  remainingSeconds: z.number().int().optional(),
})

/** How the lists or snapshots stand that checks are answered from; none where every certificate is asked about. */
export const revocationData = z.strictObject({
  method: checkMethod,
  data: z.array(
    z.strictObject({
      kind: certificateKind,
      /** SHA-256 of the CA certificate. */
      issuer: z.string().optional(),
      partition: z.string().optional(),
      state: z.enum(['empty', 'current', 'stale', 'not-yet-valid']),
      number: z.string().optional(),
      asOf: instant.optional(),
      nextUpdate: instant.optional(),
      entryCount: z.number().int(),
      /** The last one that was not taken, and why. */
      refused: z.strictObject({ reason: z.string(), at: instant }).optional(),
    }),
  ),
})
