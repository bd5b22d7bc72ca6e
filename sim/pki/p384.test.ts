/** P-384 signatures against RFC 6979 and node's own ECDSA. */
import { fc, test as property } from '@fast-check/vitest'
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { ecdsaSigValue, p384KeyPair, p384SeedBytes, signP384Hash } from './p384.ts'

/** RFC 6979 appendix A.2.6, SHA-384. */
const secret = Buffer.from(
  '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5',
  'hex',
)
const vectors = [
  [
    'sample',
    '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46',
    '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8',
  ],
  [
    'test',
    '8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DB',
    'DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5',
  ],
] as const

const sha384 = (data: Uint8Array) => createHash('sha384').update(data).digest()

test.each(vectors)('the signature over %j is the one of RFC 6979', (message, r, s) => {
  expect(
    signP384Hash(secret, sha384(Buffer.from(message)))
      .toString('hex')
      .toUpperCase(),
  ).toBe(r + s)
})

const secretOf = (key: ReturnType<typeof p384KeyPair>['privateKey']) =>
  Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')

const seed = fc.uint8Array({ minLength: p384SeedBytes, maxLength: p384SeedBytes })

property.prop([seed, fc.uint8Array({ maxLength: 200 })], { numRuns: 40 })(
  'what a key of any seed signs, node verifies in either form, and for no other data',
  (bytes, data) => {
    const { privateKey, publicKey } = p384KeyPair(bytes)
    const signature = signP384Hash(secretOf(privateKey), sha384(data))
    const plain = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha384', data, plain, signature)).toBe(true)
    expect(verify('sha384', data, publicKey, ecdsaSigValue(signature))).toBe(true)
    expect(verify('sha384', Buffer.concat([data, Buffer.from('x')]), plain, signature)).toBe(false)
  },
)

property.prop([seed, seed], { numRuns: 40 })(
  'a seed always gives the same key, and another one another',
  (one, other) => {
    const key = (bytes: Uint8Array) => secretOf(p384KeyPair(bytes).privateKey).toString('hex')
    expect(key(one) === key(other)).toBe(Buffer.compare(one, other) === 0)
  },
)

test('the public half belongs to the private one', () => {
  const { privateKey, publicKey } = p384KeyPair(new Uint8Array(p384SeedBytes).fill(7))
  const again = createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  expect(again.equals(publicKey)).toBe(true)
})

test('seeds and hashes of other sizes are refused', () => {
  expect(() => p384KeyPair(new Uint8Array(48))).toThrow(RangeError)
  expect(() => signP384Hash(secret, new Uint8Array(32))).toThrow(RangeError)
})

test('small numbers lose their zeros in the DER form, high bits get one', () => {
  const signature = Buffer.alloc(96)
  signature[47] = 1
  signature[48] = 0x80
  expect(Buffer.from(ecdsaSigValue(signature)).toString('hex')).toBe(`3036020101023100${'80'.padEnd(96, '0')}`)
})
