/**
 * The bytes of a snapshot: all that is revoked under one CA key, or what changed since another snapshot.
 *
 * Header of 112 bytes, all numbers big-endian:
 *
 *     0   8  'CIDREV01'
 *     8   1  type: 1 complete, 2 delta
 *     9   1  kind: 1 signature certificates 署名用, 2 authentication certificates 利用者証明用
 *    10  20  subjectKeyIdentifier of the CA certificate, which tells the generations of one name apart
 *    30   8  number, higher than that of every snapshot of this key before
 *    38   8  of a delta the number it goes on from, else 0
 *    46   8  thisUpdate, Unix ms
 *    54   8  nextUpdate, Unix ms
 *    62   8  number of entries
 *    70   8  bytes of all entries
 *    78  32  SHA-256 of all entries
 *   110   2  bytes of the signature
 *
 * Then the signature by the CA's own key (PKCS#1 v1.5 with SHA-256, or ECDSA with the curve's hash) over these 112 bytes with 0 as the
 * signature's length, so that nothing is read that the pinned CA certificate does not vouch for; no certificate or list begins like this, so
 * no signature can pass for another.
 * Then the entries: length of the serial number (1 to 20), the serial number without leading zeros, the lower 32 bits of the seconds since
 * 1950 and a byte with their upper 4 bits before the 4 bits of the reason. In a delta, reason 8 (removeFromCRL) takes an entry away.
 */
import { toHex } from '../pki/derValue.ts'
import type { CertificateKind } from '../pki/profile.ts'

export type SnapshotHeader = {
  readonly type: 'full' | 'delta'
  readonly kind: CertificateKind
  /** Upper-case hex of the issuing CA's subjectKeyIdentifier. */
  readonly issuerKey: string
  readonly number: number
  /** Of a delta: the number it goes on from; else 0. */
  readonly baseNumber: number
  readonly thisUpdate: number
  readonly nextUpdate: number
  readonly entryCount: number
  readonly bodyBytes: number
  /** SHA-256 of the entries. */
  readonly digest: Uint8Array
  readonly signatureBytes: number
}

export const headerBytes = 112
/** What follows the serial number of an entry. */
export const entryTailBytes = 5
export const longestEntryBytes = 1 + 20 + entryTailBytes
const shortestEntryBytes = 1 + 1 + entryTailBytes

const magic = Buffer.from('CIDREV01', 'latin1')
const keyBytes = 20
const types = ['full', 'delta'] as const
const kinds: readonly CertificateKind[] = ['signature', 'authentication']

const codeOf = <T>(values: readonly T[], value: T) => values.indexOf(value) + 1

export function encodeHeader(header: SnapshotHeader): Uint8Array {
  const bytes = Buffer.alloc(headerBytes)
  const key = Buffer.from(header.issuerKey, 'hex')
  if (key.length !== keyBytes) throw new RangeError('issuer key identifier must have 20 bytes')
  magic.copy(bytes)
  bytes[8] = codeOf(types, header.type)
  bytes[9] = codeOf(kinds, header.kind)
  key.copy(bytes, 10)
  const numbers = [
    header.number,
    header.baseNumber,
    header.thisUpdate,
    header.nextUpdate,
    header.entryCount,
    header.bodyBytes,
  ]
  for (const [at, value] of numbers.entries()) bytes.writeBigUInt64BE(BigInt(value), 30 + 8 * at)
  bytes.set(header.digest, 78)
  bytes.writeUInt16BE(header.signatureBytes, 110)
  return bytes
}

/** Undefined for bytes that are no header. */
export function decodeHeader(input: Uint8Array): SnapshotHeader | undefined {
  const bytes = Buffer.from(input)
  const type = types[(bytes[8] ?? 0) - 1]
  const kind = kinds[(bytes[9] ?? 0) - 1]
  if (bytes.length !== headerBytes || !bytes.subarray(0, 8).equals(magic) || !type || !kind) return undefined
  const numbers = [0, 1, 2, 3, 4, 5].map((at) => Number(bytes.readBigUInt64BE(30 + 8 * at)))
  const [number = 0, baseNumber = 0, thisUpdate = 0, nextUpdate = 0, entryCount = 0, bodyBytes = 0] = numbers
  const consistent = type === 'full' ? baseNumber === 0 : baseNumber < number
  const possible = bodyBytes >= entryCount * shortestEntryBytes && bodyBytes <= entryCount * longestEntryBytes
  if (!numbers.every(Number.isSafeInteger) || !consistent || !possible || nextUpdate <= thisUpdate) return undefined
  return {
    ...{ type, kind, issuerKey: toHex(bytes.subarray(10, 30)), number, baseNumber, thisUpdate, nextUpdate },
    ...{
      entryCount,
      bodyBytes,
      digest: new Uint8Array(bytes.subarray(78, 110)),
      signatureBytes: bytes.readUInt16BE(110),
    },
  }
}
