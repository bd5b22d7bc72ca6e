/** 必須ユースケース①: health information on cable television through the common platform, with two operators. */
import { linkAll } from '../acts/linking.ts'
import { recordHealth } from '../acts/television.ts'
import { defineScenario } from '../scenario.ts'
import { lostAndFound } from './lostAndFound.ts'
import { misuse } from './misuse.ts'
import { expired, insurerDown, lockOut, revoked } from './trouble.ts'
import { changeOperator, family, own, secondOperator } from './watching.ts'

const insured = ['taro', 'hanako', 'ichiro', 'misaki', 'kenji', 'daisuke', 'sakura']

export const cableTv = defineScenario({
  id: 'cable-tv',
  title: { ja: '必須① ケーブルテレビで健康情報を見る', en: 'Required 1: health information on cable television' },
  required: true,
  functions: ['eligibility'],
  from: ['必須①', 'E01', 'row 16', 'row 24'],
  people: [...insured, 'yoshie'],
  prepare: async (stage) => {
    await stage.step({ ja: '保険者が通知を用意する', en: 'insurers prepare the notices' }, async () => {
      for (const id of [...insured, 'yoshie']) await recordHealth(stage, id)
    })
    await linkAll(stage, [...insured, 'yoshie'])
  },
  cases: () => [
    own,
    secondOperator,
    family,
    lockOut,
    revoked,
    changeOperator,
    insurerDown,
    misuse,
    lostAndFound,
    expired,
  ],
})
