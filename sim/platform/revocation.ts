/** What the platform can learn of a certificate's revocation, whichever way it asks the CA. */
import type { CertStatus } from '../pki/crl.ts'
import type { Certificate } from '../pki/certificate.ts'

export type CertificateKind = 'signature' | 'authentication'
export type Method = 'ocsp' | 'crl'
export type CheckPurpose = 'verification' | 'change-check'

export type StatusQuestion = {
  certificate: Certificate
  /** The CA found when the certificate was validated. */
  issuer: Certificate
  kind: CertificateKind
  purpose: CheckPurpose
}

/** `asOf` is the time for which the CA says so (thisUpdate), which may be long before it was asked. */
export type KnownStatus = CertStatus & { asOf: number }

export type StatusSource = {
  method: Method
  /** Undefined when there is no status to rely on: the CA cannot be reached, or its answer is stale, unsigned or unfit. */
  of(question: StatusQuestion): Promise<KnownStatus | undefined>
}
