/** 必須ユースケース③: change confirmation in broadcasting and communications over a simulated year. */
import { join } from 'node:path'
import { DAY, HOUR } from '../sim/core/clock.ts'
import { readJournal } from '../sim/core/journal.ts'
import { answer } from '../sim/core/network.ts'
import { createRandom } from '../sim/core/random.ts'
import { openStore } from '../sim/core/store.ts'
import type { PlatformApp } from '../sim/platform/index.ts'
import { judge } from './acts/confirmation.ts'
import { measuresOf } from './acts/confirmationMeasure.ts'
import { contractOf, contractsOf, signAgain, signUp, withdrawConsent } from './acts/contracting.ts'
import { found } from './acts/founding.ts'
import { screenOf, televisionOf } from './acts/television.ts'
import { liveThrough, schedule, type Happened, type LifeEvent, type Watched } from './acts/year.ts'
import { personOf } from './people.ts'
import { population } from './population.ts'
import { defineScenario, type Case } from './scenario.ts'
import type { Stage } from './stage.ts'

/** The year begins three and a half years after the first card, so that one certificate runs out within it. */
const yearBegins = Date.UTC(2029, 9, 1)

const services: Record<string, string> = {
  'contract-hikari': 'cable-tv',
  'mobile-sora': 'mobile',
  'broadcaster-koho': 'receiving-contract',
  'rights-uta': 'membership',
}

/** Who lives through what, on which day of the year; the crowd’s events and days below are drawn alike (all invented). */
const lives: [person: string, event: LifeEvent, day: number][] = [
  ['wataru', 'move-within', 40],
  ['tenko', 'move-between', 75],
  ['aika', 'rename', 100],
  ['tsutomu', 'death', 130],
  ['hayashi', 'renewal', 155],
  ['nakusu', 'card-loss', 190],
  ['henji', 'move-within', 60],
  ['kigen', 'expiry', 293],
]
const steady = ['taro', 'fudo', 'tekkai', 'kakuji', 'uta']
const crowd = population('year', 14)
const crowdEvents: LifeEvent[] = ['move-within', 'move-between', 'rename', 'renewal', 'card-loss', 'none', 'none']

const providersOf = (person: string): string[] => [
  ...(personOf(person).television?.operator === 'catv-hikari' ? ['contract-hikari'] : []),
  'mobile-sora',
  ...(person.startsWith('g-') ? [] : ['broadcaster-koho']),
  ...(person === 'uta' || person === 'henji' ? ['rights-uta'] : []),
]

type Ledger = {
  watched: Watched[]
  happened: Happened[]
  withdrawn: { contractId: string; storedBefore: number } | undefined
}

const contractIn = (ledger: Ledger, person: string, provider: string) => {
  const one = ledger.watched.find((candidate) => candidate.person === person && candidate.provider === provider)
  if (one === undefined) throw new Error(`${person} has no contract with ${provider}`)
  return one
}

const stateOf = async (stage: Stage, ledger: Ledger, person: string, provider = 'mobile-sora') =>
  (await contractOf(stage, provider, contractIn(ledger, person, provider).contractId)).state

const sign = (ledger: Ledger): Case => ({
  id: 'sign-up',
  title: {
    ja: '署名して契約し、変更情報の利用を許諾する',
    en: 'Signing up with the card, consenting to change checks',
  },
  play: async (stage) => {
    const everybody = [...lives.map(([person]) => person), ...steady, ...crowd]
    await stage.step(
      {
        ja: `${everybody.length}人が四つの事業者と契約する`,
        en: `${everybody.length} people sign up with four providers`,
      },
      async () => {
        const refused: string[] = []
        for (const person of everybody) {
          for (const provider of providersOf(person)) {
            const service = services[provider] ?? ''
            const given = await signUp(stage, person, { provider, service })
            if (given.outcome === 'accepted')
              ledger.watched.push({ person, provider, service, contractId: given.contractId, found: [] })
            else refused.push(`${person} ${provider} ${given.reason}`)
          }
        }
        stage.expect({ ja: 'すべて受け付けられた', en: 'all were accepted' }, refused, [])
      },
    )
    await stage.step(
      {
        ja: '四情報が証明書と違う申込は受け付けない',
        en: 'an application that differs from the certificate is refused',
      },
      async () => {
        const applicant = { ...personOf('fudo').basicFour, address: '見本県潮騒市虚偽町１番' }
        const given = await signUp(stage, 'fudo', {
          provider: 'broadcaster-koho',
          service: 'receiving-contract',
          applicant,
        })
        stage.expect({ ja: '本人の情報と一致しない', en: 'not the applicant' }, given, {
          outcome: 'refused',
          reason: 'not-the-applicant',
        })
      },
    )
  },
})

