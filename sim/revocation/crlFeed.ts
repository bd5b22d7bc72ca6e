/** Reads a CRL into staging, and says whether it may be relied on before anything of it is used. */
import { type CrlRefusal, judgeCrl } from '../pki/crlCheck.ts'
import { type CrlHead, readCrlStream } from '../pki/crlStream.ts'
import type { Certificate } from '../pki/certificate.ts'
import { MalformedError } from '../pki/malformed.ts'
import { reasonCodes } from '../pki/revocation.ts'
import { buildIndex } from './build.ts'
import type { RevocationIndex } from './revocationIndex.ts'
import type { Chunks } from './snapshotRead.ts'
import { createStaging, type Staging } from './staging.ts'

export type ListRefusal = CrlRefusal | 'malformed' | 'rollback' | 'gap' | 'too-many-partitions'

export type ListQuestion = {
  readonly issuer: Certificate
  /** Unix ms. */
  readonly now: number
  readonly delta?: boolean
}

export type StagedList = { result: 'ok'; head: CrlHead } | { result: 'refused'; reason: ListRefusal }

/** Entries go into `to.added`, those a delta takes away into `to.removed`; both are to be thrown away after a refusal. */
export async function stageCrl(
  chunks: Chunks,
  { issuer, now, delta = false }: ListQuestion,
  to: { added: Staging; removed?: Staging; partition?: number },
): Promise<StagedList> {
  const { added, removed, partition = 0 } = to
  try {
    const streamed = await readCrlStream(chunks, {
      issuer,
      sink: (bytes, from, end, seconds, reasonCode) => {
        if (reasonCode !== reasonCodes.removeFromCRL) added.add(bytes, from, end, seconds, reasonCode, partition)
        else removed?.add(bytes, from, end, seconds, reasonCodes.unspecified, partition)
      },
    })
    const check = judgeCrl(streamed.head, { issuer, now, delta }, () => streamed.signatureValid)
    return check.result === 'ok' ? { result: 'ok', head: streamed.head } : check
  } catch (error) {
    if (error instanceof MalformedError) return { result: 'refused', reason: 'malformed' }
    throw error
  }
}

export type CrlLoad =
  { result: 'ok'; head: CrlHead; index: RevocationIndex } | { result: 'refused'; reason: ListRefusal }

/** The index of one complete list; nothing is built of a list that may not be relied on. */
export async function readCrlIndex(chunks: Chunks, question: Omit<ListQuestion, 'delta'>): Promise<CrlLoad> {
  const added = createStaging()
  const staged = await stageCrl(chunks, question, { added })
  return staged.result === 'ok' ? { ...staged, index: await buildIndex(added) } : staged
}
