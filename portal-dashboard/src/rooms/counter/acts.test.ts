/** Acts at the counter are offered where they make sense, and what they did is told. */
import { expect, test } from 'vitest'
import { actsFor, changesOf, hasRunOut, type ResidentRecord } from './acts.ts'

const record: ResidentRecord = {
  residentId: 'wataru',
  state: 'registered',
  basicFour: { name: '転居　渉', dateOfBirth: '1988-01-16', sex: 'male', address: '見本県青葉野市北町一丁目１番１号' },
  cardId: 'card-1',
  formerCardIds: [],
  certificates: [
    { kind: 'authentication', serialNumber: 'A1', notAfter: 1, cardId: 'card-1', valid: true },
    { kind: 'signature', serialNumber: 'B1', notAfter: 1, cardId: 'card-1', valid: true },
  ],
}

test('who has a card can lose it, who lost one can find it, and nothing is done for the dead', () => {
  expect(actsFor(record)).toEqual(['move', 'rename', 'death', 'lose', 'card', 'renew', 'signature', 'unblock'])
  expect(actsFor({ state: 'registered', lostCardId: 'card-1' })).toEqual(['move', 'rename', 'death', 'find', 'card'])
  expect(actsFor({ state: 'dead', cardId: 'card-1' })).toEqual([])
})

test('a move ends the signature certificate and leaves the other', () => {
  const [authentication, signature] = record.certificates
  if (authentication === undefined || signature === undefined) throw new Error('two certificates')
  const moved = {
    ...record,
    basicFour: { ...record.basicFour, address: '見本県青葉野市南町' },
    certificates: [authentication, { ...signature, valid: false }],
  }
  expect(changesOf(record, moved)).toEqual([
    { what: 'address', from: record.basicFour.address, to: '見本県青葉野市南町' },
    { what: 'ended', kind: 'signature' },
  ])
  expect(changesOf(moved, { ...moved, certificates: [authentication, { ...signature, serialNumber: 'B2' }] })).toEqual([
    { what: 'begun', kind: 'signature' },
  ])
})

test('a certificate has run out when its end is past', () => {
  expect([
    hasRunOut({ notAfter: 10 }, 11),
    hasRunOut({ notAfter: 10 }, 10),
    hasRunOut({ notAfter: 10 }, undefined),
  ]).toEqual([true, false, false])
})

test('a lost card is told from a found and from a new one', () => {
  const { cardId: _, ...without } = record
  const lost = { ...without, lostCardId: 'card-1' }
  expect(changesOf(record, lost)).toEqual([{ what: 'card-lost' }])
  expect(changesOf(lost, record)).toEqual([{ what: 'card-found' }])
  expect(changesOf(lost, { ...record, cardId: 'card-2' })).toEqual([{ what: 'card-new' }])
})
