/** Makes an index of a CRL that is read as a stream, once it is known that the list may be relied on. */
import { type CrlRefusal, judgeCrl } from '../pki/crlCheck.ts'
import { type CrlHead, readCrlStream } from '../pki/crlStream.ts'
import type { Certificate } from '../pki/certificate.ts'
import { MalformedError } from '../pki/malformed.ts'
import { buildIndex } from './build.ts'
import type { RevocationIndex } from './revocationIndex.ts'
import type { Chunks } from './snapshotRead.ts'
import { createStaging } from './staging.ts'

export type ListRefusal = CrlRefusal | 'malformed'

export type CrlLoad =
  { result: 'ok'; head: CrlHead; index: RevocationIndex } | { result: 'refused'; reason: ListRefusal }

/** The index of one complete list; nothing is built of a list that may not be relied on at `now` (Unix ms). */
export async function readCrlIndex(chunks: Chunks, question: { issuer: Certificate; now: number }): Promise<CrlLoad> {
  const added = createStaging()
  try {
    const { head, signatureValid } = await readCrlStream(chunks, {
      issuer: question.issuer,
      sink: (bytes, from, end, seconds, reasonCode) => added.add(bytes, from, end, seconds, reasonCode),
    })
    const check = judgeCrl(head, question, () => signatureValid)
    return check.result === 'ok' ? { ...check, head, index: await buildIndex(added) } : check
  } catch (error) {
    if (error instanceof MalformedError) return { result: 'refused', reason: 'malformed' }
    throw error
  }
}
