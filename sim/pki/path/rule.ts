/** What each certificate of a path must be by itself, apart from its neighbours (RFC 5280 section 4). */
import type { Certificate } from '../parsedCertificate.ts'
import { extensionOid, keyUsageBit } from '../profile.ts'
import { keyProblem } from '../publicKey.ts'

/** How strict to be. What a caller relaxes is its own risk. */
export type Rules = {
  /** Smallest RSA modulus of any key in the path. */
  readonly minRsaBits: number
  /** Whether signatures over SHA-1 count; collisions are made for some tens of thousands of dollars (Leurent and Peyrin, 2020). */
  readonly allowSha1: boolean
  /**
   * Hold certificates to what RFC 5280 section 4 demands of the CA that writes them although section 6.1 does not check it: key identifiers,
   * positive serial numbers, no empty lists, version 3. Hierarchies older than the RFC need it off.
   */
  readonly conforming: boolean
  /** Refuse policy constraints that are not critical (4.2.1.11, 4.2.1.14). They count either way; hierarchies that use policies are often older than the rule. */
  readonly criticalConstraints: boolean
}

export const defaultRules: Rules = { minRsaBits: 2048, allowSha1: false, conforming: true, criticalConstraints: true }

const hasCritical = (certificate: Certificate, name: keyof typeof extensionOid, wanted: boolean) => {
  const found = certificate.extensions.get(extensionOid[name])
  return found === undefined || found.critical === wanted
}

const isSelfIssuedBytes = ({ issuerName, subjectName }: Certificate) =>
  Buffer.compare(issuerName.bytes, subjectName.bytes) === 0

/** What RFC 5280 asks of CAs only; see `Rules.conforming`. */
function conformityRefusal(certificate: Certificate, isAnchor: boolean): string | undefined {
  const { altNames, subjectName, extensions } = certificate
  if (certificate.version !== 3) return 'version is not 3 (4.1.2.1)'
  // An anchor is found by its name and key; real ones have the number zero.
  if (certificate.serialProblem && !isAnchor) return `serial number ${certificate.serialProblem} (4.1.2.2)`
  if (altNames?.length === 0) return 'empty subject alternative name (4.2.1.6)'
  // 4.2.1.1: a key identifier of the issuer, but for a CA's own self-signed certificate.
  const ownRoot = isAnchor && isSelfIssuedBytes(certificate)
  if (!certificate.authorityKeyIdentifier && !ownRoot) return 'no authority key identifier (4.2.1.1)'
  if (certificate.basicConstraints?.cA && !certificate.subjectKeyIdentifier)
    return 'no subject key identifier (4.2.1.2)'
  if (subjectName.isEmpty && !extensions.get(extensionOid.subjectAltName)?.critical)
    return 'empty subject without a critical alternative name (4.1.2.6)'
  return undefined
}

/** Why a certificate cannot be part of any path at `now`; undefined if it can. */
export function certificateRefusal(
  certificate: Certificate,
  by: { rules: Rules; now: number; isAnchor: boolean },
): string | undefined {
  const { rules, now, isAnchor } = by
  const { keyUsage, extensions, basicConstraints } = certificate
  // Times have whole seconds (4.1.2.5): the last second lasts until the next one begins.
  const second = Math.floor(now / 1000) * 1000
  if (second < certificate.notBefore) return 'not yet valid (6.1.3 (a)(2))'
  if (second > certificate.notAfter) return 'expired (6.1.3 (a)(2))'
  if (certificate.unknownCriticalExtensions.length > 0) return 'unknown critical extension (4.2)'
  const weakness = keyProblem(certificate.key, { rsaBits: rules.minRsaBits })
  if (weakness) return `public key: ${weakness}`
  // A point that is not on its curve throws here.
  if (certificate.key.type === 'ec') void certificate.publicKey
  if (certificate.issuerName.isEmpty) return 'empty issuer (4.1.2.4)'
  if (certificate.version !== 3 && extensions.size > 0) return 'extensions before version 3 (4.1.2.9)'
  if (extensions.has(extensionOid.nameConstraints) && !basicConstraints?.cA)
    return 'name constraints outside a ca (4.2.1.10)'
  if (!hasCritical(certificate, 'nameConstraints', true)) return 'name constraints not critical (4.2.1.10)'
  const isBound = (['policyConstraints', 'inhibitAnyPolicy'] as const).every((name) =>
    hasCritical(certificate, name, true),
  )
  if (rules.criticalConstraints && !isBound) return 'policy constraints not critical (4.2.1.11, 4.2.1.14)'
  if (keyUsage.has(keyUsageBit.keyCertSign) && !basicConstraints?.cA && extensions.has(extensionOid.keyUsage))
    return 'may sign certificates but is no ca (4.2.1.3)'
  return rules.conforming ? conformityRefusal(certificate, isAnchor) : undefined
}

/** Why a certificate may not issue others (6.1.4 (k) and (n), 4.1.2.6). */
export function issuerRefusal(certificate: Certificate): string | undefined {
  const { basicConstraints, extensions, keyUsage, subjectName } = certificate
  if (!basicConstraints?.cA) return 'issuer is no ca (6.1.4 (k))'
  if (extensions.has(extensionOid.keyUsage) && !keyUsage.has(keyUsageBit.keyCertSign))
    return 'issuer may not sign certificates (6.1.4 (n))'
  return subjectName.isEmpty ? 'ca without a name (4.1.2.6)' : undefined
}

/**
 * Why a certificate given as anchor is not one. Section 6.1.1 (d) takes an anchor as it is; but a configured one that breaks the
 * rules for CAs is more likely a mistake than trust, so it must keep them, criticality included (4.2.1.9).
 */
export function anchorRefusal(anchor: Certificate, by: { rules: Rules; now: number }): string | undefined {
  const own = certificateRefusal(anchor, { ...by, isAnchor: true })
  if (own) return `anchor: ${own}`
  // A root of the time before version 3 has no basic constraints at all.
  if (!by.rules.conforming && !anchor.basicConstraints) return undefined
  const asIssuer = issuerRefusal(anchor)
  if (asIssuer) return `anchor: ${asIssuer}`
  const isCritical = hasCritical(anchor, 'basicConstraints', true)
  return by.rules.conforming && !isCritical ? 'anchor: basic constraints not critical (4.2.1.9)' : undefined
}
