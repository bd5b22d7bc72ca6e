/** Change confirmation (変更確認): are the signature certificates a provider stored with consent still good? */
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import type { changeCheckAnswer, changeCheckResult } from '../messages/change.ts'
import { type Answered, type CertificateCheck, readCertificate, reasonOf } from './certificateCheck.ts'
import type { StatusSource } from './revocation.ts'
import type { StoredCertificate, storedCertificateMachine } from './storedCertificateMachine.ts'

type Result = z.output<typeof changeCheckResult>
type Answer = z.output<typeof changeCheckAnswer>

export type ChangeCheck = (asked: { ids: string[]; provider: string }) => Promise<Answered<Answer>>

type Parts = {
  stored: ActorKind<typeof storedCertificateMachine>
  check: CertificateCheck
  source: StatusSource
}

export const createChangeCheck = (site: Site, { stored, check, source }: Parts): ChangeCheck => {
  const statusOf = async (
    kept: StoredCertificate,
  ): Promise<Omit<Result, 'storedCertificateId'> & { asked: boolean }> => {
    if (site.clock.now() > kept.notAfter) return { certStatus: 'expired', asked: false }
    const kind = 'signature'
    const certificate = readCertificate(fromBase64(kept.certificate))
    const valid = certificate && (await check.issuerOf(certificate, kind))
    if (certificate === undefined || valid === undefined || 'refusal' in valid)
      return { certStatus: 'unknown', asked: false }
    const status = await source.of({ certificate, issuer: valid.issuer, kind, purpose: 'change-check' })
    if (status === undefined) return { certStatus: 'unknown', asked: false }
    if (status.certStatus !== 'revoked') return { certStatus: status.certStatus, asked: true }
    const { reasonCode, revocationDate } = status
    return { certStatus: 'revoked', reason: reasonOf(reasonCode), revocationDate, asked: true }
  }

  return async ({ ids, provider }) => {
    const results: Result[] = []
    let checks = 0
    for (const storedCertificateId of ids) {
      const found = await stored.find(storedCertificateId)
      if (found?.state !== 'watched' || found.context.provider !== provider) {
        results.push({ storedCertificateId, certStatus: 'not-checked' })
        continue
      }
      const { asked, ...status } = await statusOf(found.context)
      if (asked) checks += 1
      results.push({ storedCertificateId, ...status })
    }
    return { answer: { checkedAt: site.clock.now(), method: source.method, results }, checks }
  }
}
