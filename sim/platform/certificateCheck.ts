/** Whether a certificate may be accepted here and now: by chain, dates, policy, usage and kind, then by revocation status. */
import type { z } from 'zod'
import type { Site } from '../core/site.ts'
import type { RevocationReason } from '../messages/person.ts'
import { revocationReason } from '../messages/person.ts'
import type { refusal } from '../messages/verification.ts'
import { type Certificate, parseCertificate } from '../pki/certificate.ts'
import { validateCertificate } from '../pki/chain.ts'
import { reasonName } from '../pki/crl.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { Anchors } from './anchors.ts'
import type { CertificateKind, KnownStatus, StatusSource } from './revocation.ts'

export type Refusal = {
  outcome: 'refused'
  reason: z.output<typeof refusal>
  revocationReason?: RevocationReason
  revocationDate?: number
}

/** An answer for a provider, and how many status checks it owes for. */
export type Answered<A> = { answer: A; checks: number }

type Checked = { checks: number } & ({ refusal: Refusal } | { status: KnownStatus })

export const refuse = (reason: Refusal['reason']): Refusal => ({ outcome: 'refused', reason })

/** The certificate, or undefined for bytes that are none. */
export const readCertificate = (der: Uint8Array): Certificate | undefined => {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** A reason JPKI does not use is told as unspecified. */
export const reasonOf = (reasonCode: number): RevocationReason => {
  const known = revocationReason.safeParse(reasonName(reasonCode))
  return known.success ? known.data : 'unspecified'
}

export type CertificateCheck = {
  /** Everything but revocation. */
  issuerOf(certificate: Certificate, kind: CertificateKind): Promise<{ issuer: Certificate } | { refusal: Refusal }>
  /** Revocation, for a certificate that `issuerOf` found an issuer for. */
  statusOf(of: { certificate: Certificate; issuer: Certificate; kind: CertificateKind }): Promise<Checked>
}

export const createCertificateCheck = (site: Site, anchors: Anchors, source: StatusSource): CertificateCheck => ({
  issuerOf: async (certificate, kind) => {
    const pinned = await anchors()
    // Without the CA's own certificates nothing can be said; the provider may ask again.
    if (pinned === undefined) return { refusal: refuse('status-unknown') }
    const validation = validateCertificate(certificate, { kind, anchors: pinned, now: site.clock.now() })
    return validation.result === 'ok' ? { issuer: validation.issuer } : { refusal: refuse(validation.reason) }
  },
  statusOf: async (of) => {
    const status = await source.of({ ...of, purpose: 'verification' })
    if (status === undefined) return { checks: 0, refusal: refuse('status-unknown') }
    if (status.certStatus === 'good') return { checks: 1, status }
    if (status.certStatus === 'unknown') return { checks: 1, refusal: refuse('status-unknown') }
    const { reasonCode, revocationDate } = status
    return {
      checks: 1,
      refusal: { ...refuse('revoked'), revocationReason: reasonOf(reasonCode), revocationDate },
    }
  },
})