const year = (ledger: Ledger): Case => ({
  id: 'year',
  title: {
    ja: '一年間: 転居・改姓・死亡・更新・紛失・期限切れ',
    en: 'A year of moves, marriages, deaths, renewals, losses and expiry',
  },
  play: async (stage) => {
    await stage.step({ ja: '撤回哲が許諾を撤回する', en: 'Tekkai withdraws his consent' }, async () => {
      const { contractId } = contractIn(ledger, 'tekkai', 'mobile-sora')
      const { consent, state } = await withdrawConsent(stage, 'mobile-sora', contractId)
      ledger.withdrawn = { contractId, storedBefore: stage.now() }
      stage.expect(
        { ja: '契約は続き、確認だけ止まる', en: 'the contract goes on, unwatched' },
        { consent, state },
        { consent: false, state: 'unwatched' },
      )
    })
    await stage.step(
      { ja: '事業者が30日ごとに失効を確認しながら一年が過ぎる', en: 'a year goes by; providers check every 30 days' },
      async () => {
        const random = createRandom(`${stage.world.seed}/year`)
        const named = lives
          .filter(([, event]) => event !== 'expiry')
          .map(([person, event, day]) => ({ person, event, at: stage.now() + day * DAY }))
        const others = crowd.map((person) => ({
          person,
          event: random.pick(crowdEvents),
          at: stage.now() + (10 + random.int(300)) * DAY + random.int(24) * HOUR,
        }))
        schedule(stage, [...named, ...others.filter(({ event }) => event !== 'none')], ledger.happened)
        await liveThrough(stage, {
          days: 371,
          watched: ledger.watched,
          silent: new Set(['henji', 'kigen', 'nakusu', 'tsutomu']),
        })
        stage.expect(
          { ja: '予定した出来事がすべて起きた', en: 'everything planned did happen' },
          ledger.happened.length,
          named.length + others.filter(({ event }) => event !== 'none').length,
        )
      },
    )
  },
})

