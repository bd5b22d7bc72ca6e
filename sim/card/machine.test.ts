import { expect, test } from 'vitest'
import { afterEvent, createCard, respond, restoreCard } from './machine.ts'
import {
  adultCard,
  adultContents,
  authenticationPin,
  certificates,
  childCard,
  compute,
  openForAuthentication,
  openForSignature,
  p384Card,
  QUERY,
  SELECT_JPKI,
  selectFile,
  send,
  signaturePassword,
  verify,
} from './testCard.ts'

const wrongPin = verify('0000')
const block = [SELECT_JPKI, selectFile('0018'), wrongPin, wrongPin, wrongPin]
const digestInfo = Buffer.alloc(51, 1)
const stateOf = (card: typeof adultCard) => card.value

test('a fresh card is unselected with both PINs locked', () => {
  expect(stateOf(adultCard)).toEqual({
    inUse: {
      application: 'unselected',
      authenticationPin: 'locked',
      signaturePassword: 'locked',
      terminal: 'untrusted',
    },
  })
})

test('the right PIN opens its own region only', () => {
  expect(stateOf(openForAuthentication)).toEqual({
    inUse: { application: 'selected', authenticationPin: 'open', signaturePassword: 'locked', terminal: 'untrusted' },
  })
})

test('the authentication PIN counts down, blocks, and then refuses the right value too', () => {
  const { responses, card } = send(adultCard, ...block, verify(authenticationPin), QUERY)
  expect(responses.slice(2)).toEqual(['63C2', '63C1', '63C0', '6984', '63C0'])
  expect(card.matches({ inUse: { authenticationPin: 'blocked' } })).toBe(true)
})

test('the signature password blocks after five wrong tries', () => {
  const wrong = verify('WRONG111')
  const { responses } = send(adultCard, SELECT_JPKI, selectFile('001B'), wrong, wrong, wrong, wrong, wrong, wrong)
  expect(responses.slice(2)).toEqual(['63C4', '63C3', '63C2', '63C1', '63C0', '6984'])
})

test('a card may be made to answer 6983 once blocked', () => {
  const card = createCard({ ...adultContents, blockedStatusWord: '6983' })
  expect(send(card, ...block, wrongPin).last).toBe('6983')
})

test('a blocked PIN leaves the other one alone', () => {
  const { last } = send(adultCard, ...block, selectFile('001B'), verify(signaturePassword))
  expect(last).toBe('9000')
})

test('the right PIN gives all tries back', () => {
  const commands = [SELECT_JPKI, selectFile('0018'), wrongPin, wrongPin, verify(authenticationPin), QUERY]
  expect(send(adultCard, ...commands).responses.slice(2)).toEqual(['63C2', '63C1', '9000', '63C3'])
})

test('a wrong try closes a PIN that was open', () => {
  const { responses, card } = send(openForAuthentication, wrongPin, compute('00', '97', digestInfo))
  expect(responses).toEqual(['63C2', '6982'])
  expect(card.matches({ inUse: { authenticationPin: 'locked' } })).toBe(true)
})

test('the password does not fold lower case', () => {
  expect(send(adultCard, SELECT_JPKI, selectFile('001B'), verify('sign1234')).last).toBe('63C4')
})

test('a PIN with characters missing or added is wrong', () => {
  const commands = [SELECT_JPKI, selectFile('0018'), verify('123'), verify('12345')]
  expect(send(adultCard, ...commands).responses.slice(2)).toEqual(['63C2', '63C1'])
})

test('a blocked password that is taken off the card is absent', () => {
  const wrong = Array.from({ length: 5 }, () => verify('WRONG111'))
  const blocked = send(adultCard, SELECT_JPKI, selectFile('001B'), ...wrong).card
  const card = afterEvent(blocked, { type: 'card.written', contents: { signaturePassword: null } })
  expect(card.matches({ inUse: { signaturePassword: 'absent' } })).toBe(true)
})

test('selecting the application again forgets PIN and current file', () => {
  const { responses } = send(openForAuthentication, SELECT_JPKI, compute('00', '97', digestInfo), '00B0000004')
  expect(responses).toEqual(['9000', '6982', '6986'])
})

test('a refused SELECT forgets nothing', () => {
  const { responses } = send(openForSignature, '00A4040C06A00000000101', '00B0810004')
  expect(responses).toEqual(['6A82', '308205FD9000'])
})

test('a reset forgets the session and keeps the counters', () => {
  const used = send(openForAuthentication, selectFile('001B'), verify('WRONG111')).card
  const card = afterEvent(used, { type: 'card.reset' })
  expect(card.context.ram).toEqual(adultCard.context.ram)
  expect(send(card, QUERY, SELECT_JPKI, selectFile('001B'), QUERY).responses).toEqual(['6D00', '9000', '9000', '63C4'])
})

test('a card stored as JSON goes on where it was', () => {
  const used = send(openForAuthentication, selectFile('001B'), verify('WRONG111')).card
  const card = restoreCard(JSON.parse(JSON.stringify(used)))
  expect(card.context).toEqual(used.context)
  expect(send(card, QUERY, compute('00', '97', digestInfo)).last).toMatch(/^[0-9A-F]{512}9000$/)
})

