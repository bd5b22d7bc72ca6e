/** Serial numbers of certificates: nobody can guess the next one from those seen. */
import type { Random } from '../core/random.ts'

/**
 * 16 bytes (assumed), of which 126 bits are drawn: positive and without a leading zero byte (RFC 5280 section 4.1.2.2; that CAs draw at
 * least 64 bits is the CA/Browser Forum's rule). The world's chance is seeded, so only its seed must not be known.
 */
export const drawSerialNumber = (random: Random): string => {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex').toUpperCase()
}
