/** What the open world is founded with, so that there is something to see and every case can be played: weeks of life before it opens. */
import { DAY, HOUR } from '../../sim/core/clock.ts'
import { answer } from '../../sim/core/network.ts'
import type { InsurerApp } from '../../sim/insurer/index.ts'
import { people, personOf } from '../people.ts'
import type { Stage } from '../stage.ts'
import { announce, type AreaNotice } from './announcing.ts'
import { signUp } from './contracting.ts'
import { loseCard, moveTo, moveWithin, rename, renew } from './counter.ts'
import { found } from './founding.ts'
import { prepareNotices } from './health.ts'
import { linkAll } from './linking.ts'
import { prove, wrongPin } from './terminal.ts'
import { payByCard, receive, treat } from './visiting.ts'

/** The open world begins so long before it opens (invented): a round of change checks (30 days) lies in between. */
export const openingLeadMs = 45 * DAY
/** What has happened by then happens on this day (invented). */
const eventsAfterMs = 10 * DAY

/** Not linked: to be linked by whoever plays them. */
const unlinked = new Set(['hajime', 'nocard'])

const services: Record<string, string> = {
  'contract-hikari': 'cable-tv',
  'contract-midori': 'cable-tv',
  'mobile-sora': 'mobile',
  'broadcaster-koho': 'receiving-contract',
  'rights-uta': 'membership',
}

/** Who has signed up with whom (invented); kakuji alone has not consented to change checks. */
const contracts: Record<string, string[]> = {
  taro: ['contract-hikari', 'mobile-sora', 'broadcaster-koho'],
  hanako: ['mobile-sora'],
  kenji: ['contract-midori', 'broadcaster-koho'],
  makoto: ['contract-midori', 'mobile-sora'],
  daisuke: ['contract-hikari'],
  sakura: ['contract-hikari'],
  wataru: ['contract-hikari', 'mobile-sora'],
  tenko: ['contract-hikari', 'broadcaster-koho'],
  aika: ['mobile-sora', 'broadcaster-koho'],
  tsutomu: ['broadcaster-koho'],
  hayashi: ['mobile-sora'],
  nakusu: ['mobile-sora'],
  kigen: ['broadcaster-koho'],
  tekkai: ['mobile-sora', 'broadcaster-koho'],
  henji: ['mobile-sora', 'rights-uta'],
  fudo: ['broadcaster-koho'],
  kakuji: ['mobile-sora'],
  uta: ['rights-uta', 'mobile-sora'],
}
/** Everybody with a contract when the world opens. */
export const contractedPeople = Object.keys(contracts)
const withoutConsent = new Set(['kakuji'])

const signEverybodyUp = async (stage: Stage) => {
  const refused: string[] = []
  for (const [person, providers] of Object.entries(contracts)) {
    for (const provider of providers) {
      const application = { provider, service: services[provider] ?? '', consent: !withoutConsent.has(person) }
      const given = await signUp(stage, person, application)
      if (given.outcome === 'refused') refused.push(`${person} ${provider} ${given.reason}`)
    }
  }
  stage.expect({ ja: 'すべて受け付けられた', en: 'all were accepted' }, refused, [])
}

/** The insurer is told that the qualification ends today, and who insures the person next if that is known. */
export const loseInsurance = async (
  stage: Stage,
  personId: string,
  loss: { reason: 'other' | 'left-job'; nextInsurer?: string },
) => {
  const { insurer = '', insuredNumber = '' } = personOf(personId).insurance ?? {}
  // the calendar day in Japan
  const lostFrom = new Date(stage.now() + 9 * HOUR).toISOString().slice(0, 10)
  await answer(
    stage.connect<InsurerApp>(insurer)['insured-persons'][':insuredNumber'].losses.$post({
      param: { insuredNumber },
      json: { lostFrom, ...loss },
    }),
  )
}

