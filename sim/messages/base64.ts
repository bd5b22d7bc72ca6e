/** Bytes inside JSON: base64 text of bounded length. */
import { z } from 'zod'

/** Base64 of at most `maxBytes` bytes; all such limits in these messages are assumed. */
export const bytes = (maxBytes: number) =>
  z
    .base64('must be base64')
    .min(1)
    .max(Math.ceil(maxBytes / 3) * 4)

export const toBase64 = (data: Uint8Array) => Buffer.from(data).toString('base64')
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
