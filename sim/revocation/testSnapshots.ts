/** A CA, its snapshots and a clock that stands still, for the tests of what is loaded. */
import { type Authority, type Certificate, parseCertificate } from '../pki/certificate.ts'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { createAuthority, day, now } from '../pki/testHierarchy.ts'
import { snapshotParts, type SnapshotRequest } from './snapshotWrite.ts'
import { hex } from './testEntries.ts'

export const times = { thisUpdate: now - 1000, nextUpdate: now + day }

export type TestCa = { authority: Authority; certificate: Certificate }

export async function createTestCa(generation = 1): Promise<TestCa> {
  const authority = await createAuthority('signature', generation)
  return { authority, certificate: parseCertificate(authority.certificate) }
}

/** `count` entries in sequence from `first` on. */
export const run = (count: number, first = 0x0133c349, reasonCode = 3): CrlEntry[] =>
  Array.from({ length: count }, (_, i) => ({
    serialNumber: hex(first + i),
    revocationDate: now - (i + 1) * 1000,
    reasonCode,
  }))

export type SnapshotChange = Partial<Omit<SnapshotRequest, 'entries'>>

export async function snapshot(
  ca: TestCa,
  number: number,
  entries: CrlEntry[],
  change: SnapshotChange = {},
): Promise<Uint8Array> {
  const request = { ca: ca.authority, kind: 'signature', number, ...times, ...change, entries: () => entries } as const
  const parts: Uint8Array[] = []
  for await (const part of snapshotParts(request)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}
