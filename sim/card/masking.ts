/** What may be shown of a command APDU in journals and traces: nothing that might be a PIN, however broken or misdirected the command is. */
import { ins, parseCommand } from './apdu.ts'
import { SHA256_DIGEST_INFO } from './key.ts'

/** Headers behind which a secret is expected: VERIFY, CHANGE REFERENCE DATA, and the simulated terminal's key. */
const secretHeaders: readonly string[] = ['00200080', '00240180', '80A20000']

const knownInstructions: readonly number[] = Object.values(ins)

/** Whether four bytes in a row are letters or digits, as four characters of any PIN would be. */
const spellsSomething = (hex: string) => /[0-9A-Za-z]{4}/.test(Buffer.from(hex, 'hex').toString('latin1'))

/** A name of an application begins with a byte that no character of a PIN has (ISO/IEC 7816-5: A0 and above). */
const isApplicationName = (data: string) =>
  data.length >= 10 && data.length <= 32 && data >= 'A0' && !spellsSomething(data)

const isFileId = (data: string) => /^00[0-9A-F]{2}$/.test(data)

/** Offsets that no two characters of a PIN make: files here are shorter. */
const isOffset = (p1: number) => p1 < 0x30 || p1 >= 0x80

/** Whether the command has the form of one that never carries a secret. */
const isHarmless = (apdu: string): boolean => {
  const command = parseCommand(apdu)
  if ('error' in command) return false
  const { data, p1, p2 } = command
  const place = apdu.slice(0, 8)
  if (place === '00A4040C' || place === '00A40400') return data === '' || isApplicationName(data)
  if (place === '00A4020C') return isFileId(data)
  if (place === '00A40000') return data === '' || data === '3F00'
  if (place.startsWith('00B0')) return data === '' && isOffset(p1)
  if (place === '00200080') return data === '' && command.le === null
  const isDigestInfo = data.startsWith(SHA256_DIGEST_INFO) && data.length === SHA256_DIGEST_INFO.length + 64
  return place.startsWith('802A') && p1 <= 0x05 && p2 >= 0x80 && isDigestInfo
}

/** Of all other commands only as much as cannot be part of a PIN. */
const shownOf = (apdu: string): string => {
  const header = apdu.slice(0, 8)
  if (secretHeaders.includes(header)) return header
  if (/^802A0[0-5](80|97|9A)/.test(header)) return header
  const [, cla, instruction] = /^(00|80)([0-9A-F]{2})/.exec(header) ?? []
  if (cla === undefined || instruction === undefined) return ''
  return knownInstructions.includes(parseInt(instruction, 16)) ? cla + instruction : cla
}

/**
 * The command, upper case, fit for a journal. Shown whole are only the forms that carry no secret; of every other command neither the
 * data nor their length, be it a VERIFY with one bit wrong, with extended length, in another class, or a PIN with no command before it.
 */
export const redact = (apdu: string): string => {
  const upper = apdu.toUpperCase()
  return isHarmless(upper) ? upper : `${shownOf(upper)}**`
}
