/** EF 0006, the token information: a PKCS#11 CK_TOKEN_INFO in 160 bytes, numbers as 4 bytes big-endian. */
import type { CardKey } from './key.ts'

const text = (value: string, length: number) => Buffer.from(value.padEnd(length).slice(0, length), 'ascii')

const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const UNAVAILABLE = 0xffffffff // CK_UNAVAILABLE_INFORMATION (PKCS#11 v2.40 section 3.2)
const FLAGS = 0x0000040d // RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED

/** The model says that this is no real card, and which keys it has; how the next card will tell is not published (assumed). */
const models: Readonly<Record<CardKey, string>> = { 'rsa-2048': 'JPKI-SIM', 'p-384': 'JPKI-SIM P-384' }

/** The file as hex. The label is the one card software looks for (jpki/myna); manufacturer and model are our own. */
export const buildTokenInfo = (serialNumber: string, keyAlgorithm: CardKey) =>
  Buffer.concat([
    text('JPKIAPICCTOKEN2', 32),
    text('JPKI-SIM', 32),
    text(models[keyAlgorithm], 16),
    text(serialNumber, 16),
    // flags; sessions allowed and open, read-write sessions allowed and open; longest and shortest PIN
    ...[FLAGS, 1, 0, 1, 0, 16, 6].map(number),
    // total and free public memory, total and free private memory
    ...[UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE].map(number),
    text('03', 2), // hardware version
    text('01', 2), // firmware version
    text('9'.repeat(16), 16), // no clock
  ])
    .toString('hex')
    .toUpperCase()

export type TokenInfo = {
  label: string
  manufacturer: string
  model: string
  serialNumber: string
  /** RSA-2048, as every card today, unless the model says otherwise. */
  keyAlgorithm: CardKey
}

/** The file's texts and what they mean; a file that is shorter than it should be has empty ones. */
export const readTokenInfo = (file: Uint8Array): TokenInfo => {
  const textAt = (from: number, length: number) =>
    Buffer.from(file.subarray(from, from + length))
      .toString('latin1')
      .trimEnd()
  const model = textAt(64, 16)
  return {
    ...{ label: textAt(0, 32), manufacturer: textAt(32, 32), model, serialNumber: textAt(80, 16) },
    keyAlgorithm: model === models['p-384'] ? 'p-384' : 'rsa-2048',
  }
}
