/** The frames between a virtual reader and a card, however TCP cuts them. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { createFrameReader, frameOf, type ReaderMessage } from './vpcdFrame.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const readAll = (chunks: Uint8Array[]) => {
  const read = createFrameReader()
  return chunks.flatMap(read)
}

test('frames that arrive together are told apart', () => {
  expect(readAll([hex('000100 000101 000102 000104 000400200080')])).toEqual([
    { type: 'power-off' },
    { type: 'power-on' },
    { type: 'reset' },
    { type: 'atr' },
    { type: 'apdu', apdu: '00200080' },
  ])
})

test('a length that arrives alone waits for its content', () => {
  const read = createFrameReader()
  expect(read(hex('0005'))).toEqual([])
  expect(read(hex('00B00000'))).toEqual([])
  expect(read(hex('04'))).toEqual([{ type: 'apdu', apdu: '00B0000004' }])
})

test('an empty frame is an empty APDU, and an unnamed control byte is told as it is', () => {
  expect(readAll([hex('0000 00017F')])).toEqual([
    { type: 'apdu', apdu: '' },
    { type: 'unknown', control: 0x7f },
  ])
})

test('the longest frame passes; a longer one cannot be made', () => {
  const most = Buffer.alloc(65_535, 0x5a)
  expect(readAll([frameOf(most)])).toEqual([{ type: 'apdu', apdu: most.toString('hex').toUpperCase() }])
  expect(() => frameOf(Buffer.alloc(65_536))).toThrow(RangeError)
})

const controlBytes = { 'power-off': 0, 'power-on': 1, reset: 2, atr: 4 } as const
const message: fc.Arbitrary<ReaderMessage> = fc.oneof(
  fc.record({ type: fc.constantFrom('power-off', 'power-on', 'reset', 'atr') }),
  fc
    .uint8Array({ maxLength: 300 })
    .filter(({ length }) => length !== 1)
    .map((bytes) => ({ type: 'apdu' as const, apdu: Buffer.from(bytes).toString('hex').toUpperCase() })),
)
const contentOf = (sent: ReaderMessage) => {
  if (sent.type === 'apdu') return hex(sent.apdu)
  return Buffer.of(sent.type === 'unknown' ? sent.control : controlBytes[sent.type])
}
const cutAt = (bytes: Uint8Array, places: number[]) => {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b)
  return [...ends, bytes.length].map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end))
}

property.prop([fc.array(message, { maxLength: 12 }), fc.array(fc.nat(4000), { maxLength: 40 })], { numRuns: 500 })(
  'the same messages are read wherever the stream is cut',
  (messages, places) => {
    const stream = Buffer.concat(messages.map((one) => frameOf(contentOf(one))))
    expect(readAll(cutAt(stream, places))).toEqual(messages)
    expect(readAll([...stream].map((byte) => Buffer.of(byte)))).toEqual(messages)
  },
)
