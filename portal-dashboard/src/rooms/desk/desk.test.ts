/** What a provider's desk makes of its contracts. */
import { expect, test } from 'vitest'
import type { Person } from '../people/people.ts'
import { applicationOf, canSign, customerAmong, figuresOf, historyOf, sorted, toneOf, type Contract } from './desk.ts'

const customer = { name: '転居　渉', dateOfBirth: '1988-01-16', sex: 'male', address: '見本県青葉野市北町' } as const
const contract: Contract = {
  contractId: 'contract-1',
  state: 'active',
  customer,
  consent: true,
  signedAt: 100,
  noticesSent: [],
}
const found: Contract = {
  ...contract,
  contractId: 'contract-2',
  state: 'askingNewData',
  asked: 'new-data',
  lastCheckedAt: 300,
  finding: { certStatus: 'revoked', reason: 'affiliationChanged', revocationDate: 200, foundAt: 300 },
  noticesSent: [{ by: 'letter', what: 'new-data', sentAt: 300 }],
}
const cancelled: Contract = { ...contract, contractId: 'contract-3', state: 'cancelled', consent: false }
const person: Person = {
  residentId: 'wataru',
  standsFor: { ja: '', en: '' },
  town: 'municipality-aobano',
  standing: 'registered',
  basicFour: { ...customer, address: '見本県青葉野市南町' },
  certificates: [{ kind: 'signature', serialNumber: 'B1', notAfter: 1, cardId: 'card-1', valid: false }],
  card: { state: 'held', cardId: 'card-1' },
}

test('who has something to settle is counted, and stands first; who has left is no customer', () => {
  expect(figuresOf([contract, found, cancelled])).toEqual({ customers: 2, watched: 2, waiting: 1 })
  expect(sorted([cancelled, contract, found]).map(({ contractId }) => contractId)).toEqual([
    'contract-2',
    'contract-1',
    'contract-3',
  ])
  expect([contract, found, cancelled].map(toneOf)).toEqual(['good', 'warn', 'plain'])
})

test('a history goes from the signature over the revocation to its finding and the letter', () => {
  expect(historyOf(found).map(({ what, at }) => [what, at])).toEqual([
    ['signed', 100],
    ['revoked', 200],
    ['found', 300],
    ['notice', 300],
  ])
  expect(historyOf({ ...contract, lastCheckedAt: 400 }).map(({ what }) => what)).toEqual(['signed', 'checked'])
})

test('a customer who moved is known by name and birth, and cannot sign until there is a new certificate', () => {
  expect(customerAmong([person], found)).toBe(person)
  expect(customerAmong([{ ...person, basicFour: { ...person.basicFour, name: '別人' } }], found)).toBeUndefined()
  const [certificate] = person.certificates
  if (certificate === undefined) throw new Error('a certificate')
  expect([canSign(person), canSign({ ...person, certificates: [{ ...certificate, valid: true }] })]).toEqual([
    false,
    true,
  ])
})

test('an application says what the register says, and where the television stands', () => {
  const television = { operator: 'catv-hikari', subscriberNumber: 'S-wataru', setTopBoxId: 'STB-wataru' }
  expect(
    applicationOf(
      { ...person, television },
      { provider: 'mobile-sora', service: 'mobile', consent: true, nonce: 'n-1' },
    ),
  ).toEqual({
    provider: 'mobile-sora',
    service: 'mobile',
    applicant: person.basicFour,
    changeCheckConsent: true,
    television: { operator: 'catv-hikari', subscriberNumber: 'S-wataru' },
    nonce: 'n-1',
  })
})
