/** Who holds which reader, told by files that outlive nobody. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { occupantOf, occupants, occupy } from './slot.ts'

const folder = join(import.meta.dirname, '..', '..', 'data', 'readers')
const card = { url: 'http://127.0.0.1:1', cardId: `card-of-${process.pid}`, who: 'somebody' }
/** Below the ports that systems give out by themselves, and not vpcd's. */
const slot = { host: '127.0.0.1', port: 1025 + (process.pid % 8000), reader: 0 }

const occupyForTest = (where = slot, what = card) => {
  const taken = occupy(where, what)
  if (taken.taken) onTestFinished(taken.leave)
  return taken
}
const fileOf = (port: number) => join(folder, readdirSync(folder).find((name) => name.endsWith(`-${port}.json`)) ?? '')

test('a reader that is taken is found, and nobody else may take it', () => {
  expect(occupyForTest().taken).toBe(true)
  expect(occupantOf(slot)).toMatchObject({ ...slot, ...card, pid: process.pid })
  expect(occupants()).toContainEqual(occupantOf(slot))
  expect(occupy(slot, { ...card, cardId: 'another' })).toMatchObject({ taken: false, by: card })
})

test('who leaves makes place', () => {
  const taken = occupy(slot, card)
  if (taken.taken) taken.leave()
  expect(occupantOf(slot)).toBeUndefined()
  expect(occupyForTest().taken).toBe(true)
})

test('a file whose process number belongs to another process by now is not believed, and removed', () => {
  occupyForTest()
  const file = fileOf(slot.port)
  const mine: object = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...mine, begun: 'another time' }))
  expect(occupantOf(slot)).toBeUndefined()
  expect(readdirSync(folder).some((name) => name.endsWith(`-${slot.port}.json`))).toBe(false)
  expect(occupyForTest().taken).toBe(true)
})

test('a file of another namespace, whose processes cannot be seen from here, is left alone', () => {
  occupyForTest()
  const foreign = join(folder, `1.1-127.0.0.1-${slot.port}.json`)
  writeFileSync(foreign, readFileSync(fileOf(slot.port), 'utf8').replace(/"pid":\d+/, '"pid":999999999'))
  onTestFinished(() => rmSync(foreign, { force: true }))
  expect(occupants().filter(({ port }) => port === slot.port)).toHaveLength(1)
  expect(existsSync(foreign)).toBe(true)
})

test.each(['', '{', '[]', '{"pid":1}', '"text"'])('a file that holds %j is not believed', (content) => {
  occupyForTest()
  writeFileSync(fileOf(slot.port), content)
  expect(occupantOf(slot)).toBeUndefined()
})

test('the same card of another testbed is another card', () => {
  expect(occupyForTest().taken).toBe(true)
  expect(occupyForTest({ ...slot, port: slot.port + 8000 }, { ...card, url: 'http://127.0.0.1:2' }).taken).toBe(true)
})
