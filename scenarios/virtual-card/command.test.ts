/** `npm run card`: list, show and unblock with a served world behind, what goes wrong in words, and the command line itself. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createReader } from '../../sim/card/reader.ts'
import { createTestVpcd } from '../../sim/card/testVpcd.ts'
import { createClock } from '../../sim/core/clock.ts'
import { Explained } from '../../sim/core/explained.ts'
import { WrongOption } from '../language.ts'
import { insert } from './insert.ts'
import { aligned, list } from './list.ts'
import { distance, nearest } from './nearest.ts'
import { readOptions } from './options.ts'
import { show } from './show.ts'
import { occupantOf, occupy } from './slot.ts'
import { findTestbed } from './testbed.ts'
import { serveTestWorld, type TestServer } from './testServer.ts'
import { unblock } from './unblock.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveTestWorld('taro', 'hanako', 'kodomo', 'misaki', 'nocard', 'tsutomu')
})
afterAll(() => server.close())

const clock = createClock({ mode: 'real' })
const actions = { list, show, unblock, insert }

/** What the command says, in English unless told otherwise, and its exit code. */
const run = async (action: keyof typeof actions, ...args: string[]) => {
  const lines: string[] = []
  const say = (line: string) => void lines.push(line)
  const surroundings = { say, clock, untilAsked: () => Promise.resolve() }
  const code = await actions[action](server.options(action, ...args), surroundings)
  return { code, said: lines.join('\n') }
}
const explained = async (...args: Parameters<typeof run>): Promise<{ ja: string; en: string }> => {
  const error = await run(...args).catch((thrown: unknown) => thrown)
  if (!(error instanceof Explained)) throw new Error('not explained', { cause: error })
  return error.text
}

const block = async (id: string) => {
  const { transmit } = (await findTestbed(server.url)).terminal(await server.cardIdOf(id))
  const reader = createReader(transmit)
  await reader.select()
  for (let n = 0; n < 3; n += 1) await reader.verify('authentication', '9999')
  return reader
}

test('the list says who has a card, what is on it and what the person stands for', async () => {
  const { said } = await run('list')
  const rows = said.split('\n')
  expect(rows).toHaveLength(8)
  const row = (id: string) => rows.find((line) => line.startsWith(`${id} `)) ?? ''
  expect(row('hanako')).toMatch(
    /card-[0-9a-f]{16}  3 \/ 5  authentication, signature .* family member at the same television$/,
  )
  expect(row('kodomo')).toMatch(/3 \/ 0  authentication  .* under 15, no signature certificate$/)
  expect(row('nocard')).toMatch(/  none  .* has no card$/)
})

test('the list can be of named people, and tells which card is in which reader', async () => {
  const cardId = await server.cardIdOf('taro')
  const place = occupy({ host: '127.0.0.1', port: 1, reader: 3 }, { url: server.url, cardId, who: 'taro' })
  onTestFinished(() => (place.taken ? place.leave() : undefined))
  const { said } = await run('list', 'taro')
  expect(said).toContain('3 (127.0.0.1:1)')
  expect(said).not.toContain('hanako')
  expect((await run('show', 'taro')).said).toContain('The card is in reader 3')
})

test('columns stay in line with wide characters', () => {
  expect(
    aligned([
      ['a', '見本', 'x'],
      ['bcd', '-', 'y'],
    ]),
  ).toEqual(['a    見本  x', 'bcd  -     y'])
})

test('show reads the card as a terminal does, and risks no try without a password', async () => {
  const { code, said } = await run('show', 'hanako')
  expect(code).toBe(0)
  expect(said).toMatch(/EF 0006 token information: 160 bytes, JPKIAPICCTOKEN2, JPKI-SIM, /)
  expect(said).toContain('EF 0018 PIN: 3 tries left')
  expect(said).toContain('EF 001B password: 5 tries left')
  expect(said).toMatch(/EF 000A authentication certificate: \d{4} bytes, serial number [0-9A-F]+, RSA-2048, 20\d\d-/)
  expect(said).toContain('EF 0001 signature certificate: only after the signature password (6982)')
})

test('with the signature password show reads everything; with a wrong one it counts as any wrong try', async () => {
  const wrong = await run('show', 'hanako', '--pin', 'WRONG123')
  expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('Wrong PIN: 4 tries left') })
  const { said } = await run('show', 'hanako', '--pin', 'MIHON0002')
  expect(said).toMatch(/EF 0001 signature certificate: \d{4} bytes/)
  expect(said).toContain('EF 001B password: 5 tries left')
})

test('a name finds its person, with or without the space, and a card id finds its card', async () => {
  expect((await run('show', '見本花子')).said).toContain('(hanako)')
  expect((await run('show', '見本　花子')).said).toContain('(hanako)')
  expect((await run('show', await server.cardIdOf('hanako'))).said).toContain('holder unknown')
})

test('a blocked PIN is set anew at the counter', async () => {
  const reader = await block('hanako')
  expect(await reader.verify('authentication', '0002')).toEqual({ result: 'blocked' })
  expect((await run('show', 'hanako')).said).toContain('EF 0018 PIN: blocked')
  const { said } = await run('unblock', 'hanako', '--pin', 'authentication')
  expect(said).toContain('the authentication PIN was set anew (as issued): 0002')
  await reader.select()
  expect(await reader.verify('authentication', '0002')).toEqual({ result: 'ok' })
  await run('unblock', 'hanako', '--pin', 'signature', '--value', 'NEUNEU77')
  await reader.select()
  expect(await reader.verify('signature', 'NEUNEU77')).toEqual({ result: 'ok' })
})

