/** A new generation begins: its cards count only once its certificate was brought to the platform and installed there by hand. */
import { DAY, HOUR } from '../../sim/core/clock.ts'
import {
  generationOfCard,
  generationsOf,
  holdBack,
  installAnchor,
  reloadAnchors,
  rollOver,
  trustedGenerations,
} from '../acts/authority.ts'
import { found } from '../acts/founding.ts'
import { presentAll } from '../acts/presence.ts'
import { certificateKinds } from '../../sim/pki/profile.ts'
import type { Case } from '../scenario.ts'
import { holders, newcomers, newGeneration } from './cast.ts'

/** From the ceremony until the certificate is in the platform's hands (assumed). */
const deliveryMs = 2 * DAY

export const rollover: Case = {
  id: 'rollover',
  title: { ja: '世代交代: 新しい鍵が検証者に届くまで', en: 'Rollover: until the new key has reached the verifier' },
  play: async (stage) => {
    const rolledOverAt = stage.now()
    const made = await stage.step(
      { ja: '認証局が鍵の儀式を行い、新しい世代で発行を始める', en: 'the CA holds its key ceremony and issues anew' },
      async () => {
        const both = await rollOver(stage)
        for (const anchor of both) holdBack(stage, anchor)
        stage.expect(
          { ja: '署名用・利用者証明用とも第3世代', en: 'generation 3 of both kinds' },
          both.map(({ kind, generation }) => `${kind} ${generation}`).sort(),
          [...certificateKinds].map((kind) => `${kind} ${newGeneration}`).sort(),
        )
        return both
      },
    )
    await found(stage, newcomers)
    await stage.step(
      {
        ja: '届くまでは新しいカードは受け入れられず、それまでのカードはそのまま使える',
        en: 'until it is delivered new cards are refused, and the others work as before',
      },
      async () => {
        const all = await generationsOf(stage)
        const issuedBy = new Set<number>()
        for (const person of newcomers) issuedBy.add(await generationOfCard(stage, person, all))
        stage.expect(
          { ja: '新しいカードは新しい世代から', en: 'new cards come from the new key' },
          [...issuedBy],
          [newGeneration],
        )
        stage.expect(
          { ja: '新しいカード: 署名が合わないとして拒否', en: 'new cards: their signature fits no known key' },
          await presentAll(stage, newcomers),
          ['bad-signature'],
        )
        stage.expect(
          { ja: 'それまでのカードは有効', en: 'earlier cards are accepted' },
          await presentAll(stage, holders),
          ['accepted'],
        )
      },
    )
    await stage.step(
      {
        ja: '証明書を運び、指紋を照合して信頼フォルダに置き、読み込ませる（手作業）',
        en: 'the certificate is brought, compared, laid into the trust folder and loaded, by hand',
      },
      async () => {
        await stage.advance(deliveryMs)
        for (const anchor of made) await installAnchor(stage, anchor)
        await stage.advance(HOUR)
        const { changed } = await reloadAnchors(stage)
        stage.expect({ ja: '読み込みで変わった', en: 'loading it changed what is trusted' }, changed, true)
        const trusted = (await trustedGenerations(stage)).filter(({ generation }) => generation === newGeneration)
        stage.expect(
          { ja: '置いた時刻ではなく読み込んだ時刻から信頼', en: 'trusted from the loading on, not from the laying' },
          trusted.map(({ trustedSince }) => trustedSince - rolledOverAt),
          [deliveryMs + HOUR, deliveryMs + HOUR],
        )
        stage.measure({
          name: {
            ja: '新しい鍵での発行から共通プラットフォームが受け入れるまで（運搬2日・設置1時間は想定）',
            en: 'from issuing under the new key until the platform accepts it (two days and an hour, assumed)',
          },
          value: (stage.now() - rolledOverAt) / HOUR,
          unit: { ja: '時間', en: 'hours' },
        })
      },
    )
    await stage.step(
      { ja: '新しいカードも、それまでのカードも受け入れられる', en: 'cards of all three generations are accepted' },
      async () =>
        stage.expect({ ja: '全員', en: 'everybody' }, await presentAll(stage, [...newcomers, ...holders]), [
          'accepted',
        ]),
    )
  },
}
