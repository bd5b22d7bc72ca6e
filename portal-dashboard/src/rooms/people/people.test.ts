/** People to play are found by what a tester would write. */
import { expect, test } from 'vitest'
import { holders, issuedPinsOf, matching, type Person, personWith } from './people.ts'

const person = (residentId: string, name: string, ja: string, card: Person['card']): Person => ({
  residentId,
  standsFor: { ja, en: `stands for ${residentId}` },
  town: 'municipality-aobano',
  standing: 'registered',
  basicFour: { name, dateOfBirth: '1958-05-03', sex: 'male', address: '見本県' },
  certificates: [],
  card,
})
const taro = person('taro', '見本　太郎', '何も問題のない人', {
  state: 'held',
  cardId: 'c-1',
  issuedPins: { authenticationPin: '0001' },
})
const nocard = person('nocard', '無札　実', 'カードを持たない人', { state: 'none' })

test('a name is found however its space is written, a case by any of its words', () => {
  expect(matching([taro, nocard], '見本太').map(({ residentId }) => residentId)).toEqual(['taro'])
  expect(matching([taro, nocard], '持たない').map(({ residentId }) => residentId)).toEqual(['nocard'])
  expect(matching([taro, nocard], 'STANDS FOR T').map(({ residentId }) => residentId)).toEqual(['taro'])
  expect(matching([taro, nocard], '').length).toBe(2)
})

test('only who has a card can present one', () => {
  expect(holders([taro, nocard])).toEqual([taro])
  expect([issuedPinsOf(taro), issuedPinsOf(nocard)]).toEqual([{ authenticationPin: '0001' }, undefined])
})

test('nobody is found by no name', () => {
  expect([personWith([taro], 'taro'), personWith([taro], null), personWith([taro], 'x')]).toEqual([
    taro,
    undefined,
    undefined,
  ])
})
