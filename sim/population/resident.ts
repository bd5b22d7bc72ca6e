/** Made-up residents by the hundred thousand: resident `n` of a seed is always the same one, made without making the others. */
import { DAY, HOUR } from '../core/clock.ts'
import { createRandom } from '../core/random.ts'
import type { BasicFour } from '../messages/person.ts'
import type { Municipality } from '../pki/profile.ts'
import { addressIn, familyNames, familyNamesToSubstitute, mensNames, womensNames } from './syntheticName.ts'

/** A municipality of the world: its party, its name in addresses, its name in certificates. */
export type Town = { party: string; nameJa: string; municipality: Municipality }

export type Resident = { number: number; basicFour: BasicFour; town: Town }

/** Youngest and oldest, in years; every age between is as frequent as any other (assumed). */
const youngestYears = 1
const oldestYears = 94
/** Names that need substitute characters (assumed). */
const substituteShare = 0.02

const year = 365.25 * DAY
const dateInJapan = (at: number) => new Date(at + 9 * HOUR).toISOString().slice(0, 10)

/** `at` (Unix ms) decides how old they are. Towns are equally large (assumed). */
export const residentOf = (of: { seed: string; number: number; towns: readonly Town[]; at: number }): Resident => {
  const { seed, number, towns, at } = of
  const random = createRandom(`resident/${seed}/${number}`)
  const town = random.pick(towns)
  const woman = random.chance(0.5)
  const families = random.chance(substituteShare) ? familyNamesToSubstitute : familyNames
  const ageMs = (youngestYears + random.next() * (oldestYears - youngestYears)) * year
  return {
    number,
    basicFour: {
      name: `${random.pick(families)}　${random.pick(woman ? womensNames : mensNames)}`,
      dateOfBirth: dateInJapan(at - ageMs),
      sex: woman ? 'female' : 'male',
      address: addressIn(town.nameJa, random),
    },
    town,
  }
}
