/** What became of each customer: a branch for each revocation reason. */
import { contractOf, signAgain } from '../acts/contracting.ts'
import { screenOf, televisionOf } from '../acts/television.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { contractIn, type Ledger } from './ledger.ts'

const stateOf = async (stage: Stage, ledger: Ledger, person: string, provider = 'mobile-sora') =>
  (await contractOf(stage, provider, contractIn(ledger, person, provider).contractId)).state

export const branches = (ledger: Ledger): Case => ({
  id: 'branches',
  title: { ja: '失効理由ごとの対応', en: 'A branch for each reason' },
  play: async (stage) => {
    await stage.step(
      {
        ja: '転居・改姓した人の顧客情報が新しくなった（署名し直したか、最新の4情報の提供による）',
        en: 'the records of movers and the renamed are up to date, by a new signature or the latest basic four',
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
      stage.world.variables.latestBasicFour
        ? { ja: '転居渉には何もたずねずに済んだ', en: 'Wataru did not have to be asked' }
        : { ja: '通知はテレビと手紙で届いた（転居渉）', en: 'notice came by television and letter (Wataru)' },
      async () => {
        const { noticesSent } = await contractOf(
          stage,
          'contract-hikari',
          contractIn(ledger, 'wataru', 'contract-hikari').contractId,
        )
        stage.expect(
          stage.world.variables.latestBasicFour
            ? { ja: 'テレビも手紙もなし', en: 'neither television nor letter' }
            : { ja: 'テレビと手紙', en: 'television and letter' },
          [...new Set(noticesSent.map(({ by }) => by))].sort(),
          stage.world.variables.latestBasicFour ? [] : ['letter', 'television'],
        )
        const { noticesSent: later } = await contractOf(
          stage,
          'mobile-sora',
          contractIn(ledger, 'tenko', 'mobile-sora').contractId,
        )
        stage.expect(
          {
            ja: '自分からは証明書を取り直さない転出典子には手紙が届いた',
            en: 'a letter reached Tenko, who gets no new certificate unasked',
          },
          later.some(({ by }) => by === 'letter'),
          true,
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