const branches = (ledger: Ledger): Case => ({
  id: 'branches',
  title: { ja: '失効理由ごとの対応', en: 'A branch for each reason' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '転居・改姓した人は新しい証明書で署名し直し、顧客情報が新しくなった',
        en: 'movers and the renamed signed again; the customer record is up to date',
      },
      async () => {
        for (const person of ['wataru', 'tenko', 'aika']) {
          const { state, customer } = await contractOf(
            stage,
            'mobile-sora',
            contractIn(ledger, person, 'mobile-sora').contractId,
          )
          const { name, address } = personOf(person).basicFour
          stage.expect(
            { ja: `${name}: 有効、情報が変わった`, en: `${person}: active, data changed` },
            [state, customer.name !== name || customer.address !== address],
            ['active', true],
          )
        }
      },
    )
    await stage.step(
      {
        ja: '更新しただけの人は証明書を取り直して同じ情報のまま',
        en: 'who only renewed gave the new certificate, data unchanged',
      },
      async () => {
        const { found: findings } = contractIn(ledger, 'hayashi', 'mobile-sora')
        const { state, customer } = await contractOf(
          stage,
          'mobile-sora',
          contractIn(ledger, 'hayashi', 'mobile-sora').contractId,
        )
        stage.expect(
          { ja: '理由は superseded', en: 'reason superseded' },
          [state, findings.map(({ reason }) => reason), customer],
          ['active', ['superseded'], personOf('hayashi').basicFour],
        )
      },
    )
    await stage.step(
      {
        ja: '死亡・紛失・期限切れ・無返事は、それぞれの扱いで残る',
        en: 'death, loss, expiry and silence each stay in their own state',
      },
      async () => {
        const states = [
          await stateOf(stage, ledger, 'tsutomu'),
          await stateOf(stage, ledger, 'nakusu'),
          await stateOf(stage, ledger, 'kigen'),
          await stateOf(stage, ledger, 'henji'),
          await stateOf(stage, ledger, 'fudo'),
        ]
        stage.expect({ ja: '死亡確認・停止・更新依頼・新情報依頼・有効', en: 'as jpki reasons ask' }, states, [
          'checkingDeath',
          'suspended',
          'askingRenewal',
          'askingNewData',
          'active',
        ])
      },
    )
    await stage.step(
      { ja: '別人の署名では更新できない', en: 'somebody else’s signature does not update it' },
      async () => {
        const { contractId } = contractIn(ledger, 'henji', 'mobile-sora')
        const given = await signAgain(stage, 'fudo', contractId, { provider: 'mobile-sora', service: 'mobile' })
        stage.expect({ ja: '別人として拒否', en: 'refused as another person' }, given, {
          outcome: 'refused',
          reason: 'other-person',
        })
      },
    )
    await stage.step(
      { ja: '通知はテレビと手紙で届いた（転居渉）', en: 'notice came by television and letter (Wataru)' },
      async () => {
        const { noticesSent } = await contractOf(
          stage,
          'contract-hikari',
          contractIn(ledger, 'wataru', 'contract-hikari').contractId,
        )
        stage.expect(
          { ja: 'テレビと手紙', en: 'television and letter' },
          [...new Set(noticesSent.map(({ by }) => by))].sort(),
          ['letter', 'television'],
        )
        stage.expect(
          { ja: 'テレビに個人の情報は出ない', en: 'nothing personal on the screen' },
          JSON.stringify(await screenOf(stage, televisionOf('wataru'))).includes('転居'),
          false,
        )
      },
    )
  },
})

const consent = (ledger: Ledger): Case => ({
  id: 'consent',
  title: { ja: '撤回後は確認されていない（記録から証明）', en: 'No check after withdrawal, proved from the journal' },
  play: (stage) =>
    stage.step({ ja: '共通プラットフォームの記録を調べる', en: 'the platform’s journal is searched' }, async () => {
      const { contractId, storedBefore } = ledger.withdrawn ?? { contractId: '', storedBefore: 0 }
      const store = await openStore(join(stage.world.folder, 'platform.db'))
      const entries = await readJournal('platform', store.read)
      await store.close()
      const calls = entries.filter(({ kind, body }) => kind === 'call' && body['from'] === 'mobile-sora')
      const withdrawal = calls.find(
        ({ at, body }) => at >= storedBefore && String(body['path']).endsWith('/withdrawals'),
      )
      const storedId = String(withdrawal?.body['path']).split('/')[2] ?? ''
      const later = calls.filter(
        ({ order, body, aside }) =>
          order > (withdrawal?.order ?? 0) &&
          body['path'] === '/change-checks' &&
          (aside.request ?? '').includes(storedId),
      )
      const checks = calls.filter(({ body }) => body['path'] === '/change-checks')
      stage.expect(
        { ja: '撤回は記録され、その後の照会はない', en: 'withdrawal on record, no check after it' },
        [withdrawal === undefined, checks.length > 5, later.length],
        [false, true, 0],
      )
      const { lastCheckedAt = 0 } = await contractOf(stage, 'mobile-sora', contractId)
      stage.expect(
        { ja: '事業者側でも確認されていない', en: 'nor at the provider' },
        lastCheckedAt <= storedBefore,
        true,
      )
    }),
})

