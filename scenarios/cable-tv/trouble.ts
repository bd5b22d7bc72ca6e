/** Trouble: wrong PIN to lock-out, a lost card, an insurer that is down, an expired certificate. */
import { changePin, loseCard, unblock } from '../acts/counter.ts'
import { waitForRevocation } from '../acts/revocation.ts'
import { logIn, startSession, televisionOf } from '../acts/television.ts'
import { insertCard, prove, wrongPin } from '../acts/terminal.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import { seesOwn } from './screen.ts'

export const lockOut: Case = {
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
    await stage.step(
      { ja: '窓口の端末で自分で暗証番号を変える', en: 'he changes the PIN himself at the counter’s terminal' },
      async () => {
        const own = personOf('ichiro').card?.authenticationPin ?? ''
        const other = wrongPin('ichiro')
        const changed = await changePin(stage, 'ichiro', { pin: 'authentication', from: own, to: other })
        const { challenge } = await startSession(stage, televisionOf('ichiro'))
        const old = await prove(stage, 'ichiro', challenge)
        const { result } = await prove(stage, 'ichiro', challenge, other)
        stage.expect(
          { ja: '古い番号はもう通らず、新しい番号で通る', en: 'the old one passes no more, the new one does' },
          [changed.result, old, result],
          ['ok', { result: 'wrong', triesLeft: 2 }, 'proved'],
        )
      },
    )
  },
}

export const revoked: Case = {
  id: 'revoked',
  title: { ja: '紛失したカードは使えない', en: 'A lost card is refused' },
  play: (stage) =>
    stage.step(
      {
        ja: '仮名美咲が紛失を電話で届け、拾った人がそのカードを使う',
        en: 'Misaki reports her card lost by telephone; the finder uses it',
      },
      async () => {
        await seesOwn(stage, 'misaki')
        await loseCard(stage, 'misaki', 'telephone')
        await waitForRevocation(stage)
        const { screen } = await logIn(stage, 'misaki')
        stage.expect(
          { ja: '失効として拒否', en: 'refused as revoked' },
          { refusal: screen.refusal, health: screen.health },
          { refusal: 'revoked', health: undefined },
        )
      },
    ),
}

export const insurerDown: Case = {
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

export const expired: Case = {
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
