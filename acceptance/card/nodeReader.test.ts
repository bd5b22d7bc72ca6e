/** Our own terminal code reads the card through a real PC/SC stack: `npm run card -- read` with the npm package `smartcard`. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { endAll, run } from './programs.ts'
import { cardCommand, insert, type Inserted } from './reader.ts'
import { issuedFor, serveTestbed } from './testbed.ts'

const testbed = inject('testbed')
const person = 'taro'
const pin = personOf(person).card?.authenticationPin ?? ''
const trace = join(mkdtempSync(join(tmpdir(), 'trace-')), 'trace')
let card: Inserted

beforeAll(async () => {
  card = await insert(testbed, person, { trace })
})
afterAll(endAll)

const read = (url: string, typed: string) => cardCommand('read', '--url', url, '--pin', typed, '--lang', 'en')

test('the card is read, signs a challenge, and the platform accepts the signature', async () => {
  const { status, output } = await read(testbed.url, pin)
  const { certificate } = await issuedFor(testbed, person, 'authentication')
  expect(status).toBe(0)
  expect(output).toContain('ATR 3BE000FF8131FE4514')
  expect(output).toContain(
    `authentication certificate: ${certificate.raw.length} bytes, serial number ${certificate.serialNumber}`,
  )
  expect(output).toContain('challenge signed: 256 bytes')
  expect(output).toContain("platform's verification: accepted")
})

test('a wrong PIN is told with the tries that are left, and the right one gives them back', async () => {
  const wrong = await read(testbed.url, '9999')
  expect(wrong.status).toBe(1)
  expect(wrong.output).toContain('Wrong PIN: 2 tries left')
  expect((await read(testbed.url, pin)).status).toBe(0)
})

test('the trace shows every command with its meaning, and no PIN', () => {
  const lines = readFileSync(trace, 'utf8')
  expect(lines).toContain('COMPUTE DIGITAL SIGNATURE')
  expect(lines).toContain('VERIFY authentication PIN ****')
  for (const typed of [pin, '9999'])
    expect(lines).not.toMatch(new RegExp(`0020.*${Buffer.from(typed).toString('hex')}`))
})

test('a card of another authority, as a real one is, is refused before any PIN is sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'other-world-'))
  const { testbed: other } = await serveTestbed(folder, { number: 1 })
  const before = readFileSync(trace, 'utf8').length
  const { status, output } = await read(other.url, pin)
  expect(status).toBe(1)
  expect(output).toContain('no PIN was sent')
  const said = readFileSync(trace, 'utf8').slice(before)
  expect(said).toContain('READ BINARY authentication CA certificate')
  expect(said).not.toContain('VERIFY')
  const { output: pins } = await run('pkcs15-tool', ['--list-pins'])
  expect(/Tries left\s*:\s*(\d+)/.exec(pins)?.[1]).toBe('3')
})

test('an empty reader is told in words', async () => {
  await card.eject()
  const { status, output } = await read(testbed.url, pin)
  expect(status).toBe(1)
  expect(output).toMatch(/reader/i)
  expect(output).not.toMatch(/^\s+at /m)
})
