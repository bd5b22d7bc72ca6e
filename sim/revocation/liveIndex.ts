/** The index of one CA key as it stands now: replaced as a whole by newer snapshots and deltas while it is being asked. */
import type { Certificate } from '../pki/certificate.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { CertStatus } from '../pki/revocation.ts'
import { buildIndex } from './build.ts'
import { mergeIndex, stagingFor } from './merge.ts'
import type { RevocationIndex } from './revocationIndex.ts'
import { openSnapshotFolder, type SnapshotFolder } from './snapshotFolder.ts'
import type { SnapshotHeader } from './snapshotFormat.ts'
import { type Chunks, readSnapshot, type SnapshotAnswer, type SnapshotRefusal } from './snapshotRead.ts'
import { createStaging } from './staging.ts'

export type LiveState = {
  readonly index: RevocationIndex
  readonly number: number
  /** Unix ms. */
  readonly thisUpdate: number
  readonly nextUpdate: number
}

export type LoadResult =
  { result: 'ok'; number: number; entryCount: number } | { result: 'refused'; reason: SnapshotRefusal }

export type LiveStatus = {
  readonly state: 'empty' | 'current' | 'stale' | 'not-yet-valid'
  readonly entryCount: number
  readonly number?: number
  /** thisUpdate of what is held. */
  readonly asOf?: number
  readonly nextUpdate?: number
  /** Why a file kept from before was not taken up again at the start. */
  readonly notRestored?: SnapshotRefusal
}

export type LiveIndexOptions = {
  readonly kind: CertificateKind
  /** The pinned CA certificate: snapshots must be signed with its key. */
  readonly issuer: Certificate
  /** Unix ms, the world's clock. */
  readonly now: () => number
  /** Where what was accepted is kept; it is read and verified again at the next start. */
  readonly folder?: string
}

export type LiveIndex = {
  /** Whoever holds a state goes on with it while a newer one is put in its place. */
  current(): LiveState | undefined
  /** A complete snapshot with a higher number than the one held. */
  load(chunks: Chunks): Promise<LoadResult>
  /** A delta that goes on from exactly the number held. */
  apply(chunks: Chunks): Promise<LoadResult>
  /** `unknown` without data, or with data that do not count now. Throws a RangeError for a text that is no serial number. */
  certStatus(serialNumber: string): CertStatus
  status(): LiveStatus
}

const isRunning = ({ thisUpdate, nextUpdate }: LiveState, now: number) => thisUpdate <= now && now < nextUpdate

export async function createLiveIndex({ kind, issuer, now, folder }: LiveIndexOptions): Promise<LiveIndex> {
  const files: SnapshotFolder | undefined = folder === undefined ? undefined : await openSnapshotFolder(folder)
  let state: LiveState | undefined
  let notRestored: SnapshotRefusal | undefined
  /** Lowest number that is taken: what was held before counts even if its file can no longer be read. */
  let floor = 0
  let turn: Promise<unknown> = Promise.resolve()

  const judge = (header: SnapshotHeader, restoring: boolean): SnapshotRefusal | undefined => {
    if (state ? header.number <= state.number : header.number < floor) return 'rollback'
    if (header.type === 'delta' && header.baseNumber !== state?.number) return 'gap'
    // Older than it was when it was accepted: `certStatus` looks at the time.
    if (restoring) return undefined
    if (now() < header.thisUpdate) return 'not-yet-valid'
    return now() < header.nextUpdate ? undefined : 'stale'
  }
  const read = (type: 'full' | 'delta', chunks: Chunks, restoring = false): Promise<SnapshotAnswer> =>
    readSnapshot(chunks, {
      ...{ kind, issuer, type },
      judge: (header) => judge(header, restoring),
      stage: () => {
        const fresh = () => (type === 'delta' && state ? stagingFor(state.index) : createStaging())
        const added = fresh()
        return { added, removed: type === 'delta' ? fresh() : added }
      },
    })
  const stateOf = async (answer: SnapshotAnswer & { result: 'ok' }): Promise<LiveState> => {
    const { header, added, removed } = answer
    const isDelta = header.type === 'delta' && state !== undefined
    const index = isDelta && state ? await mergeIndex(state.index, { added, removed }) : await buildIndex(added)
    const { number, thisUpdate, nextUpdate } = header
    return { index, number, thisUpdate, nextUpdate }
  }

  async function restore(): Promise<void> {
    for (const { type, number, chunks } of (await files?.kept()) ?? []) {
      floor = number
      if (notRestored) continue
      const answer = await read(type, chunks(), true)
      if (answer.result === 'ok') state = await stateOf(answer)
      else notRestored = answer.reason
    }
    if (notRestored) state = undefined
  }

  async function take(type: 'full' | 'delta', chunks: Chunks): Promise<LoadResult> {
    const incoming = await files?.receive(chunks)
    try {
      const answer = await read(type, incoming?.chunks ?? chunks)
      if (answer.result === 'refused') {
        await incoming?.discard()
        return answer
      }
      const next = await stateOf(answer)
      await incoming?.commit(type, next.number)
      state = next
      notRestored = undefined
      return { result: 'ok', number: next.number, entryCount: next.index.entryCount }
    } catch (error) {
      await incoming?.discard().catch(() => undefined)
      throw error
    }
  }
  const inTurn = (type: 'full' | 'delta', chunks: Chunks): Promise<LoadResult> => {
    const mine = turn.then(() => take(type, chunks))
    turn = mine.catch(() => undefined)
    return mine
  }

  await restore()
  return {
    current: () => state,
    load: (chunks) => inTurn('full', chunks),
    apply: (chunks) => inTurn('delta', chunks),
    certStatus: (serialNumber) => {
      if (!state || !isRunning(state, now())) return { certStatus: 'unknown' }
      const found = state.index.lookup(serialNumber)
      return found ? { certStatus: 'revoked', ...found } : { certStatus: 'good' }
    },
    status: () => {
      const restored = notRestored && { notRestored }
      if (!state) return { state: 'empty', entryCount: 0, ...restored }
      const { index, number, thisUpdate, nextUpdate } = state
      const early = now() < thisUpdate
      const kept = isRunning(state, now()) ? 'current' : early ? 'not-yet-valid' : 'stale'
      return { state: kept, entryCount: index.entryCount, number, asOf: thisUpdate, nextUpdate, ...restored }
    },
  }
}
