/** `npm run card -- unblock`: the resident goes to the counter of their municipality and has a PIN set anew. */
import { Explained } from '../../sim/core/explained.ts'
import { Problem } from '../../sim/core/problem.ts'
import { inLanguage, WrongOption } from '../language.ts'
import { findHolder } from './holder.ts'
import type { Options } from './options.ts'
import { occupants } from './slot.ts'
import { findTestbed } from './testbed.ts'

const names = {
  authentication: { ja: '利用者証明用の暗証番号', en: 'authentication PIN' },
  signature: { ja: '署名用パスワード', en: 'signature password' },
} as const

export const unblock = async (options: Options, { say }: { say: (line: string) => void }): Promise<number> => {
  const t = inLanguage(options.language)
  const { pin } = options
  if (pin !== 'authentication' && pin !== 'signature') throw new WrongOption('unblock --pin authentication | signature')
  const testbed = await findTestbed(options.url)
  const { town, residentId, record, person, cardId } = await findHolder(testbed, options.names[0] ?? '')
  if (town === undefined || residentId === undefined || record === undefined)
    throw new Explained({
      ja: '暗証番号は、カードIDではなく住民を指定して設定し直してください（窓口は本人にだけ応じます）。',
      en: 'Name the resident, not the card: the counter serves the holder only.',
    })
  if (record.cardId === undefined)
    throw new Explained({
      ja: `${record.basicFour.name} のカードは紛失の届け出があり、窓口に持参できません。`,
      en: `The card of ${record.basicFour.name} was reported lost and cannot be brought to the counter.`,
    })
  if (pin === 'signature' && !record.certificates.some(({ kind }) => kind === 'signature'))
    throw new Explained({
      ja: `${record.basicFour.name} のカードには署名用電子証明書がなく（15歳未満など）、署名用パスワードもありません。`,
      en: `The card of ${record.basicFour.name} has no signature certificate (under 15, for one), and so no signature password.`,
    })
  const asIssued = pin === 'authentication' ? person?.card?.authenticationPin : person?.card?.signaturePassword
  const value = options.value ?? asIssued
  if (value === undefined)
    throw new WrongOption(
      t({
        ja: `${names[pin].ja}の新しい値を --value で指定してください`,
        en: `give the new ${names[pin].en} with --value`,
      }),
    )
  try {
    await testbed.unblock(town, residentId, { pin, value })
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    throw new Explained(
      {
        ja: `窓口の答え: ${names[pin].ja}は設定できません（${error.message}）。暗証番号は数字4桁、署名用パスワードは英大文字と数字を含む6～16文字です。`,
        en: `The counter cannot set the ${names[pin].en} (${error.message}). A PIN is four digits, a signature password 6 to 16 upper-case letters and digits, with both.`,
      },
      { cause: error },
    )
  }
  const name = record.basicFour.name
  const source = options.value === undefined ? { ja: '（交付時の値）', en: ' (as issued)' } : { ja: '', en: '' }
  say(
    t({
      ja: `${name} の${names[pin].ja}を設定し直しました${source.ja}: ${value}`,
      en: `${name}: the ${names[pin].en} was set anew${source.en}: ${value}`,
    }),
  )
  if (occupants().some((one) => one.cardId === cardId && one.url === testbed.url))
    say(
      t({
        ja: 'カードはリーダーに入ったままです。開いていた接続では、もう一度カードを選び直す必要があります。',
        en: 'The card is still in a reader: programs that had it open must select it anew.',
      }),
    )
  return 0
}
