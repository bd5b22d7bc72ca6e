/** 認証局の鍵の世代交代と危殆化の訓練: keys of the CAs follow one another, reach verifiers by hand, and are given up in a drill. */
import { linkAll } from '../acts/linking.ts'
import { recordHealth } from '../acts/television.ts'
import { defineScenario } from '../scenario.ts'
import { holders, type Ledger, viewers } from './cast.ts'
import { compromise } from './compromise.ts'
import { evidenceStands, keepEvidence } from './evidence.ts'
import { forgery } from './forgery.ts'
import { generations } from './generations.ts'
import { rollover } from './rollover.ts'
import { smartphone } from './smartphone.ts'

export const caDrill = defineScenario({
  id: 'ca-drill',
  title: {
    ja: '認証局の鍵の世代交代と危殆化の訓練',
    en: 'Drill: the CA’s keys roll over, and one is compromised',
  },
  functions: ['identity', 'eligibility'],
  // 検討のポイント (3): 「技術面」の課題の抽出と解決の方向性
  from: ['検討のポイント(3) 技術面の課題'],
  people: holders,
  variables: { olderGenerationShare: 0.5 },
  prepare: async (stage) => {
    await stage.step({ ja: '保険者が通知を用意する', en: 'insurers prepare the notices' }, async () => {
      for (const person of viewers) await recordHealth(stage, person)
    })
    await linkAll(stage, viewers)
  },
  cases: () => {
    const ledger: Ledger = { older: [], current: [] }
    return [
      generations(ledger),
      keepEvidence(ledger),
      rollover,
      smartphone(ledger),
      compromise(ledger),
      evidenceStands(ledger),
      forgery,
    ]
  },
})
