/** What a reader must fetch before Home is there stays small. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const dist = join(import.meta.dirname, '..', 'dist')

type Chunk = { file: string; imports?: string[]; css?: string[]; dynamicImports?: string[] }
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'))

/** A chunk and everything it imports at once. */
const closure = (key: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key]?.imports ?? []) closure(next, seen)
  return seen
}

const packed = (keys: Iterable<string>) =>
  [...keys].reduce((sum, key) => sum + gzipSync(readFileSync(join(dist, manifest[key]?.file ?? ''))).length, 0)

test('the JavaScript that Home needs is at most 150 kB, compressed with gzip', () => {
  const home = new Set([...closure('index.html'), ...closure('src/rooms/home/Home.svelte')])
  const bytes = packed(home)
  console.log(`Home: ${bytes} bytes of JavaScript in ${home.size} files`)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(150_000)
})

test('the layout engine of the statecharts is not fetched before one is drawn', () => {
  const stage = new Set([...closure('index.html'), ...closure('src/rooms/stage/Stage.svelte')])
  expect([...stage].filter((key) => key.includes('dagre'))).toEqual([])
  expect(Object.keys(manifest).filter((key) => key.includes('dagre'))).not.toEqual([])
})
