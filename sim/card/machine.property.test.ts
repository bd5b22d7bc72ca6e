import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseCommand } from './apdu.ts'
import { createCard, afterEvent, restoreCard, type Card, type CardEvent } from './machine.ts'
import { maxTries, type Purpose } from './pin.ts'
import {
  adultContents,
  authenticationPin,
  childCard,
  compute,
  QUERY,
  SELECT_JPKI,
  selectFile,
  signaturePassword,
  verify,
} from './testCard.ts'

const purposes: readonly Purpose[] = ['authentication', 'signature']
const PRESENT_TERMINAL = '80A20000020011'
const adultWithTerminal = createCard({ ...adultContents, terminalKey: '0011' })

const sensible = fc.constantFrom(
  SELECT_JPKI,
  ...['0001', '000A', '0017', '0018', '001A', '001B'].map(selectFile),
  ...[authenticationPin, signaturePassword, '0000', 'WRONG111', ''].map((value) => (value ? verify(value) : QUERY)),
  ...['80', '97', '9A'].flatMap((p2) => ['00', '02', '05'].map((p1) => compute(p1, p2, Buffer.alloc(32, 7)))),
  '002401800431323334',
  PRESENT_TERMINAL,
  '80A20000020012',
  '00B0000000',
  '00B0810004',
)
const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value).toString('hex'))
const mutated = fc
  .record({ apdu: sensible, at: fc.nat({ max: 40 }), put: fc.constantFrom('', '0', 'F', '00', '80', 'zz') })
  .map(({ apdu, at, put }) => apdu.slice(0, at) + put + apdu.slice(at + put.length))
const apdu = fc.oneof({ weight: 6, arbitrary: sensible }, { weight: 2, arbitrary: mutated }, bytes, fc.string())
const event: fc.Arbitrary<CardEvent> = fc.oneof(
  { weight: 20, arbitrary: apdu.map((text): CardEvent => ({ type: 'apdu.received', apdu: text })) },
  fc.constantFrom<CardEvent>(
    { type: 'card.reset' },
    { type: 'card.unblocked', pin: 'authentication', value: authenticationPin },
    { type: 'card.unblocked', pin: 'signature', value: signaturePassword },
  ),
)
const story = fc.array(event, { maxLength: 25 })
const anyCard = fc.constantFrom(adultWithTerminal, childCard)

const triesLeft = (card: Card, purpose: Purpose) => card.context.eeprom.pins[purpose]?.triesLeft ?? 0

/** What somebody who watches the wire knows to have been shown since the session began; the PINs never change here. */
const shownAfter = (shown: ReadonlySet<string>, event: CardEvent, response: string): ReadonlySet<string> => {
  if (event.type !== 'apdu.received') return new Set()
  const apdu = event.apdu.toUpperCase()
  if (response !== '9000') return shown
  if (apdu === SELECT_JPKI) return new Set()
  if (apdu === verify(authenticationPin)) return new Set([...shown, 'authentication'])
  if (apdu === verify(signaturePassword)) return new Set([...shown, 'signature'])
  return apdu === PRESENT_TERMINAL ? new Set([...shown, 'terminal']) : shown
}

const hasSigned = (event: CardEvent, response: string) => {
  if (event.type !== 'apdu.received') return null
  const command = parseCommand(event.apdu)
  return !('error' in command) && command.ins === 0x2a && response.endsWith('9000') ? command : null
}

test.prop([anyCard, story])('no signature is made without the PIN of its key', (card, events) => {
  let shown: ReadonlySet<string> = new Set()
  for (const event of events) {
    const withSignatureKey = card.context.ram.file === '001A'
    card = afterEvent(card, event)
    const { response } = card.context
    const signing = hasSigned(event, response)
    if (signing !== null) {
      const signatureKey = signing.p2 === 0x9a || (signing.p2 === 0x80 && withSignatureKey)
      expect(signatureKey ? shown.has('signature') : shown.has('authentication') || shown.has('terminal')).toBe(true)
    }
    shown = shownAfter(shown, event, response)
  }
})

test.prop([anyCard, story])('tries come back only with the right PIN or from the municipality', (card, events) => {
  for (const event of events) {
    const after = afterEvent(card, event)
    for (const purpose of purposes) {
      const [was, is] = [triesLeft(card, purpose), triesLeft(after, purpose)]
      expect(is >= Math.max(0, was - 1) && is <= maxTries[purpose]).toBe(true)
      if (is <= was) continue
      const value = purpose === 'authentication' ? authenticationPin : signaturePassword
      const right = event.type === 'apdu.received' && event.apdu.toUpperCase() === verify(value) && was > 0
      expect(right || (event.type === 'card.unblocked' && event.pin === purpose)).toBe(true)
    }
    card = after
  }
})

test.prop([anyCard, story])('every APDU is answered with bytes and a status word', (card, events) => {
  for (const event of events) {
    card = afterEvent(card, event)
    if (event.type === 'apdu.received') expect(card.context.response).toMatch(/^([0-9A-F]{2}){2,258}$/)
  }
})

test.prop([anyCard, story])('the states say what memory says', (card, events) => {
  for (const event of events) card = afterEvent(card, event)
  const { eeprom, ram } = card.context
  const pinState = (purpose: Purpose) => {
    const pin = eeprom.pins[purpose]
    if (!pin) return 'absent'
    return pin.triesLeft === 0 ? 'blocked' : ram.verified[purpose] ? 'open' : 'locked'
  }
  expect(card.value).toEqual({
    inUse: {
      application: ram.application ? 'selected' : 'unselected',
      authenticationPin: pinState('authentication'),
      signaturePassword: pinState('signature'),
      terminal: ram.terminalAccepted ? 'trusted' : 'untrusted',
    },
  })
})

test.prop([anyCard, story, story])('storing a card between two events changes nothing', (card, before, after) => {
  for (const event of before) card = afterEvent(card, event)
  let restored = restoreCard(JSON.parse(JSON.stringify(card)))
  for (const event of after) {
    card = afterEvent(card, event)
    restored = afterEvent(restored, event)
  }
  expect(JSON.stringify(restored)).toBe(JSON.stringify(card))
})
