/** The figures of change confirmation as a run reports them, in both languages and with units. */
import type { Text } from '../../sim/core/site.ts'
import { reasonMeaning } from '../../sim/pki/revocation.ts'
import type { Measure } from '../scenario.ts'
import type { Confirmation, Counts } from './confirmation.ts'

const percent = (name: Text, value: number): Measure => ({
  name,
  value: Math.round(value * 1000) / 10,
  unit: { ja: '%', en: '%' },
})
const days = (name: Text, value: number): Measure => ({
  name,
  value: Math.round(value * 10) / 10,
  unit: { ja: '日', en: 'days' },
})
const letters = (name: Text, value: number): Measure => ({ name, value, unit: { ja: '通', en: 'letters' } })
const cases = (name: Text, value: number): Measure => ({ name, value, unit: { ja: '件', en: 'cases' } })

const isReason = (name: string): name is keyof typeof reasonMeaning => name in reasonMeaning

const meaningOf = (finding: string): Text =>
  (isReason(finding) ? reasonMeaning[finding] : undefined) ?? { ja: '有効期限が過ぎた', en: 'the certificate ran out' }

const byReason = (findings: Record<string, number>): Measure[] =>
  Object.entries(findings)
    .sort(([, a], [, b]) => b - a)
    .map(([finding, count]) => {
      const { ja, en } = meaningOf(finding)
      return cases({ ja: `検出 ${finding}: ${ja}`, en: `found ${finding}: ${en}` }, count)
    })

export const measuresOf = (confirmation: Confirmation, counts: Counts): Measure[] => [
  percent(
    { ja: '網羅率（許諾のある契約の割合、期末）', en: 'coverage (contracts with consent, at the end)' },
    confirmation.coverage,
  ),
  percent({ ja: '適合率（失効理由を使う）', en: 'precision (using the revocation reason)' }, confirmation.precision),
  percent(
    {
      ja: '適合率（理由を使わず「無効」をすべて変更とみなす）',
      en: 'precision (every invalid certificate read as a change)',
    },
    confirmation.precisionWithoutReason,
  ),
  percent(
    { ja: '再現率（実際の変更のうち見つけた割合）', en: 'recall (real changes that were found)' },
    confirmation.recall,
  ),
  days({ ja: '検出までの遅れ（平均）', en: 'delay until found (mean)' }, confirmation.meanDelayDays),
  days({ ja: '検出までの遅れ（最長）', en: 'delay until found (longest)' }, confirmation.longestDelayDays),
  days(
    { ja: '変更から顧客情報が新しくなるまで（平均）', en: 'from a change until the customer record is right (mean)' },
    confirmation.meanRenewalDays,
  ),
  cases(
    { ja: '期末まで新しくならなかった顧客情報', en: 'customer records never put right within the year' },
    confirmation.neverRenewed,
  ),
  ...byReason(confirmation.findings),
  cases(
    { ja: '誤報（変更ではなかった検出）', en: 'false alarms (findings that were no change)' },
    confirmation.falseAlarms,
  ),
  letters(
    { ja: '発送した手紙（検出ごとの一通目）', en: 'letters sent (the first about each finding)' },
    counts.letters,
  ),
  letters(
    { ja: '返事のない人への催促（30日ごと、想定）', en: 'reminders to the silent (every 30 days, assumed)' },
    counts.reminders,
  ),
  letters(
    { ja: '節約した手紙（全員に年 1 通との差、想定）', en: 'letters saved (against one a year to everybody, assumed)' },
    confirmation.lettersSaved,
  ),
]
