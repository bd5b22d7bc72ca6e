/** Command and response APDUs as hex strings: parsed and built (ISO/IEC 7816-4, short lengths only). */

/** A command APDU in parts. `data` is upper-case hex, empty for cases 1 and 2; `le` is null for cases 1 and 3. */
export type Command = { cla: number; ins: number; p1: number; p2: number; data: string; le: number | null }

/** Why a string is not a short command APDU. */
export type ApduError = { error: 'not hex' | 'too short' | 'extended length' | 'wrong length' }

/** INS bytes this card knows (ISO/IEC 7816-4 and 7816-8); 0xA2 is used by the simulated terminal only. */
export const ins = {
  verify: 0x20,
  changeReferenceData: 0x24,
  computeDigitalSignature: 0x2a,
  presentTerminal: 0xa2,
  select: 0xa4,
  readBinary: 0xb0,
} as const

const byteAt = (hex: string, index: number) => parseInt(hex.slice(2 * index, 2 * index + 2), 16)

/** A byte as two upper-case hex digits. */
const hexByte = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')

/** Le as sent: 00 stands for 256 (ISO/IEC 7816-4, command-response pairs). */
const lengthByte = (le: number) => hexByte(le % 256)

/** The parts of a command APDU, cases 1 to 4 with short lengths, or why it is none. Never throws. */
export const parseCommand = (apdu: string): Command | ApduError => {
  if (apdu.length % 2 === 1 || !/^[0-9a-f]*$/i.test(apdu)) return { error: 'not hex' }
  const hex = apdu.toUpperCase()
  const size = hex.length / 2
  if (size < 4) return { error: 'too short' }
  const header = { cla: byteAt(hex, 0), ins: byteAt(hex, 1), p1: byteAt(hex, 2), p2: byteAt(hex, 3) }
  if (size === 4) return { ...header, data: '', le: null }
  const first = byteAt(hex, 4)
  if (size === 5) return { ...header, data: '', le: first || 256 }
  if (first === 0) return { error: 'extended length' }
  const data = hex.slice(10, 10 + 2 * first)
  if (size === 5 + first) return { ...header, data, le: null }
  if (size === 6 + first) return { ...header, data, le: byteAt(hex, size - 1) || 256 }
  return { error: 'wrong length' }
}

/** The hex of a command APDU; `data` must be 0 to 255 bytes of hex and `le` 1 to 256. */
export const buildCommand = ({ cla, ins, p1, p2, data, le }: Command) =>
  [cla, ins, p1, p2].map(hexByte).join('') +
  (data === '' ? '' : hexByte(data.length / 2) + data.toUpperCase()) +
  (le === null ? '' : lengthByte(le))

/** Splits a response APDU into its data (hex) and its status word (four upper-case hex digits). */
export const parseResponse = (response: string) => ({
  data: response.slice(0, -4).toUpperCase(),
  statusWord: response.slice(-4).toUpperCase(),
})
