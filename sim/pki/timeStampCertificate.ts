/** The certificate of a time-stamping authority: signed by its own key, for time-stamping alone. */
import { sha1, signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { extension } from './extension.ts'
import { exportPublicKey, fromBase64, type KeyPair, keySigner } from './key.ts'
import { nameNode } from './name.ts'
import { defaultOrganization, extensionOid, keyUsageBit } from './profile.ts'
import { publicKeyBits } from './publicKey.ts'
import { signStructure } from './signedStructure.ts'

/** id-kp-timeStamping, RFC 3161 section 2.3. */
export const keyPurposeTimeStamping = '1.3.6.1.5.5.7.3.8'

export type TimeStampCertificateRequest = {
  keyPair: KeyPair
  /** Whose authority it is, as the common name says. */
  commonName: string
  serialNumber: bigint
  notBefore: number
  notAfter: number
}

/**
 * A certificate for time-stamping alone, signed by its own key: whoever relies on it pins it. The key purpose is critical and the only one
 * (RFC 3161 section 2.3).
 */
export async function issueTimeStampCertificate(request: TimeStampCertificateRequest): Promise<Uint8Array> {
  const { keyPair, commonName, serialNumber, notBefore, notAfter } = request
  if (notAfter < notBefore) throw new RangeError('validity ends before it starts')
  const signer = keySigner(keyPair.privateKey)
  const spki = fromBase64(exportPublicKey(keyPair.publicKey), 'public key')
  const name = nameNode([
    ['C', 'JP'],
    ['O', defaultOrganization],
    ['OU', 'Time-stamping'],
    ['CN', commonName],
  ])
  const extensions = [
    extension({ oid: extensionOid.keyUsage, critical: true }, asn1.namedBits([keyUsageBit.digitalSignature])),
    extension({ oid: extensionOid.extKeyUsage, critical: true }, asn1.sequence(asn1.oid(keyPurposeTimeStamping))),
    extension(
      { oid: extensionOid.authorityKeyIdentifier, critical: false },
      asn1.sequence(asn1.implicit(0, sha1(publicKeyBits(spki)))),
    ),
    extension({ oid: extensionOid.subjectKeyIdentifier, critical: false }, asn1.octetString(sha1(publicKeyBits(spki)))),
  ]
  const tbs = asn1.sequence(
    asn1.explicit(0, asn1.integer(2)),
    asn1.integer(serialNumber),
    signatureIdentifier(signer),
    name,
    asn1.sequence(asn1.time(notBefore), asn1.time(notAfter)),
    name,
    asn1.raw(spki),
    asn1.explicit(3, asn1.sequence(...extensions)),
  )
  return signStructure(tbs, signer)
}
