/** Any order of events, sensible or not: what a card must never do, whatever it is sent. */
import { test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseCommand } from './apdu.ts'
import { signatureBytes } from './key.ts'
import { afterEvent, restoreCard, type Card, type CardEvent } from './machine.ts'
import { maxTries, type Purpose } from './pin.ts'
import { compute, SELECT_JPKI } from './testCard.ts'
import { anyCard, pinFiles, purposes, received, story } from './testStory.ts'

const often = { numRuns: 600 }

const triesLeft = (card: Card, purpose: Purpose) => card.context.eeprom.pins[purpose]?.triesLeft ?? 0

/** What somebody knows who chose the PINs at the start and watches the wire: which PINs are set, and what was shown since the session began. */
type Watched = { pins: Record<Purpose, string | undefined>; shown: ReadonlySet<Purpose | 'terminal'> }

const watch = (card: Card): Watched => ({
  pins: {
    authentication: card.context.eeprom.pins.authentication?.value,
    signature: card.context.eeprom.pins.signature?.value,
  },
  shown: new Set(),
})

const textOf = (data: string) => Buffer.from(data, 'hex').toString('latin1')

/** What the municipality does ends the session and may set PINs. */
const afterOffice = (watched: Watched, event: CardEvent): Watched => {
  const { pins } = watched
  const shown: Watched['shown'] = new Set()
  // a PIN that the card does not have cannot be set anew: nothing happens
  if (event.type === 'card.unblocked' && pins[event.pin] === undefined) return watched
  if (event.type === 'card.unblocked') return { pins: { ...pins, [event.pin]: event.value }, shown }
  if (event.type !== 'card.written') return { pins, shown }
  const { authenticationPin: authentication = pins.authentication, signaturePassword: signature = pins.signature } =
    event.contents
  return { pins: { authentication: authentication ?? undefined, signature: signature ?? undefined }, shown }
}

/** `file`: the current EF when the command came. Says what a card that answered so must have been shown; throws where it should not have. */
const afterCommand = (
  watched: Watched,
  text: string,
  { file, response }: { file: string | null; response: string },
) => {
  const command = parseCommand(text)
  if ('error' in command) return watched
  const { pins, shown } = watched
  const { ins, p1, data } = command
  const succeeded = response === '9000'
  if (ins === 0xa4 && p1 === 0x04 && succeeded) return { pins, shown: new Set<Purpose>() }
  if (ins === 0xa2 && succeeded) return { pins, shown: new Set([...shown, 'terminal' as const]) }
  const purpose = pinFiles[file ?? '']
  if (purpose === undefined || data === '') return watched
  if (ins === 0x20 && succeeded) {
    expect(textOf(data)).toBe(pins[purpose])
    return { pins, shown: new Set([...shown, purpose]) }
  }
  if (ins === 0x20 && response.startsWith('63C'))
    return { pins, shown: new Set([...shown].filter((one) => one !== purpose)) }
  if (ins === 0x24 && succeeded) {
    expect(shown.has(purpose)).toBe(true)
    return { pins: { ...pins, [purpose]: textOf(data) }, shown }
  }
  return watched
}

const hasSigned = (event: CardEvent, response: string) => {
  if (event.type !== 'apdu.received') return null
  const command = parseCommand(event.apdu)
  return !('error' in command) && command.ins === 0x2a && response.endsWith('9000') ? command : null
}

test.prop([anyCard, story], often)(
  'no signature is made and no PIN set without the PIN that guards it',
  (card, events) => {
    let watched = watch(card)
    for (const event of events) {
      const { file } = card.context.ram
      card = afterEvent(card, event)
      const { response } = card.context
      const signing = hasSigned(event, response)
      if (signing !== null) {
        const { shown } = watched
        const signatureKey = signing.p2 === 0x9a || (signing.p2 === 0x80 && file === '001A')
        expect(signatureKey ? shown.has('signature') : shown.has('authentication') || shown.has('terminal')).toBe(true)
        expect(response.length).toBe(2 * signatureBytes[card.context.eeprom.keyAlgorithm] + 4)
      }
      watched =
        event.type === 'apdu.received'
          ? afterCommand(watched, event.apdu, { file, response })
          : afterOffice(watched, event)
    }
  },
)

test.prop([anyCard, story], often)(
  'tries come back only with the right PIN or from the municipality',
  (card, events) => {
    let watched = watch(card)
    for (const event of events) {
      const { file } = card.context.ram
      const after = afterEvent(card, event)
      const { response } = after.context
      for (const purpose of purposes) {
        const [was, is] = [triesLeft(card, purpose), triesLeft(after, purpose)]
        const command = event.type === 'apdu.received' ? parseCommand(event.apdu) : undefined
        if (command !== undefined) expect(is >= Math.max(0, was - 1) && is <= maxTries[purpose]).toBe(true)
        if (is <= was) continue
        if (event.type !== 'apdu.received') {
          const setting = purpose === 'authentication' ? 'authenticationPin' : 'signaturePassword'
          const isSet = event.type === 'card.unblocked' && event.pin === purpose
          expect(isSet || (event.type === 'card.written' && event.contents[setting] !== undefined)).toBe(true)
        } else {
          const isRight =
            command !== undefined &&
            !('error' in command) &&
            command.ins === 0x20 &&
            pinFiles[file ?? ''] === purpose &&
            textOf(command.data) === watched.pins[purpose]
          expect(isRight && was > 0).toBe(true)
        }
      }
      watched =
        event.type === 'apdu.received'
          ? afterCommand(watched, event.apdu, { file, response })
          : afterOffice(watched, event)
      card = after
    }
  },
)

test.prop([anyCard, story], often)('no APDU changes anything lasting but PINs and their tries', (card, events) => {
  const lasting = ({ context: { eeprom } }: Card) => ({ ...eeprom, pins: null })
  for (const event of events) {
    const after = afterEvent(card, event)
    if (event.type === 'apdu.received' || event.type === 'card.reset') expect(lasting(after)).toEqual(lasting(card))
    card = after
  }
})

test.prop([anyCard, story])('after a reset nothing is open, whatever came before', (card, events) => {
  for (const event of events) card = afterEvent(card, event)
  card = afterEvent(card, { type: 'card.reset' })
  for (const p2 of ['97', '9A']) {
    const signing = [received(SELECT_JPKI), received(compute('01', p2, Buffer.from('x')))]
    expect(signing.reduce(afterEvent, card).context.response).toMatch(/^6982$/)
  }
})

test.prop([anyCard, story], often)(
  'every APDU is answered with bytes and a status word, and breaks nothing',
  (card, events) => {
    for (const event of events) {
      card = afterEvent(card, event)
      expect(card.status).toBe('active')
      if (event.type === 'apdu.received') expect(card.context.response).toMatch(/^([0-9A-F]{2}){2,258}$/)
    }
  },
)

test.prop([anyCard, story], often)('the states say what memory says', (card, events) => {
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

test.prop([anyCard, story, story])('a destroyed card never answers again', (card, before, after) => {
  for (const event of before) card = afterEvent(card, event)
  card = afterEvent(card, { type: 'card.disabled' })
  for (const event of after) {
    card = afterEvent(card, event)
    if (event.type === 'apdu.received') expect(card.context.response).toBe('6F00')
  }
})
