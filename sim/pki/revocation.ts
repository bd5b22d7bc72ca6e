/** What is known of a certificate's revocation, and what the reasons mean in JPKI. */

export type CertStatus =
  | { certStatus: 'good' }
  | { certStatus: 'revoked'; revocationDate: number; reasonCode: number }
  | { certStatus: 'unknown' }

/** CRLReason, RFC 5280 section 5.3.1; 7 is not used there. */
export const reasonCodes = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type ReasonName = keyof typeof reasonCodes

/** The name of a reason code; undefined for a number RFC 5280 does not define. */
export const reasonName = (code: number): ReasonName | undefined => {
  const names: ReadonlyMap<number, string> = new Map(Object.entries(reasonCodes).map(([name, value]) => [value, name]))
  const name = names.get(code)
  return name !== undefined && isReasonName(name) ? name : undefined
}

const isReasonName = (name: string): name is ReasonName => name in reasonCodes

/**
 * What the reasons in use mean (J-LIS certification practice statement, section 4.9.9).
 * A hold is never lifted, so removeFromCRL does not occur.
 */
export const reasonMeaning: Partial<Record<ReasonName, { ja: string; en: string }>> = {
  unspecified: { ja: '交付前に破棄した', en: 'discarded before it was handed over' },
  keyCompromise: { ja: '利用者の秘密鍵が危殆化した', en: "the holder's private key is compromised" },
  cACompromise: { ja: 'CAの秘密鍵が危殆化した', en: "the CA's private key is compromised" },
  affiliationChanged: { ja: '証明書の記載内容に変更が生じた', en: 'what the certificate says has changed' },
  superseded: { ja: '証明書を更新した', en: 'the certificate was renewed' },
  cessationOfOperation: {
    ja: '証明書の必要性がなくなった(使用しなくなった)',
    en: 'the certificate is no longer needed or used',
  },
  certificateHold: {
    ja: '秘密鍵の安全性に疑義があり一時保留した(保留の解除は行わない)',
    en: 'held because the private key may not be safe; a hold is never lifted',
  },
}
