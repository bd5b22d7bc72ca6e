/** 必須ユースケース①: health information on cable television through the common platform, with two operators. */
import type { CaApp } from '../sim/ca/index.ts'
import type { CatvApp } from '../sim/catv/index.ts'
import { DAY, HOUR, MINUTE } from '../sim/core/clock.ts'
import { answer } from '../sim/core/network.ts'
import type { InsurerApp } from '../sim/insurer/index.ts'
import type { PlatformApp } from '../sim/platform/index.ts'
import { loseCard, unblock } from './acts/counter.ts'
import { linkAll } from './acts/linking.ts'
import {
  healthRecordOf,
  logIn,
  recordHealth,
  removeCard,
  screenOf,
  sendLogin,
  startSession,
  televisionOf,
} from './acts/television.ts'
import { insertCard, proof, prove, wrongPin } from './acts/terminal.ts'
import { personOf } from './people.ts'
import { defineScenario, type Case } from './scenario.ts'
import type { Stage } from './stage.ts'

const insured = ['taro', 'hanako', 'ichiro', 'misaki', 'kenji', 'daisuke', 'sakura']
const nameOf = (id: string) => personOf(id).basicFour.name

const seesOwn = async (stage: Stage, id: string) => {
  const { sessionId, screen } = await logIn(stage, id)
  stage.expect({ ja: '本人の通知だけが映る', en: 'the screen shows this person’s notices' }, screen.health, {
    addressee: nameOf(id),
    ...healthRecordOf(id),
  })
  return sessionId
}

