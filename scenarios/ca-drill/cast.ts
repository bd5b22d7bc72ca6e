/** Who takes part in the drill, and what the story keeps in mind from case to case. */
import type { SignedBytes } from '../acts/presence.ts'

/** Half of their cards come from the CA generation before the current one, by the drill's own variables. */
export const holders = [
  'taro',
  'hanako',
  'ichiro',
  'misaki',
  'kenji',
  'yoshie',
  'daisuke',
  'sakura',
  'makoto',
  'wataru',
  'tenko',
  'hajime',
  'tomoko',
]
/** With cable television and health notices at their insurer. */
export const viewers = holders.filter((person) => person !== 'hajime' && person !== 'tomoko')
/** They get their cards when the new keys are already in use. */
export const newcomers = ['yumi', 'ryoshin']

export type Ledger = {
  /** Cards of the older generation, and of the one that is current as the story begins. */
  older: string[]
  current: string[]
  /** What one of the older cards signed, to be shown again and again. */
  signed?: SignedBytes
  /** Contracts signed before anything went wrong: by a card that is lost later, and by one of the generation given up. */
  contracts?: Record<'current' | 'older', { holder: string; evidence: string }>
}

/** The older generation and the one after it, as every world is founded; the third is made in the drill. */
export const olderGeneration = 1
export const currentGeneration = 2
export const newGeneration = 3
