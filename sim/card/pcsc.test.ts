/** A card in a PC/SC reader, with a stand-in for the package that speaks to the machine's readers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { adultCard, authenticationPin, certificates } from './testCard.ts'
import { ForeignCard } from './foreignCard.ts'
import { afterEvent, respond } from './machine.ts'
import { connectCard, loadPcsc, NoCardInReader, type Pcsc } from './pcsc.ts'
import { createReader } from './reader.ts'
import { JPKI_ATR } from './vpcd.ts'

/** A PC/SC service with two readers, the first of which holds our card; `sent` is what went to it. */
const standIn = (also: Partial<{ down: boolean; inUse: boolean }> = {}) => {
  let card = adultCard
  const sent: string[] = []
  const log: string[] = []
  const connected = {
    atr: Buffer.from(JPKI_ATR, 'hex'),
    transmit: async (command: Uint8Array) => {
      const apdu = Buffer.from(command).toString('hex').toUpperCase()
      sent.push(apdu)
      const { snapshot, response } = respond(card, apdu)
      card = snapshot
      return Buffer.from(response, 'hex')
    },
    disconnect: (disposition: number) => {
      log.push(`disconnect ${disposition}`)
      card = afterEvent(card, { type: 'card.reset' })
    },
  }
  const connect = async (shareMode: number, protocol: number) => {
    if (also.inUse) throw new Error('Sharing violation')
    log.push(`connect ${shareMode} ${protocol}`)
    return connected
  }
  const empty = () => Promise.reject(new Error('No smart card present'))
  class Context {
    constructor() {
      if (also.down) throw new Error('Service not available')
    }
    listReaders() {
      return [
        { name: 'Virtual PCD 00 00', state: 0, connect },
        { name: 'Virtual PCD 00 01', state: 0, connect: empty },
      ]
    }
    close() {
      log.push('close')
    }
  }
  const pcsc: Pcsc = {
    Context,
    SCARD_SHARE_EXCLUSIVE: 1,
    SCARD_PROTOCOL_T0: 1,
    SCARD_PROTOCOL_T1: 2,
    SCARD_RESET_CARD: 1,
  }
  return { pcsc, sent, log, card: () => card }
}

test('a terminal works with a card in a PC/SC reader, alone with it, and leaves no PIN verified', async () => {
  const { pcsc, log, card } = standIn()
  const inReader = await connectCard(0, pcsc)
  expect(inReader).toMatchObject({ readerName: 'Virtual PCD 00 00', atr: JPKI_ATR })
  const reader = createReader(inReader.transmit)
  await reader.select()
  expect(await reader.verify('authentication', authenticationPin)).toEqual({ result: 'ok' })
  expect(await reader.sign('authentication', Buffer.from('data'))).toHaveLength(256)
  inReader.close()
  expect(log).toEqual(['connect 1 3', 'disconnect 1', 'close'])
  expect(card().context.ram.verified).toEqual({ authentication: false, signature: false })
})

test('a card of another authority gets no PIN', async () => {
  const { pcsc, sent } = standIn()
  const { transmit } = await connectCard(0, pcsc)
  const reader = createReader(transmit, { anchors: () => [Buffer.from(certificates.signatureCa, 'hex')] })
  await reader.select()
  await expect(reader.verify('authentication', authenticationPin)).rejects.toThrow(ForeignCard)
  expect(sent.filter((apdu) => apdu.startsWith('0020'))).toEqual([])
})

test.each([
  ['a reader that does not exist', 7, {}, /0 Virtual PCD 00 00, 1 Virtual PCD 00 01/],
  ['an empty reader', 1, {}, /Virtual PCD 00 01.*No smart card present/],
  ['a card that another program uses', 0, { inUse: true }, /Sharing violation/],
  ['no PC/SC service', 0, { down: true }, /pcscd.*Service not available/],
])('%s is told in words', async (_, index, also, words) => {
  const { pcsc } = standIn(also)
  const error = await connectCard(index, pcsc).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(NoCardInReader)
  expect(error).toMatchObject({ text: { en: expect.stringMatching(words), ja: expect.stringMatching(/[ぁ-ん]/) } })
})

const folderWith = (code?: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'pcsc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  if (code === undefined) return folder
  const home = join(folder, 'node_modules', 'smartcard')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'smartcard', main: 'index.js' }))
  writeFileSync(join(home, 'index.js'), code)
  return folder
}

test('without the package its installation is told', () => {
  expect(() => loadPcsc([folderWith()])).toThrow(/libpcsclite-dev[^]*npm install --no-save smartcard/)
})

test('the package is found in any of its places', () => {
  const code =
    'exports.Context = class {}; exports.SCARD_SHARE_EXCLUSIVE = 1; exports.SCARD_PROTOCOL_T0 = 1; exports.SCARD_PROTOCOL_T1 = 2; exports.SCARD_RESET_CARD = 1'
  expect(loadPcsc([folderWith(), folderWith(code)]).SCARD_PROTOCOL_T1).toBe(2)
})

test.each([
  ['throw new Error("libpcsclite.so.1: cannot open")', /libpcsclite.so.1: cannot open/],
  ['exports.Context = 7', /another package/],
])('a package that cannot be used says why: %s', (code, words) => {
  expect(() => loadPcsc([folderWith(code)])).toThrow(words)
})
