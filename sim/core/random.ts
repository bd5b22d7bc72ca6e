/** Chance that can be repeated: a seeded generator, forked by name so that no party's draws move another's. */
import { createHash } from 'node:crypto'

export type Random = {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  int(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** 64 random bits as 16 hex digits. */
  id(): string
  /** An independent generator; the same name always gives the same one. */
  fork(name: string): Random
}

const words = (seed: string): [number, number, number, number] => {
  const digest = createHash('sha256').update(seed).digest()
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)]
}

/** xoshiro128** (Blackman and Vigna, 2018), seeded by SHA-256 of the text. Repeatable, so never a source of real secrets. */
export const createRandom = (seed: string): Random => {
  let [a, b, c, d] = words(seed)
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k))
  const uint32 = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result
  }
  const next = () => uint32() / 2 ** 32
  const int = (below: number) => Math.floor(next() * below)
  const bytes = (length: number) => {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) out[i] = uint32() & 0xff
    return out
  }
  return {
    next,
    int,
    bytes,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[int(items.length)]
      if (item === undefined) throw new Error('pick from an empty list')
      return item
    },
    id: () => Buffer.from(bytes(8)).toString('hex'),
    fork: (name) => createRandom(`${seed}/${name}`),
  }
}
