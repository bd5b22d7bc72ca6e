/** At the till: refused payments, a card lost meanwhile, refunds. */
import { loseCard } from '../acts/counter.ts'
import { waitForRevocation } from '../acts/revocation.ts'
import { payByCard, payInCash, receive, refund, treat } from '../acts/visiting.ts'
import type { Case } from '../scenario.ts'
import { kaede, paymentsAt } from './place.ts'

export const refusedPayment: Case = {
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

export const lostBetween: Case = {
  id: 'lost-between',
  title: { ja: '受付と会計の間にカードを失う', en: 'Card lost between reception and payment' },
  play: (stage) =>
    stage.step({ ja: '急用亘の失効したカードでは払えない', en: 'Wataru’s revoked card cannot pay' }, async () => {
      await receive(stage, kaede, 'V-12', 'kyunin')
      await treat(stage, kaede, 'V-12', 200)
      await loseCard(stage, 'kyunin')
      await waitForRevocation(stage)
      const refused = await payByCard(stage, kaede, 'V-12', 'kyunin')
      const paid = await payInCash(stage, kaede, 'V-12', 600)
      stage.expect(
        { ja: 'カードは拒否、現金で支払い', en: 'card refused, paid in cash' },
        [refused.payment, paid.payment?.method, await paymentsAt(stage, kaede, 'payment-credit', 'V-12')],
        [undefined, 'cash', []],
      )
    }),
}

export const refunds: Case = {
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
