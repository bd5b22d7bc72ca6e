/** For tests: DER that was changed on the way, and bytes made to break whoever reads them. */
import fc from 'fast-check'

type Change = { kind: string; where: number; byte: number }

/** Where, as a fraction of the length, what kind of change, and which byte. */
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('flip', 'set', 'insert', 'delete', 'cut', 'repeat'),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  byte: fc.integer({ min: 0, max: 255 }),
})

const apply = (der: Uint8Array, { kind, where, byte }: Change): Uint8Array => {
  const at = Math.floor(where * der.length)
  const [before, here = 0, after] = [der.subarray(0, at), der[at], der.subarray(at + 1)]
  const middle: Record<string, number[]> = { flip: [here ^ (1 << (byte & 7))], set: [byte], insert: [byte, here] }
  if (kind === 'cut') return before
  if (kind === 'repeat') return Buffer.concat([before, der.subarray(at, at + (byte & 31)), der.subarray(at)])
  return Buffer.concat([before, Buffer.from(middle[kind] ?? []), after])
}

/** One to three changes to whatever bytes come by; they may happen to undo each other. */
export const changing: fc.Arbitrary<(der: Uint8Array) => Uint8Array> = fc
  .array(change, { minLength: 1, maxLength: 3 })
  .map((wanted) => (der) => new Uint8Array(wanted.reduce(apply, der)))

export const changed = (der: Uint8Array): fc.Arbitrary<Uint8Array> => changing.map((change) => change(der))

const header = (tag: number, sizeBytes: number): Buffer => {
  if (sizeBytes < 0x80) return Buffer.from([tag, sizeBytes])
  const digits = sizeBytes.toString(16)
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 + length.length]), length])
}

/** One inside the other with true lengths, as deep as fits. */
const nested = (tag: number, maxBytes: number): Buffer => {
  const heads: Buffer[] = []
  let sizeBytes = 0
  for (;;) {
    const head = header(tag, sizeBytes)
    if (sizeBytes + head.length > maxBytes) return Buffer.concat(heads.reverse())
    heads.push(head)
    sizeBytes += head.length
  }
}

const filled = (tag: number, pattern: number[], maxBytes: number) => {
  const content = Buffer.alloc(maxBytes - 6 - ((maxBytes - 6) % pattern.length), Buffer.from(pattern))
  return Buffer.concat([header(tag, content.length), content])
}

/** What a reader of DER may choke on: depth, width, and lengths that lie; none longer than `maxBytes`. */
export const bombs = (maxBytes: number): [string, Uint8Array][] => {
  const all: [string, Uint8Array][] = [
    ...[0x30, 0x31, 0x24, 0x2c, 0xa0, 0xbf].map((tag): [string, Buffer] => [`nested ${tag}`, nested(tag, maxBytes)]),
    ['indefinite lengths', Buffer.alloc(maxBytes & ~1, Buffer.from([0x30, 0x80]))],
    ['many NULLs', filled(0x30, [0x05, 0x00], maxBytes)],
    ['many empty sequences', filled(0x30, [0x30, 0x00], maxBytes)],
    ['a long integer', filled(0x02, [0x7f], maxBytes)],
    ['a long object identifier', filled(0x06, [0xff], maxBytes)],
    ['a length of 4 GB', Buffer.from('3084ffffffff', 'hex')],
    ['a length of 2^63', Buffer.from('30887fffffffffffffff', 'hex')],
    ['a length of 127 bytes', Buffer.alloc(200, 0xff).fill(0x30, 0, 1)],
    ['a length beyond the end', Buffer.from('30820fff0500', 'hex')],
    ['a tag without end', Buffer.alloc(maxBytes, 0xff)],
    ['zeros', Buffer.alloc(maxBytes)],
    ['one byte', Buffer.from([0x30])],
  ]
  return all.filter(([, bytes]) => bytes.length <= maxBytes)
}
