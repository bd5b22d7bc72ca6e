/** A resident’s life without anything around it: which event leads where, and what it sets in motion. */
import { expect, test } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { HOUR } from '../core/clock.ts'
import type { ResidentEvent } from './resident.ts'
import { residentMachine } from './residentMachine.ts'

const at = Date.UTC(2026, 3, 1)
const basicFour = { name: '見本　花子', dateOfBirth: '1990-05-05', sex: 'female', address: '見本県青葉野市1' } as const
const issued = (kind: 'authentication' | 'signature', cardId = 'c1'): ResidentEvent => ({
  type: 'certificate.issued',
  issued: { kind, serialNumber: kind === 'signature' ? '51' : 'A1', notAfter: at + HOUR, cardId, valid: true },
  publicKey: kind === 'signature' ? 's' : cardId === 'c2' ? 'b' : 'a',
  certificate: 'certificate',
  caCertificate: 'ca',
  at,
})
const written = (kind: 'authentication' | 'signature'): ResidentEvent => ({
  type: 'certificate.written',
  cardId: 'c1',
  kind,
  at,
})

const order: ResidentEvent[] = [
  { type: 'resident.registered', basicFour },
  { type: 'card.requested', cardId: 'c1', authenticationPin: '1234', signaturePassword: 'SIGN1234', at },
]
const made: ResidentEvent = { type: 'card.made', cardId: 'c1', publicKeys: { authentication: 'a', signature: 's' } }
const whole = [
  ...order,
  made,
  issued('authentication'),
  written('authentication'),
  issued('signature'),
  written('signature'),
]

const again: ResidentEvent = { type: 'card.requested', cardId: 'c2', authenticationPin: '1234', at }
const lost: ResidentEvent = { type: 'card.lost', at }
const madeAgain: ResidentEvent = { type: 'card.made', cardId: 'c2', publicKeys: { authentication: 'b' } }

/** The resident after these events, and the effects of the last. */
const after = (...events: ResidentEvent[]) => {
  let [snapshot, actions] = initialTransition(residentMachine, { residentNetworkDelayMs: HOUR })
  for (const event of events) [snapshot, actions] = transition(residentMachine, snapshot, event)
  return {
    state: snapshot.value,
    context: snapshot.context,
    effects: actions.filter(({ type }) => !type.startsWith('xstate.')).map(({ type, params }) => ({ type, params })),
  }
}

test('the authentication certificate is asked for first, the signature certificate once it is written', () => {
  expect(after(...order, made).effects).toMatchObject([
    { type: 'requestCertificate', params: { kind: 'authentication' } },
  ])
  expect(after(...whole.slice(0, 4)).effects).toMatchObject([
    { type: 'writeCertificate', params: { kind: 'authentication' } },
  ])
  expect(after(...whole.slice(0, 5)).effects).toMatchObject([
    { type: 'requestCertificate', params: { kind: 'signature' } },
  ])
  expect(after(...whole).state).toEqual({ registered: 'active' })
})

test('no PIN is ever in the context', () => {
  for (let n = 1; n <= whole.length; n++) {
    const text = JSON.stringify(after(...whole.slice(0, n)).context)
    expect(text.includes('1234')).toBe(false)
  }
})

test.each([
  [{ type: 'resident.moved', address: '見本県青葉野市2', at } as const, 'affiliationChanged', ['51']],
  [{ type: 'resident.renamed', name: '例　花子', at } as const, 'affiliationChanged', ['51']],
  [{ type: 'resident.died', at } as const, 'cessationOfOperation', ['A1', '51']],
  [{ type: 'card.lost', at } as const, 'certificateHold', ['A1', '51']],
])('%o ends certificates for the reason %s', (event, reason, serialNumbers) => {
  const { effects, context } = after(...whole, event)
  expect(effects).toMatchObject([
    {
      type: 'tellAuthority',
      params: { reason, certificates: serialNumbers.map((serialNumber) => ({ serialNumber })), dueAt: at + HOUR },
    },
  ])
  expect(context.certificates.map(({ valid, serialNumber }) => valid === serialNumbers.includes(serialNumber))).toEqual(
    [false, false],
  )
})

