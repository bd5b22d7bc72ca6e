/** Where the keys of cards come from: RSA from the pool, P-384 made when they are asked for. */
import type { Random } from '../core/random.ts'
import type { KeyPair } from '../pki/key.ts'
import { p384KeyPair, p384SeedBytes } from '../pki/p384.ts'
import type { CardKey } from './key.ts'
import type { KeyPool } from './keyPool.ts'

/** The key pair of this number, which the caller never takes twice. */
export type KeySource = (keyAlgorithm: CardKey, number: number) => Promise<KeyPair>

/**
 * A P-384 key takes a millisecond, so nobody needs a pool of them: each is made of the card party's own randomness and its number.
 * That randomness can be repeated by whoever knows the seed, so such keys are fit for a simulation only.
 */
export const createKeySource =
  (random: Random, pool: KeyPool): KeySource =>
  async (keyAlgorithm, number) =>
    keyAlgorithm === 'p-384' ? p384KeyPair(random.fork(`card key ${number}`).bytes(p384SeedBytes)) : pool.take(number)
