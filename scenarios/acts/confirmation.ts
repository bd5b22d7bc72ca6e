/** How good change confirmation was: coverage, precision, recall, delay, letters and false alarms, from what truly happened. */
import { DAY } from '../../sim/core/clock.ts'
import type { Happened, Watched } from './year.ts'

/** `letters` are the first about a finding, `reminders` those that followed for want of an answer. */
export type Counts = { contracts: number; watched: number; letters: number; reminders: number }

export type Confirmation = {
  coverage: number
  precision: number
  precisionWithoutReason: number
  recall: number
  meanDelayDays: number
  longestDelayDays: number
  /** From a change until the provider has the new data: the mean, and how many providers never got them. */
  meanRenewalDays: number
  neverRenewed: number
  falseAlarms: number
  lettersSaved: number
  /** Findings by revocation reason, or by status where there is none. */
  findings: Record<string, number>
}

const countBy = (names: string[]) => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole)

const mean = (values: number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

/** The provider says "data have changed" when the reason is affiliationChanged, or the authority gave it other data than before. */
const saysChanged = ({ certStatus, reason }: { certStatus: string; reason?: string }) =>
  reason === 'affiliationChanged' || certStatus === 'changed'

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
  const renewals = changes.flatMap(({ change, one }) => {
    const at = one.renewed.find((renewedAt) => renewedAt >= change.at)
    return at === undefined ? [] : [(at - change.at) / DAY]
  })
  return {
    coverage: share(counts.watched, counts.contracts),
    precision: share(alarms.filter(truly).length, alarms.length),
    precisionWithoutReason: share(findings.filter(truly).length, findings.length),
    recall: share(delays.length, changes.length),
    meanDelayDays: mean(delays),
    longestDelayDays: Math.max(0, ...delays),
    meanRenewalDays: mean(renewals),
    neverRenewed: changes.length - renewals.length,
    falseAlarms: findings.filter((finding) => !truly(finding)).length,
    lettersSaved: counts.contracts - counts.letters - counts.reminders,
    findings: countBy(findings.map(({ certStatus, reason }) => reason ?? certStatus)),
  }
}
