/** The language pages are in: `?lang=` wins, then what was chosen here before, then what the browser asks for. */
import { overwriteGetLocale, type Locale } from '../paraglide/runtime.js'

/** A text as the parties give it, in both languages. */
export type Text = { ja: string; en: string }

const chooseLanguage = (asked: string | null, kept: string | null, preferred: string): Locale =>
  /^en/i.test(asked ?? kept ?? preferred) ? 'en' : 'ja'

let current = $state<Locale>('ja')

/** Read inside markup, it makes the markup follow the language. */
export const language = () => current

export const text = (both: Text) => both[current]

export const useLanguage = (chosen: Locale) => {
  current = chosen
  document.documentElement.lang = chosen
  localStorage.setItem('language', chosen)
}

/** Called once, before anything is drawn. */
export const beginLanguage = () => {
  overwriteGetLocale(() => current)
  const address = new URL(location.href)
  const asked = address.searchParams.get('lang')
  current = chooseLanguage(asked, localStorage.getItem('language'), navigator.language)
  document.documentElement.lang = current
  if (asked === null) return
  localStorage.setItem('language', current)
  address.searchParams.delete('lang')
  history.replaceState(history.state, '', address)
}
