/** 必須ユースケース③: change confirmation in broadcasting and communications over a simulated year. */
import { found } from '../acts/founding.ts'
import { defineScenario } from '../scenario.ts'
import { branches } from './branches.ts'
import { crowd, lives, steady } from './cast.ts'
import type { Ledger } from './ledger.ts'
import { consent, results } from './results.ts'
import { sign, year } from './year.ts'

/** The year begins three and a half years after the first card, so that one certificate runs out within it. */
const yearBegins = Date.UTC(2029, 9, 1)

export const changeConfirmation = defineScenario({
  id: 'change-confirmation',
  title: {
    ja: '必須③ 放送・通信分野の変更確認',
    en: 'Required 3: change confirmation in broadcasting and communications',
  },
  required: true,
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
