/** 必須ユースケース②: one card at the clinic for instant health-insurance eligibility and payment. */
import { DAY, HOUR, MINUTE } from '../sim/core/clock.ts'
import { answer } from '../sim/core/network.ts'
import type { InsurerApp } from '../sim/insurer/index.ts'
import type { PaymentApp } from '../sim/payment/index.ts'
import type { PlatformApp } from '../sim/platform/index.ts'
import { loseCard } from './acts/counter.ts'
import { linkAll } from './acts/linking.ts'
import { proof } from './acts/terminal.ts'
import {
  arrive,
  payByCard,
  payInCash,
  receiptOf,
  receive,
  refund,
  showPaperCard,
  treat,
  visitOf,
} from './acts/visiting.ts'
import { personOf } from './people.ts'
import { defineScenario, type Case } from './scenario.ts'
import type { Stage } from './stage.ts'

const sakura = 'clinic-sakura'
const kaede = 'clinic-kaede'

const paymentsAt = async (stage: Stage, clinic: string, issuer: string, merchantReference: string) => {
  const { payments } = await answer(
    stage.world.connectAs(clinic)<PaymentApp>(issuer).payments.$get({ query: { merchantReference } }),
  )
  return payments.map(({ state, capturedYen, refundedYen }) => ({ state, capturedYen, refundedYen }))
}

const oneCard: Case = {
  id: 'one-card',
  title: { ja: '受付から支払いまで一枚のカードで', en: 'From reception to payment with one card' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '受付: 見本太郎がカードを置き、資格がその場で確認される',
        en: 'reception: Taro’s card is read, eligibility is confirmed at once',
      },
      async () => {
        const { eligibility } = await receive(stage, sakura, 'V-1', 'taro')
        const { name, dateOfBirth } = personOf('taro').basicFour
        const expected = {
          validity: 'valid',
          insurer: 'insurer-nhi',
          insuredNumber: 'N-0001',
          name,
          dateOfBirth,
          relation: 'insured',
          copaymentRatio: 0.3,
        }
        stage.expect({ ja: '有効、負担割合 3 割', en: 'valid, share of 30 %' }, eligibility, expected)
      },
    )
    await stage.step(
      {
        ja: '会計: 診療報酬 523 点、3 割を 10 円単位に四捨五入して 1,570 円',
        en: 'bill: 523 points, 30 % rounded to 10 yen is 1,570 yen',
      },
      async () => {
        const { bill } = await treat(stage, sakura, 'V-1', 523)
        stage.expect({ ja: '5,230 円のうち 1,570 円', en: '1,570 of 5,230 yen' }, bill, {
          points: 523,
          totalYen: 5_230,
          copaymentRatio: 0.3,
          patientYen: 1_570,
        })
      },
    )
    await stage.step(
      {
        ja: '支払い: 同じカードで、紐付けたクレジットカードから',
        en: 'payment: the same card, from the linked credit card',
      },
      async () => {
        await payByCard(stage, sakura, 'V-1', 'taro')
        const receipt = await receiptOf(stage, sakura, 'V-1')
        stage.expect(
          { ja: '領収書が出る', en: 'a receipt is issued' },
          { paidBy: receipt.paidBy, patientYen: receipt.patientYen, patientName: receipt.patientName },
          { paidBy: 'card', patientYen: 1_570, patientName: personOf('taro').basicFour.name },
        )
        stage.expect(
          { ja: 'カード会社では一度だけ売上確定', en: 'captured once at the issuer' },
          await paymentsAt(stage, sakura, 'payment-credit', 'V-1'),
          [{ state: 'captured', capturedYen: 1_570, refundedYen: 0 }],
        )
      },
    )
    await stage.step(
      { ja: 'デビットでも（雛形健二、2 割負担、かえで医院）', en: 'by debit too (Kenji, 20 %, Kaede Clinic)' },
      async () => {
        await receive(stage, kaede, 'V-2', 'kenji')
        const { bill } = await treat(stage, kaede, 'V-2', 1_234)
        await payByCard(stage, kaede, 'V-2', 'kenji')
        stage.expect(
          { ja: '12,340 円の 2 割は 2,470 円', en: '20 % of 12,340 is 2,470 yen' },
          [bill?.patientYen, await paymentsAt(stage, kaede, 'payment-debit', 'V-2')],
          [2_470, [{ state: 'captured', capturedYen: 2_470, refundedYen: 0 }]],
        )
      },
    )
  },
}

