/** Serial numbers of certificates: one running number for each CA as the real ones seem to have, or random ones nobody can guess. */
import type { Random } from '../core/random.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { CaStore } from './store.ts'

export type SerialNumbers = 'running' | 'random'

/**
 * Where running numbers start (assumed), so that all have four bytes. The real CAs' own serial numbers, 0133C349 in 2019 and 06D18006 in
 * 2023, let it be inferred that CA certificates and residents' share one running number.
 */
export const firstSerialNumber = 0x06000000
/** What the generation before the current one is said to have issued before the world began: its successor's number lies so much higher. */
export const issuedBeforeFounding = 0x02000000

/**
 * 16 bytes (assumed), of which 126 bits are drawn: positive and without a leading zero byte (RFC 5280 section 4.1.2.2; that CAs draw at
 * least 64 bits is the CA/Browser Forum's rule). The world's chance is seeded, so only its seed must not be known.
 */
const drawSerialNumber = (random: Random): string => {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

/** Upper-case hex of whole bytes. */
const hexOf = (number: number) => {
  const digits = number.toString(16).toUpperCase()
  return digits.length % 2 === 0 ? digits : `0${digits}`
}

/** The counter of everything issued to residents. */
export const numbersCounter = 'certificates'
/** The counter of a CA's serial numbers. */
export const counterOf = (kind: CertificateKind) => `serial ${kind}`

/** Serial numbers of a CA, never given twice; one that ends up unused is not given again. */
export const createSerials = (store: CaStore, random: Random, way: SerialNumbers) => {
  const from = (taken: number) => hexOf(firstSerialNumber + taken - 1)
  return {
    next: async (kind: CertificateKind): Promise<string> =>
      way === 'random' ? drawSerialNumber(random) : from(await store.take(counterOf(kind))),
    /** For a resident's certificate: with the running number of everything this authority issues to residents. */
    nextForResident: async (kind: CertificateKind): Promise<{ number: number; serialNumber: string }> => {
      if (way === 'random') return { number: await store.take(numbersCounter), serialNumber: drawSerialNumber(random) }
      const [number = 0, taken = 0] = await store.takeEach([numbersCounter, counterOf(kind)])
      return { number, serialNumber: from(taken) }
    },
    /** Pass over numbers, as if that many certificates had been issued. */
    skip: async (kind: CertificateKind, count: number): Promise<void> => {
      if (way === 'running') await store.take(counterOf(kind), count)
    },
  }
}

export type Serials = ReturnType<typeof createSerials>
