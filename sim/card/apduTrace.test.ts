/** What a person reads of the traffic between reader and card. */
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { createTrace, type TraceOptions } from './apduTrace.ts'
import { adultCard, send, SELECT_JPKI, selectFile, verify } from './testCard.ts'

/** Noon and a bit of a day in 2026 on this machine's clock. */
const noon = new Date(2026, 3, 1, 12, 3, 4, 56).getTime()

const traced = (options: Partial<TraceOptions>, ...commands: string[]) => {
  const lines: string[] = []
  const trace = createTrace({ language: 'en', write: (line) => void lines.push(line), now: () => noon, ...options })
  const { responses } = send(adultCard, ...commands)
  trace.power('power-on')
  commands.forEach((command, n) => trace.exchange({ command, response: responses[n] ?? '', tookMs: 1.25 }))
  return lines
}

test('an exchange is two lines: bytes with the time, and what they mean', () => {
  expect(traced({}, SELECT_JPKI, selectFile('0018'), verify('9876'))).toEqual([
    '12:03:04.056  power on',
    '12:03:04.056  > 00A4040C0AD392F000260100000001  < 9000',
    '              SELECT JPKI application -> 9000 done  (1.3 ms)',
    '12:03:04.056  > 00A4020C020018  < 9000',
    '              SELECT authentication PIN (0018) -> 9000 done  (1.3 ms)',
    '12:03:04.056  > 00200080**  < 63C2',
    '              VERIFY authentication PIN **** -> 63C2 PIN tries left: 2  (1.3 ms)',
  ])
})

test('the same in Japanese', () => {
  expect(traced({ language: 'ja' }, SELECT_JPKI).slice(0, 3)).toEqual([
    '12:03:04.056  電源オン',
    '12:03:04.056  > 00A4040C0AD392F000260100000001  < 9000',
    '              SELECT 公的個人認証AP → 9000 正常終了  (1.3 ms)',
  ])
})

test('long data is cut off where asked, and whole otherwise', () => {
  const [, , , short = ''] = traced({ longestBytes: 4 }, SELECT_JPKI, '00B08A0000')
  expect(short).toMatch(/ < 3082063C…\(256 bytes\) 9000$/)
  const [, , , whole = ''] = traced({}, SELECT_JPKI, '00B08A0000')
  expect(whole.length).toBeGreaterThan(512)
})

test('which file is current is forgotten with the power', () => {
  const lines: string[] = []
  const trace = createTrace({ language: 'en', write: (line) => void lines.push(line), now: () => noon })
  trace.exchange({ command: selectFile('0018'), response: '9000', tookMs: 0 })
  trace.power('reset')
  trace.exchange({ command: '00200080', response: '6D00', tookMs: 0 })
  expect(lines.at(-1)).toContain('VERIFY the current file ?')
})

const pin = '74923618'
const pinHex = Buffer.from(pin, 'latin1').toString('hex')
const header = fc.constantFrom(
  '00200080',
  '00240180',
  '80200080',
  '00A00080',
  '00200180',
  '0C200080',
  '00A40180',
  '00300080',
)
const length = fc.constantFrom('08', '000008', '10', '', '0000', '07')
const tail = fc.constantFrom('', '00', '0000')

property.prop([header, length, tail, fc.constantFrom('9000', '6700', '63C2', '6D00')], { numRuns: 300 })(
  'no PIN is in a trace, whatever is wrong with the command that carries it',
  (start, size, end, response) => {
    const lines: string[] = []
    const trace = createTrace({ language: 'ja', write: (line) => void lines.push(line), now: () => noon })
    trace.exchange({ command: start + size + pinHex + end, response, tookMs: 0 })
    expect(lines.join('\n')).not.toContain(pinHex)
    expect(lines.join('\n')).not.toContain(pin)
  },
)
