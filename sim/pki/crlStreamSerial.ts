/** Serial numbers from hex to bytes without allocation. */

const hexDigit = (code: number) => (code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 70 ? code - 55 : -1)

/** Writes the bytes of a serial number in upper-case hex at `at`, returns how many; throws a RangeError for any other text. */
export function serialInto(text: string, bytes: Uint8Array, at = 0): number {
  const length = text.length >>> 1
  if (length < 1 || length > 20 || text.length % 2 === 1 || text.startsWith('00')) {
    throw new RangeError('serial number must be upper-case hex without a leading zero byte')
  }
  for (let i = 0; i < length; i++) {
    const first = hexDigit(text.charCodeAt(2 * i))
    const second = hexDigit(text.charCodeAt(2 * i + 1))
    if (first < 0 || second < 0) throw new RangeError('serial number must be upper-case hex')
    bytes[at + i] = first * 16 + second
  }
  return length
}
