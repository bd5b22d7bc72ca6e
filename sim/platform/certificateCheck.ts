/** Whether a certificate may be accepted here and now: by chain, dates, policy, usage and kind, then by revocation status. */
import type { z } from 'zod'
import type { Site } from '../core/site.ts'
import type { RevocationReason } from '../messages/person.ts'
import { revocationReason } from '../messages/person.ts'
import type { refusal } from '../messages/verification.ts'
import type { Certificate } from '../pki/certificate.ts'
import type { Validation } from '../pki/chain.ts'
import { reasonName } from '../pki/crl.ts'
import { type CertificateMemory, isDoubtful } from './certificateMemory.ts'
import {
  type CertificateKind,
  type CheckPurpose,
  type KnownStatus,
  questionAbout,
  type StatusSource,
} from './revocation.ts'
import type { Trust } from './trust.ts'

export type Refusal = {
  outcome: 'refused'
  reason: z.output<typeof refusal>
  revocationReason?: RevocationReason
  revocationDate?: number
}

/** An answer for a provider, and how many status checks it owes for. */
export type Answered<A> = { answer: A; checks: number }

export type Checked = { checks: number } & ({ refusal: Refusal; status?: KnownStatus } | { status: KnownStatus })

export const refuse = (reason: Refusal['reason']): Refusal => ({ outcome: 'refused', reason })

/** A reason JPKI does not use is told as unspecified. */
export const reasonOf = (reasonCode: number): RevocationReason => {
  const known = revocationReason.safeParse(reasonName(reasonCode))
  return known.success ? known.data : 'unspecified'
}

type Of = { certificate: Certificate; issuer: Certificate; kind: CertificateKind; purpose?: CheckPurpose }

export type CertificateCheck = {
  /** The certificate, or undefined for bytes that are none. */
  read(der: Uint8Array): Certificate | undefined
  /** Everything but revocation, from memory for a certificate seen before. */
  issuerOf(certificate: Certificate, kind: CertificateKind): Promise<{ issuer: Certificate } | { refusal: Refusal }>
  /** Revocation, for a certificate that `issuerOf` found an issuer for. */
  statusOf(of: Of): Promise<Checked>
}

type Parts = { trust: Trust; memory: CertificateMemory; source: StatusSource }

export const createCertificateCheck = (site: Site, { trust, memory, source }: Parts): CertificateCheck => {
  const validate = (certificate: Certificate, kind: CertificateKind): Validation =>
    memory.validate(certificate, { kind, anchors: trust.anchors(), now: site.clock.now() })

  return {
    read: memory.read,
    issuerOf: async (certificate, kind) => {
      let validation = validate(certificate, kind)
      if (validation.result === 'refused' && isDoubtful(validation.reason) && (await trust.doubt()))
        validation = validate(certificate, kind)
      if (validation.result === 'ok') return { issuer: validation.issuer }
      // Without any CA to trust nothing can be said; the provider may ask again.
      return { refusal: refuse(trust.anchors().length === 0 ? 'status-unknown' : validation.reason) }
    },
    statusOf: async ({ purpose = 'verification', ...of }) => {
      const question = questionAbout({ ...of, purpose })
      const status = source.held(question) ?? (await source.of(question))
      return checkedBy(status)
    },
  }
}

/** What a status means for whoever wants to accept the certificate, and whether it is owed for. */
export const checkedBy = (status: KnownStatus | undefined): Checked => {
  if (status === undefined) return { checks: 0, refusal: refuse('status-unknown') }
  if (status.certStatus === 'good') return { checks: 1, status }
  if (status.certStatus === 'unknown') return { checks: 1, refusal: refuse('status-unknown'), status }
  const { reasonCode, revocationDate } = status
  return {
    checks: 1,
    status,
    refusal: { ...refuse('revoked'), revocationReason: reasonOf(reasonCode), revocationDate },
  }
}