const own: Case = {
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

const secondOperator: Case = {
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

const family: Case = {
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

const lockOut: Case = {
  id: 'lock-out',
  title: { ja: '暗証番号を間違えてロック、市役所で解除', en: 'Wrong PIN to lock-out, unblocked at the town hall' },
  play: async (stage) => {
    await stage.step({ ja: '例示一郎が三回間違える', en: 'Ichiro enters a wrong PIN three times' }, async () => {
      const { challenge } = await startSession(stage, televisionOf('ichiro'))
      const answers = []
      for (let i = 0; i < 3; i++) answers.push(await prove(stage, 'ichiro', challenge, wrongPin('ichiro')))
      stage.expect({ ja: '残り2回、1回、ロック', en: 'two tries left, one, blocked' }, answers, [
        { result: 'wrong', triesLeft: 2 },
        { result: 'wrong', triesLeft: 1 },
        { result: 'blocked' },
      ])
      stage.expect(
        { ja: '正しい番号でももう通らない', en: 'even the right PIN is refused now' },
        await prove(stage, 'ichiro', challenge),
        { result: 'blocked' },
      )
      const reader = await insertCard(stage, 'ichiro')
      stage.expect(
        { ja: '署名用パスワードは影響を受けない', en: 'the signature password is untouched' },
        await reader.triesLeft('signature'),
        5,
      )
    })
    await stage.step(
      { ja: '市役所で解除し、また見られる', en: 'unblocked at the town hall, it works again' },
      async () => {
        await unblock(stage, 'ichiro', personOf('ichiro').card?.authenticationPin ?? '')
        await seesOwn(stage, 'ichiro')
      },
    )
  },
}

const revoked: Case = {
  id: 'revoked',
  title: { ja: '紛失したカードは使えない', en: 'A lost card is refused' },
  play: (stage) =>
    stage.step(
      {
        ja: '仮名美咲が紛失を届け、拾った人がそのカードを使う',
        en: 'Misaki reports her card lost; the finder uses it',
      },
      async () => {
        await seesOwn(stage, 'misaki')
        await loseCard(stage, 'misaki')
        await stage.advance(HOUR + 16 * MINUTE)
        const { screen } = await logIn(stage, 'misaki')
        stage.expect(
          { ja: '失効として拒否', en: 'refused as revoked' },
          { refusal: screen.refusal, health: screen.health },
          { refusal: 'revoked', health: undefined },
        )
      },
    ),
}

const changeOperator: Case = {
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

const insurerDown: Case = {
  id: 'insurer-down',
  title: { ja: '保険者が止まっているとき', en: 'The insurer is down' },
  play: (stage) =>
    stage.step(
      { ja: '健康情報は後で、地域のお知らせは表示', en: 'notices by address stay, health data later' },
      async () => {
        const { screen } = await stage.during([{ kind: 'down', to: 'insurer-nhi' }], () => logIn(stage, 'taro'))
        stage.expect(
          { ja: '健康情報なし、災害情報あり', en: 'no health data, disaster notice there' },
          { health: screen.health, notices: screen.notices.length },
          { health: undefined, notices: 1 },
        )
        await seesOwn(stage, 'taro')
      },
    ),
}

const misuse: Case = {
  id: 'misuse',
  title: { ja: '再送と、他社による不正な照会', en: 'Replay, and an operator asking about others’ customers' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '記録したログインを別の回に再送しても通らない',
        en: 'a recorded login replayed in another session is refused',
      },
      async () => {
        const television = televisionOf('taro')
        const first = await startSession(stage, television)
        const { certificate, signature } = await proof(stage, 'taro', first.challenge)
        const second = await startSession(stage, television)
        const screen = await sendLogin(stage, television, second.sessionId, { certificate, signature })
        stage.expect(
          { ja: '署名が合わない', en: 'the signature does not fit' },
          { refusal: screen.refusal, health: screen.health },
          { refusal: 'bad-signature', health: undefined },
        )
      },
    )
    await stage.step(
      {
        ja: '使用済みの乱数・他社の乱数・他社の引換証は拒否される',
        en: 'used challenges, others’ challenges and others’ tickets are refused',
      },
      async () => {
        const hikari = stage.world.connectAs('catv-hikari')
        const midori = stage.world.connectAs('catv-midori')
        const challenge = await answer(hikari<PlatformApp>('platform').challenges.$post())
        const json = {
          ...(await proof(stage, 'taro', challenge)),
          ask: ['health-insurance' as const],
          consentGiven: true,
        }
        const stolen = await answer(midori<PlatformApp>('platform').authentications.$post({ json }))
        const accepted = await answer(hikari<PlatformApp>('platform').authentications.$post({ json }))
        const replayed = await answer(hikari<PlatformApp>('platform').authentications.$post({ json }))
        const ticket = accepted.outcome === 'accepted' ? (accepted.tickets[0]?.ticket ?? '') : ''
        const other = await answer(midori<InsurerApp>('insurer-nhi')['health-information'].$post({ json: { ticket } }))
        const reasons = [stolen, replayed, other].map((refused) =>
          'reason' in refused ? refused.reason : refused.outcome,
        )
        stage.expect({ ja: '三つとも拒否', en: 'all three refused' }, reasons, [
          'challenge-unknown',
          'challenge-used',
          'ticket-refused',
        ])
      },
    )
    await stage.step(
      { ja: '事業者が認証局に直接たずねても 403', en: 'an operator that asks the CA directly gets 403' },
      async () => {
        const { status } = await stage.world
          .connectAs('catv-hikari')<CaApp>('ca')
          ['serial-links'].$post({ json: { signatureSerialNumber: '01' } })
        stage.expect({ ja: '認定された検証者だけ', en: 'accredited verifiers only' }, status, 403)
      },
    )
  },
}

const expired: Case = {
  id: 'expired',
  title: { ja: '有効期限の過ぎた証明書', en: 'An expired certificate' },
  play: (stage) =>
    stage.step(
      { ja: '五回目の誕生日を過ぎると使えない（試作さくら）', en: 'past the fifth birthday it is refused (Sakura)' },
      async () => {
        await seesOwn(stage, 'sakura')
        await stage.advance(Date.UTC(2031, 2, 26) - stage.now())
        const { screen } = await logIn(stage, 'sakura')
        stage.expect(
          { ja: '期限切れとして拒否', en: 'refused as expired' },
          { refusal: screen.refusal, health: screen.health },
          { refusal: 'expired', health: undefined },
        )
      },
    ),
}

export const cableTv = defineScenario({
  id: 'cable-tv',
  title: { ja: '必須① ケーブルテレビで健康情報を見る', en: 'Required 1: health information on cable television' },
  functions: ['eligibility'],
  from: ['必須①', 'E01', 'row 16', 'row 24'],
  people: [...insured, 'yoshie'],
  prepare: async (stage) => {
    await stage.step({ ja: '保険者が通知を用意する', en: 'insurers prepare the notices' }, async () => {
      for (const id of [...insured, 'yoshie']) await recordHealth(stage, id)
    })
    await linkAll(stage, [...insured, 'yoshie'])
  },
  cases: () => [own, secondOperator, family, lockOut, revoked, changeOperator, insurerDown, misuse, expired],
})
