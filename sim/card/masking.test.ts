/** Journals and traces against every form a PIN might be sent in. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { explain } from './explain.ts'
import { redact } from './masking.ts'
import { withoutPinInApdu } from './redaction.ts'
import { compute, QUERY, SELECT_JPKI, selectFile } from './testCard.ts'

test.each([
  '0020008004 31323334',
  '0020008004 313233',
  '00200080000004 31323334',
  '0020008000000431323334 0000',
  '0024018004 31323334',
  '00200080043',
  '80A2000010 00112233445566778899AABBCCDDEEFF',
])('neither value nor length of a secret is left in %s', (apdu) => {
  const compact = apdu.replaceAll(' ', '')
  expect(redact(compact)).toBe(compact.slice(0, 8) + '**')
})

test.each([
  ['a PIN without a command', '31323334', '**'],
  ['VERIFY in another class', '0C2000800431323334', '**'],
  ['VERIFY without P1 and P2', '002031323334', '0020**'],
  ['VERIFY without its class', '2000800431323334', '**'],
  ['CHANGE REFERENCE DATA that became a SELECT', '00A401800431323334', '00A4**'],
  ['a password as the name of an application', '00A4040C085349474E31323334', '00A4**'],
  ['a password in an application’s name', '00A4040C0BD392005349474E31323334', '00A4**'],
  ['a PIN as the name of a file', '00A4020C021234', '00A4**'],
  ['a PIN as an offset', '00B0313204', '00B0**'],
  ['a PIN in a READ BINARY', '00B000000431323334', '00B0**'],
  ['a PIN to be signed', '802A0097043132333400', '802A0097**'],
  ['an unknown instruction', '0031323334', '00**'],
  ['GET DATA', '00CADF3005', '00**'],
  ['text', 'hello', '**'],
])('%s is masked', (_, apdu, shown) => {
  expect(redact(apdu)).toBe(shown)
})

const digestInfo = Buffer.from(`3031300D060960864801650304020105000420${'A5'.repeat(32)}`, 'hex')

test.each([
  QUERY,
  SELECT_JPKI,
  selectFile('0018'),
  '00A40000023F00',
  '00A4040006A00000000101',
  '00B0000004',
  '00B08A0000',
  compute('00', '97', digestInfo),
])('a command without a secret is left as it is: %s', (apdu) => {
  expect(redact(apdu.toLowerCase())).toBe(apdu)
})

const digits = [...'0123456789']
const authenticationPins = fc.string({ unit: fc.constantFrom(...digits), minLength: 4, maxLength: 4 })
const passwords = fc.string({
  unit: fc.constantFrom(...digits, ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
  minLength: 6,
  maxLength: 16,
})
const pin = fc.oneof(authenticationPins, passwords)

const commands = ['00200080', '00240180', '00240080', '80320080', '80A20000', '00200000', '00B00000', '802A0097'].map(
  (hex) => Buffer.from(hex, 'hex'),
)

/** What becomes of a command on its way: bits flipped in the header, bytes lost at the front, a wrong length, something behind. */
type Mishap = {
  header: Buffer
  flips: number[]
  lost: number
  lengthForm: 'short' | 'extended' | 'none' | 'wrong'
  tail: Uint8Array
}

const mishap: fc.Arbitrary<Mishap> = fc.record({
  header: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...commands) },
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  ),
  flips: fc.array(fc.nat({ max: 31 }), { maxLength: 3 }),
  lost: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 8 })),
  lengthForm: fc.constantFrom('short' as const, 'extended' as const, 'none' as const, 'wrong' as const),
  tail: fc.oneof({ weight: 3, arbitrary: fc.constant(new Uint8Array(0)) }, fc.uint8Array({ maxLength: 3 })),
})

const sent = ({ header, flips, lost, lengthForm, tail }: Mishap, value: string) => {
  const bytes = Buffer.from(header)
  for (const bit of flips) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  const { length } = value
  const lengths = { short: [length], extended: [0, 0, length], none: [], wrong: [(length + 200) % 256] }[lengthForm]
  const whole = Buffer.concat([bytes, Buffer.from(lengths), Buffer.from(value, 'latin1'), tail])
  return whole.subarray(Math.min(lost, 4 + lengths.length)).toString('hex')
}

property.prop([mishap, pin, pin], { numRuns: 20_000 })(
  'what is shown of a command with a PIN tells nothing of the PIN, whatever happened to the command',
  (what, one, other) => {
    expect(redact(sent(what, one))).toBe(redact(sent(what, other)))
    if (one.length === other.length)
      expect(explain(sent(what, one), '6700')).toEqual(explain(sent(what, other), '6700'))
  },
)

property.prop([fc.uint8Array({ maxLength: 300 })], { numRuns: 5_000 })(
  'what is shown of any bytes spells nothing and is never changed',
  (bytes) => {
    const hex = Buffer.from(bytes).toString('hex').toUpperCase()
    const shown = redact(hex).replace('**', '')
    expect(hex.startsWith(shown)).toBe(true)
    expect(Buffer.from(shown, 'hex').toString('latin1')).not.toMatch(/[0-9A-Za-z]{4}/)
  },
)

test.each([
  ['a command under another name', { response: '002000800431323334' }],
  ['a typed password under another name', { response: Buffer.from('geheim').toString('hex').toUpperCase() }],
  ['a command that is no hex', { apdu: '00 20 00 80 04 31323334' }],
  ['an unknown field', { apdu: '00200080', pin: '31323334' }],
  ['a text', '002000800431323334'],
])('%s is not kept at all', (_, body) => {
  expect(withoutPinInApdu(JSON.stringify(body))).toBe('(not kept)')
})

test.each(['9000', '63C2', '6A82', '308203DA9000'])('the answer %s is kept', (response) => {
  expect(withoutPinInApdu(JSON.stringify({ response }))).toBe(JSON.stringify({ response }))
})
