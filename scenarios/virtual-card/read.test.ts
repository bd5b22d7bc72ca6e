/** `npm run card -- read`, with a card of a served world in the place of the PC/SC reader. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ForeignCard } from '../../sim/card/foreignCard.ts'
import { createClock, DAY } from '../../sim/core/clock.ts'
import { read } from './read.ts'
import { findTestbed } from './testbed.ts'
import { serveTestWorld, type TestServer } from './testServer.ts'

let server: TestServer
let other: TestServer
beforeAll(async () => {
  server = await serveTestWorld('taro', 'misaki')
  other = await serveTestWorld('taro')
})
afterAll(async () => {
  await server.close()
  await other.close()
})

/** Reads a card that lives in the world `home` at the testbed `server`. */
const readCard = async (id: string, pin: string, home = server) => {
  const { transmit, reset } = (await findTestbed(home.url)).terminal(await home.cardIdOf(id))
  await reset()
  const lines: string[] = []
  const sent: string[] = []
  const log: string[] = []
  const code = await read(server.options('read', '--pin', pin), {
    say: (line) => void lines.push(line),
    clock: createClock({ mode: 'real' }),
    connect: async (reader) => ({
      readerName: `reader ${reader}`,
      atr: '3B',
      transmit: (apdu) => (sent.push(apdu), transmit(apdu)),
      close: () => void log.push('closed'),
    }),
  }).catch((error: unknown) => error)
  return { code, said: lines.join('\n'), sent, log }
}

test('a card is read, signs, and the platform accepts what it signed', async () => {
  const { code, said, log } = await readCard('taro', '0001')
  expect(said).toContain('EF 000A authentication certificate: ')
  expect(said).toContain('challenge signed: 256 bytes')
  expect(said).toContain("the platform's verification: accepted")
  expect(code).toBe(0)
  expect(log).toEqual(['closed'])
})

test('a wrong PIN ends it with the tries left', async () => {
  const { code, said, log } = await readCard('taro', '9999')
  expect(said).toContain('Wrong PIN: 2 tries left')
  expect(code).toBe(1)
  expect(log).toEqual(['closed'])
})

test('a card that was lost signs, and the platform refuses it with the reason', async () => {
  const cardId = await server.cardIdOf('misaki')
  await server.lose('misaki')
  await server.world.advance(2 * DAY)
  const lost = { ...server, cardIdOf: async () => cardId }
  const { said } = await readCard('misaki', '0004', lost)
  expect(said).toContain('refused (revoked: certificateHold)')
})

test('a card of another authority is refused before any PIN is sent', async () => {
  const { code, sent, log } = await readCard('taro', '0001', other)
  expect(code).toBeInstanceOf(ForeignCard)
  expect(sent.filter((apdu) => /^..20/.test(apdu))).toEqual([])
  expect(log).toEqual(['closed'])
})
