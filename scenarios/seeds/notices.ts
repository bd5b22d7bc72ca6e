/** Seeds for what municipalities show on televisions: an evacuation, its end, and daily life. */
import { HOUR } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import type { CatvApp } from '../../sim/catv/index.ts'
import { announce, operators } from '../acts/announcing.ts'
import { publishNotices } from '../acts/opening.ts'
import { townNames } from '../acts/year.ts'
import { type Seed, townChoices } from './seed.ts'

/** An evacuation notice is shown this long (invented). */
const evacuationMs = 6 * HOUR

const evacuation: Seed = {
  id: 'evacuation',
  title: { ja: '避難のお知らせを出す', en: 'Evacuation notice' },
  does: {
    ja: 'その町の住所のあるテレビの画面いっぱいに、6時間、避難のお知らせが出ます。',
    en: 'For six hours an evacuation notice takes over every television with an address in the town.',
  },
  choices: townChoices,
  sow: async (stage, town) => {
    const area = townNames[town] ?? ''
    const reached = await announce(stage, town, {
      noticeId: `evacuation-${town}-${stage.now()}`,
      kind: 'evacuation',
      area,
      title: '避難指示（訓練・架空）',
      text: `${area}に避難指示が出ました。命を守る行動をとってください。これは模擬のお知らせです。`,
      forMs: evacuationMs,
    })
    return { ja: `${reached}台のテレビに出ました。`, en: `Shown on ${reached} televisions.` }
  },
}

const allClear: Seed = {
  id: 'all-clear',
  title: { ja: '避難・災害のお知らせを解除する', en: 'All clear' },
  does: {
    ja: '避難と災害のお知らせをすべて取り下げます。町の日常のお知らせは残ります。',
    en: 'Withdraws every evacuation and disaster notice; notices of daily life stay.',
  },
  sow: async (stage) => {
    let withdrawn = 0
    for (const operator of operators) {
      const notices = stage.connect<CatvApp>(operator)['area-notices']
      for (const { kind, noticeId } of (await answer(notices.$get())).notices) {
        if (kind === 'municipal') continue
        await answer(notices[':noticeId'].withdrawals.$post({ param: { noticeId } }))
        withdrawn += 1
      }
    }
    return { ja: `${withdrawn}件を取り下げました。`, en: `${withdrawn} notices withdrawn.` }
  },
}

const dailyLife: Seed = {
  id: 'town-notices',
  title: { ja: '町のお知らせを出す', en: 'Notices of daily life' },
  does: {
    ja: 'ごみの収集や断水など、町のお知らせを30日間出します。',
    en: 'Collections, water works and the like, shown for 30 days.',
  },
  sow: async (stage) => {
    const reached = await publishNotices(stage)
    return { ja: `${reached}台のテレビに出ました。`, en: `Shown on ${reached} televisions.` }
  },
}

export const noticeSeeds: Seed[] = [evacuation, allClear, dailyLife]
