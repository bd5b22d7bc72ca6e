/** Light, dark, or as the system has it; kept in this browser. */

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const isTheme = (value: string | null): value is Theme => themes.some((theme) => theme === value)

let chosen = $state<Theme>('system')
const system = matchMedia('(prefers-color-scheme: dark)')

const paint = () => {
  const dark = chosen === 'dark' || (chosen === 'system' && system.matches)
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light'
}

export const theme = () => chosen

export const useTheme = (wanted: Theme) => {
  chosen = wanted
  localStorage.setItem('theme', wanted)
  paint()
}

export const beginTheme = () => {
  const kept = localStorage.getItem('theme')
  if (isTheme(kept)) chosen = kept
  system.addEventListener('change', paint)
  paint()
}
