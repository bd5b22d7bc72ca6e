/** Reads a snapshot as it arrives: its header is believed after its signature, its entries after their digest. */
import { createHash } from 'node:crypto'
import { sameBytes } from '../pki/derValue.ts'
import { keyVerifier } from '../pki/crlStreamSignature.ts'
import { type ByteWindow, openWindow } from '../pki/crlStreamWindow.ts'
import type { Certificate } from '../pki/certificate.ts'
import { type CertificateKind, keyUsageBit } from '../pki/profile.ts'
import { reasonCodes } from '../pki/revocation.ts'
import { isLasting } from './packedStatus.ts'
import { decodeHeader, encodeHeader, entryTailBytes, headerBytes, type SnapshotHeader } from './snapshotFormat.ts'
import type { Staging } from './staging.ts'

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type SnapshotRefusal =
  | 'malformed'
  | 'truncated'
  | 'trailing-bytes'
  | 'too-large'
  | 'wrong-kind'
  | 'wrong-type'
  | 'wrong-issuer'
  | 'wrong-key-usage'
  | 'bad-signature'
  | 'wrong-digest'
  | 'rollback'
  | 'gap'
  | 'not-yet-valid'
  | 'stale'

/** Longest signature that is read (assumed): RSA with 4096 bits. */
const longestSignatureBytes = 512
/** Largest body that is read (assumed): 400 million entries with serial numbers of four bytes. */
const bodyLimitBytes = 4 * 1024 ** 3

export type SnapshotQuestion = {
  readonly kind: CertificateKind
  /** The pinned CA certificate. */
  readonly issuer: Certificate
  readonly type: 'full' | 'delta'
  /** What else the header must fulfil; asked once its signature is known to be right. */
  judge(header: SnapshotHeader): SnapshotRefusal | undefined
  /** Where entries go; to be thrown away if the answer is a refusal. */
  stage(): { readonly added: Staging; readonly removed: Staging }
}

export type SnapshotAnswer =
  | { result: 'ok'; header: SnapshotHeader; added: Staging; removed: Staging }
  | { result: 'refused'; reason: SnapshotRefusal }

const refused = (reason: SnapshotRefusal) => ({ result: 'refused', reason }) as const

/** Takes in bytes until the window holds `count`; false if there are not so many. */
async function holds(window: ByteWindow, count: number): Promise<boolean> {
  while (window.end < count) if (!(await window.more())) return false
  return true
}

async function readHeader(window: ByteWindow, question: SnapshotQuestion): Promise<SnapshotHeader | SnapshotRefusal> {
  const { issuer, kind, type, judge } = question
  if (!(await holds(window, headerBytes))) return 'truncated'
  const header = decodeHeader(window.bytes.subarray(0, headerBytes))
  if (!header || header.signatureBytes > longestSignatureBytes) return 'malformed'
  if (header.issuerKey !== issuer.subjectKeyIdentifier) return 'wrong-issuer'
  if (!issuer.keyUsage.has(keyUsageBit.cRLSign)) return 'wrong-key-usage'
  const bodyStart = headerBytes + header.signatureBytes
  if (!(await holds(window, bodyStart))) return 'truncated'
  const verifier = keyVerifier(issuer.publicKey)
  verifier.update(encodeHeader({ ...header, signatureBytes: 0 }))
  if (!verifier.verify(window.bytes.subarray(headerBytes, bodyStart))) return 'bad-signature'
  window.drop(bodyStart)
  if (header.kind !== kind) return 'wrong-kind'
  if (header.type !== type) return 'wrong-type'
  if (header.bodyBytes > bodyLimitBytes) return 'too-large'
  return judge(header) ?? header
}

type Targets = { readonly added: Staging; readonly removed: Staging }

/** Stages the entries that lie wholly before `end`; returns where the next begins, or -1 for bytes that are no entry. */
function stageEntries(window: Uint8Array, end: number, to: Targets & { delta: boolean; counted(): void }): number {
  let at = 0
  while (at < end) {
    const length = window[at] ?? 0
    if (length < 1 || length > 20) return -1
    const tail = at + 1 + length
    if (tail + entryTailBytes > end) return at
    const mark = window[tail + 4] ?? 0
    const low = ((window[tail] ?? 0) << 24) | ((window[tail + 1] ?? 0) << 16) | ((window[tail + 2] ?? 0) << 8)
    const seconds = (mark >>> 4) * 2 ** 32 + ((low | (window[tail + 3] ?? 0)) >>> 0)
    const reason = mark & 0x0f
    const removes = to.delta && reason === reasonCodes.removeFromCRL
    if (window[at + 1] === 0 || (!removes && !isLasting(reason))) return -1
    const target = removes ? to.removed : to.added
    target.add(window, at + 1, tail, seconds, removes ? 0 : reason)
    to.counted()
    at = tail + entryTailBytes
  }
  return at
}

async function readBody(window: ByteWindow, header: SnapshotHeader, to: Targets): Promise<SnapshotRefusal | undefined> {
  const { bodyBytes, entryCount, digest, type } = header
  const start = window.offset
  const hash = createHash('sha256')
  window.tap(start, start + bodyBytes, (bytes) => void hash.update(bytes))
  let count = 0
  const targets = { ...to, delta: type === 'delta', counted: () => void count++ }
  while (window.offset < start + bodyBytes) {
    const left = start + bodyBytes - window.offset
    const taken = stageEntries(window.bytes, Math.min(window.end, left), targets)
    if (taken < 0 || (taken === 0 && window.end >= left)) return 'malformed'
    window.drop(window.offset + taken)
    if (window.offset < start + bodyBytes && !(await window.more())) return 'truncated'
  }
  if (window.end > 0 || (await window.more())) return 'trailing-bytes'
  if (!sameBytes(hash.digest(), digest)) return 'wrong-digest'
  return count === entryCount ? undefined : 'malformed'
}

/** Never throws for what the bytes are; an error of their source passes through. */
export async function readSnapshot(chunks: Chunks, question: SnapshotQuestion): Promise<SnapshotAnswer> {
  const window = openWindow(chunks)
  try {
    const header = await readHeader(window, question)
    if (typeof header === 'string') return refused(header)
    const staged = question.stage()
    const problem = await readBody(window, header, staged)
    return problem ? refused(problem) : { result: 'ok', header, ...staged }
  } finally {
    await window.close()
  }
}
