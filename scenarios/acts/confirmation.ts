/** How good change confirmation was: coverage, precision, recall, delay, letters and false alarms, from what truly happened. */
import { DAY } from '../../sim/core/clock.ts'
import type { Measure } from '../scenario.ts'
import type { Happened, Watched } from './year.ts'

export type Counts = { contracts: number; watched: number; letters: number }

export type Confirmation = {
  coverage: number
  precision: number
  precisionWithoutReason: number
  recall: number
  meanDelayDays: number
  longestDelayDays: number
  falseAlarms: number
  lettersSaved: number
}

const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole)

/** The provider says "data have changed" when the reason is affiliationChanged. */
const saysChanged = ({ reason }: { reason?: string }) => reason === 'affiliationChanged'

/**
 * Against the truth: a change counts as found when some finding of that contract says so after it happened.
 * As things are, every customer is written to once a year to ask whether anything changed (assumed; docs/assumptions.md).
 */
export const judge = (
  watched: Watched[],
  happened: Happened[],
  unwatched: ReadonlySet<string>,
  counts: Counts,
): Confirmation => {
  const findings = watched.flatMap((one) => one.found.map((finding) => ({ ...finding, person: one.person })))
  const truly = (finding: { person: string; at: number }) =>
    happened.some(({ person, changed, at }) => changed && person === finding.person && at <= finding.at)
  const alarms = findings.filter(saysChanged)
  const changes = watched
    .filter(({ person }) => !unwatched.has(person))
    .flatMap((one) =>
      happened.filter(({ person, changed }) => changed && person === one.person).map((change) => ({ change, one })),
    )
  const delays = changes.flatMap(({ change, one }) => {
    const finding = one.found.find((candidate) => saysChanged(candidate) && candidate.at >= change.at)
    return finding === undefined ? [] : [(finding.at - change.at) / DAY]
  })
  return {
    coverage: share(counts.watched, counts.contracts),
    precision: share(alarms.filter(truly).length, alarms.length),
    precisionWithoutReason: share(findings.filter(truly).length, findings.length),
    recall: share(delays.length, changes.length),
    meanDelayDays: share(
      delays.reduce((sum, delay) => sum + delay, 0),
      delays.length,
    ),
    longestDelayDays: Math.max(0, ...delays),
    falseAlarms: findings.filter((finding) => !truly(finding)).length,
    lettersSaved: counts.contracts - counts.letters,
  }
}

const percent = (value: number) => Math.round(value * 1000) / 10
const tenth = (value: number) => Math.round(value * 10) / 10

export const measuresOf = (confirmation: Confirmation, letters: number): Measure[] => [
  {
    name: { ja: '網羅率（許諾のある契約の割合、期末）', en: 'coverage (contracts with consent, at the end)' },
    value: percent(confirmation.coverage),
    unit: { ja: '%', en: '%' },
  },
  {
    name: { ja: '適合率（失効理由を使う）', en: 'precision (using the revocation reason)' },
    value: percent(confirmation.precision),
    unit: { ja: '%', en: '%' },
  },
  {
    name: {
      ja: '適合率（理由を使わず「無効」をすべて変更とみなす）',
      en: 'precision (every invalid certificate read as a change)',
    },
    value: percent(confirmation.precisionWithoutReason),
    unit: { ja: '%', en: '%' },
  },
  {
    name: { ja: '再現率（実際の変更のうち見つけた割合）', en: 'recall (real changes that were found)' },
    value: percent(confirmation.recall),
    unit: { ja: '%', en: '%' },
  },
  {
    name: { ja: '検出までの遅れ（平均）', en: 'delay until found (mean)' },
    value: tenth(confirmation.meanDelayDays),
    unit: { ja: '日', en: 'days' },
  },
  {
    name: { ja: '検出までの遅れ（最長）', en: 'delay until found (longest)' },
    value: tenth(confirmation.longestDelayDays),
    unit: { ja: '日', en: 'days' },
  },
  {
    name: {
      ja: '変更ではなかった検出（更新・紛失・期限切れ・死亡）',
      en: 'findings that were no change (renewal, loss, expiry, death)',
    },
    value: confirmation.falseAlarms,
    unit: { ja: '件', en: '' },
  },
  { name: { ja: '発送した手紙', en: 'letters sent' }, value: letters, unit: { ja: '通', en: '' } },
  {
    name: {
      ja: '節約した手紙（全員に年 1 通との差、想定）',
      en: 'letters saved (against one a year to everybody, assumed)',
    },
    value: confirmation.lettersSaved,
    unit: { ja: '通', en: '' },
  },
]
