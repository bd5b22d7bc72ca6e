/** What is on a card, in lines for people, read as any terminal reads it. */
import { CardError, type Reader } from '../../sim/card/reader.ts'
import { readTokenInfo } from '../../sim/card/tokenInfo.ts'
import type { Text } from '../../sim/core/site.ts'
import { describeCertificate } from './certificateText.ts'

const labelled = (label: Text, value: Text): Text => ({
  ja: `${label.ja}: ${value.ja}`,
  en: `${label.en}: ${value.en}`,
})

const names = {
  authentication: { ja: '利用者証明用', en: 'authentication' },
  signature: { ja: '署名用', en: 'signature' },
} as const

const tries = (left: number, isPresent: boolean): Text => {
  if (!isPresent) return { ja: 'なし', en: 'none' }
  return left === 0 ? { ja: 'ロック', en: 'blocked' } : { ja: `残り ${left} 回`, en: `${left} tries left` }
}

/** The certificate in words, or that the card does not show it; anything else that goes wrong is thrown. */
const certificateOr = async (read: () => Promise<Uint8Array>, now: number, refused: Text): Promise<Text> => {
  try {
    return describeCertificate(await read(), now)
  } catch (error) {
    if (error instanceof CardError && ['6982', '6A82'].includes(error.statusWord)) return refused
    throw error
  }
}

/**
 * Everything a terminal can learn: files with sizes, tries left, certificates. The signature certificate needs its verified password;
 * call `select` first. `now` in Unix ms.
 */
export const describeContents = async (reader: Reader, now: number): Promise<Text[]> => {
  const file = await reader.readTokenInfo()
  const token = readTokenInfo(file)
  const presence = await reader.readPresence()
  const lines = [
    labelled(
      { ja: 'EF 0006 トークン情報', en: 'EF 0006 token information' },
      {
        ja: `${file.length} バイト、${Object.values(token).join('、')}`,
        en: `${file.length} bytes, ${Object.values(token).join(', ')}`,
      },
    ),
    labelled(
      { ja: 'EF 0008 証明書の有無', en: 'EF 0008 certificates present' },
      {
        ja: `3 バイト、利用者証明用 ${presence.authentication ? 'あり' : 'なし'}、署名用 ${presence.signature ? 'あり' : 'なし'}`,
        en: `3 bytes, authentication ${presence.authentication ? 'yes' : 'no'}, signature ${presence.signature ? 'yes' : 'no'}`,
      },
    ),
  ]
  const pins = {
    authentication: { ja: 'EF 0018 暗証番号', en: 'EF 0018 PIN' },
    signature: { ja: 'EF 001B 署名用パスワード', en: 'EF 001B password' },
  }
  for (const purpose of ['authentication', 'signature'] as const)
    lines.push(labelled(pins[purpose], tries(await reader.triesLeft(purpose), presence[purpose])))
  const own = { authentication: 'EF 000A', signature: 'EF 0001' }
  const authority = { authentication: 'EF 000B', signature: 'EF 0002' }
  for (const purpose of ['authentication', 'signature'] as const) {
    if (!presence[purpose]) continue
    const read = purpose === 'authentication' ? reader.readAuthenticationCertificate : reader.readSignatureCertificate
    const { ja, en } = names[purpose]
    lines.push(
      labelled(
        { ja: `${own[purpose]} ${ja}電子証明書`, en: `${own[purpose]} ${en} certificate` },
        await certificateOr(read, now, {
          ja: '署名用パスワードの照合後にだけ読めます（6982）',
          en: 'only after the signature password (6982)',
        }),
      ),
      labelled(
        { ja: `${authority[purpose]} ${ja}CA証明書`, en: `${authority[purpose]} ${en} CA certificate` },
        await certificateOr(() => reader.readCaCertificate(purpose), now, { ja: 'なし', en: 'none' }),
      ),
    )
  }
  return lines
}

/** What the card said to a PIN, when it was not the right one. */
export const refusedPin = (result: { result: 'wrong'; triesLeft: number } | { result: 'blocked' }): Text =>
  result.result === 'wrong'
    ? {
        ja: `暗証番号が違います。残り ${result.triesLeft} 回`,
        en: `Wrong PIN: ${result.triesLeft} tries left`,
      }
    : {
        ja: '暗証番号はロックされています。`npm run card -- unblock` で設定し直せます',
        en: 'The PIN is blocked. `npm run card -- unblock` sets it anew',
      }