const qualification: Case = {
  id: 'qualification',
  title: { ja: '資格の喪失・変更', en: 'Insurance lost or changed' },
  play: async (stage) => {
    await stage.step({ ja: '資格を失った人は全額負担', en: 'who has lost the insurance pays in full' }, async () => {
      const insurer = stage.connect<InsurerApp>('insurer-nhi')['insured-persons'][':insuredNumber']
      await answer(
        insurer.losses.$post({ param: { insuredNumber: 'N-0012' }, json: { lostFrom: '2026-03-01', reason: 'other' } }),
      )
      const { eligibility } = await receive(stage, sakura, 'V-3', 'mukou')
      const { bill } = await treat(stage, sakura, 'V-3', 300)
      stage.expect(
        { ja: '喪失、10 割', en: 'lost, pays 100 %' },
        [eligibility, bill?.patientYen],
        [{ validity: 'lost', lostFrom: '2026-03-01' }, 3_000],
      )
    })
    await stage.step(
      { ja: '退職して保険が替わった人には新しい保険者が示される', en: 'who changed jobs is told the new insurer' },
      async () => {
        const insurer = stage.connect<InsurerApp>('insurer-company')['insured-persons'][':insuredNumber']
        await answer(
          insurer.losses.$post({
            param: { insuredNumber: 'K-0009' },
            json: { lostFrom: '2026-04-01', reason: 'left-job', nextInsurer: 'insurer-nhi' },
          }),
        )
        const { eligibility } = await receive(stage, kaede, 'V-4', 'makoto')
        stage.expect({ ja: '変更: 国民健康保険へ', en: 'changed: to the NHI' }, eligibility, {
          validity: 'changed',
          lostFrom: '2026-04-01',
          nextInsurer: 'insurer-nhi',
        })
      },
    )
  },
}

const notLinked: Case = {
  id: 'not-linked',
  title: {
    ja: 'まだ紐付けのない人は、その場で同意して紐付ける',
    en: 'Not linked yet: linked at the terminal, with consent',
  },
  play: (stage) =>
    stage.step(
      { ja: '初診一が保険証を見せ、同意して紐付ける', en: 'Hajime shows the insurance card, consents, and is linked' },
      async () => {
        const before = await receive(stage, sakura, 'V-5', 'hajime')
        const after = await showPaperCard(stage, sakura, 'V-5', 'hajime', true)
        const again = await receive(stage, sakura, 'V-6', 'hajime')
        stage.expect(
          {
            ja: '初回は未確認、紐付け後は有効、次からは即時',
            en: 'unknown first, valid once linked, instant from then on',
          },
          [before.eligibility?.validity, after.eligibility?.validity, again.eligibility?.validity],
          [undefined, 'valid', 'valid'],
        )
      },
    ),
}

const wrongPerson: Case = {
  id: 'wrong-person',
  title: { ja: '他人のカード', en: 'Somebody else’s card' },
  play: (stage) =>
    stage.step({ ja: '別人智子の受付に太郎のカードが置かれる', en: 'Taro’s card at Tomoko’s reception' }, async () => {
      const view = await receive(stage, sakura, 'V-7', 'tomoko', 'taro')
      stage.expect(
        { ja: '資格は使われず、太郎の情報も出ない', en: 'not used, nothing of Taro’s shown' },
        [view.state, view.eligibility],
        ['wrongPerson', undefined],
      )
    }),
}

const refusedPayment: Case = {
  id: 'refused-payment',
  title: { ja: '資格は有効、支払いは拒否', en: 'Eligible, but the payment is refused' },
  play: async (stage) => {
    await stage.step(
      { ja: '限度額を超えた人は現金で払う（標本由美）', en: 'over the credit limit: pays in cash (Yumi)' },
      async () => {
        await receive(stage, kaede, 'V-8', 'yumi')
        await treat(stage, kaede, 'V-8', 1_000)
        const refused = await payByCard(stage, kaede, 'V-8', 'yumi')
        const paid = await payInCash(stage, kaede, 'V-8', 3_000)
        stage.expect(
          { ja: 'カードは拒否、現金 3,000 円で領収', en: 'card refused, 3,000 yen in cash' },
          [refused.payment, paid.payment?.method, paid.payment?.paidYen],
          [undefined, 'cash', 3_000],
        )
      },
    )
    await stage.step(
      { ja: 'デビットの残高不足も同じ（残高少子）', en: 'too little on the debit account: the same (Shoko)' },
      async () => {
        await receive(stage, kaede, 'V-9', 'okane')
        await treat(stage, kaede, 'V-9', 1_000)
        await payByCard(stage, kaede, 'V-9', 'okane')
        await payInCash(stage, kaede, 'V-9', 3_000)
        stage.expect(
          { ja: 'カード会社に売上は残らない', en: 'nothing is captured at the issuer' },
          (await paymentsAt(stage, kaede, 'payment-debit', 'V-9')).filter(({ capturedYen }) => capturedYen > 0),
          [],
        )
      },
    )
  },
}

