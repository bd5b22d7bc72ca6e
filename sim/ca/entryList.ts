/** Many revocations in few bytes: read from the database once, gone through as often as a signature and its list need. */
import type { CrlEntry } from '../pki/crlEntry.ts'
import { serialInto } from '../pki/crlStreamSerial.ts'

const chunkBytes = 256 * 1024
/** Length and bytes of the serial number, four bytes of seconds since 1970, one of the reason. */
const longestBytes = 1 + 20 + 4 + 1

/** The shorthand of all serial numbers' bytes: quicker than asking a Buffer for a few bytes at a time. */
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

export const createEntryList = () => {
  const chunks: { bytes: Uint8Array; end: number }[] = []
  let open = { bytes: new Uint8Array(), end: 0 }
  let count = 0

  return {
    count: () => count,
    /** `revocationDate` in Unix ms, whole seconds. */
    add: ({ serialNumber, revocationDate, reasonCode }: CrlEntry) => {
      if (open.end + longestBytes > open.bytes.length) {
        open = { bytes: new Uint8Array(chunkBytes), end: 0 }
        chunks.push(open)
      }
      const { bytes, end } = open
      const length = serialInto(serialNumber, bytes, end + 1)
      const seconds = Math.floor(revocationDate / 1000)
      bytes[end] = length
      const at = end + 1 + length
      bytes[at] = seconds >>> 24
      bytes[at + 1] = seconds >>> 16
      bytes[at + 2] = seconds >>> 8
      bytes[at + 3] = seconds
      bytes[at + 4] = reasonCode
      open.end = at + 5
      count += 1
    },
    /** In the order of entering, the same each time. */
    entries: function* (): Generator<CrlEntry> {
      for (const { bytes, end } of chunks)
        for (let at = 0; at < end;) {
          const to = at + 1 + (bytes[at] ?? 0)
          let serialNumber = ''
          for (let i = at + 1; i < to; i++) serialNumber += hexOf[bytes[i] ?? 0] ?? ''
          const seconds =
            (((bytes[to] ?? 0) << 24) |
              ((bytes[to + 1] ?? 0) << 16) |
              ((bytes[to + 2] ?? 0) << 8) |
              (bytes[to + 3] ?? 0)) >>>
            0
          yield { serialNumber, revocationDate: seconds * 1000, reasonCode: bytes[to + 4] ?? 0 }
          at = to + 5
        }
    },
  }
}

export type EntryList = ReturnType<typeof createEntryList>
