/** A window over bytes that arrive in chunks: what is read may be dropped, what is cut off by a chunk's end is kept. */
import { pause } from './crlStreamPause.ts'

/** Larger chunks are taken in slices, so that no slice holds the event loop for long. */
const sliceBytes = 1024 ** 2
const firstBytes = 128 * 1024

export type ByteWindow = {
  /** Used again for what comes later; valid up to `end`. */
  readonly bytes: Uint8Array
  readonly end: number
  /** Where the window begins in the whole. */
  readonly offset: number
  /** Takes in the next slice; false when nothing is left. */
  more(): Promise<boolean>
  /** Forgets everything before `position` of the whole. */
  drop(position: number): void
  /** Gives the bytes from `from` up to `to` of the whole, those in the window at once and the rest as they arrive. */
  tap(from: number, to: number, take: (bytes: Uint8Array) => void): void
  close(): Promise<void>
}

async function* slices(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += sliceBytes) yield chunk.subarray(at, at + sliceBytes)
  }
}

export function openWindow(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): ByteWindow {
  const source = slices(chunks)
  let bytes = new Uint8Array(firstBytes)
  let end = 0
  let offset = 0
  let unpaused = 0
  let tapped: ((from: number, to: number) => void) | undefined

  const append = (slice: Uint8Array) => {
    if (end + slice.length > bytes.length) {
      const larger = new Uint8Array(2 * (end + slice.length))
      larger.set(bytes.subarray(0, end))
      bytes = larger
    }
    bytes.set(slice, end)
    end += slice.length
    tapped?.(end - slice.length, end)
  }

  return {
    get bytes() {
      return bytes
    },
    get end() {
      return end
    },
    get offset() {
      return offset
    },
    more: async () => {
      if (unpaused >= sliceBytes) {
        unpaused = 0
        await pause()
      }
      const next = await source.next()
      if (next.done === true) return false
      unpaused += next.value.length
      append(next.value)
      return true
    },
    drop: (position) => {
      const dropped = position - offset
      bytes.copyWithin(0, dropped, end)
      end -= dropped
      offset = position
    },
    tap: (from, to, take) => {
      tapped = (start, stop) => {
        const first = Math.max(start, from - offset)
        const last = Math.min(stop, to - offset)
        if (first < last) take(bytes.subarray(first, last))
      }
      tapped(0, end)
    },
    close: async () => {
      await source.return(undefined)
    },
  }
}
