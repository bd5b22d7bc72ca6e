/** Which of many serial numbers are revoked: a bit of a bitmap for each, where the index is dense. */
import { type DensePart, findDense, findPair, type SharedIndex } from './revocationIndex.ts'

/**
 * Looks at the serial numbers from place `from` up to `to`: each is two words, as a BigUint64Array holds it on this machine.
 * Writes the places of those revoked and returns how many there are. Allocates nothing.
 */
export type Probe = (words: Uint32Array, from: number, to: number, places: Uint32Array) => number

/** In which of two words this machine keeps the upper half of a 64-bit number. */
export const upperWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

function probeTable({ key, exact }: SharedIndex): Probe {
  const [lower, upper] = [1 - upperWord, upperWord]
  return (words, from, to, places) => {
    let found = 0
    for (let at = from; at < to; at++) {
      if (findPair(exact, key, words[2 * at + upper] ?? 0, words[2 * at + lower] ?? 0) >= 0) places[found++] = at
    }
    return found
  }
}

function probeDense({ words: bits, range, firstHigh, firstLow }: DensePart): Probe {
  const [lower, upper] = [1 - upperWord, upperWord]
  return (words, from, to, places) => {
    let found = 0
    for (let at = from; at < to; at++) {
      const high = (words[2 * at + upper] ?? 0) | 0
      const position = (((words[2 * at + lower] ?? 0) | 0) - firstLow) >>> 0
      const isInside = position < range && high === firstHigh
      if (isInside && ((bits[position >>> 5] ?? 0) >>> (position & 31)) & 1) places[found++] = at
    }
    return found
  }
}

function probeBoth(index: SharedIndex, dense: DensePart): Probe {
  const { key, exact } = index
  const [lower, upper] = [1 - upperWord, upperWord]
  return (words, from, to, places) => {
    let found = 0
    for (let at = from; at < to; at++) {
      const high = words[2 * at + upper] ?? 0
      const low = words[2 * at + lower] ?? 0
      if (findDense(dense, high, low) >= 0 || findPair(exact, key, high, low) >= 0) places[found++] = at
    }
    return found
  }
}

/** A loop for each form an index may have: the commonest has nothing in it but the bitmap. */
export function createProbe(index: SharedIndex): Probe {
  const { dense, exact } = index
  if (!dense) return probeTable(index)
  return exact.count === 0 ? probeDense(dense) : probeBoth(index, dense)
}
