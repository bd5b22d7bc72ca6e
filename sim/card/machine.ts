/** The life of an Individual Number Card 個人番号カード: its JPKI application, PINs and keys, driven by APDUs. */
import { assign, initialTransition, setup, transition, type SnapshotFrom } from 'xstate'
import { answer, answerUnselected } from './commands.ts'
import { blankEeprom, emptyRam, writeContents, type CardContents, type Memory } from './memory.ts'
import { freshPin, type Purpose } from './pin.ts'
import { statusWords } from './statusWord.ts'

/** Everything that can happen to a card. */
export type CardEvent =
  | { type: 'apdu.received'; apdu: string }
  /** Power off, or taken from the reader. */
  | { type: 'card.reset' }
  /** The municipality sets a new PIN, blocked or not. */
  | { type: 'card.unblocked'; pin: Purpose; value: string }
  /** The municipality writes keys, certificates or PINs; what is not given stays. */
  | { type: 'card.written'; contents: Partial<CardContents> }
  /** The card was returned and its chip destroyed. */
  | { type: 'card.disabled' }

/** `response` is the last response APDU, hex. */
export type CardContext = Memory & { response: string }

const cardSetup = setup({
  types: { context: {} as CardContext, events: {} as CardEvent, input: {} as Partial<CardContents> },
  guards: {
    selected: ({ context }) => context.ram.application !== null,
    unselected: ({ context }) => context.ram.application === null,
    terminalAccepted: ({ context }) => context.ram.terminalAccepted,
    terminalForgotten: ({ context }) => !context.ram.terminalAccepted,
    absent: ({ context }, pin: Purpose) => context.eeprom.pins[pin] === null,
    present: ({ context }, pin: Purpose) => context.eeprom.pins[pin] !== null,
    verified: ({ context }, pin: Purpose) => context.ram.verified[pin],
    unverified: ({ context }, pin: Purpose) => !context.ram.verified[pin],
    exhausted: ({ context }, pin: Purpose) => context.eeprom.pins[pin]?.triesLeft === 0,
    restored: ({ context }, pin: Purpose) => context.eeprom.pins[pin]?.triesLeft !== 0,
    meant: ({ event }, pin: Purpose) => event.type === 'card.unblocked' && event.pin === pin,
  },
  actions: {
    answer: assign(({ context, event }) => (event.type === 'apdu.received' ? answer(context, event.apdu) : {})),
    answerUnselected: assign(({ context, event }) =>
      event.type === 'apdu.received' ? answerUnselected(context, event.apdu) : {},
    ),
    refuse: assign({ response: statusWords.disabled }),
    forget: assign({ ram: emptyRam }),
    setPin: assign({
      eeprom: ({ context: { eeprom }, event }) =>
        event.type === 'card.unblocked'
          ? { ...eeprom, pins: { ...eeprom.pins, [event.pin]: freshPin(event.pin, event.value) } }
          : eeprom,
    }),
    write: assign({
      eeprom: ({ context, event }) =>
        event.type === 'card.written' ? writeContents(context.eeprom, event.contents) : context.eeprom,
    }),
  },
})

/** One PIN. Its state follows from memory, so the two cannot disagree; `absent` is the normal case under 15. */
const pinRegion = (pin: Purpose) => {
  const unblocking = {
    'card.unblocked': { guard: { type: 'meant', params: pin }, actions: ['forget', 'setPin'] },
  } as const
  return cardSetup.createStateConfig({
    initial: 'locked',
    states: {
      absent: { always: { guard: { type: 'present', params: pin }, target: 'locked' } },
      locked: {
        always: [
          { guard: { type: 'absent', params: pin }, target: 'absent' },
          { guard: { type: 'exhausted', params: pin }, target: 'blocked' },
          { guard: { type: 'verified', params: pin }, target: 'open' },
        ],
        on: unblocking,
      },
      open: {
        always: { guard: { type: 'unverified', params: pin }, target: 'locked' },
        on: unblocking,
      },
      blocked: {
        always: { guard: { type: 'restored', params: pin }, target: 'locked' },
        on: unblocking,
      },
    },
  })
}

/** The chart of a card: one region for the application, one for each PIN, one for the simulated trusted terminal. */
export const cardMachine = cardSetup.createMachine({
  id: 'card',
  context: ({ input }) => ({ eeprom: writeContents(blankEeprom, input), ram: emptyRam, response: '' }),
  initial: 'inUse',
  states: {
    inUse: {
      type: 'parallel',
      on: {
        'card.reset': { actions: 'forget' },
        'card.written': { actions: ['forget', 'write'] },
        'card.disabled': { target: 'disabled', actions: 'forget' },
      },
      states: {
        application: {
          initial: 'unselected',
          states: {
            unselected: {
              always: { guard: 'selected', target: 'selected' },
              on: { 'apdu.received': { actions: 'answerUnselected' } },
            },
            selected: {
              always: { guard: 'unselected', target: 'unselected' },
              on: { 'apdu.received': { actions: 'answer' } },
            },
          },
        },
        authenticationPin: pinRegion('authentication'),
        signaturePassword: pinRegion('signature'),
        terminal: {
          initial: 'untrusted',
          states: {
            untrusted: { always: { guard: 'terminalAccepted', target: 'trusted' } },
            trusted: { always: { guard: 'terminalForgotten', target: 'untrusted' } },
          },
        },
      },
    },
    disabled: { on: { 'apdu.received': { actions: 'refuse' }, 'card.reset': { actions: 'forget' } } },
  },
})

/** A card at one instant. `JSON.stringify` it to store it; it holds PINs and keys, so it never goes into a journal. */
export type Card = SnapshotFrom<typeof cardMachine>

/** A new card with these contents; throws on a PIN that may not be set. */
export const createCard = (contents: Partial<CardContents>): Card => {
  const [card] = initialTransition(cardMachine, contents)
  // XState keeps an error of the first step in the snapshot
  if (card.error !== undefined) throw card.error
  return card
}

/** The card after an event. */
export const afterEvent = (card: Card, event: CardEvent): Card => transition(cardMachine, card, event)[0]

/** Sends one APDU (hex) to the card. */
export const respond = (card: Card, apdu: string) => {
  const snapshot = afterEvent(card, { type: 'apdu.received', apdu })
  return { snapshot, response: snapshot.context.response }
}

/** The card from its stored form, as `JSON.parse` returns it; what an earlier version did not store is as it left the factory. */
export const restoreCard = ({ value, context }: Pick<Card, 'value' | 'context'>): Card =>
  cardMachine.resolveState({ value, context: { ...context, eeprom: { ...blankEeprom, ...context.eeprom } } })