test('the counter says what it cannot do', async () => {
  expect((await explained('unblock', 'hanako', '--pin', 'authentication', '--value', '12')).en).toContain('four digits')
  expect((await explained('unblock', 'kodomo', '--pin', 'signature')).en).toContain('no signature certificate')
  expect((await explained('unblock', 'nocard', '--pin', 'authentication')).en).toContain('has no card')
  const cardId = await server.cardIdOf('hanako')
  expect((await explained('unblock', cardId, '--pin', 'authentication')).en).toContain('Name the resident')
  await expect(run('unblock', 'hanako')).rejects.toThrow(WrongOption)
})

test('a lost card is shown as lost and cannot be brought to the counter; the dead have none', async () => {
  await server.lose('misaki')
  expect((await run('list', 'misaki')).said).toMatch(/misaki  仮名　美咲  lost card-/)
  expect((await explained('unblock', 'misaki', '--pin', 'authentication')).en).toContain('reported lost')
  await server.die('tsutomu')
  expect((await run('list', 'tsutomu')).said).toMatch(/tsutomu  逝去　勉  dead/)
})

test('a card that was handed in is shown as destroyed, in words', async () => {
  const testbed = await findTestbed(server.url)
  const lost = await testbed.resident('municipality-aobano', 'misaki')
  const cardId = lost?.lostCardId ?? ''
  await testbed.post('/municipality-aobano/residents/misaki/card-returns', { cardId })
  const { code, said } = await run('show', cardId)
  expect(code).toBe(0)
  expect(said).toContain('handed in and destroyed')
})

test.each([
  ['nocard', '無札　実 (nocard) has no card', '無札　実（nocard）はカードを持っていません'],
  ['tarro', '  taro  見本　太郎', '近い名前:\n  taro  見本　太郎'],
  ['../card', 'no resident and no card called ../card', '「../card」という住民もカードも'],
  [
    'uta',
    '(uta) is not registered in the world that is running; that of `npm start`',
    '登録されていません。`npm start`',
  ],
  ['g-1-1', '(g-1-1) is not registered in the world that is running.', '登録されていません。'],
])('whoever has no card to insert is told why: %s', async (person, en, ja) => {
  const text = await explained('insert', person)
  expect(text.en).toContain(en)
  expect(text.ja).toContain(ja)
})

test('where no reader listens, the packages and the way to keep it local are told, and the reader stays free', async () => {
  const { port, close } = await createTestVpcd()
  await close()
  const text = await explained('insert', 'taro', '--port', String(port))
  for (const said of ['ECONNREFUSED', 'opensc pcscd vsmartcard-vpcd pcsc-tools', 'unshare --net --mount', '0.0.0.0']) {
    expect(text.ja).toContain(said)
    expect(text.en).toContain(said)
  }
  const again = await explained('insert', 'hanako', '--port', String(port))
  expect(again.en).toContain('ECONNREFUSED')
})

test('a trace that cannot be written is refused before the card is put in', async () => {
  const vpcd = await createTestVpcd()
  onTestFinished(() => vpcd.close())
  const text = await explained('insert', 'taro', '--port', String(vpcd.port), '--trace', '/no/such/folder/file')
  expect(text.en).toContain('--trace')
  expect(vpcd.sockets.size).toBe(0)
  expect(occupantOf({ host: '127.0.0.1', port: vpcd.port, reader: 0 })).toBeUndefined()
})

test('where no testbed runs, or something else answers, that is told', async () => {
  const { port, close } = await createTestVpcd()
  await close()
  const nobody = await findTestbed(`http://127.0.0.1:${port}`).catch((error: unknown) => error)
  expect(nobody).toBeInstanceOf(Explained)
  expect(nobody).toMatchObject({ text: { ja: expect.stringContaining('npm start') } })
  const other = await findTestbed(`${server.url}/ca`).catch((error: unknown) => error)
  expect(other).toMatchObject({ text: { en: expect.stringContaining('is not this testbed') } })
})

test.each([
  [['insert']],
  [['insert', 'taro', 'hanako']],
  [['fly', 'taro']],
  [['eject', 'taro']],
  [['insert', 'taro', '--reader', '99']],
  [['insert', 'taro', '--port', '70000']],
  [['insert', 'taro', '--port', '1x']],
  [['list', '--lang', 'fr']],
  [['list', '--url', 'ftp://example']],
  [[]],
])('a command line that cannot be understood is refused: %s', (args) => {
  expect(() => readOptions(args, {})).toThrow(WrongOption)
})

test('the reader’s number chooses vpcd’s port unless one is given', () => {
  expect(readOptions(['eject', '--reader', '1'], {})).toMatchObject({ reader: 1, port: 35_964, host: '127.0.0.1' })
  expect(readOptions(['eject', '--port', '7'], {})).toMatchObject({ reader: 0, port: 7 })
})

test('what was meant is the closest word', () => {
  expect(distance('kitten', 'sitting')).toBe(3)
  expect(nearest('hanoko', ['taro', 'hanako', 'kenji'])).toEqual(['hanako'])
  expect(nearest('花子', ['見本太郎', '見本花子'])).toEqual(['見本花子'])
  expect(nearest('zzzzzz', ['taro', 'hanako'])).toEqual([])
})
