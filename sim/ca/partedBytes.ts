/** Large byte sequences out of many parts, put together without keeping the event loop to themselves. */
import { pause } from '../pki/crlStreamPause.ts'

/** How much is copied between two pauses: some milliseconds' worth (assumed). */
const turnBytes = 8 * 1024 * 1024

export const joinParts = async (parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    if (Math.floor(at / turnBytes) !== Math.floor((at + part.length) / turnBytes)) await pause()
    at += part.length
  }
  return whole
}
