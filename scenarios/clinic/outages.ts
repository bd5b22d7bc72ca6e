/** When insurer or issuer do not answer, and when an answer is replayed. */
import { DAY, HOUR, MINUTE } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import {
  arrive,
  payByCard,
  payInCash,
  proofAtReception,
  receive,
  showPaperCard,
  treat,
  visitOf,
} from '../acts/visiting.ts'
import type { Case } from '../scenario.ts'
import { kaede, paymentsAt, sakura } from './place.ts'

export const outages: Case = {
  id: 'outages',
  title: { ja: '保険者・カード会社が応答しないとき', en: 'The insurer or the issuer does not answer' },
  play: async (stage) => {
    await stage.step(
      { ja: '保険者が止まっても受付は続き、後で確認される', en: 'insurer down: reception goes on, checked later' },
      async () => {
        const during = await stage.during([{ kind: 'down', to: 'insurer-nhi' }], async () => {
          await receive(stage, kaede, 'V-10', 'ryoshin')
          await showPaperCard(stage, kaede, 'V-10', { personId: 'ryoshin', link: false })
          return treat(stage, kaede, 'V-10', 500)
        })
        await stage.advance(3 * HOUR)
        const { eligibility } = await visitOf(stage, kaede, 'V-10')
        stage.expect(
          { ja: '窓口では 3 割、後で有効と確認', en: '30 % at the desk, found valid later' },
          [during.bill?.patientYen, eligibility?.validity],
          [1_500, 'valid'],
        )
      },
    )
    await stage.step(
      {
        ja: 'カード会社の返事が失われても、売上は一度だけ',
        en: 'the issuer’s answer is lost: charged once all the same',
      },
      async () => {
        await stage.during(
          [{ kind: 'drop-answer', to: 'payment-credit', pathPrefix: '/authorisations', times: 1 }],
          () => payByCard(stage, kaede, 'V-10', 'ryoshin'),
        )
        await stage.advance(3 * HOUR)
        stage.expect(
          { ja: '照合のうえ一件だけ確定', en: 'reconciled, captured once' },
          await paymentsAt(stage, kaede, 'payment-credit', 'V-10'),
          [{ state: 'captured', capturedYen: 1_500, refundedYen: 0 }],
        )
      },
    )
    await stage.step(
      {
        ja: '与信のあと売上確定の返事が失われても、二重には請求されない',
        en: 'the answer to the capture is lost: repeated, and charged once',
      },
      async () => {
        await receive(stage, kaede, 'V-15', 'ryoshin')
        await treat(stage, kaede, 'V-15', 600)
        await stage.during([{ kind: 'drop-answer', to: 'payment-credit', pathPrefix: '/payments', times: 1 }], () =>
          payByCard(stage, kaede, 'V-15', 'ryoshin'),
        )
        await stage.advance(HOUR)
        stage.expect(
          { ja: '一件、1,800 円', en: 'one payment of 1,800 yen' },
          await paymentsAt(stage, kaede, 'payment-credit', 'V-15'),
          [{ state: 'captured', capturedYen: 1_800, refundedYen: 0 }],
        )
      },
    )
    await stage.step(
      {
        ja: '待たずに現金で払ったら、遅れて通った与信は取り消される',
        en: 'paid in cash meanwhile: the late authorisation is released',
      },
      async () => {
        await receive(stage, kaede, 'V-11', 'ryoshin')
        await treat(stage, kaede, 'V-11', 400)
        await stage.during(
          [
            { kind: 'delay', ms: 30_000, to: 'payment-credit', pathPrefix: '/authorisations' },
            { kind: 'down', to: 'payment-credit' },
          ],
          async () => {
            await payByCard(stage, kaede, 'V-11', 'ryoshin')
            await payInCash(stage, kaede, 'V-11', 1_200)
            await stage.advance(MINUTE)
          },
        )
        await stage.advance(6 * HOUR)
        const captured = (await paymentsAt(stage, kaede, 'payment-credit', 'V-11')).filter(
          ({ capturedYen }) => capturedYen > 0,
        )
        const { payment } = await visitOf(stage, kaede, 'V-11')
        stage.expect(
          { ja: '現金 1,200 円だけ', en: '1,200 yen in cash and nothing else' },
          [payment?.method, payment?.paidYen, captured],
          ['cash', 1_200, []],
        )
      },
    )
  },
}

export const replay: Case = {
  id: 'replay',
  title: { ja: '記録した応答の再送', en: 'A recorded answer replayed' },
  play: (stage) =>
    stage.step(
      { ja: '受付で使った署名を別の受付で使うと拒否', en: 'the signature of one reception is refused at another' },
      async () => {
        const { challenge } = await arrive(stage, sakura, 'V-14', 'taro')
        const at = { clinic: sakura, visitId: 'V-14' }
        const json = await proofAtReception(stage, at, { personId: 'taro', challenge })
        const as = stage.world.connectAs(sakura)<PlatformApp>('platform').authentications
        const outcomes = [await answer(as.$post({ json })), await answer(as.$post({ json }))].map((given) =>
          'reason' in given ? given.reason : given.outcome,
        )
        stage.expect({ ja: '一度だけ有効', en: 'good once only' }, outcomes, ['accepted', 'challenge-used'])
        await stage.advance(DAY)
      },
    ),
}
