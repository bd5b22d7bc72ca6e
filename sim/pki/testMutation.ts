/** Changes to bytes at random places, for tests that no changed structure is taken for the original. */
import { fc } from '@fast-check/vitest'

/** Where, as a fraction of the length, what kind of change, and which byte. */
const change = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'delete', 'cut', 'repeat'),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.integer({ min: 0, max: 255 }),
})
export const changes = fc.array(change, { minLength: 1, maxLength: 3 })

type Change = { kind: string; where: number; byte: number }

export function mutate(der: Uint8Array, wanted: readonly Change[]): Uint8Array {
  let bytes = [...der]
  for (const { kind, where, byte } of wanted) {
    const index = Math.floor(where * bytes.length)
    if (kind === 'flip') bytes[index] = (bytes[index] ?? 0) ^ (1 << (byte & 7))
    if (kind === 'set') bytes[index] = byte
    if (kind === 'insert') bytes.splice(index, 0, byte)
    if (kind === 'delete') bytes.splice(index, 1)
    if (kind === 'cut') bytes = bytes.slice(0, index)
    if (kind === 'repeat') bytes.splice(index, 0, ...bytes.slice(index, index + (byte & 31)))
  }
  return Uint8Array.from(bytes)
}
