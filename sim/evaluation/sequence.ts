/** A run's messages as a Mermaid sequence diagram, in text: who asked whom for what, and how it went. */
import type { DisplayEvent } from '../messages/evaluation.ts'

type Language = 'ja' | 'en'
type NameOf = (party: string) => { ja: string; en: string }
type Line = { text: string; times: number }

/** Mermaid takes these for its own; names and texts come from journals, so anything may be in them. */
const plain = (text: string) =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[#;<>"`%{}]/g, (mark) => `#${mark.codePointAt(0)};`)
    .slice(0, 200)

/** An id that Mermaid accepts whatever the party is called: words like `end` are its own. */
const nickname = (party: string) => `p_${party.replace(/[^a-z0-9]/gi, '_')}`

const mark: Record<NonNullable<DisplayEvent['outcome']>['result'], string> = {
  answered: '',
  refused: ' ✗',
  failed: ' ✗✗',
  'no-answer': ' ⏱',
}

const lineOf = (event: DisplayEvent, language: Language): string | undefined => {
  const { from, to, purpose, outcome, kind, manual, step, calls } = event
  if (from !== null && to !== null && outcome !== null) {
    const what = purpose?.[language] ?? event.path ?? ''
    const said = outcome.said === null ? '' : ` (${outcome.said})`
    const arrow = outcome.result === 'no-answer' ? '-x' : '->>'
    const many = calls > 1 ? ` ×${calls}` : ''
    return `${nickname(from)}${arrow}${nickname(to)}: ${plain(`${what}${said}${mark[outcome.result]}${many}`)}`
  }
  if (kind === 'manual' && manual !== null)
    return `Note over ${nickname('people')}: ${plain(`✋ ${manual.stakeholder}: ${manual.work}`)}`
  if (kind === 'step' && step !== null)
    return `Note over ${nickname('people')}: ${plain(`${step.held ? '✓' : '✗'} ${step.text[language]}`)}`
  return undefined
}

/** Mermaid itself stops drawing at 50,000 characters unless told otherwise; so a diagram has at most so many lines (assumed). */
export const mostLines = 2000

/** One after another alike are drawn once, with how often. */
const grouped = (lines: readonly string[]): Line[] => {
  const found: Line[] = []
  for (const text of lines) {
    const last = found.at(-1)
    if (last?.text === text) last.times += 1
    else found.push({ text, times: 1 })
  }
  return found
}

export type SequenceOptions = { language: Language; nameOf: NameOf; limit: number; group: boolean }

/** As they were begun: a call before what it set in motion. */
const asBegun = (events: readonly DisplayEvent[]) =>
  events.toSorted((a, b) => (a.began ?? a.order) - (b.began ?? b.order))

/** Calls are drawn in the order they were begun; what stands beyond `limit` lines is left out, and said to be. */
export const sequenceOf = (
  events: readonly DisplayEvent[],
  { language, nameOf, limit, group }: SequenceOptions,
): string => {
  const lines = asBegun(events)
    .map((event) => lineOf(event, language))
    .filter((line) => line !== undefined)
  const all = group ? grouped(lines) : lines.map((text) => ({ text, times: 1 }))
  const drawn = all.slice(0, limit)
  const parties = new Set<string>()
  for (const { from, to, outcome } of events)
    if (from !== null && to !== null && outcome !== null) [from, to].forEach((party) => parties.add(party))
  if (events.some(({ kind }) => kind === 'manual' || kind === 'step')) parties.add('people')
  const used = [...parties].filter((party) => drawn.some(({ text }) => text.includes(nickname(party))))
  const left = all.length - drawn.length
  const remark = language === 'ja' ? `ほか ${left} 行を省略` : `${left} more lines left out`
  return [
    'sequenceDiagram',
    ...used.map((party) => `  participant ${nickname(party)} as ${plain(nameOf(party)[language])}`),
    ...drawn.map(({ text, times }) => `  ${text}${times > 1 ? ` (×${times})` : ''}`),
    ...(left > 0 && used[0] !== undefined ? [`  Note over ${nickname(used[0])}: ${remark}`] : []),
    '',
  ].join('\n')
}
