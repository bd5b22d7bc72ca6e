/** Residents by the dozen or the million: person `n` of a seed is always the same one, made without making the others. */
import { createRandom } from '../sim/core/random.ts'
import type { Person } from './people.ts'

const families = '見本 例示 仮名 雛形 模擬 標本 試作 仮設 想定 類推 架空 写像 演算 対照 無作 任意'.split(' ')
const women = '一花 二葉 三月 四季 五月 六花 七海 八重 九美 十和'.split(' ')
const men = '一也 二郎 三平 四朗 五郎 六助 七生 八十 九一 十三'.split(' ')
const towns = [
  { municipality: 'municipality-aobano', name: '見本県青葉野市', share: 0.5 },
  { municipality: 'municipality-midorino', name: '見本県緑野町', share: 0.2 },
  { municipality: 'municipality-shiosai', name: '見本県潮騒市', share: 0.3 },
] as const
const streets = '中央 本町 緑町 東町 西町 南町 北町 桜台 丘の上 港町'.split(' ')

const fullWidth = (number: number) =>
  String(number).replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

const twoDigits = (number: number) => String(number).padStart(2, '0')

/** A made-up street address in a town. */
export const addressIn = (townName: string, random: ReturnType<typeof createRandom>) =>
  `${townName}${random.pick(streets)}${random.pick('一二三四五六'.split(''))}丁目${fullWidth(1 + random.int(20))}番${fullWidth(1 + random.int(30))}号`

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
      name: `${random.pick(families)}　${random.pick(woman ? women : men)}`,
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
