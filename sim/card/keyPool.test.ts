/** The file of keys made beforehand: its order, its growth, and what a crash leaves in it. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exportPrivateKey } from '../pki/key.ts'
import { fillKeyPool, openKeyPool } from './keyPool.ts'

const newPath = () => join(mkdtempSync(join(tmpdir(), 'key-pool-')), 'pool', 'keys')
const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n')

const take = async (path: string, ...numbers: number[]) => {
  const pool = openKeyPool(path)
  const pairs = await Promise.all(numbers.map((number) => pool.take(number)))
  return pairs.map(({ privateKey }) => exportPrivateKey(privateKey))
}

test('a pool filled by threads gives its keys in the order of the file, in every world', async () => {
  const path = newPath()
  const progress: number[] = []
  await fillKeyPool(path, 3, (made) => progress.push(made))
  expect(progress).toEqual([0, 1, 2, 3])
  expect(await take(path, 0, 1, 2)).toEqual(linesOf(path))
  expect(await take(path, 2, 0)).toEqual([linesOf(path)[2], linesOf(path)[0]])
})

test('a pool that is full already is left as it is', async () => {
  const path = newPath()
  await fillKeyPool(path, 1)
  const before = linesOf(path)
  await fillKeyPool(path, 1)
  expect(linesOf(path)).toEqual(before)
})

test('an exhausted pool grows, and several that share the file agree on every number', async () => {
  const path = newPath()
  const [one, other] = await Promise.all([take(path, 0, 1), take(path, 0, 1)])
  expect(one).toEqual(other)
  expect(new Set(one).size).toBe(2)
})

test('what a crash left of a line shifts no number', async () => {
  const path = newPath()
  const [first] = await take(path, 0)
  appendFileSync(path, (first ?? '').slice(0, 700))
  const grown = await take(path, 0, 1)
  expect(grown[0]).toBe(first)
  expect(await take(path, 0, 1)).toEqual(grown)
})

test('a line that is no key is passed over', async () => {
  const path = newPath()
  const keys = await take(path, 0)
  writeFileSync(path, `not a key\n\n${keys[0]}\n`)
  expect(await take(path, 0)).toEqual(keys)
})
