/** The drill: the older generation's key is declared compromised; who is affected, until when it still worked, and the way back. */
import { DAY, HOUR, MINUTE } from '../../sim/core/clock.ts'
import { crlEntries, reasonCodes } from '../../sim/pki/crl.ts'
import {
  cardCertificate,
  declareCompromised,
  generationOfCard,
  generationsOf,
  listsOf,
  reloadAnchors,
  trustedGenerations,
} from '../acts/authority.ts'
import { renew } from '../acts/counter.ts'
import { presentAll, signBytes, type SignedBytes, verifyBytes } from '../acts/presence.ts'
import { healthRecordOf, logIn } from '../acts/television.ts'
import { personOf } from '../people.ts'
import type { Case } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { type Ledger, newcomers, newGeneration, olderGeneration, viewers } from './cast.ts'

/** The drill begins at 10:00 in Japan, which is 01:00 UTC (assumed), so that runs with other variables can be compared. */
const beginsAtMs = HOUR

/** When the platform is shown the compromised signature again: often at first, then hourly past a day, after which all lists are new. */
const looksAfterMs = [
  ...[0, 1, 5, 10, 15, 16, 20, 30, 31, 45, 46].map((minutes) => minutes * MINUTE),
  ...Array.from({ length: 26 }, (_, hour) => (hour + 1) * HOUR),
]

/** How long after now the platform first refuses it, and why. */
const refusedAfter = async (stage: Stage, signed: SignedBytes): Promise<{ afterMs: number; reason: string }> => {
  const from = stage.now()
  for (const afterMs of looksAfterMs) {
    await stage.advance(from + afterMs - stage.now())
    const reason = await verifyBytes(stage, signed)
    if (reason !== 'accepted') return { afterMs, reason }
  }
  return { afterMs: Infinity, reason: 'accepted' }
}

/** Whether the person's own notices come up on the television, and if not, why. */
const seesOwn = async (stage: Stage, person: string) => {
  const { screen } = await logIn(stage, person)
  const own = { addressee: personOf(person).basicFour.name, ...healthRecordOf(person) }
  return JSON.stringify(screen.health) === JSON.stringify(own) ? 'own notices' : (screen.refusal ?? 'nothing')
}

const countOf = (ja: string, en: string, value: number) => ({
  name: { ja, en },
  value,
  unit: { ja: '人', en: 'people' },
})

const declare = (ledger: Ledger, stage: Stage) =>
  stage.step(
    {
      ja: '利用者証明用の第1世代の鍵が危殆化。共通プラットフォームでは誰も何もしない',
      en: 'the older authentication key is declared compromised; nobody does anything at the platform',
    },
    async () => {
      await stage.advance(DAY - ((stage.now() - beginsAtMs) % DAY))
      const signed = await signBytes(stage, ledger.older[0] ?? '', 'authentication')
      stage.expect({ ja: '直前は有効', en: 'good a moment before' }, await verifyBytes(stage, signed), 'accepted')
      await declareCompromised(stage, { kind: 'authentication', generation: olderGeneration })
      const { afterMs, reason } = await refusedAfter(stage, signed)
      // Revocation data are never older than a day, and the trust folder is read once a day.
      stage.expect(
        { ja: '遅くとも一日あまりで拒否', en: 'refused within little more than a day' },
        afterMs <= 25 * HOUR,
        true,
      )
      stage.expect(
        { ja: '失効または信頼の取消しとして', en: 'as revoked, or because the key is out of trust' },
        ['revoked cACompromise', 'bad-signature'].includes(reason),
        true,
      )
      stage.measure({
        name: {
          ja: `危殆化の宣言から拒否まで（人手なし、revocation=${stage.world.variables.revocation}）`,
          en: `from the declaration until refused (no hand moved, revocation=${stage.world.variables.revocation})`,
        },
        value: afterMs / MINUTE,
        unit: { ja: '分以内', en: 'minutes at most' },
      })
      stage.measure({ name: { ja: '拒否の理由', en: 'refused as' }, value: reason })
    },
  )

const declareAndReload = (ledger: Ledger, stage: Stage) =>
  stage.step(
    {
      ja: '署名用の第1世代も。今度は共通プラットフォームの担当者がすぐに信頼を外す',
      en: 'the older signature key too; this time the platform’s staff take it out of trust at once',
    },
    async () => {
      const signed = await signBytes(stage, ledger.older[0] ?? '', 'signature')
      await declareCompromised(stage, { kind: 'signature', generation: olderGeneration })
      await reloadAnchors(stage)
      stage.expect({ ja: 'その場で拒否', en: 'refused on the spot' }, await verifyBytes(stage, signed), 'bad-signature')
      stage.expect(
        { ja: '信頼する世代から第1世代が消えた', en: 'the older generation is trusted no more' },
        (await trustedGenerations(stage)).some(({ generation }) => generation === olderGeneration),
        false,
      )
    },
  )

