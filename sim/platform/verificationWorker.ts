/** A thread that proves many signatures: each CPU does its own verifying, which is faster than handing single ones to a thread pool. */
import { parentPort } from 'node:worker_threads'
import { trustAnchors, type TrustAnchors } from '../pki/chain.ts'
import { createCertificateMemory } from './certificateMemory.ts'
import { openIndex, type RevocationIndex } from '../revocation/index.ts'
import { type Proof, prove, type VerificationItem } from './proof.ts'
import type { CertificateKind, KnownStatus, SharedStatus } from './revocation.ts'
import type { Assignment } from './workerPool.ts'

export type ProvingJob = { items: VerificationItem[]; now: number }
/** The CAs trusted, as DER, and what is known of revocations: sent when they change. */
export type ProvingSetting = {
  anchors: { kind: CertificateKind; der: Uint8Array }[]
  statuses: readonly SharedStatus[]
}

type OpenStatus = { index: RevocationIndex; asOf: number; until: number }

const memory = createCertificateMemory()
let anchors: TrustAnchors = trustAnchors([])
let statuses: ReadonlyMap<string, OpenStatus> = new Map()

const open = ({ issuer, index, ...times }: SharedStatus): [string, OpenStatus] => [
  issuer,
  { index: openIndex(index), ...times },
]

const statusOf = (
  { issuer, serialNumber }: { issuer: string; serialNumber: string },
  now: number,
): KnownStatus | undefined => {
  const known = statuses.get(issuer)
  if (known === undefined || now < known.asOf || now >= known.until) return undefined
  const { index, asOf } = known
  const found = index.lookup(serialNumber)
  return found === undefined ? { certStatus: 'good', asOf } : { certStatus: 'revoked', ...found, asOf }
}

const proveWithStatus = (item: VerificationItem, now: number): Proof => {
  const proof = prove(item, { memory, anchors, now })
  if (proof.result === 'refused') return proof
  const status = statusOf(proof, now)
  return status === undefined ? proof : { ...proof, status }
}

parentPort?.on('message', ({ job, setting }: Assignment<ProvingJob, ProvingSetting>) => {
  if (setting !== undefined) {
    anchors = trustAnchors(setting.anchors)
    statuses = new Map(setting.statuses.map(open))
  }
  parentPort?.postMessage(job.items.map((item) => proveWithStatus(item, job.now)))
})
