/** A card in a virtual reader: a real card behind HTTP-like calls, and a reader that speaks as vpcd does. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { createClock } from '../core/clock.ts'
import { adultCard, certificates, SELECT_JPKI, selectFile, verify } from './testCard.ts'
import { createTestVpcd } from './testVpcd.ts'
import { afterEvent, respond } from './machine.ts'
import { insertIntoVpcd, JPKI_ATR, NoReader, type InsertedCard, type VpcdEvent } from './vpcd.ts'

const clock = createClock({ mode: 'real' })

/** A card that remembers what was done to its power. */
const powered = () => {
  let card = adultCard
  const changes: string[] = []
  const inserted: InsertedCard = {
    atr: JPKI_ATR,
    transmit: async (apdu) => {
      const { snapshot, response } = respond(card, apdu)
      card = snapshot
      return response
    },
    power: async (change) => {
      changes.push(change)
      card = afterEvent(card, { type: 'card.reset' })
    },
  }
  return { inserted, changes }
}

const insert = async (card: InsertedCard, port?: number) => {
  const reader = await createTestVpcd(port)
  const events: VpcdEvent[] = []
  const insertion = insertIntoVpcd({
    host: '127.0.0.1',
    port: reader.port,
    clock,
    card,
    tell: (event) => void events.push(event),
  })
  onTestFinished(async () => {
    await insertion.close()
    await reader.close().catch(() => undefined)
  })
  await insertion.connected
  return { reader, insertion, events, slot: await reader.inserted() }
}

test('a card answers its ATR and APDUs, and says nothing to power', async () => {
  const { inserted, changes } = powered()
  const { slot } = await insert(inserted)
  slot.on()
  expect(await slot.atr()).toBe(JPKI_ATR)
  expect(await slot.apdu(SELECT_JPKI)).toBe('9000')
  slot.reset()
  slot.off()
  slot.on()
  expect(await slot.atr()).toBe(JPKI_ATR)
  expect(changes).toEqual(['power-on', 'reset', 'power-off', 'power-on'])
})

test('what is asked at once is answered in order', async () => {
  const { slot } = await insert(powered().inserted)
  for (const apdu of [SELECT_JPKI, selectFile('000A'), '00B0000004']) slot.send(Buffer.from(apdu, 'hex'))
  slot.send(Buffer.of(4))
  const answers = [await slot.next(), await slot.next(), await slot.next(), await slot.next()]
  expect(answers).toEqual(['9000', '9000', `${certificates.authentication.slice(0, 8)}9000`, JPKI_ATR])
})

test('a verified PIN is forgotten when the reader resets the card', async () => {
  const { slot } = await insert(powered().inserted)
  await slot.apdu(SELECT_JPKI)
  await slot.apdu(selectFile('001B'))
  expect(await slot.apdu(verify('SIGN1234'))).toBe('9000')
  await slot.apdu(selectFile('0001'))
  expect(await slot.apdu('00B0000004')).toMatch(/9000$/)
  slot.reset()
  await slot.apdu(SELECT_JPKI)
  await slot.apdu(selectFile('0001'))
  expect(await slot.apdu('00B0000004')).toBe('6982')
})

test('a card that fails answers 6F00, and the link lives on', async () => {
  const { inserted } = powered()
  let failing = true
  const { slot, events } = await insert({
    ...inserted,
    transmit: (apdu) => (failing ? Promise.reject(new Error('the testbed is away')) : inserted.transmit(apdu)),
    power: () => Promise.reject(new Error('the testbed is away')),
  })
  slot.on()
  expect(await slot.apdu(SELECT_JPKI)).toBe('6F00')
  failing = false
  expect(await slot.apdu(SELECT_JPKI)).toBe('9000')
  expect(events.filter(({ type }) => type === 'card-failed')).toHaveLength(2)
})

test('an APDU of any length gets an answer, also none and the longest', async () => {
  const { slot } = await insert(powered().inserted)
  expect(await slot.apdu('')).toBe('6700')
  expect(await slot.apdu('00'.repeat(65_535))).toMatch(/^6[0-9A-F]{3}$/)
  expect(await slot.apdu(SELECT_JPKI)).toBe('9000')
})

test('taking the card out ends the connection and its power', async () => {
  const { inserted, changes } = powered()
  const { slot, insertion } = await insert(inserted)
  slot.on()
  await slot.atr()
  await insertion.close()
  await slot.closed()
  expect(changes).toEqual(['power-on', 'power-off'])
  await insertion.ended
})

test('a reader that ends and comes back finds the card again', async () => {
  const { inserted, changes } = powered()
  const { reader, slot, events } = await insert(inserted)
  slot.on()
  await slot.atr()
  await reader.close()
  const again = await createTestVpcd(reader.port)
  onTestFinished(() => again.close())
  const second = await again.inserted()
  second.on()
  expect(await second.apdu(SELECT_JPKI)).toBe('9000')
  expect(changes).toEqual(['power-on', 'power-off', 'power-on'])
  expect(events.filter(({ type }) => type !== 'unreachable').map(({ type }) => type)).toEqual([
    'connected',
    'inserted',
    'lost',
    'connected',
    'inserted',
  ])
})

test('a reader that does not speak is told of: another card is in it', async () => {
  const reader = await createTestVpcd()
  const events: string[] = []
  let ring = (): void => undefined
  const insertion = insertIntoVpcd({
    host: '127.0.0.1',
    port: reader.port,
    clock: { ...clock, at: (_, job) => ((ring = () => void job()), () => undefined) },
    card: powered().inserted,
    tell: ({ type }) => void events.push(type),
  })
  onTestFinished(async () => {
    await insertion.close()
    await reader.close()
  })
  await insertion.connected
  ring()
  expect(events).toEqual(['connected', 'silent'])
})

test('where no reader listens, that is an error with the reason', async () => {
  const reader = await createTestVpcd()
  await reader.close()
  const { inserted, changes } = powered()
  const insertion = insertIntoVpcd({ host: '127.0.0.1', port: reader.port, clock, card: inserted })
  await expect(insertion.connected).rejects.toThrow(NoReader)
  await expect(insertion.connected).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(changes).toEqual([])
})

test('a card that was never put in can be taken out', async () => {
  const reader = await createTestVpcd()
  onTestFinished(() => reader.close())
  const insertion = insertIntoVpcd({ host: '127.0.0.1', port: reader.port, clock, card: powered().inserted })
  await insertion.close()
  await insertion.ended
  await vi.waitFor(() => expect(reader.sockets.size).toBe(0))
})
