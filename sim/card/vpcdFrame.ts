/**
 * The frames of a virtual PC/SC reader: what vpcd sends to a card and what the card sends back (frankmorgner/vsmartcard, virtualsmartcard).
 *
 * Each is a length of two bytes, big-endian, and so many bytes. From the reader, a length of one is a control byte; any other length is a command
 * APDU. TCP may cut and join frames anywhere: Debian's vpcd 3.3 sends length and content apart.
 */

/** What a reader asks for. Only `atr` and `apdu` are answered, in the order they came. */
export type ReaderMessage =
  | { type: 'power-off' | 'power-on' | 'reset' | 'atr' }
  /** Hex, upper case; empty if the reader sent an empty frame. */
  | { type: 'apdu'; apdu: string }
  /** A control byte that the protocol does not name. */
  | { type: 'unknown'; control: number }

const controls: Readonly<Record<number, 'power-off' | 'power-on' | 'reset' | 'atr'>> = {
  0x00: 'power-off',
  0x01: 'power-on',
  0x02: 'reset',
  0x04: 'atr',
}

const messageOf = (content: Uint8Array): ReaderMessage => {
  if (content.length !== 1) return { type: 'apdu', apdu: Buffer.from(content).toString('hex').toUpperCase() }
  const [control = 0] = content
  const type = controls[control]
  return type === undefined ? { type: 'unknown', control } : { type }
}

/** The longest content of a frame. */
const longest = 0xffff

/** A frame with this content; throws when it is longer than a frame can be. */
export const frameOf = (content: Uint8Array): Uint8Array => {
  if (content.length > longest) throw new RangeError(`a frame holds at most ${longest} bytes, not ${content.length}`)
  const frame = Buffer.alloc(2 + content.length)
  frame.writeUInt16BE(content.length)
  frame.set(content, 2)
  return frame
}

/** Reads frames out of a stream: give it whatever arrives, and take the messages that are complete by now. */
export const createFrameReader = () => {
  let kept: Uint8Array[] = []
  let keptBytes = 0

  /** How many bytes the first frame takes, or undefined while its length is not known. */
  const wanted = (bytes: Buffer, offset: number) =>
    bytes.length - offset < 2 ? undefined : 2 + bytes.readUInt16BE(offset)

  return (arrived: Uint8Array): ReaderMessage[] => {
    kept.push(arrived)
    keptBytes += arrived.length
    const bytes = Buffer.concat(kept, keptBytes)
    const messages: ReaderMessage[] = []
    let offset = 0
    for (let size = wanted(bytes, 0); size !== undefined && offset + size <= bytes.length;) {
      messages.push(messageOf(bytes.subarray(offset + 2, offset + size)))
      offset += size
      size = wanted(bytes, offset)
    }
    keptBytes = bytes.length - offset
    kept = keptBytes === 0 ? [] : [bytes.subarray(offset)]
    return messages
  }
}
