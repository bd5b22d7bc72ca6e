/** Change confirmation (変更確認): providers ask whether stored signature certificates are still good. */
import { z } from 'zod'
import { id, instant, revocationReason } from './person.ts'

/** At most 1000 certificates at once (assumed). */
export const changeCheckRequest = z.strictObject({ storedCertificateIds: z.array(id).min(1).max(1000) })

/** `not-checked`: consent was withdrawn or the certificate is not this provider's; nothing was asked of the CA. */
export const changeCheckResult = z.strictObject({
  storedCertificateId: id,
  certStatus: z.enum(['good', 'revoked', 'expired', 'unknown', 'not-checked']),
  reason: revocationReason.optional(),
  revocationDate: instant.optional(),
})
export const changeCheckAnswer = z.strictObject({
  checkedAt: instant,
  method: z.enum(['ocsp', 'crl']),
  results: z.array(changeCheckResult),
})

/** How many checks the platform made at the CA, by what fees depend on. */
export const metering = z.strictObject({
  checks: z.array(
    z.strictObject({
      provider: id,
      kind: z.enum(['signature', 'authentication']),
      method: z.enum(['ocsp', 'crl']),
      purpose: z.enum(['verification', 'change-check']),
      count: z.number().int(),
    }),
  ),
})

export const withdrawalAnswer = z.strictObject({ storedCertificateId: id, withdrawnAt: instant })
