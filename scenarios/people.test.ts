/** The residents, named and generated. */
import { expect, test } from 'vitest'
import { authenticationPin, basicFour, signaturePassword } from '../sim/messages/person.ts'
import { isAcceptablePin } from '../sim/card/pin.ts'
import { people, personOf } from './people.ts'
import { population } from './population.ts'

const unique = (values: (string | undefined)[]) => new Set(values.filter((value) => value !== undefined)).size
const given = (values: (string | undefined)[]) => values.filter((value) => value !== undefined).length

test('about thirty residents stand for a case each, told in both languages', () => {
  expect(people.length).toBeGreaterThanOrEqual(30)
  expect(people.filter(({ standsFor }) => standsFor.ja === '' || standsFor.en === '')).toEqual([])
})

test('nobody shares an id, an insured number or an account', () => {
  for (const values of [
    people.map(({ id }) => id),
    people.map(({ insurance }) => insurance?.insuredNumber),
    people.map(({ payment }) => payment?.accountNumber),
  ])
    expect(unique(values)).toBe(given(values))
})

test('everybody’s data fit the messages they will go into', () => {
  for (const person of [...people, ...population('test', 200).map(personOf)]) {
    expect(basicFour.safeParse(person.basicFour).success, person.id).toBe(true)
    const { card } = person
    if (card === undefined) continue
    expect(authenticationPin.safeParse(card.authenticationPin).success, person.id).toBe(true)
    const password = card.signaturePassword
    if (password === undefined) continue
    expect(signaturePassword.safeParse(password).success && isAcceptablePin('signature', password), person.id).toBe(
      true,
    )
  }
})

test('a generated resident is the same in any population of the seed, however large', () => {
  const [third] = population('a', 3).slice(-1)
  expect(population('a', 1_000_000)[2]).toBe(third)
  expect(personOf(third ?? '')).toEqual(personOf('g-a-3'))
  expect(personOf('g-a-3')).not.toEqual(personOf('g-b-3'))
})

test('an unknown name is refused and the known ones are listed', () => {
  expect(() => personOf('nobody')).toThrow(/known: taro, hanako/)
})
