/** What the year showed, held against the truth and the journals. */
import { join } from 'node:path'
import { readJournal } from '../../sim/core/journal.ts'
import { answer } from '../../sim/core/network.ts'
import { openStore } from '../../sim/core/store.ts'
import type { PlatformApp } from '../../sim/platform/index.ts'
import { judge } from '../acts/confirmation.ts'
import { measuresOf } from '../acts/confirmationMeasure.ts'
import { contractOf, contractsOf } from '../acts/contracting.ts'
import { feesOwed, measuresOfFees } from '../acts/fees.ts'
import type { Case } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { services } from './cast.ts'
import type { Ledger } from './ledger.ts'

export const consent = (ledger: Ledger): Case => ({
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
          ['/change-checks', '/latest-basic-four'].includes(String(body['path'])) &&
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

/** How many certificates the platform gave providers a status for, from its journal. */
const checksAnswered = async (stage: Stage) => {
  const store = await openStore(join(stage.world.folder, 'platform.db'))
  const entries = await readJournal('platform', store.read)
  await store.close()
  return entries
    .filter(({ kind, body }) => kind === 'call' && body['path'] === '/change-checks' && body['status'] === 200)
    .reduce((sum, { aside }) => sum + ((aside.response ?? '').match(/"certStatus":"(good|revoked)"/g)?.length ?? 0), 0)
}

export const results = (ledger: Ledger): Case => ({
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
    await stage.step({ ja: '料金の対象になったもの', en: 'what is owed for' }, async () => {
      const fees = await feesOwed(stage)
      for (const measure of measuresOfFees(fees)) stage.measure(measure)
      const passedOn = (payee: string) => fees.get(`latest-basic-four ${payee}`) ?? 0
      stage.expect(
        {
          ja: '4情報の提供は、使う世界でだけ、事業者にも共通プラットフォームにも同じ件数が請求される',
          en: 'the latest basic four are owed for only where the world has the service, as often by providers as by the platform',
        },
        [passedOn('platform') > 0, passedOn('platform')],
        [stage.world.variables.latestBasicFour, passedOn('ca')],
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
