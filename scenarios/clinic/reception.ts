/** At reception: one card from arrival to receipt, insurance lost or changed, linking at the desk, somebody else’s card. */
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import { payByCard, receiptOf, receive, showPaperCard, treat } from '../acts/visiting.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import { kaede, paymentsAt, sakura } from './place.ts'

export const oneCard: Case = {
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

export const qualification: Case = {
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

export const notLinked: Case = {
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
        const after = await showPaperCard(stage, sakura, 'V-5', { personId: 'hajime', link: true })
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

export const wrongPerson: Case = {
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
