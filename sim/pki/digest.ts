/** The digest algorithms a signed document or a time-stamp may use: the SHA-2 family from 256 bits on. */
import { createHash, hash } from 'node:crypto'
import { algorithmOid } from './algorithm.ts'
import * as asn1 from './asn1.ts'

export type DigestName = 'sha256' | 'sha384' | 'sha512'

/** RFC 5754 section 2; its parameters are left out when written and may be NULL when read. */
const digestOid: Readonly<Record<DigestName, string>> = {
  sha256: algorithmOid.sha256,
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

const nameByOid: ReadonlyMap<string, DigestName> = new Map([
  [digestOid.sha256, 'sha256'],
  [digestOid.sha384, 'sha384'],
  [digestOid.sha512, 'sha512'],
])

/** The digest an AlgorithmIdentifier means; undefined for any other, and for parameters no digest of these has. */
export const digestOf = (algorithm: { oid: string; parameters: string }): DigestName | undefined =>
  algorithm.parameters === 'other' ? undefined : nameByOid.get(algorithm.oid)

export const digestIdentifier = (name: DigestName) => asn1.sequence(asn1.oid(digestOid[name]))

export const digest = (name: DigestName, ...parts: readonly Uint8Array[]): Uint8Array => {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return new Uint8Array(hash(name, only, 'buffer'))
  const hashing = createHash(name)
  for (const part of parts) hashing.update(part)
  return new Uint8Array(hashing.digest())
}
