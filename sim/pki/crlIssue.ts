/** Writes certificate revocation lists 失効リスト (RFC 5280 section 5). */
import { signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import type { Authority } from './certificate.ts'
import { type CrlEntry, entryBytes } from './crlEntry.ts'
import { extension } from './extension.ts'
import { distributionPointName } from './generalName.ts'
import type { Name } from './name.ts'
import { parseCertificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import { signStructure } from './signedStructure.ts'

export type CrlRequest = {
  ca: Authority
  thisUpdate: number
  nextUpdate: number
  crlNumber: bigint | number
  entries: Iterable<CrlEntry>
  /** The partition, as `crlDistributionPoint` in profile.ts names it; without it the list covers the whole CA. */
  distributionPoint?: Name
}

/** A complete version 2 list; one of a partition says so in a critical issuingDistributionPoint (RFC 5280 section 5.2.5). */
export async function issueCrl(request: CrlRequest): Promise<Uint8Array> {
  const { ca, thisUpdate, nextUpdate, crlNumber, distributionPoint } = request
  if (nextUpdate <= thisUpdate) throw new RangeError('next update is not after this update')
  const issuer = parseCertificate(ca.certificate)
  const keyIdentifier = Buffer.from(issuer.subjectKeyIdentifier ?? '', 'hex')
  const entries = Array.from(request.entries, entryBytes)
  const extensions = [
    extension(
      { oid: extensionOid.authorityKeyIdentifier, critical: false },
      asn1.sequence(asn1.implicit(0, keyIdentifier)),
    ),
    extension({ oid: extensionOid.crlNumber, critical: false }, asn1.integer(crlNumber)),
    ...(distributionPoint
      ? [
          extension(
            { oid: extensionOid.issuingDistributionPoint, critical: true },
            asn1.sequence(distributionPointName(distributionPoint)),
          ),
        ]
      : []),
  ]
  const tbs = asn1.sequence(
    asn1.integer(1),
    signatureIdentifier(ca.signer),
    asn1.raw(Buffer.from(issuer.subjectHex, 'hex')),
    asn1.time(thisUpdate),
    asn1.time(nextUpdate),
    ...(entries.length > 0 ? [asn1.sequenceOfBytes(Buffer.concat(entries))] : []),
    asn1.explicit(0, asn1.sequence(...extensions)),
  )
  return signStructure(tbs, ca.signer)
}
