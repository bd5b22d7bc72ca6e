/** Which of the testbed's two languages a person reads. */
import type { Text } from '../sim/core/site.ts'

export type Language = 'ja' | 'en'

/** What a person asked for cannot be had; the message says what can. */
export class WrongOption extends Error {}

/** `--lang` first, then the usual variables of the environment; English where nothing says Japanese. */
export const chooseLanguage = (asked: string | undefined, environment: NodeJS.ProcessEnv): Language => {
  if (asked === 'ja' || asked === 'en') return asked
  if (asked !== undefined) throw new WrongOption(`--lang ${asked}: choose ja or en / ja または en を指定してください`)
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || ''
  return /^ja/i.test(locale) ? 'ja' : 'en'
}

export const inLanguage = (language: Language) => (text: Text) => text[language]
