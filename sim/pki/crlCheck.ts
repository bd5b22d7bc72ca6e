/** Decides whether a revocation list may be relied on (RFC 5280 section 6.3.3), however it was read. */
import type { IssuingDistributionPoint } from './extension.ts'
import type { Certificate } from './parsedCertificate.ts'
import { keyUsageBit } from './profile.ts'

export type CrlRefusal =
  | 'wrong-issuer'
  | 'bad-signature'
  | 'not-yet-valid'
  | 'stale'
  | 'wrong-scope'
  | 'wrong-key-usage'
  | 'no-crl-number'
  | 'unsupported'

export type CrlCheck = { result: 'ok' } | { result: 'refused'; reason: CrlRefusal }

/** What a list says of itself. */
type CrlHeader = {
  readonly issuerHex: string
  readonly thisUpdate: number
  readonly nextUpdate: number
  readonly crlNumber?: bigint
  /** Of a delta: the number of the list it completes (section 5.2.4). */
  readonly baseCrlNumber?: bigint
  readonly authorityKeyIdentifier?: string
  readonly issuingDistributionPoint?: IssuingDistributionPoint
  readonly unknownCritical: boolean
}

/** Whether the list covers the certificate (section 6.3.3 (b)(2)); a list without a scope covers all of its CA. */
export function coversCertificate(crl: CrlHeader, certificate: Certificate): boolean {
  const point = crl.issuingDistributionPoint
  if (certificate.issuerHex !== crl.issuerHex) return false
  if (!point) return true
  const isCa = certificate.basicConstraints?.cA ?? false
  if (point.onlyContains === 'attribute' || point.onlyContains === (isCa ? 'user' : 'ca')) return false
  if (point.names.length === 0) return true
  return certificate.distributionPoints.some(({ hex }) => point.names.some((name) => name.hex === hex))
}

/** `now` in Unix ms. A delta is taken only where one is asked for. */
export type CrlQuestion = { issuer: Certificate; now: number; delta?: boolean; certificate?: Certificate }

/**
 * Whether the list may be relied on for certificates of `issuer`, and for `certificate` if given. `issuer` is the CA found when the
 * certificate was validated: `isSigned` tells whether its own key signed, not another of the same name (section 6.3.3 (f) and (g)).
 */
export function judgeCrl(crl: CrlHeader, question: CrlQuestion, isSigned: () => boolean): CrlCheck {
  const { issuer, now, delta = false, certificate } = question
  const refused = (reason: CrlRefusal): CrlCheck => ({ result: 'refused', reason })
  if (crl.issuerHex !== issuer.subjectHex) return refused('wrong-issuer')
  if (crl.authorityKeyIdentifier !== undefined && crl.authorityKeyIdentifier !== issuer.subjectKeyIdentifier)
    return refused('wrong-issuer')
  if (!issuer.keyUsage.has(keyUsageBit.cRLSign)) return refused('wrong-key-usage')
  if (!isSigned()) return refused('bad-signature')
  if ((crl.baseCrlNumber !== undefined) !== delta) return refused('unsupported')
  if (crl.unknownCritical || crl.issuingDistributionPoint?.partial) return refused('unsupported')
  if (crl.crlNumber === undefined) return refused('no-crl-number')
  // Written so that a time that is no number is refused.
  if (!(now >= crl.thisUpdate)) return refused('not-yet-valid')
  if (!(now < crl.nextUpdate)) return refused('stale')
  if (certificate && !coversCertificate(crl, certificate)) return refused('wrong-scope')
  return { result: 'ok' }
}
