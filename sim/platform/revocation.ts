/** What the platform can learn of a certificate's revocation, whichever way it asks the CA. */
import type { CertStatus } from '../pki/crl.ts'
import type { Certificate } from '../pki/certificate.ts'
import type { SharedIndex } from '../revocation/index.ts'

export type CertificateKind = 'signature' | 'authentication'
/** A question for each certificate, the published lists, the lists with their deltas, or signed numbered snapshots. */
export type Method = 'ocsp' | 'crl' | 'delta' | 'snapshot'
export type CheckPurpose = 'verification' | 'change-check'

/** Bytes the CA signed that say so. */
export type StatusEvidence = { type: 'ocsp' | 'crl'; der: Uint8Array }

/** About a certificate that was found to be issued by `issuer`; its contents are read only where memory does not know the answer. */
export type StatusQuestion = {
  serialNumber: string
  /** Its CRL distribution points: which list speaks of it. */
  scope: string
  issuer: Certificate
  kind: CertificateKind
  purpose: CheckPurpose
  certificate: () => Promise<Certificate>
}

/** `asOf` is the time for which the CA says so (thisUpdate), which may be long before it was asked. */
export type KnownStatus = CertStatus & { asOf: number; evidence?: StatusEvidence }

/** Everything that is known of the certificates of one list or snapshot: for looking up many. */
export type Probe = {
  lookup(serialNumber: string): { revocationDate: number; reasonCode: number } | undefined
  asOf: number
  /** From then on the CA may have newer data. */
  until: number
}

/** What a thread needs to tell by itself how certificates of one CA stand, from `asOf` to before `until`. */
export type SharedStatus = { issuer: string; index: SharedIndex; asOf: number; until: number }

/** How one list or snapshot stands, for operators. `refused` is the last one that was not taken, and why. */
export type HeldData = {
  kind: CertificateKind
  /** Of the CA certificate. */
  issuer?: string
  partition?: string
  state: 'empty' | 'current' | 'stale' | 'not-yet-valid'
  number?: string
  asOf?: number
  nextUpdate?: number
  entryCount: number
  refused?: { reason: string; at: number }
}

export type StatusSource = {
  method: Method
  /** What is in memory and may be relied on now; no question, no disk, and the certificate is not read. Undefined when `of` has to be asked. */
  held(question: StatusQuestion): KnownStatus | undefined
  /** Undefined when there is no status to rely on: the CA cannot be reached, or its answer is stale, unsigned or unfit. */
  of(question: StatusQuestion): Promise<KnownStatus | undefined>
  /** The data that speak of this certificate, fresh ones if there are; missing where each certificate must be asked about. */
  probe?(question: StatusQuestion): Promise<Probe | undefined>
  /** The data of all trusted CAs for other threads, as fresh as they can be had; the same array as long as nothing changed. */
  share?(): Promise<readonly SharedStatus[]>
  state(): HeldData[]
}

export const scopeOf = ({ distributionPoints }: Certificate) => distributionPoints.map(({ hex }) => hex).join(' ')

/** The question about a certificate at hand. */
export const questionAbout = (of: {
  certificate: Certificate
  issuer: Certificate
  kind: CertificateKind
  purpose: CheckPurpose
}): StatusQuestion => {
  const { certificate, ...rest } = of
  return {
    ...rest,
    serialNumber: certificate.serialNumber,
    scope: scopeOf(certificate),
    certificate: () => Promise.resolve(certificate),
  }
}
