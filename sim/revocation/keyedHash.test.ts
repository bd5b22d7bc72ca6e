import { expect, test } from 'vitest'
import { hashBytes, type HashKey } from './keyedHash.ts'

/** The reference's vectors for 64 bits of output: key 00 01 … 07, input of n bytes 00 01 … (vectors.h of SipHash). */
const vectors = [
  '218d1f59b9b83cc8',
  'be552412f8387315',
  '064f39ef7c50eb57',
  'ce0f1a45f7060679',
  'd5e78a175be52ea1',
  'cb9d7c3f2f3db580',
  'ce3e91358aa2bc25',
  'ff202728b07bc684',
  'edfee820bce4858c',
]

test('the hash gives the reference’s answers', () => {
  const key: HashKey = [0x03020100, 0x07060504]
  const input = Uint8Array.from({ length: 20 }, (_, i) => i)
  const found = vectors.map((_, length) => {
    const into = { high: 0, low: 0 }
    hashBytes(key, input, 0, length, into)
    const output = Buffer.alloc(8)
    output.writeUInt32LE(into.low, 0)
    output.writeUInt32LE(into.high, 4)
    return output.toString('hex')
  })
  expect(found).toEqual(vectors)
})

test('the place of the bytes in their buffer does not matter', () => {
  const key: HashKey = [1, 2]
  const [plain, moved] = [
    { high: 0, low: 0 },
    { high: 0, low: 0 },
  ]
  hashBytes(key, Uint8Array.of(1, 2, 3, 4, 5), 0, 5, plain)
  hashBytes(key, Uint8Array.of(9, 9, 1, 2, 3, 4, 5, 9), 2, 7, moved)
  expect(moved).toEqual(plain)
})
