/** A seed puts the open world into a state that is worth showing; each can be sown again. */
import type { Text } from '../../sim/core/site.ts'
import type { Faults } from '../../sim/core/faults.ts'
import { people } from '../people.ts'
import type { Stage } from '../stage.ts'

export type Choice = { id: string; text: Text }

export type Seed = {
  id: string
  title: Text
  /** What it does, and what to look at afterwards. */
  does: Text
  /** What must be chosen, if anything. */
  choices?: readonly Choice[]
  /** Whether it must know how everybody stands, not only who was chosen: the stage then remembers it. */
  aboutEverybody?: true
  /** Tells what came of it. */
  sow(stage: Stage, choice: string, faults: Faults): Promise<Text>
}

const person = ({ id, basicFour: { name }, standsFor: { ja, en } }: (typeof people)[number]): Choice => ({
  id,
  text: { ja: `${name}（${ja}）`, en: `${id} (${en})` },
})

export const anybody: Choice[] = people.map(person)
export const cardHolders: Choice[] = people.filter(({ card }) => card !== undefined).map(person)
export const insuredPeople: Choice[] = people.filter(({ insurance }) => insurance !== undefined).map(person)

export const townChoices: Choice[] = [
  { id: 'municipality-aobano', text: { ja: '青葉野市', en: 'Aobano City' } },
  { id: 'municipality-midorino', text: { ja: '緑野町', en: 'Midorino Town' } },
  { id: 'municipality-shiosai', text: { ja: '潮騒市', en: 'Shiosai City' } },
]
