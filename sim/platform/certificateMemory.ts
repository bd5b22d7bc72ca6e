/** Certificates seen before: read once and their signature by a CA verified once, both remembered by the SHA-256 of the DER. */
import { hash } from 'node:crypto'
import { type Certificate, parseCertificate } from '../pki/certificate.ts'
import { type RefusalReason, type TrustAnchors, type Validation, validateCertificate } from '../pki/chain.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { createBoundedCache } from './boundedCache.ts'

/** So many certificates are remembered (assumed): some 10 kB each. */
const rememberedCertificates = 20_000

export type CertificateMemory = {
  /** The certificate, or undefined for bytes that are none. */
  read(der: Uint8Array): Certificate | undefined
  /** Whether one of `anchors` issued it as a certificate of `kind` that is in force at `now`. Revocation is not looked at. */
  validate(certificate: Certificate, as: { kind: CertificateKind; anchors: TrustAnchors; now: number }): Validation
  /** How many certificates are known to hang on a CA. */
  known(): number
}

/** Whether a refusal may only mean that a generation of the CA is not known here yet: all of them have the same name. */
export const isDoubtful = (reason: RefusalReason) => reason === 'unknown-issuer' || reason === 'bad-signature'

/** Of everything that `validateCertificate` decides only the time changes (RFC 5280 section 6.1.3 (a)(2)). */
const timeRefusal = ({ notBefore, notAfter }: Certificate, now: number): RefusalReason | undefined => {
  if (now < notBefore) return 'not-yet-valid'
  return now > notAfter ? 'expired' : undefined
}

export const createCertificateMemory = (mostEntries = rememberedCertificates): CertificateMemory => {
  const read = createBoundedCache<string, Certificate>(mostEntries)
  const issuers = createBoundedCache<string, Certificate>(mostEntries)
  let judgedBy: TrustAnchors | undefined

  return {
    read: (der) => {
      const key = hash('sha256', der, 'hex')
      const known = read.get(key)
      if (known !== undefined) return known
      try {
        const certificate = parseCertificate(der)
        read.set(key, certificate)
        return certificate
      } catch (error) {
        if (error instanceof MalformedError) return undefined
        throw error
      }
    },
    validate: (certificate, { kind, anchors, now }) => {
      // Other anchors, other judgements: nothing that was concluded from the earlier ones counts.
      if (judgedBy !== anchors) {
        issuers.clear()
        judgedBy = anchors
      }
      const key = `${kind} ${certificate.fingerprint}`
      const issuer = issuers.get(key)
      if (issuer === undefined) {
        const validation = validateCertificate(certificate, { kind, anchors, now })
        if (validation.result === 'ok') issuers.set(key, validation.issuer)
        return validation
      }
      const reason = timeRefusal(certificate, now) ?? timeRefusal(issuer, now)
      return reason === undefined ? { result: 'ok', issuer } : { result: 'refused', reason }
    },
    known: () => issuers.size(),
  }
}
