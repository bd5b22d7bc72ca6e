/** Entries for the tests of this room: drawn, staged, and asked for. */
import { fc } from '@fast-check/vitest'
import type { CrlEntry } from '../pki/crlEntry.ts'
import { buildIndex, type BuildOptions } from './build.ts'
import { createStaging, type Staging } from './staging.ts'

export const hex = (value: bigint | number): string => {
  const text = value.toString(16).toUpperCase()
  return text.length % 2 === 0 ? text : `0${text}`
}

/** Serial numbers as they lie in practice: in sequence, anywhere in eight bytes, of any length. */
export const serial = fc.oneof(
  fc.integer({ min: 0x0133c349, max: 0x0133c349 + 3000 }).map(hex),
  fc.integer({ min: 1, max: 255 }).map(hex),
  fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }).map(hex),
  fc.bigInt({ min: 1n, max: (1n << 160n) - 1n }).map(hex),
)

export const entry: fc.Arbitrary<CrlEntry> = fc.record({
  serialNumber: serial,
  revocationDate: fc.integer({ min: -600_000_000, max: 9_000_000_000 }).map((second) => second * 1000),
  reasonCode: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 9, 10),
})

export function stage(entries: Iterable<CrlEntry>, staging: Staging = createStaging(), partition = 0): Staging {
  for (const each of entries) staging.addEntry(each, partition)
  return staging
}

export const indexOf = (entries: Iterable<CrlEntry>, options?: BuildOptions) => buildIndex(stage(entries), options)

/** What an index must say: of several entries the first. */
export function firstOf(entries: Iterable<CrlEntry>): Map<string, { revocationDate: number; reasonCode: number }> {
  const found = new Map<string, { revocationDate: number; reasonCode: number }>()
  for (const { serialNumber, ...rest } of entries) if (!found.has(serialNumber)) found.set(serialNumber, rest)
  return found
}
