/** Proof of possession: that the holder of a good certificate signed these bytes. Revocation is not looked at; runs in any thread. */
import { verify } from 'node:crypto'
import type { z } from 'zod'
import { fromBase64 } from '../messages/base64.ts'
import type { verificationRequest } from '../messages/verification.ts'
import type { Certificate } from '../pki/certificate.ts'
import type { RefusalReason, TrustAnchors } from '../pki/chain.ts'
import { type CertificateMemory, isDoubtful } from './certificateMemory.ts'
import { type KnownStatus, scopeOf } from './revocation.ts'

export type VerificationItem = z.output<typeof verificationRequest>

/** Plain data, so that it can be sent between threads. `issuer` is the fingerprint of the anchor whose key signed. */
export type Proof =
  | {
      result: 'ok'
      serialNumber: string
      scope: string
      issuer: string
      notAfter: number
      /** Where the thread that proved it knows. */
      status?: KnownStatus
    }
  /** `doubtful`: a generation of the CA that is not known here might have changed it. */
  | { result: 'refused'; reason: RefusalReason | 'malformed'; doubtful: boolean }

/** What the card signs with: SHA-256 with RSA, and SHA-384 with the elliptic curve keys announced for the next card. */
export const isSignedByHolder = ({ publicKey }: Certificate, data: Uint8Array, signature: Uint8Array): boolean =>
  verify(publicKey.asymmetricKeyType === 'ec' ? 'sha384' : 'sha256', data, publicKey, signature)

type Against = { memory: CertificateMemory; anchors: TrustAnchors; now: number }

export const prove = (item: VerificationItem, { memory, anchors, now }: Against): Proof => {
  const certificate = memory.read(Buffer.from(item.certificate, 'base64'))
  if (certificate === undefined) return { result: 'refused', reason: 'malformed', doubtful: false }
  const validation = memory.validate(certificate, { kind: item.kind, anchors, now })
  if (validation.result === 'refused') {
    const { reason } = validation
    return { result: 'refused', reason, doubtful: isDoubtful(reason) }
  }
  if (!isSignedByHolder(certificate, fromBase64(item.data), fromBase64(item.signature)))
    return { result: 'refused', reason: 'bad-signature', doubtful: false }
  const { serialNumber, notAfter } = certificate
  return {
    result: 'ok',
    serialNumber,
    scope: scopeOf(certificate),
    issuer: validation.issuer.fingerprint,
    notAfter,
  }
}