const everythingElse = (ledger: Ledger, stage: Stage) =>
  stage.step(
    {
      ja: '影響のある人だけが使えず、ほかはすべて動く',
      en: 'only those affected are shut out; everything else works',
    },
    async () => {
      stage.expect(
        { ja: 'ほかの世代のカードは有効', en: 'cards of the other generations are accepted' },
        await presentAll(stage, [...ledger.current, ...newcomers]),
        ['accepted'],
      )
      stage.expect(
        { ja: '第1世代のカードは全員拒否', en: 'every card of the older generation is refused' },
        (await presentAll(stage, ledger.older)).includes('accepted'),
        false,
      )
      const seen = []
      for (const person of [...ledger.current, ...ledger.older].filter((one) => viewers.includes(one)))
        seen.push([await seesOwn(stage, person), ledger.current.includes(person)])
      stage.expect(
        { ja: 'テレビの健康情報は、影響のない人にだけ映る', en: 'health notices come up for the unaffected only' },
        seen.map(([screen]) => screen === 'own notices'),
        seen.map(([, unaffected]) => unaffected),
      )
    },
  )

const lists = (ledger: Ledger, stage: Stage, serialNumbers: string[]) =>
  stage.step(
    {
      ja: '最後の失効リストが、第1世代の全員を cACompromise として載せている',
      en: 'the last list names every certificate of the generation with cACompromise',
    },
    async () => {
      const [last] = await listsOf(stage, { kind: 'authentication', generation: olderGeneration })
      const compromised = last === undefined ? [] : [...crlEntries(last)]
      const named = compromised.filter(({ reasonCode }) => reasonCode === reasonCodes.cACompromise)
      stage.expect(
        { ja: '影響のある証明書がすべて載っている', en: 'all affected certificates are on it' },
        named.map(({ serialNumber }) => serialNumber).sort(),
        [...serialNumbers].sort(),
      )
    },
  )

const wayBack = (ledger: Ledger, stage: Stage) =>
  stage.step(
    {
      ja: '影響のある人が窓口で新しい証明書を受け、また使えるようになる',
      en: 'those affected get new certificates at the counter and are accepted again',
    },
    async () => {
      for (const person of ledger.older) await renew(stage, person)
      const all = await generationsOf(stage)
      const issuedBy = new Set<number>()
      for (const person of ledger.older) issuedBy.add(await generationOfCard(stage, person, all))
      stage.expect({ ja: '最新の世代から', en: 'from the newest generation' }, [...issuedBy], [newGeneration])
      stage.expect({ ja: '全員が有効', en: 'everybody is accepted' }, await presentAll(stage, ledger.older), [
        'accepted',
      ])
      const unseen: string[] = []
      for (const person of ledger.older.filter((one) => viewers.includes(one))) {
        const screen = await seesOwn(stage, person)
        if (screen !== 'own notices') unseen.push(`${person} ${screen}`)
      }
      stage.expect(
        { ja: '紐付けは続き、テレビに本人の通知が映る', en: 'links go on: their own notices come up again' },
        unseen,
        [],
      )
      const cards = ledger.older.length + ledger.current.length + newcomers.length
      stage.measure(countOf('危殆化の影響を受けた住民', 'residents affected', ledger.older.length))
      stage.measure(
        countOf('影響のなかったカードの住民', 'residents whose cards were not affected', cards - ledger.older.length),
      )
      stage.measure({
        name: { ja: '窓口での証明書の取り直し（手作業）', en: 'visits to the counter for new certificates (by hand)' },
        value: ledger.older.length,
        unit: { ja: '件', en: 'visits' },
      })
    },
  )

export const compromise = (ledger: Ledger): Case => ({
  id: 'compromise',
  title: { ja: '危殆化の訓練: 古い世代の鍵を捨てる', en: 'Compromise drill: the older key is given up' },
  play: async (stage) => {
    const serialNumbers: string[] = []
    for (const person of ledger.older) serialNumbers.push((await cardCertificate(stage, person)).serialNumber)
    await declare(ledger, stage)
    await declareAndReload(ledger, stage)
    await everythingElse(ledger, stage)
    await lists(ledger, stage, serialNumbers)
    await wayBack(ledger, stage)
  },
})