/** Moves, a marriage, a renewal and a loss that providers have found out by now; the others’ cases are left to be played. */
const liveOn = async (stage: Stage) => {
  await moveTo(stage, 'tenko', 'municipality-midorino', '見本県緑野町本町三丁目８番１号')
  await moveWithin(stage, 'henji', '見本県潮騒市丘の上一丁目２番３号')
  await rename(stage, 'aika', '新居　愛華')
  await renew(stage, 'hayashi')
  await loseCard(stage, 'misaki')
  await loseInsurance(stage, 'mukou', { reason: 'other' })
  await loseInsurance(stage, 'makoto', { reason: 'left-job', nextInsurer: 'insurer-nhi' })
}

/** Enter a wrong PIN until the card blocks it; three tries are the most a card gives (OpenSC jpki.h). */
export const blockPin = async (stage: Stage, personId: string) => {
  for (let tries = 0; tries < 3; tries++) {
    const challenge = { challengeId: 'none', challenge: Buffer.alloc(32).toString('base64') }
    const answered = await prove(stage, personId, challenge, wrongPin(personId))
    if (answered.result === 'blocked') return
  }
}

/** Notices of daily life, for a month (invented). */
const municipalNotices: (AreaNotice & { municipality: string })[] = [
  {
    municipality: 'municipality-aobano',
    noticeId: 'aobano-collection',
    area: '見本県青葉野市',
    title: '資源ごみ収集日の変更',
    text: '来週から資源ごみの収集が木曜日になります（架空のお知らせ）。',
  },
  {
    municipality: 'municipality-aobano',
    noticeId: 'aobano-health-day',
    area: '見本県青葉野市',
    title: '健康フェアのご案内',
    text: '保健センターで健康フェアを開きます。予約は要りません（架空のお知らせ）。',
  },
  {
    municipality: 'municipality-midorino',
    noticeId: 'midorino-water',
    area: '見本県緑野町大字上野',
    title: '断水のお知らせ',
    text: '水道管の工事のため、日曜日の朝に断水します（架空のお知らせ）。',
  },
].map((notice) => ({ ...notice, kind: 'municipal' as const, forMs: 30 * DAY }))

export const publishNotices = async (stage: Stage) => {
  let setTopBoxes = 0
  // the first notice under an id stands: another day's is another one
  const day = new Date(stage.now() + 9 * HOUR).toISOString().slice(0, 10)
  for (const { municipality, ...notice } of municipalNotices)
    setTopBoxes += await announce(stage, municipality, { ...notice, noticeId: `${notice.noticeId}-${day}` })
  return setTopBoxes
}

/** Found everybody, let the weeks before the opening go by, and leave the world as whoever plays finds it. */
export const foundOpenWorld = async (stage: Stage) => {
  const ids = people.map(({ id }) => id)
  await found(stage, ids)
  await linkAll(
    stage,
    ids.filter((id) => !unlinked.has(id)),
  )
  const count = Object.values(contracts).flat().length
  await stage.step(
    {
      ja: `${Object.keys(contracts).length}人が五つの事業者と${count}件の契約に署名`,
      en: `${Object.keys(contracts).length} people sign ${count} contracts with five providers`,
    },
    () => signEverybodyUp(stage),
  )
  await stage.step(
    {
      ja: '転居・改姓・更新・紛失・資格喪失が起き、事業者が変更を確認する',
      en: 'moves, a marriage, a renewal, a loss; providers find out',
    },
    async () => {
      await stage.advance(eventsAfterMs)
      await liveOn(stage)
      await stage.advance(openingLeadMs - eventsAfterMs)
    },
  )
  await stage.step(
    {
      ja: '健康情報・お知らせ・受診・ロックを用意（すべて架空）',
      en: 'health notices, town notices, a visit, a blocked PIN (all invented)',
    },
    async () => {
      for (const { id, insurance, television } of people)
        if (insurance !== undefined && television !== undefined) await prepareNotices(stage, id)
      await publishNotices(stage)
      await receive(stage, 'clinic-sakura', 'opening-1', 'taro')
      await treat(stage, 'clinic-sakura', 'opening-1', 523)
      await payByCard(stage, 'clinic-sakura', 'opening-1', 'taro')
      await receive(stage, 'clinic-kaede', 'opening-2', 'kenji')
      await blockPin(stage, 'ichiro')
    },
  )
}
