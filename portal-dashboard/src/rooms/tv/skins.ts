/** How each cable operator's television looks: its colours on a dark ground, and the shapes of its logo, in a square of 96. */

export type Skin = {
  ground: string
  glow: string
  panel: string
  line: string
  quiet: string
  accent: string
  onAccent: string
  logo: readonly { path: string; look: 'fill' | 'line' }[]
}

/** A lamp and its rays: 光. */
const hikari: Skin = {
  ground: '#0a1732',
  glow: '#1b3a78',
  panel: '#13244a',
  line: '#5673b4',
  quiet: '#cbd6ee',
  accent: '#ffd166',
  onAccent: '#1a1405',
  logo: [
    { path: 'M48 30a18 18 0 1 0 0 36 18 18 0 0 0 0-36Z', look: 'fill' },
    {
      path: 'M48 6v12M48 78v12M6 48h12M78 48h12M18.300 18.300l8.500 8.500M69.200 69.200l8.500 8.500M77.700 18.300l-8.500 8.500M26.800 69.200l-8.500 8.500',
      look: 'line',
    },
  ],
}

/** Two leaves of a young plant: 緑. */
const midori: Skin = {
  ground: '#05231b',
  glow: '#12604a',
  panel: '#0c3529',
  line: '#4c9079',
  quiet: '#cbe3d8',
  accent: '#b4e667',
  onAccent: '#0d1a04',
  logo: [
    { path: 'M45 62C20 62 9 46 8 22c24 1 38 14 37 40Z', look: 'fill' },
    { path: 'M52 54c0-20 11-33 36-34 0 24-12 37-36 34Z', look: 'fill' },
    { path: 'M48 90V58', look: 'line' },
  ],
}

const skins: Readonly<Record<string, Skin>> = { 'catv-hikari': hikari, 'catv-midori': midori }

/** An operator nobody drew yet looks like the first. */
export const skinOf = (operator: string): Skin => skins[operator] ?? hikari

export const styleOf = ({ ground, glow, panel, line, quiet, accent, onAccent }: Skin): string =>
  Object.entries({ ground, glow, panel, line, quiet, accent, 'on-accent': onAccent })
    .map(([name, value]) => `--tv-${name}: ${value}`)
    .join('; ')