const results = (ledger: Ledger): Case => ({
  id: 'results',
  title: { ja: '結果', en: 'Results' },
  play: async (stage) => {
    await stage.step({ ja: '実際に起きたことと突き合わせる', en: 'held against what truly happened' }, async () => {
      const all = []
      for (const provider of Object.keys(services)) all.push(...(await contractsOf(stage, provider)))
      const sent = all.flatMap(({ contractId, noticesSent }) =>
        noticesSent.filter(({ by }) => by === 'letter').map(({ what }) => `${contractId} ${what}`),
      )
      const letters = new Set(sent).size
      const watched = all.filter((contract) => contract.consent).length
      const counts = { contracts: all.length, watched, letters, reminders: sent.length - letters }
      const confirmation = judge(ledger.watched, ledger.happened, new Set(['tekkai']), counts)
      for (const measure of measuresOf(confirmation, counts)) stage.measure(measure)
      stage.expect(
        {
          ja: '変更はすべて、30日（間隔）と配信の遅れの内に見つかった',
          en: 'every change was found, within the 30-day interval and publication delay',
        },
        [confirmation.recall, confirmation.longestDelayDays <= 31],
        [1, true],
      )
      stage.expect(
        { ja: '失効理由を使えば誤報はない', en: 'using the reason there is no false alarm' },
        confirmation.precision,
        1,
      )
      stage.expect(
        { ja: '理由を使わなければ誤報がある', en: 'without the reason there would be' },
        confirmation.precisionWithoutReason < 1,
        true,
      )
    })
    await stage.step(
      {
        ja: '同じ人の証明書は、事業者が四つでも認証局に一度だけ照会された',
        en: 'one person’s certificate was asked for once, however many providers',
      },
      async () => {
        const { checks } = await answer(stage.connect<PlatformApp>('platform').metering.$get())
        const asked = checks
          .filter(({ provider, purpose }) => provider === 'platform' && purpose === 'change-check')
          .reduce((sum, { count }) => sum + count, 0)
        const wanted = await checksAnswered(stage)
        stage.measure({
          name: { ja: '事業者が求めた変更確認', en: 'change checks providers asked for' },
          value: wanted,
          unit: { ja: '回', en: '' },
        })
        stage.measure({
          name: { ja: '認証局に実際に照会した回数', en: 'questions really put to the CA' },
          value: asked,
          unit: { ja: '回', en: '' },
        })
        stage.expect({ ja: '共用で照会が減った', en: 'sharing saved questions' }, asked < wanted, true)
      },
    )
  },
})

/** How many certificates the platform gave providers a status for, from its journal. */
const checksAnswered = async (stage: Stage) => {
  const store = await openStore(join(stage.world.folder, 'platform.db'))
  const entries = await readJournal('platform', store.read)
  await store.close()
  return entries
    .filter(({ kind, body }) => kind === 'call' && body['path'] === '/change-checks' && body['status'] === 200)
    .reduce((sum, { aside }) => sum + ((aside.response ?? '').match(/"certStatus":"(good|revoked)"/g)?.length ?? 0), 0)
}

export const changeConfirmation = defineScenario({
  id: 'change-confirmation',
  title: {
    ja: '必須③ 放送・通信分野の変更確認',
    en: 'Required 3: change confirmation in broadcasting and communications',
  },
  functions: ['change'],
  from: ['必須③', 'A8', 'row 5', 'row 6', 'row 10', 'row 26'],
  people: ['kigen'],
  prepare: async (stage) => {
    await stage.advance(yearBegins - stage.now())
    await found(stage, [...lives.map(([person]) => person).filter((person) => person !== 'kigen'), ...steady, ...crowd])
  },
  cases: () => {
    const ledger: Ledger = { watched: [], happened: [], withdrawn: undefined }
    return [sign(ledger), year(ledger), branches(ledger), consent(ledger), results(ledger)]
  },
})
