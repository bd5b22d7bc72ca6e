/** 必須ユースケース②: one card at the clinic for instant health-insurance eligibility and payment. */
import { linkAll } from '../acts/linking.ts'
import { defineScenario } from '../scenario.ts'
import { otherWays } from './otherWays.ts'
import { outages, replay } from './outages.ts'
import { withoutPin } from './pinless.ts'
import { lostBetween, refunds, refusedPayment } from './paying.ts'
import { notLinked, oneCard, qualification, wrongPerson } from './reception.ts'

const linked = ['taro', 'hanako', 'kenji', 'makoto', 'yumi', 'mukou', 'ryoshin', 'modoshi', 'kyunin', 'okane', 'kodomo']

export const clinic = defineScenario({
  id: 'clinic',
  title: {
    ja: '必須② 医療機関で一枚のカード（資格確認と支払い）',
    en: 'Required 2: one card at the clinic, eligibility and payment',
  },
  required: true,
  functions: ['eligibility'],
  from: ['必須②', 'E02', 'E10', 'row 13', 'row 14', 'row 15'],
  people: [...linked, 'hajime', 'tomoko', 'nocard'],
  prepare: (stage) => linkAll(stage, linked),
  cases: ({ pinlessTerminal }) => [
    oneCard,
    qualification,
    notLinked,
    otherWays,
    wrongPerson,
    refusedPayment,
    outages,
    lostBetween,
    refunds,
    replay,
    ...(pinlessTerminal ? [withoutPin] : []),
  ],
})
