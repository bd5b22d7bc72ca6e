/**
 * RSA-2048 keys by the hundred thousand, for simulations only: every two primes of a small pool make one key.
 * Such keys share primes, so whoever has two public keys of one prime gets both private keys by a greatest common divisor
 * (Lenstra et al., "Ron was wrong, Whit is right", 2012). Nothing that is worth protecting may ever be signed with one.
 */
import { generatePrime } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { algorithmOid } from './algorithm.ts'
import { encode, none, oid, sequence } from './asn1.ts'
import { tag } from './der.ts'
import { bitStringBytes, unsignedBytes } from './derPrimitive.ts'
import { wrap } from './derWriter.ts'

/** Goes wherever such keys go. */
export const pooledKeyWarning = {
  ja: '鍵は少数の素数の組合せで、最大公約数で破られます。模擬専用です',
  en: 'keys are pairs from a small pool of primes and broken by a greatest common divisor: for simulation only',
}

const primeBits = 1024
const exponent = 65537n

/** Both key forms as DER: PKCS#8 (RFC 5958) and SubjectPublicKeyInfo. */
export type PooledKey = { privateKey: Uint8Array; publicKey: Uint8Array }

export type PrimePool = {
  /** Ascending, so that the order of the keys does not depend on which thread was faster. */
  readonly primes: readonly bigint[]
  /** How many keys with different moduli it yields. */
  readonly size: number
  /** The key of this number, from 0; keys of neighbouring numbers are made fastest. Throws a RangeError beyond `size`. */
  key(number: number): PooledKey
}

const keysOf = (primes: number) => (primes * (primes - 1)) / 2

/** How many primes yield at least so many keys. */
export function primesNeeded(keys: number): number {
  const primes = Math.ceil((1 + Math.sqrt(1 + 8 * keys)) / 2)
  return keysOf(primes - 1) >= keys ? primes - 1 : primes
}

/** Both top bits are set, so that every product has 2048 bits; p - 1 must have an inverse exponent. */
const isFit = (prime: bigint) => prime >> BigInt(primeBits - 2) === 3n && prime % exponent !== 1n

const isOdd = (value: bigint) => (value & 1n) === 1n

/** The inverse by the extended Euclidean algorithm; throws a RangeError where there is none. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (b > 0n) {
    const quotient = a / b
    ;[a, b, x, y] = [b, a - quotient * b, y, x - quotient * y]
  }
  if (a !== 1n) throw new RangeError('no inverse')
  return x < 0n ? x + modulus : x
}

/** The inverse of the exponent modulo a large number: the one d = (1 + k * modulus) / exponent that is whole. */
const inverseExponent = (modulus: bigint) => {
  const k = exponent - inverse(modulus % exponent, exponent)
  return (1n + k * modulus) / exponent
}

/** Inverses of all `values` modulo a prime, for one division in all (Montgomery's trick). */
function inverses(values: readonly bigint[], prime: bigint): bigint[] {
  const products = [1n]
  for (const value of values) products.push(((products.at(-1) ?? 1n) * value) % prime)
  let rest = inverse(products.at(-1) ?? 1n, prime)
  const found: bigint[] = []
  for (let i = values.length - 1; i >= 0; i--) {
    found[i] = (rest * (products[i] ?? 1n)) % prime
    rest = (rest * (values[i] ?? 1n)) % prime
  }
  return found
}

const rsaIdentifier = encode(sequence(oid(algorithmOid.rsaEncryption), none()))
const version = unsignedBytes(0n)
const exponentBytes = unsignedBytes(exponent)

/** A prime p, the exponent of its half d mod (p - 1), and both as INTEGERs. */
type Half = { prime: bigint; primeBytes: Uint8Array; exponentBytes: Uint8Array }

const halfOf = (prime: bigint): Half => ({
  prime,
  primeBytes: unsignedBytes(prime),
  exponentBytes: unsignedBytes(inverseExponent(prime - 1n)),
})

/** PKCS#8 and SubjectPublicKeyInfo of an RSA key with all its parameters (RFC 8017 appendix A.1); `coefficient` is q^-1 mod p. */
function writeKey(p: Half, q: Half, coefficient: bigint): PooledKey {
  const modulus = unsignedBytes(p.prime * q.prime)
  const d = unsignedBytes(inverseExponent((p.prime - 1n) * (q.prime - 1n)))
  const halves = [p.primeBytes, q.primeBytes, p.exponentBytes, q.exponentBytes]
  const rsa = wrap(tag.sequence, version, modulus, exponentBytes, d, ...halves, unsignedBytes(coefficient))
  return {
    privateKey: wrap(tag.sequence, version, rsaIdentifier, wrap(tag.octetString, rsa)),
    publicKey: wrap(tag.sequence, rsaIdentifier, bitStringBytes(wrap(tag.sequence, modulus, exponentBytes))),
  }
}

/** The pool over these primes; throws a RangeError when they are unfit, repeated or too few for `keysWanted`. */
export function createPrimePool(unordered: readonly bigint[], keysWanted = 1): PrimePool {
  const primes = [...unordered].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  if (!primes.every((prime) => isFit(prime) && isOdd(prime))) throw new RangeError('not a prime for this pool')
  if (new Set(primes).size !== primes.length) throw new RangeError('a prime is repeated')
  const size = keysOf(primes.length)
  if (size < keysWanted) throw new RangeError(`${primes.length} primes yield ${size} keys, not ${keysWanted}`)
  const halves = primes.map(halfOf)
  let row = { index: -1, inverses: [] as readonly bigint[] }

  return {
    primes,
    size,
    key(number) {
      if (!Number.isInteger(number) || number < 0 || number >= size) throw new RangeError(`no key ${number}`)
      // number = larger * (larger - 1) / 2 + smaller
      const larger = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2)
      const smaller = number - keysOf(larger)
      const [p, q] = [halves[larger], halves[smaller]]
      if (p === undefined || q === undefined) throw new RangeError(`no key ${number}`)
      if (row.index !== larger) row = { index: larger, inverses: inverses(primes.slice(0, larger), p.prime) }
      return writeKey(p, q, row.inverses[smaller] ?? 0n)
    },
  }
}

const makePrime = promisify<number, { bigint: true }, bigint>(generatePrime)

/** New primes for a pool of so many keys, made on the thread pool of the process; `onPrime` hears of each. */
export async function makePrimes(keys: number, onPrime?: (made: number, wanted: number) => void): Promise<bigint[]> {
  const wanted = primesNeeded(keys)
  const made = new Set<bigint>()
  const work = async () => {
    while (made.size < wanted) {
      const prime = await makePrime(primeBits, { bigint: true })
      if (!isFit(prime) || made.size === wanted) continue
      made.add(prime)
      onPrime?.(made.size, wanted)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return [...made]
}
