/** HalfSipHash-2-4 with 64 bits (Aumasson and Bernstein, SipHash reference code): a keyed hash of few bytes, without allocation. */

/** Two words nobody outside the process knows. */
export type HashKey = readonly [number, number]

export type Halves = { high: number; low: number }

const rotate = (word: number, by: number) => (word << by) | (word >>> (32 - by))

/** The state, kept outside so that hashing allocates nothing; a hash is finished before another begins. */
let v0 = 0
let v1 = 0
let v2 = 0
let v3 = 0

function round(): void {
  v0 = (v0 + v1) | 0
  v1 = rotate(v1, 5) ^ v0
  v0 = rotate(v0, 16)
  v2 = (v2 + v3) | 0
  v3 = rotate(v3, 8) ^ v2
  v0 = (v0 + v3) | 0
  v3 = rotate(v3, 7) ^ v0
  v2 = (v2 + v1) | 0
  v1 = rotate(v1, 13) ^ v2
  v2 = rotate(v2, 16)
}

function absorb(word: number): void {
  v3 ^= word
  round()
  round()
  v0 ^= word
}

function finish(): number {
  round()
  round()
  round()
  round()
  return (v1 ^ v3) >>> 0
}

/** Writes the hash of the bytes from `from` up to `to` into `into`; `low` is the first word of the reference's output. */
export function hashBytes(key: HashKey, bytes: Uint8Array, from: number, to: number, into: Halves): void {
  v0 = key[0]
  v1 = key[1] ^ 0xee
  v2 = 0x6c796765 ^ key[0]
  v3 = 0x74656462 ^ key[1]
  const length = to - from
  const whole = from + (length & ~3)
  for (let at = from; at < whole; at += 4) {
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    absorb(low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24))
  }
  let last = length << 24
  for (let at = whole; at < to; at++) last |= (bytes[at] ?? 0) << (8 * (at - whole))
  absorb(last)
  v2 ^= 0xee
  into.low = finish()
  v1 ^= 0xdd
  into.high = finish()
}
