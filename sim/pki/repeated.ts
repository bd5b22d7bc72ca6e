/** Values that many structures repeat byte for byte (issuer names, policies, distribution points) are read once. */
import { sameBytes } from './derValue.ts'

/** Longer values are read anew each time, so that the memory held is bounded (both figures assumed). */
const longestBytes = 512
const mostValues = 1024

/** FNV-1a: only where to look; what is found there is compared byte for byte. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) value = Math.imul(value ^ (bytes[i] ?? 0), 0x01000193)
  return value
}

/**
 * A reader that remembers what it made of the same bytes. It reads from a copy, so that a remembered value holds nothing of where it was found;
 * what it returns must not be changed by anyone. Bytes it refuses are refused again.
 */
export function remembering<T>(read: (value: Uint8Array) => T): (value: Uint8Array) => T {
  const known = new Map<number, { bytes: Uint8Array; made: T }>()
  return (value) => {
    if (value.length > longestBytes) return read(value)
    const place = hash(value)
    const found = known.get(place)
    if (found && sameBytes(found.bytes, value)) return found.made
    const bytes = new Uint8Array(value)
    const made = read(bytes)
    if (known.size >= mostValues) known.clear()
    known.set(place, { bytes, made })
    return made
  }
}
