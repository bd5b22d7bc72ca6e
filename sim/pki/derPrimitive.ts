/** Writes single DER values as bytes (ITU-T X.690 section 10), for what is written by the ten thousand: nodes cost more than an RSA signature. */
import { tag } from './der.ts'
import { wrap } from './derWriter.ts'
import { timeText } from './instant.ts'

export const utf8Bytes = (text: string): Uint8Array => wrap(tag.utf8String, Buffer.from(text, 'utf8'))

const zero = Uint8Array.of(0)

/** An INTEGER that is not negative. */
export function unsignedBytes(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError('negative')
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return (bytes[0] ?? 0) < 0x80 ? wrap(tag.integer, bytes) : wrap(tag.integer, zero, bytes)
}

/** A BIT STRING of whole bytes. */
export const bitStringBytes = (bytes: Uint8Array): Uint8Array => wrap(tag.bitString, zero, bytes)

/** A Time: UTCTime through 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
export function timeBytes(at: number): Uint8Array {
  const { text, utcTime } = timeText(at)
  return wrap(utcTime ? tag.utcTime : tag.generalizedTime, Buffer.from(text, 'latin1'))
}
