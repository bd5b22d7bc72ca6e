/** Seeds for parties that do not answer, and for all of them answering again. */
import { faultRule } from '../../sim/core/faults.ts'
import type { Seed } from './seed.ts'

/** Which party being silent is worth showing. */
const silent: readonly { id: string; ja: string; en: string }[] = [
  { id: 'insurer-nhi', ja: '見本県国民健康保険', en: 'Mihon National Health Insurance' },
  { id: 'insurer-company', ja: 'みほん電機健康保険組合', en: 'Mihon Electric Health Insurance Society' },
  { id: 'payment-credit', ja: 'みほんクレジット', en: 'Mihon Credit' },
  { id: 'payment-debit', ja: 'みほん銀行デビット', en: 'Mihon Bank Debit' },
  { id: 'platform', ja: '共通プラットフォーム', en: 'Common platform' },
  { id: 'ca', ja: '認証局', en: 'Certification authority' },
]

const partyDown: Seed = {
  id: 'party-down',
  title: { ja: '機関を止める', en: 'A party is down' },
  does: {
    ja: 'その機関は、平常に戻すまで誰にも応答しません。',
    en: 'The party answers nobody until all is well again.',
  },
  choices: silent.map(({ id, ja, en }) => ({ id, text: { ja, en } })),
  sow: async (_, party, faults) => {
    const isDown = faults.list().some(({ kind, to, from }) => kind === 'down' && to === party && from === undefined)
    if (!isDown) faults.add(faultRule.parse({ kind: 'down', to: party }))
    return { ja: `${party} は応答しません。`, en: `${party} does not answer.` }
  },
}

const allWell: Seed = {
  id: 'all-well',
  title: { ja: '障害をすべて取り除く', en: 'All is well' },
  does: { ja: '止めた機関も、入れた障害も、元に戻します。', en: 'Removes every fault, however it was set.' },
  sow: async (_stage, _choice, faults) => {
    const count = faults.list().length
    faults.clear()
    return { ja: `${count}件の障害を取り除きました。`, en: `${count} faults removed.` }
  },
}

export const troubleSeeds: Seed[] = [partyDown, allWell]
