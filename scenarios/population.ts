/** Residents by the dozen or the million: person `n` of a seed is always the same one, made without making the others. */
import { createRandom } from '../sim/core/random.ts'
import { addressIn, familyNames, mensNames, womensNames } from '../sim/population/syntheticName.ts'
import type { Person } from './people.ts'

export { addressIn } from '../sim/population/syntheticName.ts'

const towns = [
  { municipality: 'municipality-aobano', name: '見本県青葉野市', share: 0.5 },
  { municipality: 'municipality-midorino', name: '見本県緑野町', share: 0.2 },
  { municipality: 'municipality-shiosai', name: '見本県潮騒市', share: 0.3 },
] as const

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** Ages 20 to 89 evenly, towns by their share: enough variety for stories, no claim about any real population. */
const make = (seed: string, number: number): Person => {
  const random = createRandom(`population/${seed}/${number}`)
  const woman = random.chance(0.5)
  const chosen = random.next()
  const town = chosen < 0.5 ? towns[0] : chosen < 0.7 ? towns[1] : towns[2]
  const born = `${1937 + random.int(70)}-${twoDigits(1 + random.int(12))}-${twoDigits(1 + random.int(28))}`
  const company = random.chance(0.5)
  const digits = `G${number}`
  return {
    id: populationId(seed, number),
    basicFour: {
      name: `${random.pick(familyNames)}　${random.pick(woman ? womensNames : mensNames)}`,
      dateOfBirth: born,
      sex: woman ? 'female' : 'male',
      address: addressIn(town.name, random),
    },
    municipality: town.municipality,
    card: { authenticationPin: String(1000 + random.int(9000)), signaturePassword: `MIHON${1000 + random.int(9000)}` },
    insurance: {
      insurer: company ? 'insurer-company' : 'insurer-nhi',
      insuredNumber: `${company ? 'K' : 'N'}-${digits}`,
      relation: 'insured',
      copaymentRatio: 0.3,
    },
    payment: {
      issuer: random.chance(0.7) ? 'payment-credit' : 'payment-debit',
      accountNumber: `A-${digits}`,
      availableYen: 50_000 + random.int(200_000),
    },
    standsFor: { ja: '生成された住民', en: 'generated resident' },
  }
}

const populationId = (seed: string, number: number) => `g-${seed}-${number}`

/** The ids of `size` residents of this seed; `personOf(id)` makes each. A seed is letters and digits. */
export const population = (seed: string, size: number): string[] =>
  Array.from({ length: size }, (_, index) => populationId(seed, index + 1))

/** The generated resident of this id, or undefined when the id is not of a generated one. */
export const generated = (id: string): Person | undefined => {
  const [, seed, number] = /^g-([A-Za-z0-9]+)-([1-9][0-9]*)$/.exec(id) ?? []
  return seed === undefined || number === undefined ? undefined : make(seed, Number(number))
}
