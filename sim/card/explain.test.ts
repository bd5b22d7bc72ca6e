import { expect, test } from 'vitest'
import { explain, explainTrace } from './explain.ts'
import { adultCard, compute, QUERY, SELECT_JPKI, selectFile, send, verify } from './testCard.ts'

test('a trace names files and PINs that the APDUs do not name', () => {
  const commands = [SELECT_JPKI, selectFile('0018'), QUERY, verify('9876'), '00B08A0000', '00B0010010']
  const { responses } = send(adultCard, ...commands)
  const trace = explainTrace(commands.map((command, index) => ({ command, response: responses[index] ?? '' })))
  expect(trace.map(({ ja }) => ja)).toEqual([
    'SELECT 公的個人認証AP → 9000 正常終了',
    'SELECT 認証用PIN (利用者証明用) (0018) → 9000 正常終了',
    'VERIFY 認証用PIN (利用者証明用) ? → 63C3 暗証番号の残り回数 3',
    'VERIFY 認証用PIN (利用者証明用) **** → 63C2 暗証番号の残り回数 2',
    'READ BINARY 利用者証明用電子証明書 [0, 256] → 9000 正常終了',
    'READ BINARY 利用者証明用電子証明書 [256, 16] → 9000 正常終了',
  ])
})

test('a refused signature says why', () => {
  expect(explain(compute('00', '9A', Buffer.alloc(51)), '6982')).toEqual({
    ja: 'COMPUTE DIGITAL SIGNATURE 署名用秘密鍵 → 6982 暗証番号が未照合',
    en: 'COMPUTE DIGITAL SIGNATURE signature key -> 6982 security status not satisfied',
  })
})

test('a PIN never appears, however the command is broken', () => {
  const texts = [verify('9876'), verify('9876') + '00', verify('9876').slice(0, -1), '002401800439383736'].map((apdu) =>
    JSON.stringify(explain(apdu, '6700', '0018')),
  )
  expect(texts.filter((text) => text.includes('9876') || text.includes('393837'))).toEqual([])
})

test('extended length is told from what is no APDU at all', () => {
  expect([explain('0020008000000431323334', '6700').en, explain('0020', '6700').en]).toEqual([
    'APDU of extended length -> 6700 wrong length',
    'not an APDU -> 6700 wrong length',
  ])
})