test('a second change tells nothing new', () => {
  const moved: ResidentEvent = { type: 'resident.moved', address: '見本県青葉野市2', at }
  expect(after(...whole, moved, moved).effects).toMatchObject([{ params: { certificates: [] } }])
})

test('a certificate that comes too late is discarded', () => {
  const died: ResidentEvent = { type: 'resident.died', at }
  expect(after(...order, made, died, issued('authentication')).effects).toMatchObject([
    { type: 'tellAuthority', params: { reason: 'unspecified', certificates: [{ serialNumber: 'A1' }] } },
  ])
  const late = after(...order, made, lost, again, madeAgain, issued('authentication'))
  expect(late.effects).toMatchObject([{ type: 'tellAuthority', params: { reason: 'unspecified' } }])
  expect(late.state).toEqual({ registered: 'certifying' })
})

test('a refused new card leaves the old one in use', () => {
  const refused: ResidentEvent = {
    type: 'card.refused',
    refusal: { status: 422, code: 'unacceptable-pin', detail: 'x' },
  }
  const { state, context } = after(...whole, again, refused)
  expect([state, context.card?.cardId, context.refusal?.code]).toEqual([
    { registered: 'active' },
    'c1',
    'unacceptable-pin',
  ])
})

test.each([
  ['1990-05-05', '2035-05-05T14:59:59.000Z'],
  ['2010-05-05', '2030-05-05T14:59:59.000Z'],
])('a card of somebody born on %s ends at %s', (dateOfBirth, end) => {
  const child: ResidentEvent = { type: 'resident.registered', basicFour: { ...basicFour, dateOfBirth } }
  const { context } = after(child, { type: 'card.requested', cardId: 'c1', authenticationPin: '1234', at })
  expect(new Date(context.newCard?.expiresAt ?? 0).toISOString()).toBe(end)
})

test('a card made for somebody who died or left meanwhile is destroyed', () => {
  for (const event of [{ type: 'resident.died', at }, { type: 'resident.departed' }] as const)
    expect(after(...order, event, made).effects).toEqual([{ type: 'destroyCards', params: { cardIds: ['c1'] } }])
})

test('a card lost while the next one is made is held, and found back only if that is refused', () => {
  const { effects, context, state } = after(...whole, again, lost)
  expect(effects).toMatchObject([{ type: 'tellAuthority', params: { reason: 'certificateHold' } }])
  expect([state, context.card, context.lostCard?.cardId]).toEqual([{ registered: 'makingCard' }, null, 'c1'])
  const refused: ResidentEvent = { type: 'card.refused', refusal: { status: 422, code: 'x', detail: 'x' } }
  const found = after(...whole, again, lost, refused, { type: 'card.found' })
  expect([found.state, found.context.card?.cardId]).toEqual([{ registered: 'active' }, 'c1'])
  const replaced = after(...whole, again, lost, madeAgain, { type: 'card.found' })
  expect([replaced.state, replaced.context.formerCardIds]).toEqual([{ registered: 'certifying' }, ['c1']])
})

test('when the authority refuses the new card, the old one is taken back and the new one destroyed', () => {
  const refusal = { status: 422, code: 'x', detail: 'x' }
  const refused: ResidentEvent = { type: 'certificate.refused', cardId: 'c2', refusal, at }
  const { effects, context, state } = after(...whole, again, madeAgain, refused)
  expect(effects).toEqual([{ type: 'destroyCards', params: { cardIds: ['c2'] } }])
  expect([state, context.card?.cardId, context.replacedCard]).toEqual([{ registered: 'active' }, 'c1', null])
  expect(context.certificates.map(({ valid }) => valid)).toEqual([true, true])
})

test('a move during an exchange takes the new card along; the old one is to be handed in', () => {
  const { context } = after(...whole, again, madeAgain, { type: 'resident.departed' })
  expect([context.card?.cardId, context.formerCardIds]).toEqual(['c2', ['c1']])
})
