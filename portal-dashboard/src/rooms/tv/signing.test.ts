/** Signing again: who can, and what is signed. */
import { expect, test } from 'vitest'
import type { Person } from './calls.ts'
import { concerns } from './news.ts'
import { documentFor, standingOf } from './signing.svelte.ts'

const person = (signature: boolean): Person => ({
  residentId: 'tenko',
  standsFor: { ja: '', en: '' },
  town: 'municipality-midorino',
  standing: 'registered',
  basicFour: { name: '転出　典子', dateOfBirth: '1995-05-05', sex: 'female', address: '見本県緑野町' },
  certificates: [
    { kind: 'authentication', serialNumber: '01', notAfter: 1, cardId: 'card-1', valid: true },
    { kind: 'signature', serialNumber: '02', notAfter: 1, cardId: 'card-1', valid: signature },
  ],
  card: { state: 'held', cardId: 'card-1' },
  television: { operator: 'catv-hikari', subscriberNumber: 'S-tenko', setTopBoxId: 'STB-tenko' },
})

test('who is asked needs a card with a valid signature certificate; who is not asked needs nothing', () => {
  expect([
    standingOf({}, person(true)),
    standingOf({ asked: 'new-data' }, undefined),
    standingOf({ asked: 'new-card' }, undefined),
    standingOf({ asked: 'new-data' }, person(false)),
    standingOf({ asked: 'new-data' }, person(true)),
  ]).toEqual(['settled', 'card', 'counter', 'counter', 'ready'])
})

test('the document says who applies for what, and where notices may be shown: at the person’s own television only', () => {
  const provider = { provider: 'contract-hikari', nameJa: 'ひかり', service: 'cable-tv' }
  const signed = documentFor(person(true), provider, { consent: true, setTopBoxId: 'STB-tenko', nonce: 'nonce-1234' })
  expect(signed).toEqual({
    provider: 'contract-hikari',
    service: 'cable-tv',
    applicant: person(true).basicFour,
    changeCheckConsent: true,
    television: { operator: 'catv-hikari', subscriberNumber: 'S-tenko' },
    nonce: 'nonce-1234',
  })
  expect(
    documentFor(person(true), provider, { consent: false, setTopBoxId: 'STB-other', nonce: 'nonce-1234' }),
  ).not.toHaveProperty('television')
})

test('a television listens to its operator and the readers, but not to its own questions', () => {
  const heard = { kind: 'call', transition: null } as const
  const purpose = (id: string) => ({ id, ja: '', en: '' })
  const tv = { operator: 'catv-hikari' }
  expect([
    concerns({ ...heard, party: 'catv-hikari', purpose: purpose('area-notice.publish') }, tv),
    concerns({ ...heard, party: 'people', purpose: purpose('terminal.remove-card') }, tv),
    concerns({ ...heard, party: 'catv-hikari', purpose: purpose('screen.show') }, tv),
    concerns({ ...heard, party: 'catv-midori', purpose: purpose('area-notice.publish') }, tv),
  ]).toEqual([true, true, false, false])
})
