/** For tests of the verification path: a CA in memory, residents it certified, and what they sign. */
import { sign } from 'node:crypto'
import { toBase64 } from '../messages/base64.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { trustAnchors } from '../pki/chain.ts'
import { generateKeyPair } from '../pki/key.ts'
import { createAuthority, issueAuthentication, now } from '../pki/testHierarchy.ts'
import type { VerificationItem } from './proof.ts'

const key = await generateKeyPair()
export const authority = await createAuthority('authentication')
export const impostor = await createAuthority('authentication')
export const issuer = parseCertificate(authority.certificate)
export const anchors = trustAnchors([{ kind: 'authentication', der: authority.certificate }])
export { now }

/** A certificate of this serial number, and a right signature with its key over `data`. */
export const itemOf = async (
  serialNumber: bigint,
  { by = authority, data = 'challenge' } = {},
): Promise<VerificationItem> => ({
  kind: 'authentication',
  certificate: toBase64(await issueAuthentication({ ca: by, keyPair: key, serialNumber })),
  data: toBase64(Buffer.from(data)),
  signature: toBase64(sign('sha256', Buffer.from(data), key.privateKey)),
})
