/** Runs to choose from in a list: the open world first, then finished runs, newest first. */
import type { RunSummary } from '../../../sim/messages/evaluation.ts'
import { dayAndMinute } from './instant.ts'
import type { Text } from './language.svelte.ts'

type Option = { value: string; words: string }

/** A run that is named by the address but not among those listed can be chosen all the same. */
export const runOptions = (
  runs: readonly RunSummary[],
  { chosen, live, language }: { chosen: string; live: string; language: keyof Text },
): Option[] => {
  const options = [
    { value: 'live', words: live },
    ...runs
      .filter(({ run, state }) => state === 'finished' && run !== 'live')
      .map(({ run, title, startedAt }) => ({
        value: run,
        words: `${title[language]} · ${dayAndMinute(startedAt, language)} · ${run.slice(-4)}`,
      })),
  ]
  const isThere = chosen === '' || options.some(({ value }) => value === chosen)
  return isThere ? options : [...options, { value: chosen, words: chosen }]
}
