/** Stories of a card for property tests: events in any order, sensible commands and broken ones, people at counters and in between. */
import { fc } from '@fast-check/vitest'
import { createCard, afterEvent, type CardEvent } from './machine.ts'
import type { Purpose } from './pin.ts'
import {
  adultContents,
  authenticationPin,
  childCard,
  compute,
  p384Card,
  QUERY,
  SELECT_JPKI,
  selectFile,
  signaturePassword,
  verify,
} from './testCard.ts'

export const purposes: readonly Purpose[] = ['authentication', 'signature']
/** Which PIN is in which EF. */
export const pinFiles: Readonly<Record<string, Purpose>> = { '0018': 'authentication', '001B': 'signature' }
const values = { authentication: [authenticationPin, '5678'], signature: [signaturePassword, 'NEW12345'] }
const terminalKeys = ['0011', '0012']

/** Wrong in the last character, or by one too few or too many. */
const nearMisses = ['1235', '123', '12345', 'SIGN1235', 'SIGN123', 'SIGN12345']

const change = (value: string) => `00240180${verify(value).slice(8)}`

const sensible = fc.oneof(
  fc.constantFrom(
    SELECT_JPKI,
    ...['0001', '000A', '0017', '0018', '001A', '001B'].map(selectFile),
    ...[...values.authentication, ...values.signature, '0000', 'WRONG111', ...nearMisses].map(verify),
    ...[...values.authentication, ...values.signature, '56789', 'lower123'].map(change),
    QUERY,
    '00B0000000',
    '00B0810004',
  ),
  fc.constantFrom(
    ...['80', '97', '9A'].flatMap((p2) => [
      ...['00', '02', '05'].map((p1) => compute(p1, p2, Buffer.alloc(32, 7))),
      ...['00', '01'].map((p1) => compute(p1, p2, Buffer.alloc(48, 7))),
    ]),
    ...terminalKeys.map((key) => `80A2000002${key}`),
  ),
)
const bytes = fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value).toString('hex'))
const mutated = fc
  .record({ apdu: sensible, at: fc.nat({ max: 40 }), put: fc.constantFrom('', '0', 'F', '00', '80', 'zz') })
  .map(({ apdu, at, put }) => apdu.slice(0, at) + put + apdu.slice(at + put.length))
const apdu = fc.oneof({ weight: 6, arbitrary: sensible }, { weight: 2, arbitrary: mutated }, bytes, fc.string())

/** Sequences that get somewhere: a session opened with a PIN, which random choice would rarely find whole. */
const openingByPin = fc
  .constantFrom(...Object.entries(pinFiles))
  .chain(([file, purpose]) =>
    fc.constantFrom(...values[purpose]).map((value) => [SELECT_JPKI, selectFile(file), verify(value)]),
  )
const openingByTerminal = fc
  .tuple(fc.constantFrom(...terminalKeys), fc.constantFrom('0018', '001B', '001A', '0017'))
  .map(([key, file]) => [SELECT_JPKI, `80A2000002${key}`, selectFile(file)])
const opening = fc.oneof(openingByPin, openingByTerminal)
export const received = (text: string): CardEvent => ({ type: 'apdu.received', apdu: text })

const written: fc.Arbitrary<CardEvent> = fc
  .constantFrom(
    ...values.authentication.map((authenticationPin) => ({ authenticationPin })),
    ...values.signature.map((signaturePassword) => ({ signaturePassword })),
    { signaturePassword: null },
    ...[...terminalKeys, null].map((terminalKey) => ({ terminalKey })),
    { serialNumber: '7' },
    { privateKeys: { signature: adultContents.privateKeys.signature }, keyAlgorithm: 'rsa-2048' as const },
  )
  .map((contents): CardEvent => ({ type: 'card.written', contents }))

const unblocked: fc.Arbitrary<CardEvent> = fc
  .constantFrom(...purposes)
  .chain((pin) => fc.constantFrom(...values[pin]).map((value): CardEvent => ({ type: 'card.unblocked', pin, value })))

const events: fc.Arbitrary<CardEvent[]> = fc.oneof(
  { weight: 20, arbitrary: apdu.map((text) => [received(text)]) },
  { weight: 4, arbitrary: opening.map((sent) => sent.map(received)) },
  { weight: 1, arbitrary: fc.constant<CardEvent[]>([{ type: 'card.reset' }]) },
  { weight: 1, arbitrary: unblocked.map((event) => [event]) },
  { weight: 1, arbitrary: written.map((event) => [event]) },
)
export const story = fc.array(events, { maxLength: 25 }).map((parts) => parts.flat())
const withTerminal = { ...adultContents, terminalKey: terminalKeys[0] ?? null }
export const anyCard = fc.constantFrom(
  createCard(withTerminal),
  childCard,
  p384Card,
  afterEvent(p384Card, { type: 'card.written', contents: { terminalKey: terminalKeys[1] ?? null } }),
  createCard({ ...adultContents, blockedStatusWord: '63C0' }),
)
