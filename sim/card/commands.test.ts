import { expect, test } from 'vitest'
import { JPKI_AID } from './files.ts'
import {
  adultCard,
  certificates,
  compute,
  openForAuthentication,
  openForSignature,
  QUERY,
  SELECT_JPKI,
  selectFile,
  send,
  signaturePassword,
  verify,
} from './testCard.ts'

const selected = send(adultCard, SELECT_JPKI).card
const digestInfo = Buffer.alloc(51, 1)

test.each([
  ['SELECT the application', SELECT_JPKI, '9000'],
  ['SELECT another application', '00A4040007627601FF000000', '6A82'],
  ['SELECT part of the name', '00A4040C05D392F00026', '6A82'],
  ['SELECT no name', '00A4040C', '6700'],
  ['SELECT with file control information', `00A404000A${JPKI_AID}`, '6A86'],
  ['SELECT an EF', selectFile('0018'), '6986'],
  ['SELECT the master file', '00A40000', '6A86'],
  ['GET DATA', '00CADF3005', '6D00'],
  ['VERIFY', QUERY, '6D00'],
  ['READ BINARY', '00B0000004', '6D00'],
  ['COMPUTE DIGITAL SIGNATURE', compute('00', '97', digestInfo), '6D00'],
  ['class 90', '90A4040C', '6E00'],
  ['class 80 SELECT', `80A4040C0A${JPKI_AID}`, '6E00'],
  ['nothing', '', '6700'],
  ['SELECT the application with extended length', `00A4040C00000A${JPKI_AID}`, '6700'],
  ['SELECT the application and what it says of itself', `00A404000A${JPKI_AID}00`, '6A86'],
  ['SELECT the application’s next occurrence', `00A404020A${JPKI_AID}`, '6A86'],
  ['SELECT more than its name', `00A4040C0B${JPKI_AID}00`, '6A82'],
  ['SELECT the master file by its name', '00A40000023F00', '6A86'],
])('before the application is selected, %s answers as it should', (_, apdu, statusWord) => {
  expect(send(adultCard, apdu).last).toBe(statusWord)
})

test.each([
  ['an unknown instruction', '00CB3FFF035C017E08', '6D00'],
  ['an unknown class', '0120008000', '6E00'],
  ['VERIFY in class 80', '80200080', '6E00'],
  ['a signature in class 00', '002A0097010100', '6E00'],
  ['extended length', '00B00000000100', '6700'],
  ['extended length and nothing else', '00B00000000000', '6700'],
  ['VERIFY with extended length', '0020008000000431323334', '6700'],
  ['CHANGE REFERENCE DATA with extended length', '0024018000000431323334', '6700'],
  ['signing 65,522 bytes', `802A009700FFF2${'00'.repeat(65_522)}0000`, '6700'],
  ['secure messaging', '0CB0000000', '6E00'],
  ['SELECT the master file by its name', '00A40000023F00', '9000'],
  ['text', 'hello', '6700'],
  ['SELECT the master file', '00A40000', '9000'],
  ['SELECT an unknown EF', selectFile('0003'), '6A82'],
  ['SELECT an EF of one byte', '00A4020C0118', '6700'],
  ['SELECT an EF with file control information', '00A40200020018', '6A86'],
  ['SELECT by path', '00A4080C020018', '6A86'],
  ['READ BINARY without a file', '00B0000004', '6986'],
  ['READ BINARY without Le', '00B08A00', '6700'],
  ['READ BINARY with data', '00B08A000112', '6700'],
  ['READ BINARY of an unknown short identifier', '00B0830004', '6A82'],
  ['READ BINARY of short identifier 0', '00B0800004', '6A86'],
  ['READ BINARY of reserved bits', '00B0CA0004', '6A86'],
  ['READ BINARY of a key', '00B0970004', '6981'],
  ['READ BINARY of a PIN', '00B0980004', '6981'],
  ['READ BINARY of the terminal CA key', '00B0960004', '6982'],
  ['READ BINARY of the signature certificate', '00B0810004', '6982'],
  ['READ BINARY of the certificates present', '00B0880000', '8F8F009000'],
  ['READ BINARY at the end of a file', '00B0880301', '6B00'],
  ['READ BINARY across the end of a file', '00B0880204', '009000'],
  ['VERIFY without a file', QUERY, '6986'],
  ['VERIFY with P1', '00200180', '6A86'],
  ['VERIFY with P2', '00200018', '6A86'],
  ['CHANGE REFERENCE DATA without a file', '002401800431323334', '6986'],
  ['CHANGE REFERENCE DATA with both values', '00240080083132333431323334', '6A86'],
  ['CHANGE REFERENCE DATA without data', '00240180', '6700'],
  ['signing without a file', compute('00', '80', digestInfo), '6986'],
  ['signing without a PIN', compute('00', '97', digestInfo), '6982'],
  ['signing with an unknown padding', compute('06', '97', digestInfo), '6A86'],
  ['signing with no key', compute('00', '98', digestInfo), '6A86'],
  ['signing without Le', compute('00', '97', digestInfo).slice(0, -2), '6700'],
  ['signing nothing', '802A009700', '6700'],
])('with the application selected, %s answers as it should', (_, apdu, response) => {
  expect(send(selected, apdu).last).toBe(response)
})

