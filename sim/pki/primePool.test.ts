/** Keys from a small pool of primes: real RSA-2048 keys, all different, and only as many as the pool can give. */
import { spawnSync } from 'node:child_process'
import { checkPrimeSync, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { createPrimePool, makePrimes, primesNeeded, type PooledKey, type PrimePool } from './primePool.ts'

let primes: bigint[]
let pool: PrimePool
let all: PooledKey[]

beforeAll(async () => {
  primes = await makePrimes(15)
  pool = createPrimePool(primes, 15)
  all = Array.from({ length: pool.size }, (_, number) => pool.key(number))
})

const privateKeyOf = ({ privateKey }: PooledKey) =>
  createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
const publicKeyOf = ({ publicKey }: PooledKey) =>
  createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('the number of primes is the smallest whose pairs suffice', () => {
  expect([1, 2, 3, 4, 15, 16, 100_128, 100_129, 200_000].map(primesNeeded)).toEqual([2, 3, 3, 4, 6, 7, 448, 449, 633])
})

test('six primes make fifteen keys, all with different moduli of 2048 bits', () => {
  expect(pool.size).toBe(15)
  expect(new Set(all.map(({ publicKey }) => hex(publicKey))).size).toBe(15)
  expect(all.map((key) => publicKeyOf(key).asymmetricKeyDetails)).toEqual(
    all.map(() => ({ modulusLength: 2048, publicExponent: 65537n })),
  )
  expect(primes.every((prime) => checkPrimeSync(prime))).toBe(true)
})

test('every key signs what its public half accepts', () => {
  const data = Buffer.from('simulation only')
  for (const key of all) {
    const signature = sign('sha256', data, privateKeyOf(key))
    expect(verify('sha256', data, publicKeyOf(key), signature)).toBe(true)
    expect(verify('sha256', Buffer.from('another text'), publicKeyOf(key), signature)).toBe(false)
  }
})

test('both forms of a key are byte for byte what OpenSSL writes of it', () => {
  for (const key of all) {
    const imported = privateKeyOf(key)
    expect(hex(imported.export({ type: 'pkcs8', format: 'der' }))).toBe(hex(key.privateKey))
    expect(hex(createPublicKey(imported).export({ type: 'spki', format: 'der' }))).toBe(hex(key.publicKey))
  }
})

test('the order of the keys follows from the primes alone, in whatever order they and the keys are asked for', () => {
  const again = createPrimePool([...primes].reverse(), 15)
  const numbers = [14, 0, 7, 3, 14, 1]
  expect(numbers.map((number) => hex(again.key(number).privateKey))).toEqual(
    numbers.map((number) => hex(all[number]?.privateKey ?? new Uint8Array())),
  )
})

test('a pool that is too small, repeats a prime or holds an unfit one is refused', () => {
  const [one = 0n, other = 0n] = primes
  expect(() => createPrimePool(primes, 16)).toThrow('6 primes yield 15 keys, not 16')
  expect(() => createPrimePool([one], 1)).toThrow('1 primes yield 0 keys, not 1')
  expect(() => createPrimePool([one, other, one], 1)).toThrow('a prime is repeated')
  expect(() => createPrimePool([one, other >> 1n], 1)).toThrow('not a prime for this pool')
  expect(() => createPrimePool([one, other - 1n], 1)).toThrow('not a prime for this pool')
  for (const number of [-1, 15, 0.5]) expect(() => pool.key(number)).toThrow(`no key ${number}`)
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!hasOpenssl)('openssl finds every key consistent', () => {
  for (const { privateKey } of all) {
    const { stdout, status } = spawnSync('openssl', ['pkey', '-inform', 'DER', '-check', '-noout'], {
      input: privateKey,
    })
    expect([status, stdout.toString().trim()]).toEqual([0, 'Key is valid'])
  }
})
