/** Two generations of one name and different keys alive: cards of both are accepted, and each says itself how its own stand. */
import { checkCrl } from '../../sim/pki/crl.ts'
import { askOcsp, cardCertificate, generationOfCard, generationsOf, listsOf } from '../acts/authority.ts'
import { present } from '../acts/presence.ts'
import type { Case } from '../scenario.ts'
import { currentGeneration, holders, type Ledger, olderGeneration } from './cast.ts'

export const generations = (ledger: Ledger): Case => ({
  id: 'two-generations',
  title: { ja: '二つの世代が同時に有効', en: 'Two generations alive at once' },
  play: async (stage) => {
    const all = await generationsOf(stage)
    await stage.step(
      {
        ja: 'カードの証明書がどちらの世代の鍵で署名されたかを読み取る',
        en: 'which generation’s key signed each card’s certificate is read from the cards',
      },
      async () => {
        for (const person of holders) {
          const generation = await generationOfCard(stage, person, all)
          if (generation === olderGeneration) ledger.older.push(person)
          if (generation === currentGeneration) ledger.current.push(person)
        }
        stage.expect(
          { ja: 'どちらの世代のカードもあり、ほかの世代はない', en: 'there are cards of both, and of no other' },
          [ledger.older.length > 0, ledger.current.length > 0, ledger.older.length + ledger.current.length],
          [true, true, holders.length],
        )
        const names = new Set(all.map(({ certificate }) => certificate.subjectHex))
        const keys = new Set(all.map(({ certificate }) => certificate.subjectKeyIdentifier))
        stage.expect(
          {
            ja: '認証局の名前は種類ごとに一つ、鍵は世代ごとに別',
            en: 'one name for each kind, a key for each generation',
          },
          [names.size, keys.size],
          [2, 4],
        )
      },
    )
    await stage.step(
      { ja: '共通プラットフォームはどちらのカードも受け入れる', en: 'the platform accepts the cards of both' },
      async () => {
        const refused: string[] = []
        for (const person of holders) {
          const answered = await present(stage, person)
          if (answered !== 'accepted') refused.push(`${person} ${answered}`)
        }
        stage.expect({ ja: '全員が受け入れられた', en: 'everybody was accepted' }, refused, [])
      },
    )
    await stage.step(
      {
        ja: '失効リストもOCSP応答も、それぞれの世代の鍵で署名されている',
        en: 'lists and OCSP answers are signed under each generation’s own key',
      },
      async () => {
        const now = stage.now()
        for (const issuer of all) {
          const lists = await listsOf(stage, issuer)
          const own = lists.map((list) => checkCrl(list, { issuer: issuer.certificate, now }).result)
          const other = all.find(({ kind, generation }) => kind === issuer.kind && generation !== issuer.generation)
          const others = lists.map((list) => checkCrl(list, { issuer: (other ?? issuer).certificate, now }).result)
          stage.expect(
            {
              ja: `${issuer.kind} 第${issuer.generation}世代のリストは自分の鍵でだけ確かめられる`,
              en: `lists of ${issuer.kind} ${issuer.generation} verify under their own key only`,
            },
            [own.length > 0, new Set(own), new Set(others)],
            [true, new Set(['ok']), new Set(['refused'])],
          )
        }
        const ca = (wanted: number) =>
          all.filter(({ kind, generation }) => kind === 'authentication' && generation === wanted)
        const [older, current] = [...ca(olderGeneration), ...ca(currentGeneration)]
        const certificate = await cardCertificate(stage, ledger.older[0] ?? '')
        if (older === undefined || current === undefined) throw new Error('a generation is missing')
        const answered = [await askOcsp(stage, certificate, older), await askOcsp(stage, certificate, current)]
        stage.expect(
          {
            ja: 'OCSP: 自分の世代は good、もう一方の世代は何も保証しない',
            en: 'OCSP: good of its own generation, and no word from the other',
          },
          [answered[0], answered[1] === 'good'],
          ['good', false],
        )
      },
    )
  },
})
