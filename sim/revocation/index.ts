/** Revocation at national size: who was revoked when and why, for millions of serial numbers, in memory and shared by threads. */
export { buildIndex } from './build.ts'
export { type CrlLoad, type ListRefusal, readCrlIndex } from './crlFeed.ts'
export {
  createLiveIndex,
  type LiveIndex,
  type LiveIndexOptions,
  type LiveState,
  type LiveStatus,
  type LoadResult,
} from './liveIndex.ts'
export { openIndex, type Revocation, type RevocationIndex, type SharedIndex } from './revocationIndex.ts'
export type { Chunks, SnapshotRefusal } from './snapshotRead.ts'
export { snapshotParts, type SnapshotRequest } from './snapshotWrite.ts'
export { createStaging, type Staging } from './staging.ts'
export { openStoredList, type StoredCertificate, type StoredList, writeStoredList } from './storedList.ts'
export {
  type Checkpoint,
  type Hit,
  type StoredBatch,
  sweep,
  type SweepOptions,
  type SweepProgress,
  type SweepResult,
} from './sweep.ts'
