/** The file of keys made beforehand: its order, its growth beside the event loop, and what a crash leaves in it. */
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { exportPrivateKey } from '../pki/key.ts'
import { type Ahead, openKeyPool } from './keyPool.ts'

const folder = mkdtempSync(join(tmpdir(), 'key-pool-'))
afterAll(() => rmSync(folder, { recursive: true }))

let pools = 0
const newPath = () => join(folder, `pool-${pools++}`, 'keys')
const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])

const take = async (path: string, numbers: number[], ahead?: Ahead) => {
  const pool = openKeyPool(path, ahead)
  const pairs = await Promise.all(numbers.map((number) => pool.take(number)))
  return pairs.map(({ privateKey }) => exportPrivateKey(privateKey))
}

/** Runs a module in a process of its own, which must end by itself. */
const runModule = (text: string) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], { timeout: 50_000 })
const urlOf = (...parts: string[]) => JSON.stringify(pathToFileURL(join(import.meta.dirname, ...parts)).href)

test('keys come in the order of the file, in every world', async () => {
  const path = newPath()
  await take(path, [2])
  expect(linesOf(path).length).toBeGreaterThanOrEqual(3)
  expect(await take(path, [0, 1, 2])).toEqual(linesOf(path).slice(0, 3))
  expect(await take(path, [2, 0])).toEqual([linesOf(path)[2], linesOf(path)[0]])
})

test('an exhausted pool grows, and several that share the file agree on every number', async () => {
  const path = newPath()
  const [one, other] = await Promise.all([take(path, [0, 1]), take(path, [0, 1])])
  expect(one).toEqual(other)
  expect(new Set(one).size).toBe(2)
})

test('many who ask at once each get a key of their own', async () => {
  const keys = await take(newPath(), [0, 1, 2, 3, 4, 5, 6, 7])
  expect(new Set(keys).size).toBe(8)
})

test('keys that others add meanwhile are found', async () => {
  const [source, path] = [newPath(), newPath()]
  const [first, second] = await take(source, [0, 1])
  await take(path, [0])
  const pool = openKeyPool(path)
  await pool.take(0)
  appendFileSync(path, `${first}\n`)
  const { privateKey } = await pool.take(linesOf(path).length - 1)
  expect(exportPrivateKey(privateKey)).toBe(first)
  appendFileSync(path, `${second}\n`)
  expect(exportPrivateKey((await pool.take(linesOf(path).length - 1)).privateKey)).toBe(second)
})

test('the event loop goes on while a key is made', async () => {
  let turns = 0
  let made = false
  const turn = () => {
    turns += 1
    if (!made) setImmediate(turn)
  }
  turn()
  await take(newPath(), [0])
  made = true
  expect(turns).toBeGreaterThan(100)
})

test('what a crash left of a line shifts no number', async () => {
  const path = newPath()
  const [first] = await take(path, [0])
  appendFileSync(path, (first ?? '').slice(0, 700))
  const grown = await take(path, [0, 1])
  expect(grown[0]).toBe(first)
  expect(await take(path, [0, 1])).toEqual(grown)
})

test('a line that is no key is passed over', async () => {
  const path = newPath()
  const keys = await take(path, [0])
  writeFileSync(path, `not a key\n\n${keys[0]}\n`)
  expect(await take(path, [0])).toEqual(keys)
})

test('without being asked to, a pool makes nothing ahead', async () => {
  const path = newPath()
  await openKeyPool(path).prepare(0)
  expect(linesOf(path)).toEqual([])
})

test('keys are made ahead until enough are ready, by a thread that then ends', async () => {
  const path = newPath()
  const ended = await runModule(`
    const { openKeyPool } = await import(${urlOf('keyPool.ts')})
    const pool = openKeyPool(${JSON.stringify(path)}, { fewest: 2, most: 3 })
    const idle = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    await pool.take(0)
    const { existsSync, readFileSync } = await import('node:fs')
    const made = () => readFileSync(${JSON.stringify(path)}, 'utf8').split('\\n').length - 1
    while (made() < 4) await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 500))
    console.log(made() <= 4 + 1, idle === process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length)
  `)
  expect(ended.stdout.trim()).toBe('true true')
})

test('keys made ahead keep no process from ending', async () => {
  const path = newPath()
  await runModule(`
    const { openKeyPool } = await import(${urlOf('keyPool.ts')})
    await openKeyPool(${JSON.stringify(path)}, { fewest: 100000, most: 100000 }).prepare(0)
  `)
  expect(linesOf(path).length).toBeLessThan(100)
})

test.skipIf(process.platform !== 'linux')('who waits for a key that cannot be kept is told', async () => {
  await expect(openKeyPool('/dev/full').take(0)).rejects.toThrow(/ENOSPC/)
})

test('set-up fills the same file, no further than told, and what it left over is made later', async () => {
  const path = newPath()
  const fill = (rest: string) =>
    runModule(`
      const { startFillingKeyPool } = await import(${urlOf('..', '..', 'scripts', 'keyPool.js')})
      const filling = startFillingKeyPool(${JSON.stringify(path)}, 3)
      ${rest}
    `)
  await fill('')
  const lines = linesOf(path)
  expect(await take(path, [0, 1, 2])).toEqual(lines)
  await fill('')
  expect(linesOf(path)).toEqual(lines)
  rmSync(path)
  await fill('await filling.stop()')
  expect(linesOf(path).length).toBeLessThan(3)
  expect(await take(path, [0, 1, 2])).toEqual(linesOf(path).slice(0, 3))
})
