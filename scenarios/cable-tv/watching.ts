/** Watching: own notices at two operators, the family at one television, a change of operator. */
import type { CatvApp } from '../../sim/catv/index.ts'
import { DAY } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import { logIn, removeCard, screenOf, televisionOf } from '../acts/television.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import { nameOf, seesOwn } from './screen.ts'

export const own: Case = {
  id: 'own-notices',
  title: { ja: '医療費・ジェネリック・健診の通知を見る（ひかりケーブル）', en: 'Own notices on the screen (Hikari)' },
  play: async (stage) => {
    const television = televisionOf('taro')
    const sessionId = await stage.step(
      {
        ja: '見本太郎がカードを挿し、リモコンで暗証番号を入れる',
        en: 'Taro inserts the card and enters the PIN by remote',
      },
      () => seesOwn(stage, 'taro'),
    )
    await stage.step(
      { ja: '市の災害情報は住所のある世帯だけに届く', en: 'a disaster notice reaches the homes it concerns' },
      async () => {
        const json = {
          noticeId: 'flood-1',
          area: '見本県青葉野市',
          kind: 'disaster' as const,
          title: '大雨警報',
          text: '川に近づかないでください。',
          until: stage.now() + DAY,
        }
        await answer(stage.connect<CatvApp>('catv-hikari')['area-notices'].$post({ json }))
        await answer(stage.connect<CatvApp>('catv-midori')['area-notices'].$post({ json }))
        const notices = {
          here: (await screenOf(stage, television)).notices.map(({ title }) => title),
          there: (await screenOf(stage, televisionOf('kenji'))).notices,
        }
        stage.expect({ ja: '青葉野市に表示、緑野町には出ない', en: 'shown in Aobano, not in Midorino' }, notices, {
          here: ['大雨警報'],
          there: [],
        })
      },
    )
    await stage.step({ ja: 'カードを抜くと画面から消える', en: 'card out: the notices leave the screen' }, async () => {
      await removeCard(stage, television, sessionId)
      const { health, notices } = await screenOf(stage, television)
      stage.expect(
        { ja: '健康情報なし、災害情報は残る', en: 'no health data, the disaster notice stays' },
        { health, notices: notices.length },
        { health: undefined, notices: 1 },
      )
    })
  },
}

export const secondOperator: Case = {
  id: 'second-operator',
  title: {
    ja: '二つ目の事業者（みどりケーブル）も同じ共通プラットフォームで',
    en: 'A second operator (Midori) on the same platform',
  },
  play: (stage) =>
    stage.step(
      { ja: '雛形健二がみどりケーブルで自分の通知を見る', en: 'Kenji sees his notices at Midori' },
      async () => void (await seesOwn(stage, 'kenji')),
    ),
}

export const family: Case = {
  id: 'family',
  title: { ja: '同じテレビの家族には見えない', en: 'Family at the same television' },
  play: async (stage) => {
    await stage.step(
      { ja: '太郎が見ている間に花子がカードを挿し替える', en: 'while Taro watches, Hanako puts her card in' },
      async () => {
        await seesOwn(stage, 'taro')
        await seesOwn(stage, 'hanako')
        const { health } = await screenOf(stage, televisionOf('hanako'))
        stage.expect(
          { ja: '太郎の情報は残っていない', en: 'nothing of Taro’s is left' },
          health?.addressee,
          nameOf('hanako'),
        )
      },
    )
    await stage.step(
      { ja: '同意していない良枝には案内だけを出す', en: 'Yoshie, who has not consented, gets no data' },
      async () => {
        const { screen } = await logIn(stage, 'yoshie', { consentGiven: false })
        stage.expect({ ja: '健康情報は映らない', en: 'no health data' }, screen.health, undefined)
      },
    )
  },
}

export const changeOperator: Case = {
  id: 'change-operator',
  title: { ja: '事業者を替えても紐付けは続く', en: 'Changing operator keeps the link' },
  play: (stage) =>
    stage.step(
      { ja: '模擬大輔がひかりからみどりへ乗り換える', en: 'Daisuke moves from Hikari to Midori' },
      async () => {
        const before = televisionOf('daisuke')
        const after = { operator: 'catv-midori', setTopBoxId: 'STB-daisuke-2' }
        await seesOwn(stage, 'daisuke')
        const { subscriberNumber = '' } = personOf('daisuke').television ?? {}
        await answer(
          stage
            .connect<CatvApp>(before.operator)
            .subscribers[':subscriberNumber'].cancellations.$post({ param: { subscriberNumber } }),
        )
        const midori = stage.connect<CatvApp>(after.operator)
        const { name, address } = personOf('daisuke').basicFour
        await answer(midori.subscribers.$post({ json: { subscriberNumber: 'M-daisuke', name, address } }))
        await answer(
          midori['set-top-boxes'].$post({ json: { setTopBoxId: after.setTopBoxId, subscriberNumber: 'M-daisuke' } }),
        )
        const { screen } = await logIn(stage, 'daisuke', { television: after })
        stage.expect(
          { ja: '紐付け直さずに見られる', en: 'works without linking anew' },
          screen.health?.addressee,
          nameOf('daisuke'),
        )
        const old = await stage
          .connect<CatvApp>(before.operator)
          ['set-top-boxes'][':setTopBoxId'].sessions.$post({ param: { setTopBoxId: before.setTopBoxId } })
        stage.expect({ ja: '元の事業者では使えない', en: 'the old operator refuses' }, old.status, 409)
      },
    ),
}
