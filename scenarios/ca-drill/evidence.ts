/** 長期検証: contracts signed before anything went wrong, and what their evidence still proves afterwards. */
import { checkEvidence, present, signWithEvidence } from '../acts/presence.ts'
import type { Case } from '../scenario.ts'
import type { Ledger } from './cast.ts'

export const keepEvidence = (ledger: Ledger): Case => ({
  id: 'evidence-kept',
  title: { ja: '契約書に署名し、証拠を残す', en: 'Contracts are signed, and evidence is kept' },
  play: (stage) =>
    stage.step(
      {
        ja: '両世代のカードで契約書に署名し、プラットフォームが時刻と失効情報を添えて証拠にする',
        en: 'cards of both generations sign; the platform adds time and status as evidence',
      },
      async () => {
        const [older, current] = [ledger.older[0] ?? '', ledger.current.at(-1) ?? '']
        ledger.contracts = {
          current: { holder: current, evidence: await signWithEvidence(stage, current) },
          older: { holder: older, evidence: await signWithEvidence(stage, older) },
        }
        const { contracts } = ledger
        stage.expect(
          { ja: 'どちらも署名時に有効', en: 'both were valid when signed' },
          [
            await checkEvidence(stage, contracts.current.evidence),
            await checkEvidence(stage, contracts.older.evidence),
          ],
          ['valid', 'valid'],
        )
      },
    ),
})

export const evidenceStands = (ledger: Ledger): Case => ({
  id: 'evidence-stands',
  title: { ja: '後から失効しても、署名時の有効性を示せる', en: 'Revoked since, and still proved valid when signed' },
  play: (stage) =>
    stage.step(
      {
        ja: '紛失したカードの契約書と、危殆化した世代のカードの契約書を調べ直す',
        en: 'the contract by a card since lost, and the one under the key since compromised, are checked again',
      },
      async () => {
        const { contracts } = ledger
        if (contracts === undefined) throw new Error('no contracts were signed')
        stage.expect(
          { ja: '紛失した人のカードは今は使えない', en: 'the lost card is of no use now' },
          await present(stage, contracts.current.holder),
          'revoked certificateHold',
        )
        stage.expect(
          { ja: 'それでも契約書は署名時に有効', en: 'and yet its contract was valid when signed' },
          await checkEvidence(stage, contracts.current.evidence),
          'valid',
        )
        stage.expect(
          {
            ja: '鍵がいつ漏れたか分からない世代の契約書は、判定できない',
            en: 'under a key that leaked nobody knows when, nothing can be said',
          },
          (await checkEvidence(stage, contracts.older.evidence)).split(':')[0],
          'undetermined',
        )
      },
    ),
})
