/** Residents and their cards: repeatable, clearly made up, and within the rules for certificates. */
import { expect, test } from 'vitest'
import { DAY } from '../core/clock.ts'
import { ageAt } from '../pki/validity.ts'
import { longestAgoMs, planCard, type CardPlan, type PlanRules } from './card.ts'
import { residentOf, type Town } from './resident.ts'

const until = Date.UTC(2026, 2, 31, 18)
const towns: Town[] = [
  {
    party: 'municipality-a',
    nameJa: '見本県甲市',
    municipality: { code: '99201', prefecture: 'Mihon-ken', city: 'A-shi' },
  },
  {
    party: 'municipality-b',
    nameJa: '見本県乙町',
    municipality: { code: '99301', prefecture: 'Mihon-ken', city: 'B-machi' },
  },
]
const cards = 2000
const rules: PlanRules = {
  seed: 'test',
  cards,
  until,
  revokedShare: 0.2,
  firstNumber: 101,
  firstSerialNumbers: { signature: 0x06000010, authentication: 0x07000010 },
  eras: [
    { generation: 1, from: until - longestAgoMs, until: until - 400 * DAY, notAfter: until + 2000 * DAY },
    { generation: 2, from: until - 400 * DAY, until, notAfter: until + 3600 * DAY },
  ],
}
const resident = (number: number, seed = 'test') => residentOf({ seed, number, towns, at: until })
const plan = (number: number, changed: Partial<PlanRules> = {}) => planCard({ ...rules, ...changed }, resident(number))
const numbers = Array.from({ length: cards }, (_, index) => index + 1)
const all = numbers.map((number) => ({ resident: resident(number), card: plan(number) }))
const certificates = all.flatMap(({ card }) => card.certificates)
const shareOf = (of: (one: { card: CardPlan; resident: ReturnType<typeof resident> }) => boolean) =>
  all.filter(of).length / cards

test('resident and card of a number are always the same, and another seed has others', () => {
  expect([resident(7), plan(7)]).toEqual([all[6]?.resident, all[6]?.card])
  expect(resident(7, 'other').basicFour).not.toEqual(resident(7).basicFour)
})

test('towns, generations and sexes are spread evenly', () => {
  expect(shareOf(({ card }) => card.generation === 1)).toBeCloseTo(0.5, 1)
  expect(shareOf(({ card }) => card.municipality === 'municipality-a')).toBeCloseTo(0.5, 1)
  expect(shareOf(({ resident: { basicFour } }) => basicFour.sex === 'female')).toBeCloseTo(0.5, 1)
  expect(shareOf(({ resident: { basicFour } }) => /[髙﨑\u{20bb7}]/u.test(basicFour.name))).toBeCloseTo(0.02, 1)
})

test('whoever was below 15 when the card was issued has no signature certificate, everybody else has', () => {
  for (const {
    resident: { basicFour },
    card,
  } of all) {
    const [authentication, signature] = card.certificates
    const age = ageAt(basicFour.dateOfBirth, authentication?.notBefore ?? 0)
    expect([authentication?.kind, signature?.kind]).toEqual(['authentication', age < 15 ? undefined : 'signature'])
  }
  expect(shareOf(({ card }) => card.certificates.length === 1)).toBeGreaterThan(0.1)
})

test('every certificate is issued within its generation, lives on, and outlives neither card nor CA', () => {
  for (const { card } of all) {
    const era = rules.eras.find(({ generation }) => generation === card.generation)
    for (const { notBefore, notAfter } of card.certificates) {
      expect(notBefore % 1000).toBe(0)
      expect(notBefore).toBeGreaterThanOrEqual(era?.from ?? Infinity)
      expect(notBefore).toBeLessThan(era?.until ?? 0)
      expect(notAfter).toBeGreaterThan(until)
      expect(notAfter).toBeLessThanOrEqual(Math.min(card.cardExpiresAt, era?.notAfter ?? 0))
    }
  }
})

test('serial numbers and running numbers are all different and rise with the time of issue', () => {
  expect(new Set(certificates.map(({ number }) => number)).size).toBe(certificates.length)
  for (const kind of ['signature', 'authentication'] as const) {
    const own = certificates.filter((one) => one.kind === kind)
    const serialNumbers = own.map(({ serialNumber }) => Number.parseInt(serialNumber, 16))
    expect(new Set(serialNumbers).size).toBe(own.length)
    expect([...serialNumbers].sort((a, b) => a - b)).toEqual(serialNumbers)
    expect(own.map(({ notBefore }) => notBefore)).toEqual(
      [...own.map(({ notBefore }) => notBefore)].sort((a, b) => a - b),
    )
  }
  expect(plan(1).certificates[0]).toMatchObject({ serialNumber: '07000010', number: 101 })
})

test('without running serial numbers sixteen bytes are drawn', () => {
  const { firstSerialNumbers: _, ...drawn } = rules
  const serialNumbers = numbers.flatMap((number) =>
    planCard(drawn, resident(number)).certificates.map(({ serialNumber }) => serialNumber),
  )
  expect(serialNumbers.every((serialNumber) => /^[4-7][0-9A-F]{31}$/.test(serialNumber))).toBe(true)
  expect(new Set(serialNumbers).size).toBe(serialNumbers.length)
})

test('the wanted share is revoked, after issue and before the end; a change of details ends the signature certificate alone', () => {
  const isRevoked = ({ card }: { card: CardPlan }) => card.certificates.some(({ revoked }) => revoked !== undefined)
  expect(shareOf(isRevoked)).toBeCloseTo(0.2, 1)
  for (const { card } of all.filter(isRevoked)) {
    const revoked = card.certificates.filter((one) => one.revoked !== undefined)
    for (const { notBefore, revoked: revocation } of revoked) {
      expect(revocation?.at).toBeGreaterThanOrEqual(notBefore)
      expect(revocation?.at).toBeLessThanOrEqual(until)
    }
    const alone = revoked[0]?.revoked?.reason === 'affiliationChanged'
    expect(revoked.map(({ kind }) => kind)).toEqual(alone ? ['signature'] : card.certificates.map(({ kind }) => kind))
  }
  const reasons = new Set(certificates.map(({ revoked }) => revoked?.reason))
  expect(reasons).toEqual(
    new Set([undefined, 'affiliationChanged', 'cessationOfOperation', 'certificateHold', 'keyCompromise']),
  )
  expect(numbers.map((number) => plan(number, { revokedShare: 0 })).some((card) => isRevoked({ card }))).toBe(false)
  expect(numbers.map((number) => plan(number, { revokedShare: 1 })).every((card) => isRevoked({ card }))).toBe(true)
})
