/**
 * Fetches signed snapshots of all revocations from the CA, and the deltas between them.
 * `GET /snapshots/:kind?generation=` is the newest snapshot; `GET /snapshots/:kind/deltas/:base?generation=` is what came after number
 * `base`: 204 when nothing did, 404 when there is no delta from there.
 */
import type { Hono } from 'hono'
import { Unreachable } from '../core/network.ts'
import type { Site } from '../core/site.ts'
import type { CertificateKind } from './revocation.ts'

export type PublishedSnapshots = { kind: CertificateKind; generation: number }

export type SnapshotFetch = {
  /** Undefined when the CA cannot be reached or has none. */
  full(of: PublishedSnapshots): Promise<Uint8Array | undefined>
  /** What came after snapshot `base`; undefined when the CA cannot be reached or has no delta from there. */
  delta(of: PublishedSnapshots, base: number): Promise<Uint8Array | 'none-yet' | undefined>
}

type Bytes<Param> = {
  $get: {
    input: { param: Param; query: { generation: string } }
    output: object
    outputFormat: string
    status: 200
  }
}

type Received = { status: number; ok: boolean; arrayBuffer(): Promise<ArrayBuffer> }

/** The part of the CA's interface that is used here. */
type SnapshotApp = Hono<
  object,
  {
    '/snapshots/:kind': Bytes<{ kind: string }>
    '/snapshots/:kind/deltas/:base': Bytes<{ kind: string; base: string }>
  },
  '/'
>

export const createSnapshotFetch = (site: Site): SnapshotFetch => {
  const ca = () => site.network.connect<SnapshotApp>('ca').snapshots[':kind']

  const received = async (call: () => Promise<Received>): Promise<Uint8Array | 'none-yet' | undefined> => {
    try {
      const response = await call()
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (response.status === 204) return 'none-yet'
      return response.ok ? bytes : undefined
    } catch (error) {
      if (error instanceof Unreachable) return undefined
      throw error
    }
  }

  return {
    full: async ({ kind, generation }) => {
      const query = { generation: String(generation) }
      const found = await received(() => ca().$get({ param: { kind }, query }))
      return found === 'none-yet' ? undefined : found
    },
    delta: ({ kind, generation }, base) => {
      const query = { generation: String(generation) }
      return received(() => ca().deltas[':base'].$get({ param: { kind, base: String(base) }, query }))
    },
  }
}
