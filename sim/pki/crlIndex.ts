/** Finds a serial number in a CRL without an object for each entry: open addressing over the entries' positions. */
import { type EntryList } from './crlEntry.ts'

/** Where the serial number's bytes lie in an entry that was checked: lengths of one byte or two decide where it starts. */
function serialAt({ content }: EntryList, start: number): { from: number; to: number } {
  const lengthByte = content[start + 1] ?? 0
  const integerAt = start + 2 + (lengthByte < 0x80 ? 0 : lengthByte & 0x7f)
  const from = integerAt + 2
  return { from, to: from + (content[integerAt + 1] ?? 0) }
}

/** FNV-1a with a final mix: serial numbers in sequence spread over the table. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5
  for (let i = from; i < to; i++) value = Math.imul(value ^ (bytes[i] ?? 0), 0x01000193)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 12)) >>> 0
}

function same(content: Uint8Array, from: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (content[from + i] !== wanted[i]) return false
  return true
}

export type SerialIndex = (serial: Uint8Array) => number | undefined

/** A function from the bytes of a serial number to the number of its entry. */
export function indexSerials(list: EntryList): SerialIndex {
  const { content, starts } = list
  const size = 2 ** Math.ceil(Math.log2(starts.length * 2 + 2))
  const slots = new Uint32Array(size)
  for (let entry = 0; entry < starts.length; entry++) {
    const { from, to } = serialAt(list, starts[entry] ?? 0)
    let slot = hash(content, from, to) & (size - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1)
    slots[slot] = entry + 1
  }
  return (serial) => {
    for (let slot = hash(serial, 0, serial.length) & (size - 1); slots[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const entry = (slots[slot] ?? 0) - 1
      const { from, to } = serialAt(list, starts[entry] ?? 0)
      if (to - from === serial.length && same(content, from, serial)) return entry
    }
    return undefined
  }
}
