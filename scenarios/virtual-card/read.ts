/** `npm run card -- read`: reads the card in a PC/SC reader, has it sign a challenge, and has the platform verify that. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { connectCard, type ConnectedCard } from '../../sim/card/pcsc.ts'
import { createReader } from '../../sim/card/reader.ts'
import type { Clock } from '../../sim/core/clock.ts'
import { Problem } from '../../sim/core/problem.ts'
import type { Text } from '../../sim/core/site.ts'
import { fromBase64, toBase64 } from '../../sim/messages/base64.ts'
import { authorityList } from '../../sim/messages/certificate.ts'
import { verificationAnswer } from '../../sim/messages/verification.ts'
import { inLanguage } from '../language.ts'
import { askPin } from './askPin.ts'
import { describeContents, refusedPin } from './contents.ts'
import type { Options } from './options.ts'
import { findTestbed, type Testbed } from './testbed.ts'

/** The CA certificates of this testbed: any other card, real ones above all, is refused before a PIN is sent. */
const anchorsOf = (testbed: Testbed) => async () =>
  authorityList
    .parse(await testbed.get('/ca/authorities'))
    .authorities.map(({ certificate }) => fromBase64(certificate))

type Signed = { certificate: Uint8Array; signature: Uint8Array; data: Uint8Array }

/** The platform serves providers only, so it is asked in the name of one, with a token from the testbed's controls. */
const verifyAtPlatform = async (testbed: Testbed, { certificate, signature, data }: Signed): Promise<Text> => {
  const provider = testbed.parties.find(({ role }) => role === 'subscription')
  if (provider === undefined)
    return { ja: '検証を頼める事業者がいません', en: 'there is no provider to ask the platform for it' }
  try {
    const asked = await testbed.post('/manage/tokens', { as: provider.id, audience: 'platform' })
    const { token } = z.object({ token: z.string() }).parse(asked)
    const item = {
      kind: 'authentication',
      certificate: toBase64(certificate),
      signature: toBase64(signature),
      data: toBase64(data),
    }
    const headers = { authorization: `Bearer ${token}` }
    const answer = verificationAnswer.parse(await testbed.post('/platform/verifications', item, headers))
    if (answer.outcome === 'accepted')
      return {
        ja: `有効（署名は正しく、証明書は ${answer.revocation.method} で ${answer.revocation.certStatus}。${provider.name.ja}として照会）`,
        en: `accepted (signature right; certificate ${answer.revocation.certStatus} by ${answer.revocation.method}; asked as ${provider.name.en})`,
      }
    const why = answer.revocationReason === undefined ? answer.reason : `${answer.reason}: ${answer.revocationReason}`
    return { ja: `拒否（${why}）`, en: `refused (${why})` }
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not-from-here') throw error
    return {
      ja: 'できません（テストベッドと同じ計算機からだけ頼めます）',
      en: 'not possible (only from the machine the testbed runs on)',
    }
  }
}

const session = async (card: ConnectedCard, testbed: Testbed, options: Options, { say, clock }: ReadSurroundings) => {
  const t = inLanguage(options.language)
  const reader = createReader(card.transmit, { anchors: anchorsOf(testbed) })
  await reader.select()
  await reader.checkCard()
  for (const line of await describeContents(reader, clock.now())) say(t(line))
  const question = t({ ja: '利用者証明用の暗証番号（4桁）', en: 'authentication PIN (four digits)' })
  const pin = options.pin ?? (await askPin(question, process.stdin, (text) => void process.stdout.write(text)))
  const verified = await reader.verify('authentication', pin)
  if (verified.result !== 'ok') {
    say(t(refusedPin(verified)))
    return 1
  }
  const data = randomBytes(32)
  const certificate = await reader.readAuthenticationCertificate()
  const begun = performance.now()
  const signature = await reader.sign('authentication', data)
  const tookMs = (performance.now() - begun).toFixed(1)
  say(
    t({
      ja: `チャレンジへの署名: ${signature.length} バイト（${tookMs} ms）`,
      en: `challenge signed: ${signature.length} bytes (${tookMs} ms)`,
    }),
  )
  const word = await verifyAtPlatform(testbed, { certificate, signature, data })
  say(t({ ja: `共通プラットフォームの検証: ${word.ja}`, en: `the platform's verification: ${word.en}` }))
  return 0
}

export type ReadSurroundings = {
  say: (line: string) => void
  clock: Clock
  /** The card in the reader of this number; from PC/SC unless told otherwise. */
  connect?: (reader: number) => Promise<ConnectedCard>
}

/** Exit code 1 for a wrong PIN; a card that is none of this testbed's is thrown as ForeignCard. */
export const read = async (options: Options, surroundings: ReadSurroundings): Promise<number> => {
  const { say, connect = connectCard } = surroundings
  const testbed = await findTestbed(options.url)
  const card = await connect(options.reader)
  try {
    say(
      inLanguage(options.language)({
        ja: `リーダー ${options.reader}: ${card.readerName}、ATR ${card.atr}`,
        en: `reader ${options.reader}: ${card.readerName}, ATR ${card.atr}`,
      }),
    )
    return await session(card, testbed, options, surroundings)
  } finally {
    card.close()
  }
}
