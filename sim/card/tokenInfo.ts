/** EF 0006, the token information: a PKCS#11 CK_TOKEN_INFO in 160 bytes, numbers as 4 bytes big-endian. */

const text = (value: string, length: number) => Buffer.from(value.padEnd(length).slice(0, length), 'ascii')

const number = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const UNAVAILABLE = 0xffffffff // CK_UNAVAILABLE_INFORMATION (PKCS#11 v2.40 section 3.2)
const FLAGS = 0x0000040d // RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED

/**
 * The file as hex. The label is the one card software looks for (jpki/myna); manufacturer and model say that
 * this is no real card.
 */
export const buildTokenInfo = (serialNumber: string) =>
  Buffer.concat([
    text('JPKIAPICCTOKEN2', 32),
    text('JPKI-SIM', 32),
    text('JPKI-SIM', 16),
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
