/** What is written on a card with a certificate: it must be one, of its kind and issuer, for a key that is on the card. */
import type { z } from 'zod'
import { Problem } from '../core/problem.ts'
import { fromBase64 } from '../messages/base64.ts'
import type { certificateWrite } from '../messages/card.ts'
import { isIssuedBy, parseCertificate, type Certificate } from '../pki/certificate.ts'
import { exportPublicKey, importPrivateKey, publicKeyOf } from '../pki/key.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CardContents } from './memory.ts'

const parse = (field: string, base64: string): Certificate => {
  try {
    return parseCertificate(fromBase64(base64))
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause
    const errors = [{ field, reason: cause.reason }]
    throw new Problem(422, 'malformed-certificate', `${field} is no certificate`, { errors, cause })
  }
}

const hex = ({ der }: Certificate) => Buffer.from(der).toString('hex').toUpperCase()

/** `candidates`: private keys on the card (base64 of PKCS#8) that the certificate may be for. */
export const certificateContents = (
  { kind, certificate, caCertificate }: z.output<typeof certificateWrite>,
  candidates: readonly (string | undefined)[],
): Pick<CardContents, 'privateKeys' | 'certificates' | 'caCertificates'> => {
  const issued = parse('/certificate', certificate)
  const ca = parse('/caCertificate', caCertificate)
  if (issued.kind !== kind) throw new Problem(422, 'wrong-kind', `this is no ${kind} certificate`)
  if (!isIssuedBy(issued, ca))
    throw new Problem(422, 'wrong-issuer', 'the certificate was not issued by this authority')
  const certified = Buffer.from(issued.spki).toString('base64')
  const privateKey = candidates.find(
    (key) => key !== undefined && exportPublicKey(publicKeyOf(importPrivateKey(key))) === certified,
  )
  if (privateKey === undefined)
    throw new Problem(422, 'wrong-key', 'the certificate is for a key that is not on this card')
  return {
    privateKeys: { [kind]: privateKey },
    certificates: { [kind]: hex(issued) },
    caCertificates: { [kind]: hex(ca) },
  }
}
