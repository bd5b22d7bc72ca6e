/** Change confirmation (変更確認): are the signature certificates a provider stored with consent still good? */
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64 } from '../messages/base64.ts'
import type { changeCheckAnswer, changeCheckResult } from '../messages/change.ts'
import type { Certificate } from '../pki/certificate.ts'
import { type Answered, type CertificateCheck, reasonOf } from './certificateCheck.ts'
import { scopeOf, type StatusQuestion, type StatusSource } from './revocation.ts'
import type { StoredCertificate, storedCertificateMachine } from './storedCertificateMachine.ts'
import type { Trust } from './trust.ts'
import type { SweepRow, Watched, WatchStore } from './watchStore.ts'

type Result = z.output<typeof changeCheckResult>
type Answer = z.output<typeof changeCheckAnswer>
type Found = Omit<Result, 'storedCertificateId'> & { asked: boolean }
type StoredCertificates = ActorKind<typeof storedCertificateMachine>

const kind = 'signature'

type ListParts = { stored: () => StoredCertificates; check: CertificateCheck; watch: WatchStore }

/** The list of stored certificates that sweeps and checks go by: kept by the effects of each certificate's life. */
export const createWatchList = ({ stored, check, watch }: ListParts) => {
  const certificateOf = (der: string): Certificate => {
    // Withdrawn a moment ago: whoever needs any certificate tries again with the next one.
    if (der === '') throw new Problem(503, 'certificate-withdrawn', 'the stored certificate was just withdrawn')
    const certificate = check.read(fromBase64(der))
    if (certificate === undefined) throw new Error('a stored certificate cannot be read')
    return certificate
  }
  return {
    /** The certificate as it was stored. */
    certificate: async (storedCertificateId: string): Promise<Certificate> =>
      certificateOf((await stored().get(storedCertificateId)).context.certificate),
    list: async (storedCertificateId: string, of: StoredCertificate) => {
      // Withdrawn or replaced before it was listed.
      if (of.certificate === '' || of.latest !== undefined) return
      const certificate = certificateOf(of.certificate)
      const valid = await check.issuerOf(certificate, kind)
      // It was accepted a moment ago: the effect is tried again when its CA is trusted again, or never more once it expired.
      if ('refusal' in valid) throw new Problem(503, 'issuer-not-trusted', `its CA is ${valid.refusal.reason} now`)
      const { provider, notAfter } = of
      const row = { storedCertificateId, provider, notAfter, serialNumber: certificate.serialNumber }
      await watch.list(row, { issuer: valid.issuer.fingerprint, scope: scopeOf(certificate) })
    },
    strikeOff: watch.strikeOff,
    /** Whether it was replaced by a certificate of which only the number is known. */
    isFollowed: async (storedCertificateId: string, provider: string): Promise<boolean> => {
      const found = await stored().find(storedCertificateId)
      return found?.state === 'followed' && found.context.provider === provider
    },
  }
}

export type WatchList = ReturnType<typeof createWatchList>

export type ChangeCheck = (asked: { ids: string[]; provider: string }) => Promise<Answered<Answer>>

type Parts = {
  watch: WatchStore
  list: WatchList
  trust: Pick<Trust, 'anchors'>
  source: StatusSource
  /** The last sweep, while nothing newer than what it used can be had. */
  latestSweep: () => SweepRow | undefined
}

export const createChangeCheck = (site: Site, parts: Parts): ChangeCheck => {
  const { watch, list, trust, source, latestSweep } = parts

  const questionOf = (row: Watched): StatusQuestion | undefined => {
    const anchors = trust.anchors().filter((anchor) => anchor.kind === kind)
    const issuer = anchors.find(({ certificate }) => certificate.fingerprint === row.issuer)?.certificate
    if (issuer === undefined || site.clock.now() > issuer.notAfter) return undefined
    const { serialNumber, scope, storedCertificateId } = row
    const certificate = () => list.certificate(storedCertificateId)
    return { serialNumber, scope, issuer, kind, purpose: 'change-check', certificate }
  }

  const revoked = ({ reasonCode, revocationDate }: { reasonCode: number; revocationDate: number }): Found => ({
    certStatus: 'revoked',
    reason: reasonOf(reasonCode),
    revocationDate,
    asked: true,
  })

  const statusOf = async (row: Watched, sweep: SweepRow | undefined): Promise<Found> => {
    if (site.clock.now() > row.notAfter) return { certStatus: 'expired', asked: false }
    const question = questionOf(row)
    if (question === undefined) return { certStatus: 'unknown', asked: false }
    if (sweep !== undefined && row.number <= sweep.highestNumber)
      return row.finding === null ? { certStatus: 'good', asked: true } : revoked(row.finding)
    const status = source.held(question) ?? (await source.of(question))
    if (status === undefined) return { certStatus: 'unknown', asked: false }
    return status.certStatus === 'revoked' ? revoked(status) : { certStatus: status.certStatus, asked: true }
  }

  return async ({ ids, provider }) => {
    const results: Result[] = []
    let checks = 0
    const sweep = latestSweep()
    const watched = await watch.watched(ids, provider)
    for (const storedCertificateId of ids) {
      const row = watched.get(storedCertificateId)
      if (row === undefined) {
        const isFollowed = await list.isFollowed(storedCertificateId, provider)
        results.push({ storedCertificateId, certStatus: isFollowed ? 'followed' : 'not-checked' })
        continue
      }
      const { asked, ...status } = await statusOf(row, sweep)
      if (asked) checks += 1
      results.push({ storedCertificateId, ...status })
    }
    return { answer: { checkedAt: site.clock.now(), method: source.method, results }, checks }
  }
}
