/** Other ways to the doctor: a child’s card, no card at all, a paper card misread. */
import { residentRecord } from '../acts/terminal.ts'
import { arrive, payInCash, receive, showPaperCard, treat } from '../acts/visiting.ts'
import type { Case } from '../scenario.ts'
import { kaede, sakura } from './place.ts'

export const otherWays: Case = {
  id: 'other-ways',
  title: { ja: '十五歳未満、カードのない人、読み違えた保険証', en: 'Under 15, no card, and a misread insurance card' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '署名用証明書のない子ども（見本望）も資格を確認できる',
        en: 'a child without a signature certificate (Nozomi) is eligible all the same',
      },
      async () => {
        const record = await residentRecord(stage, 'kodomo')
        const { eligibility } = await receive(stage, sakura, 'V-20', 'kodomo')
        stage.expect(
          { ja: '利用者証明用だけで有効', en: 'valid by the authentication certificate alone' },
          [record.certificates.map(({ kind }) => kind), eligibility?.validity],
          [['authentication'], 'valid'],
        )
      },
    )
    await stage.step(
      {
        ja: 'カードを持たない無札実は保険証で受診し現金で払う',
        en: 'Minoru, who has no card, shows the paper card and pays in cash',
      },
      async () => {
        await arrive(stage, kaede, 'V-21', 'nocard')
        const { eligibility } = await showPaperCard(stage, kaede, 'V-21', { personId: 'nocard', link: false })
        const { bill } = await treat(stage, kaede, 'V-21', 777)
        const { payment } = await payInCash(stage, kaede, 'V-21', 1_000)
        stage.expect(
          { ja: '有効、1 割負担で 7,770 円のうち 780 円', en: 'valid; 10 % of 7,770 is 780 yen' },
          [eligibility?.validity, bill?.patientYen, payment?.method, payment?.paidYen],
          ['valid', 780, 'cash', 780],
        )
      },
    )
    await stage.step(
      { ja: '保険者の知らない番号は「不明」となる', en: 'a number the insurer does not know is unknown' },
      async () => {
        await arrive(stage, kaede, 'V-22', 'nocard')
        const misread = { personId: 'nocard', link: false, insuredNumber: 'N-9999' }
        const { eligibility } = await showPaperCard(stage, kaede, 'V-22', misread)
        stage.expect({ ja: '不明', en: 'unknown' }, eligibility, { validity: 'unknown' })
      },
    )
  },
}
