/** Whether a list read as a stream may be relied on: the decisions of `checkCrl`, over its head and the verdict on its signature. */
import type { CrlRefusal } from './crl.ts'
import type { CrlHead, StreamedCrl } from './crlStream.ts'
import type { Certificate } from './parsedCertificate.ts'
import { keyUsageBit } from './profile.ts'

export type StreamedCrlCheck = { result: 'ok' } | { result: 'refused'; reason: CrlRefusal }

/** Whether the list covers the certificate (RFC 5280 section 6.3.3 (b)(2)); a list without a scope covers all of its CA. */
export function coversCertificate(head: CrlHead, certificate: Certificate): boolean {
  const point = head.issuingDistributionPoint
  if (certificate.issuerHex !== head.issuerHex) return false
  if (!point) return true
  const isCa = certificate.basicConstraints?.cA ?? false
  if (point.onlyContains === 'attribute' || point.onlyContains === (isCa ? 'user' : 'ca')) return false
  if (point.names.length === 0) return true
  return certificate.distributionPoints.some(({ hex }) => point.names.some((name) => name.hex === hex))
}

/** `issuer` is the CA whose key checked the signature; `now` in Unix ms. A delta is taken only where one is asked for. */
export function checkStreamedCrl(
  { head, signatureValid }: StreamedCrl,
  by: { issuer: Certificate; now: number; delta?: boolean; certificate?: Certificate },
): StreamedCrlCheck {
  const { issuer, now, delta = false, certificate } = by
  const refused = (reason: CrlRefusal): StreamedCrlCheck => ({ result: 'refused', reason })
  if (head.issuerHex !== issuer.subjectHex) return refused('wrong-issuer')
  if (head.authorityKeyIdentifier !== undefined && head.authorityKeyIdentifier !== issuer.subjectKeyIdentifier)
    return refused('wrong-issuer')
  if (!issuer.keyUsage.has(keyUsageBit.cRLSign)) return refused('wrong-key-usage')
  if (!signatureValid) return refused('bad-signature')
  if ((head.baseCrlNumber !== undefined) !== delta) return refused('unsupported')
  if (head.unknownCritical || head.issuingDistributionPoint?.partial) return refused('unsupported')
  if (head.crlNumber === undefined) return refused('no-crl-number')
  if (now < head.thisUpdate) return refused('not-yet-valid')
  if (now >= head.nextUpdate) return refused('stale')
  if (certificate && !coversCertificate(head, certificate)) return refused('wrong-scope')
  return { result: 'ok' }
}
