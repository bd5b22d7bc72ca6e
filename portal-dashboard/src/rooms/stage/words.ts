/** What happened in an event, in a few words; parties by their names. */
import type { DisplayEvent } from '../../../../sim/messages/evaluation.ts'
import type { Text } from '../../lib/language.svelte.ts'
import { m } from '../../paraglide/messages.js'
import type { Row } from './rows.ts'

export type Names = ReadonlyMap<string, Text>

/** Names of all parties of a run, of residents, and of callers without a token. */
export const namesOf = (parties: readonly { id: string; name: Text }[]): Names =>
  new Map([
    ...parties.map(({ id, name }): [string, Text] => [id, name]),
    ['outside', { ja: m.stage_outside({}, { locale: 'ja' }), en: m.stage_outside({}, { locale: 'en' }) }],
  ])

export const nameOf = (names: Names, id: string | null, language: keyof Text): string =>
  id === null ? '' : (names.get(id)?.[language] ?? id)

/** What the event was for, or what was done. */
export const whatOf = (
  { kind, purpose, method, path, step, manual, transition, note }: DisplayEvent,
  language: keyof Text,
): string => {
  if (step !== null) return step.text[language]
  if (manual !== null) return m.stage_manual_words({ work: manual.work })
  if (transition !== null)
    return `${transition.kind}: ${transition.from === '' ? '' : `${transition.from} → `}${transition.to}`
  if (note !== null) return note[language]
  if (purpose !== null) return purpose[language]
  return path === null ? kind : `${method ?? ''} ${path}`
}

/** How it went, when that is worth saying: anything but a plain answer. */
export const outcomeOf = ({ outcome, status, replayed }: DisplayEvent): string => {
  const said = outcome?.said ?? ''
  const words =
    outcome?.result === 'no-answer'
      ? m.stage_no_answer()
      : outcome?.result === 'refused' || outcome?.result === 'failed'
        ? [String(status ?? ''), said].filter((one) => one !== '').join(' ')
        : said
  return replayed ? [words, m.stage_replayed()].filter((one) => one !== '').join(' · ') : words
}

/** How many messages a row stands for. */
export const timesOf = ({ events }: Row): number => events.reduce((sum, { calls }) => sum + calls, 0)

/** A row as it is read out. */
export const spoken = (row: Row, names: Names, language: keyof Text): string => {
  const { event } = row
  const who =
    event.from === null || event.to === null
      ? ''
      : m.stage_from_to({ from: nameOf(names, event.from, language), to: nameOf(names, event.to, language) })
  const times = timesOf(row)
  return [who, whatOf(event, language), times > 1 ? `×${times}` : '', outcomeOf(event)]
    .filter((one) => one !== '')
    .join(', ')
}