test('a card stored while blocked stays blocked', () => {
  const card = restoreCard(JSON.parse(JSON.stringify(send(adultCard, ...block).card)))
  expect(respond(card, verify(authenticationPin)).response).toBe('6984')
})

test('the municipality unblocks a PIN with a new value', () => {
  const blocked = send(adultCard, ...block).card
  const card = afterEvent(blocked, { type: 'card.unblocked', pin: 'authentication', value: '5678' })
  expect(card.matches({ inUse: { authenticationPin: 'locked', application: 'unselected' } })).toBe(true)
  expect(send(card, SELECT_JPKI, selectFile('0018'), QUERY, verify('5678')).responses.slice(2)).toEqual([
    '63C3',
    '9000',
  ])
})

test('a password that a card does not have cannot be unblocked', () => {
  const card = afterEvent(childCard, { type: 'card.unblocked', pin: 'signature', value: signaturePassword })
  expect(card.context.eeprom).toEqual(childCard.context.eeprom)
})

test('a PIN that breaks the rules is never set', () => {
  expect(() => createCard({ authenticationPin: '12345' })).toThrow('not an acceptable authentication PIN')
  expect(() => afterEvent(adultCard, { type: 'card.unblocked', pin: 'signature', value: 'ABCDEF' })).toThrow(
    'not an acceptable signature PIN',
  )
})

test('a card under 15 has no signature certificate, key or password', () => {
  const commands = [SELECT_JPKI, '00B0880003', selectFile('001B'), QUERY, verify(signaturePassword), '00B0810004']
  const { responses, card } = send(childCard, ...commands, compute('00', '9A', digestInfo), '00B08A0004')
  expect(responses.slice(1)).toEqual(['008F009000', '9000', '63C0', '6984', '6982', '6982', '3082063C9000'])
  expect(card.matches({ inUse: { signaturePassword: 'absent' } })).toBe(true)
})

test('a card made without certificates has keys first and certificates later', () => {
  const { privateKeys } = adultContents
  const made = createCard({ authenticationPin, signaturePassword, privateKeys })
  expect(send(made, SELECT_JPKI, '00B0880003', '00B08A0004').responses.slice(1)).toEqual(['0000009000', '6B00'])
  const certificate = { authentication: certificates.authentication }
  const card = afterEvent(made, { type: 'card.written', contents: { certificates: certificate } })
  expect(send(card, SELECT_JPKI, '00B0880003', '00B08A0004').responses.slice(1)).toEqual(['008F009000', '3082063C9000'])
  expect(card.context.eeprom.privateKeys).toEqual(privateKeys)
})

test('a card without its key says so', () => {
  const card = createCard({ authenticationPin })
  const commands = [SELECT_JPKI, selectFile('0018'), verify(authenticationPin), compute('00', '97', digestInfo)]
  expect(send(card, ...commands).last).toBe('6A88')
})

test('writing to a card ends the session', () => {
  const card = afterEvent(openForAuthentication, { type: 'card.written', contents: { serialNumber: '1' } })
  expect(card.context.ram).toEqual(adultCard.context.ram)
})

test('a written certificate replaces the old one', () => {
  const contents = { certificates: { authentication: certificates.signatureCa } }
  const card = afterEvent(adultCard, { type: 'card.written', contents })
  expect(send(card, SELECT_JPKI, '00B08A0004').last).toBe(certificates.signatureCa.slice(0, 8) + '9000')
})

test('a card that is given keys of another kind loses those it had', () => {
  const { signature } = adultContents.privateKeys
  const contents = { keyAlgorithm: 'rsa-2048', privateKeys: { signature } } as const
  const card = afterEvent(p384Card, { type: 'card.written', contents })
  expect(card.context.eeprom.privateKeys).toEqual({ authentication: null, signature })
})

test('a disabled card refuses everything', () => {
  const card = afterEvent(openForSignature, { type: 'card.disabled' })
  expect(send(card, SELECT_JPKI, QUERY, verify(signaturePassword)).responses).toEqual(['6F00', '6F00', '6F00'])
})

test('a trusted terminal uses the authentication key without its PIN, until reset', () => {
  const card = createCard({ ...adultContents, terminalKey: '00112233445566778899AABBCCDDEEFF' })
  const present = '80A200001000112233445566778899AABBCCDDEEFF'
  const accepted = send(card, SELECT_JPKI, present)
  expect(accepted.card.matches({ inUse: { terminal: 'trusted', authenticationPin: 'locked' } })).toBe(true)
  expect(send(accepted.card, compute('00', '97', digestInfo)).last).toMatch(/9000$/)
  expect(send(accepted.card, compute('00', '9A', digestInfo)).last).toBe('6982')
  expect(send(accepted.card, SELECT_JPKI, compute('00', '97', digestInfo)).last).toBe('6982')
})

test('a terminal with another key is refused, and a card without terminal keys knows no terminals', () => {
  const card = createCard({ ...adultContents, terminalKey: '00112233' })
  expect(send(card, SELECT_JPKI, '80A200000400112234').last).toBe('6300')
  expect(send(adultCard, SELECT_JPKI, '80A200000400112233').last).toBe('6D00')
})