test.each([
  ['VERIFY with Le', '0020008000', '6700'],
  ['VERIFY with data and Le', verify('1234') + '00', '6700'],
  ['VERIFY of 17 characters', verify('12345678901234567'), '6700'],
  ['signing with the PIN as a file', compute('00', '80', digestInfo), '6981'],
  ['the tries left', QUERY, '63C3'],
  ['a new PIN of three digits', '0024018003313233', '6700'],
  ['a new PIN of letters', '002401800441424344', '6A80'],
  ['raw input of 246 bytes', compute('00', '97', Buffer.alloc(246)), '6700'],
  ['a hash of 31 bytes', compute('02', '97', Buffer.alloc(31)), '6700'],
  ['a PSS hash of 33 bytes', compute('04', '97', Buffer.alloc(33)), '6700'],
])('with the authentication PIN open, %s answers as it should and costs no try', (_, apdu, response) => {
  expect(send(openForAuthentication, apdu, QUERY).responses).toEqual([response, '63C3'])
})

const probes = [
  '00A4040006A00000000101',
  '00A404000BE82B0601040181C31F020100',
  '00A4040C0FD23300000045737445494420763335',
  '00A4040009A0000003080000100000',
  '00A4040C07A000000116DB0000',
  ...Array.from({ length: 16 }, (_, version) => `00A4040C07A00000007901${version.toString(16).padStart(2, '0')}00`),
  '00A404000CF276A288BCFBA69D34F31001',
  '00A4040009A0000003974254465900',
  '00A4040006D2760001240100',
]

test('no other driver of OpenSC is told that this is its card', () => {
  for (const card of [adultCard, selected]) expect(new Set(send(card, ...probes).responses)).toEqual(new Set(['6A82']))
})

test('a data file is no PIN', () => {
  expect(send(selected, selectFile('000A'), QUERY, verify('1234')).responses).toEqual(['9000', '6981', '6981'])
})

test('OpenSC reads a certificate as it does on a real card', () => {
  const { responses } = send(
    selected,
    selectFile('000A'),
    '00B0000004',
    ...['00B0000000', '00B0010000', '00B0020000', '00B0030000', '00B0040000', '00B0050000', '00B0060040'],
  )
  expect(responses[1]).toBe('3082063C9000')
  expect(
    responses
      .slice(2)
      .map((response) => response.slice(0, -4))
      .join(''),
  ).toBe(certificates.authentication)
})

test('the signature certificate is readable after the password', () => {
  expect(send(openForSignature, '00B0810004').last).toBe('308205FD9000')
  expect(send(openForAuthentication, '00B0810004').last).toBe('6982')
})

test('the token information is 160 bytes of PKCS#11', () => {
  const token = send(selected, '00B08600A0').last
  expect(token.length).toBe(2 * 160 + 4)
  expect(Buffer.from(token.slice(0, 128), 'hex').toString()).toBe('JPKIAPICCTOKEN2'.padEnd(32) + 'JPKI-SIM'.padEnd(32))
  expect(token.slice(192, 248)).toBe('0000040D000000010000000000000001000000000000001000000006')
})

test('a changed PIN replaces the old one and stays verified', () => {
  const { responses } = send(
    openForAuthentication,
    '002401800438373635',
    compute('00', '97', digestInfo).slice(0, -2) + '00',
    SELECT_JPKI,
    selectFile('0018'),
    verify('1234'),
    verify('8765'),
  )
  expect(responses.map((response) => response.slice(-4))).toEqual(['9000', '9000', '9000', '9000', '63C2', '9000'])
})

test('a PIN is not changed without verifying it', () => {
  expect(send(openForSignature, selectFile('0018'), '002401800438373635').last).toBe('6982')
})

test('the signature password does not open the authentication key, nor the reverse', () => {
  expect(send(openForSignature, compute('00', '97', digestInfo)).last).toBe('6982')
  expect(send(openForAuthentication, compute('00', '9A', digestInfo)).last).toBe('6982')
  expect(send(openForSignature, compute('00', '9A', digestInfo)).last).toMatch(/9000$/)
})

test('a key selected as a file signs with P2 80, as OpenSC does', () => {
  const { responses } = send(
    selected,
    selectFile('001B'),
    verify(signaturePassword),
    selectFile('001A'),
    compute('00', '80', digestInfo),
  )
  expect(responses.at(-1)).toMatch(/^[0-9A-F]{512}9000$/)
})
