/** A form of the counter can be handed in only when it is filled in. */
import { expect, test } from 'vitest'
import type { ResidentRecord } from './acts.ts'
import { fieldsOf, problemsOf, type Filled } from './form.ts'

const record: ResidentRecord = {
  residentId: 'wataru',
  state: 'registered',
  basicFour: { name: '転居　渉', dateOfBirth: '1988-01-16', sex: 'male', address: '見本県青葉野市北町' },
  formerCardIds: [],
  certificates: [],
}
const filled: Filled = {
  address: '見本県青葉野市北町',
  name: '転居　渉',
  confirmed: false,
  pin: 'authentication',
  authenticationPin: '',
  signaturePassword: '',
}

test('a move needs another address than the present one, a death a confirmation', () => {
  expect(problemsOf('move', filled, record)).toEqual(['address'])
  expect(problemsOf('move', { ...filled, address: '見本県青葉野市南町' }, record)).toEqual([])
  expect(problemsOf('rename', { ...filled, name: ' ' }, record)).toEqual(['name'])
  expect([problemsOf('death', filled, record), problemsOf('death', { ...filled, confirmed: true }, record)]).toEqual([
    ['confirmed'],
    [],
  ])
})

test('of the two PINs the one that is chosen is asked for', () => {
  expect(fieldsOf('unblock', 'authentication')).toEqual(['pin', 'authenticationPin'])
  expect(problemsOf('unblock', { ...filled, authenticationPin: '123' }, record)).toEqual(['authenticationPin'])
  expect(problemsOf('unblock', { ...filled, pin: 'signature' }, record)).toEqual(['signaturePassword'])
})

test('a new card needs a PIN, and the password may stay away', () => {
  expect(problemsOf('card', { ...filled, authenticationPin: '4321' }, record)).toEqual([])
  expect(problemsOf('card', { ...filled, authenticationPin: '4321', signaturePassword: 'abc' }, record)).toEqual([
    'signaturePassword',
  ])
  expect(problemsOf('signature', filled, record)).toEqual([])
})
