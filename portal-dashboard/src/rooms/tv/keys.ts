/** The keys of the remote control, and which key of a keyboard, or of a television's own remote, means which. */

const arrows = ['up', 'down', 'left', 'right'] as const
export const colours = ['blue', 'red', 'green', 'yellow'] as const
export type Arrow = (typeof arrows)[number]
export type Colour = (typeof colours)[number]
export type Key = Arrow | Colour | 'ok' | 'back' | 'data'

export const isArrow = (key: string): key is Arrow => arrows.some((one) => one === key)
export const isColour = (key: string): key is Colour => colours.some((one) => one === key)

const named: Readonly<Record<string, Key>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Enter: 'ok',
  ' ': 'ok',
  Escape: 'back',
  Backspace: 'back',
  GoBack: 'back',
  BrowserBack: 'back',
  ColorF0Red: 'red',
  ColorF1Green: 'green',
  ColorF2Yellow: 'yellow',
  ColorF3Blue: 'blue',
}
/** Letters that stand for keys a keyboard lacks, while nobody is writing. */
const letters: Readonly<Record<string, Key>> = { d: 'data', b: 'blue', r: 'red', g: 'green', y: 'yellow' }

/** What a key of a keyboard means: a key of the remote, or a character to write; undefined where it means nothing here. */
export const readKey = (pressed: string, writing: boolean): { key: Key } | { character: string } | undefined => {
  const known = named[pressed] ?? (writing ? undefined : letters[pressed.toLowerCase()])
  if (known !== undefined) return { key: known }
  return /^[0-9A-Za-z]$/.test(pressed) ? { character: pressed.toUpperCase() } : undefined
}
