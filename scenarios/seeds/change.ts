/** Seeds for change confirmation: a round of checks at every provider, and a year in which people move. */
import { DAY } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import { createRandom } from '../../sim/core/random.ts'
import type { SubscriptionApp } from '../../sim/subscription/index.ts'
import { contractedPeople } from '../acts/opening.ts'
import { moveWithin, reissueSignature } from '../acts/counter.ts'
import { waitForRevocation } from '../acts/revocation.ts'
import { residentRecord, townOf } from '../acts/terminal.ts'
import { townNames } from '../acts/year.ts'
import { addressIn } from '../population.ts'
import type { Stage } from '../stage.ts'
import type { Seed } from './seed.ts'

const providersOf = (stage: Stage) => stage.world.parties.filter(({ folder }) => folder === 'subscription')

const changeChecks: Seed = {
  id: 'change-checks',
  title: { ja: '今すぐ変更確認をする', en: 'Change checks now' },
  does: {
    ja: '失効の知らせが届くまで時間を進め、すべての事業者で変更確認を一巡します。',
    en: 'Lets time go by until news of revocations has arrived, then every provider checks its contracts.',
  },
  sow: async (stage) => {
    await waitForRevocation(stage)
    let found = 0
    for (const { id } of providersOf(stage))
      found += (await answer(stage.connect<SubscriptionApp>(id).rounds.$post())).found
    return { ja: `${found}件の変更・失効が見つかりました。`, en: `${found} contracts were found changed.` }
  },
}

/** One move a month for a year; every second person gets a new signature certificate at once (invented). */
const months = 12
const monthMs = (365 * DAY) / months

const yearOfMoves: Seed = {
  id: 'year-of-moves',
  title: { ja: '引っ越しの一年を過ごす', en: 'A year of moves' },
  does: {
    ja: '時計が一年進み、毎月一人が町の中で引っ越します。事業者は30日ごとに変更を確認します。数十秒かかります。',
    en: 'The clock goes on by a year; each month somebody moves within the town, and providers check every 30 days. Takes some tens of seconds.',
  },
  aboutEverybody: true,
  sow: async (stage) => {
    const random = createRandom(`seed/year-of-moves/${stage.now()}`)
    const movers = contractedPeople.filter((person) => stage.memory.get(`standing of ${person}`) === 'registered')
    const begin = random.int(Math.max(1, movers.length))
    for (let month = 0; month < months && movers.length > 0; month++) {
      const person = movers[(begin + month) % movers.length] ?? ''
      await moveWithin(stage, person, addressIn(townNames[townOf(stage, person)] ?? '', random))
      const { cardId } = await residentRecord(stage, person)
      if (month % 2 === 0 && cardId !== undefined) await reissueSignature(stage, person)
      await stage.advance(monthMs)
    }
    return { ja: '一年が過ぎました。', en: 'A year has gone by.' }
  },
}

export const changeSeeds: Seed[] = [changeChecks, yearOfMoves]
