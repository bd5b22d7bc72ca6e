/** Writes signed, numbered snapshots and deltas of what is revoked. */
import { createHash } from 'node:crypto'
import { type Authority, parseCertificate } from '../pki/certificate.ts'
import type { CrlEntry } from '../pki/crlEntry.ts'
import type { EntryPages } from '../pki/crlIssue.ts'
import { pause } from '../pki/crlStreamPause.ts'
import { serialInto } from '../pki/crlStreamSerial.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import { isLasting, packDate, packMark } from './packedStatus.ts'
import { encodeHeader, longestEntryBytes } from './snapshotFormat.ts'

export type SnapshotRequest = {
  /** The CA itself signs: its certificate is pinned wherever snapshots are read. */
  ca: Authority
  kind: CertificateKind
  number: number
  /** Makes it a delta that goes on from this number; its entries may have reason 8, removeFromCRL. */
  baseNumber?: number
  /** Unix ms. */
  thisUpdate: number
  nextUpdate: number
  /** Asked for twice, to hash and to write; must give the same each time. */
  entries: () => EntryPages
}

const partBytes = 64 * 1024

function writeEntry(entry: CrlEntry, bytes: Uint8Array, at: number): number {
  const length = serialInto(entry.serialNumber, bytes, at + 1)
  const seconds = packDate(entry.revocationDate)
  bytes[at] = length
  const to = at + 1 + length
  bytes[to] = seconds >>> 24
  bytes[to + 1] = seconds >>> 16
  bytes[to + 2] = seconds >>> 8
  bytes[to + 3] = seconds
  bytes[to + 4] = packMark(seconds, entry.reasonCode)
  return to + 5
}

const isPages = (entries: EntryPages): entries is AsyncIterable<Iterable<CrlEntry>> => Symbol.asyncIterator in entries

async function* pagesOf(entries: EntryPages): AsyncGenerator<Iterable<CrlEntry>> {
  if (isPages(entries)) yield* entries
  else yield entries
}

type Part = { readonly bytes: Uint8Array; readonly entryCount: number }

async function* encode({ entries, baseNumber }: SnapshotRequest): AsyncGenerator<Part> {
  let bytes = new Uint8Array(partBytes)
  let end = 0
  let entryCount = 0
  for await (const page of pagesOf(entries())) {
    for (const entry of page) {
      const removes = baseNumber !== undefined && entry.reasonCode === reasonCodes.removeFromCRL
      if (!removes && !isLasting(entry.reasonCode)) throw new RangeError('no such reason in a complete snapshot')
      end = writeEntry(entry, bytes, end)
      entryCount++
      if (end + longestEntryBytes <= partBytes) continue
      yield { bytes: bytes.subarray(0, end), entryCount }
      bytes = new Uint8Array(partBytes)
      end = 0
      entryCount = 0
      await pause()
    }
  }
  if (end > 0) yield { bytes: bytes.subarray(0, end), entryCount }
}

async function digestOf(request: SnapshotRequest) {
  const hash = createHash('sha256')
  let bodyBytes = 0
  let entryCount = 0
  for await (const part of encode(request)) {
    hash.update(part.bytes)
    bodyBytes += part.bytes.length
    entryCount += part.entryCount
  }
  return { bodyBytes, entryCount, digest: new Uint8Array(hash.digest()) }
}

/** Header and signature; an ECDSA signature has no fixed length, so 0 is signed in its place. */
async function sign(ca: Authority, header: Parameters<typeof encodeHeader>[0]): Promise<Uint8Array> {
  const signature = await ca.signer.sign(encodeHeader(header))
  return Buffer.concat([encodeHeader({ ...header, signatureBytes: signature.length }), signature])
}

/** The snapshot part after part. Throws a RangeError for entries or numbers that may not be. */
export async function* snapshotParts(request: SnapshotRequest): AsyncGenerator<Uint8Array> {
  const { ca, kind, number, baseNumber, thisUpdate, nextUpdate } = request
  if (nextUpdate <= thisUpdate) throw new RangeError('next update is not after this update')
  if (baseNumber !== undefined && baseNumber >= number) throw new RangeError('base number is not below the number')
  const body = await digestOf(request)
  const issuerKey = parseCertificate(ca.certificate).subjectKeyIdentifier ?? ''
  const type = baseNumber === undefined ? 'full' : 'delta'
  const fields = { type, kind, issuerKey, number, baseNumber: baseNumber ?? 0, thisUpdate, nextUpdate } as const
  yield await sign(ca, { ...fields, ...body, signatureBytes: 0 })
  const written = createHash('sha256')
  for await (const { bytes } of encode(request)) {
    written.update(bytes)
    yield bytes
  }
  if (!written.digest().equals(body.digest)) throw new RangeError('the entries changed while the snapshot was written')
}
