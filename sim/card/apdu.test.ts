import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { buildCommand, parseCommand, parseResponse } from './apdu.ts'

const select = { cla: 0x00, ins: 0xa4, p1: 0x02, p2: 0x0c, data: '0018', le: null }

test('the four short cases are told apart by length', () => {
  expect(['00200080', '00B0000000', '00A4020C020018', '802A00970112FF'].map(parseCommand)).toEqual([
    { cla: 0, ins: 0x20, p1: 0, p2: 0x80, data: '', le: null },
    { cla: 0, ins: 0xb0, p1: 0, p2: 0, data: '', le: 256 },
    select,
    { cla: 0x80, ins: 0x2a, p1: 0, p2: 0x97, data: '12', le: 255 },
  ])
})

test.each([
  ['00B', 'not hex'],
  ['00B0zz0000', 'not hex'],
  ['00B000', 'too short'],
  ['00B00000000100', 'extended length'],
  ['00A4040C0AD392', 'wrong length'],
  ['00A4020C0200180000', 'wrong length'],
])('%s is no command: %s', (apdu, error) => {
  expect(parseCommand(apdu)).toEqual({ error })
})

test('a response is data and a status word', () => {
  expect(parseResponse('308203da9000')).toEqual({ data: '308203DA', statusWord: '9000' })
})

const byte = fc.integer({ min: 0, max: 255 })
const data = fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase())
const le = fc.option(fc.integer({ min: 1, max: 256 }))

property.prop([fc.record({ cla: byte, ins: byte, p1: byte, p2: byte, data, le })])(
  'every command is parsed back from its hex',
  (command) => {
    expect(parseCommand(buildCommand(command))).toEqual(command)
  },
)
