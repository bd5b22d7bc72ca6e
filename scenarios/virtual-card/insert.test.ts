/** `npm run card -- insert` and `eject` as processes, with a served world behind and a reader that speaks as vpcd does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createReader } from '../../sim/card/reader.ts'
import { createTestVpcd } from '../../sim/card/testVpcd.ts'
import { runCard, runCardByNpm, serveTestWorld, type TestServer } from './testServer.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveTestWorld('taro', 'hanako', 'kodomo', 'misaki')
})
afterAll(() => server.close())

const openReader = async () => {
  const vpcd = await createTestVpcd()
  onTestFinished(() => vpcd.close())
  return vpcd
}
const insert = (port: number, person: string, ...more: string[]) =>
  runCard('insert', person, '--port', String(port), '--url', server.url, '--lang', 'en', ...more)

/** A person's card in a reader of its own, and what a terminal does with it. */
const inserted = async (person: string, ...more: string[]) => {
  const vpcd = await openReader()
  const command = insert(vpcd.port, person, ...more)
  const slot = await vpcd.inserted()
  slot.on()
  await slot.atr()
  await command.hears('takes it out')
  const transmit = async (apdu: string) => (await slot.apdu(apdu)) ?? ''
  return { vpcd, command, slot, transmit, reader: createReader(transmit) }
}

test('a card in a virtual reader works as any terminal expects, and no PIN is in its trace', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'apdus.txt')
  const { command, reader } = await inserted('taro', '--trace', file)
  await reader.select()
  expect(await reader.triesLeft('signature')).toBe(5)
  expect(await reader.verify('signature', 'MIHON0009')).toEqual({ result: 'wrong', triesLeft: 4 })
  expect(await reader.verify('signature', 'MIHON0001')).toEqual({ result: 'ok' })
  expect((await reader.readSignatureCertificate()).length).toBeGreaterThan(1000)
  expect(await reader.sign('signature', Buffer.from('data'))).toHaveLength(256)
  command.kill()
  expect(await command.ended).toBe(0)
  const trace = readFileSync(file, 'utf8')
  expect(trace).toContain('VERIFY signature password **** -> 63C4 PIN tries left: 4')
  expect(trace).toContain('power on')
  expect(trace).toContain('power off')
  for (const pin of ['MIHON0001', 'MIHON0009'])
    expect(trace).not.toMatch(new RegExp(`${pin}|${Buffer.from(pin).toString('hex')}`, 'i'))
  expect(command.said()).toContain('authentication 0001, signature password MIHON0001')
})

test('taking the card out makes it forget the PIN', async () => {
  const { command, reader } = await inserted('taro')
  await reader.select()
  expect(await reader.verify('authentication', '0001')).toEqual({ result: 'ok' })
  const stolen = createReader(async (apdu) => {
    const cardId = await server.cardIdOf('taro')
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ apdu }) }
    const answered: { response: string } = JSON.parse(
      await (await fetch(`${server.url}/card/${cardId}/apdu`, init)).text(),
    )
    return answered.response
  })
  expect(await stolen.sign('authentication', Buffer.from('data'))).toHaveLength(256)
  command.kill()
  await command.ended
  await expect(stolen.sign('authentication', Buffer.from('data'))).rejects.toThrow()
})

test('a second card in the reader, and the same card in a second reader, are refused by name', async () => {
  const { vpcd, command } = await inserted('taro')
  const other = insert(vpcd.port, 'hanako')
  expect(await other.ended).toBe(1)
  expect(other.said()).toContain(`holds the card of 見本　太郎 (taro) (process ${command.pid})`)
  const elsewhere = await openReader()
  const same = insert(elsewhere.port, 'taro')
  expect(await same.ended).toBe(1)
  expect(same.said()).toContain(`is in the reader at 127.0.0.1:${vpcd.port} already`)
  expect(same.said()).toContain(`\`npm run card -- eject --port ${vpcd.port}\``)
})

test('eject ends the process that holds the card, and only once', async () => {
  const { vpcd, command, slot } = await inserted('hanako')
  const eject = () => runCard('eject', '--port', String(vpcd.port), '--lang', 'en')
  const first = eject()
  expect(await first.ended).toBe(0)
  expect(first.said()).toContain('The card of 見本　花子 (hanako) was taken out of reader 0')
  expect(await command.ended).toBe(0)
  await slot.closed()
  const second = eject()
  expect(await second.ended).toBe(1)
  expect(second.said()).toContain('No card that this command inserted is in reader 0')
})

test('a process that was killed leaves nothing behind that keeps the next one out', async () => {
  const { vpcd, command } = await inserted('hanako')
  process.kill(command.pid, 'SIGKILL')
  await command.ended
  const next = insert(vpcd.port, 'hanako')
  const slot = await vpcd.inserted()
  slot.on()
  await next.hears('takes it out')
})

test('a card that npm put in is taken out when npm is ended', async () => {
  const vpcd = await openReader()
  const command = runCardByNpm('insert', 'hanako', '--port', String(vpcd.port), '--url', server.url, '--lang', 'en')
  const slot = await vpcd.inserted()
  slot.on()
  await command.hears('takes it out')
  command.kill()
  await slot.closed()
})

test('a child’s card says that it has no signature certificate', async () => {
  const { command, reader } = await inserted('kodomo')
  expect(command.said()).toContain('No signature certificate')
  await reader.select()
  expect(await reader.readPresence()).toEqual({ authentication: true, signature: false })
})

test('a card that was lost can be put in by whoever has it, and says what it is', async () => {
  await server.lose('misaki')
  const { command, reader } = await inserted('misaki')
  expect(command.said()).toContain('reported lost')
  await reader.select()
  expect(await reader.verify('authentication', '0004')).toEqual({ result: 'ok' })
})

test('what goes wrong is told in words, with an exit code', async () => {
  const { port, close } = await createTestVpcd()
  await close()
  const lonely = runCard('list', '--url', `http://127.0.0.1:${port}`, '--lang', 'ja')
  const misused = runCard('fly', 'taro', '--lang', 'ja')
  expect([await lonely.ended, await misused.ended]).toEqual([1, 2])
  expect(lonely.said()).toContain('テストベッドが動いていません')
  expect(misused.said()).toContain('使い方: npm run card --')
  expect(lonely.said() + misused.said()).not.toContain('    at ')
})

test('a testbed that ends leaves the card in the reader, unable to answer', async () => {
  const own = await serveTestWorld('taro')
  onTestFinished(() => own.close())
  const vpcd = await openReader()
  const command = runCard('insert', 'taro', '--port', String(vpcd.port), '--url', own.url, '--lang', 'en')
  const slot = await vpcd.inserted()
  slot.on()
  await command.hears('takes it out')
  await own.stop()
  expect(await slot.apdu('00A4040C0AD392F000260100000001')).toBe('6F00')
  expect(await slot.atr()).toBe('3BE000FF8131FE4514')
  await command.hears('No testbed answers')
  command.kill()
  expect(await command.ended).toBe(0)
})