const outages: Case = {
  id: 'outages',
  title: { ja: '保険者・カード会社が応答しないとき', en: 'The insurer or the issuer does not answer' },
  play: async (stage) => {
    await stage.step(
      { ja: '保険者が止まっても受付は続き、後で確認される', en: 'insurer down: reception goes on, checked later' },
      async () => {
        const during = await stage.during([{ kind: 'down', to: 'insurer-nhi' }], async () => {
          await receive(stage, kaede, 'V-10', 'ryoshin')
          await showPaperCard(stage, kaede, 'V-10', 'ryoshin', false)
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

const lostBetween: Case = {
  id: 'lost-between',
  title: { ja: '受付と会計の間にカードを失う', en: 'Card lost between reception and payment' },
  play: (stage) =>
    stage.step({ ja: '急用亘の失効したカードでは払えない', en: 'Wataru’s revoked card cannot pay' }, async () => {
      await receive(stage, kaede, 'V-12', 'kyunin')
      await treat(stage, kaede, 'V-12', 200)
      await loseCard(stage, 'kyunin')
      await stage.advance(HOUR + 16 * MINUTE)
      const refused = await payByCard(stage, kaede, 'V-12', 'kyunin')
      const paid = await payInCash(stage, kaede, 'V-12', 600)
      stage.expect(
        { ja: 'カードは拒否、現金で支払い', en: 'card refused, paid in cash' },
        [refused.payment, paid.payment?.method, await paymentsAt(stage, kaede, 'payment-credit', 'V-12')],
        [undefined, 'cash', []],
      )
    }),
}

const refunds: Case = {
  id: 'refund',
  title: { ja: '返金', en: 'Refund' },
  play: (stage) =>
    stage.step(
      {
        ja: '算定誤りで 300 円を返す、払った額より多くは返さない',
        en: '300 yen back after a mistake, never more than was paid',
      },
      async () => {
        await receive(stage, kaede, 'V-13', 'modoshi')
        await treat(stage, kaede, 'V-13', 400)
        await payByCard(stage, kaede, 'V-13', 'modoshi')
        await refund(stage, kaede, 'V-13', 300)
        const tooMuch = await refund(stage, kaede, 'V-13', 1_000).then(
          () => 'given',
          () => 'refused',
        )
        stage.expect(
          { ja: '1,200 円のうち 300 円だけ', en: '300 of 1,200 yen' },
          [await paymentsAt(stage, kaede, 'payment-debit', 'V-13'), tooMuch],
          [[{ state: 'partlyRefunded', capturedYen: 1_200, refundedYen: 300 }], 'refused'],
        )
      },
    ),
}

const replay: Case = {
  id: 'replay',
  title: { ja: '記録した応答の再送', en: 'A recorded answer replayed' },
  play: (stage) =>
    stage.step(
      { ja: '受付で使った署名を別の受付で使うと拒否', en: 'the signature of one reception is refused at another' },
      async () => {
        const { challenge } = await arrive(stage, sakura, 'V-14', 'taro')
        const json = await proof(stage, 'taro', challenge)
        const as = stage.world.connectAs(sakura)<PlatformApp>('platform').authentications
        const outcomes = [await answer(as.$post({ json })), await answer(as.$post({ json }))].map((given) =>
          'reason' in given ? given.reason : given.outcome,
        )
        stage.expect({ ja: '一度だけ有効', en: 'good once only' }, outcomes, ['accepted', 'challenge-used'])
        await stage.advance(DAY)
      },
    ),
}

const linked = ['taro', 'hanako', 'kenji', 'makoto', 'yumi', 'mukou', 'ryoshin', 'modoshi', 'kyunin', 'okane']

export const clinic = defineScenario({
  id: 'clinic',
  title: {
    ja: '必須② 医療機関で一枚のカード（資格確認と支払い）',
    en: 'Required 2: one card at the clinic, eligibility and payment',
  },
  functions: ['eligibility'],
  from: ['必須②', 'E02', 'E10', 'row 13', 'row 14', 'row 15'],
  people: [...linked, 'hajime', 'tomoko'],
  prepare: (stage) => linkAll(stage, linked),
  cases: () => [oneCard, qualification, notLinked, wrongPerson, refusedPayment, outages, lostBetween, refunds, replay],
})
