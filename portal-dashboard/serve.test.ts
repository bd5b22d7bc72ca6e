/** The built portal is served whole, small, and out of everybody’s way. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPortal } from './serve.ts'

const folder = mkdtempSync(join(tmpdir(), 'portal-'))
const code = 'console.log("portal")'

beforeAll(() => {
  mkdirSync(join(folder, 'portal', 'built'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>portal</title>')
  writeFileSync(join(folder, 'portal', 'built', 'index-abc.js'), code)
  writeFileSync(join(folder, 'portal', 'built', 'index-abc.js.br'), brotliCompressSync(code))
  writeFileSync(join(folder, 'portal', 'first-paint.js'), code)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const get = (path: string, headers: Record<string, string> = {}) => {
  const app = new Hono().route('/', createPortal(folder))
  app.notFound((c) => c.json({ type: 'urn:test:none' }, 404))
  return app.request(path, { headers })
}

test('every room answers with the page, so that a deep link can be opened and reloaded', async () => {
  for (const path of ['/', '/runs', '/runs/clinic-1', '/stage/live', '/flow/live', '/time', '/runs/compare?a=x&b=y']) {
    const response = await get(path)
    expect([path, response.status, await response.text()]).toEqual([path, 200, '<!doctype html><title>portal</title>'])
  }
})

test('files with a hash are kept for ever, the page is asked for again', async () => {
  expect((await get('/portal/built/index-abc.js')).headers.get('cache-control')).toContain('immutable')
  expect((await get('/portal/first-paint.js')).headers.get('cache-control')).toBe('no-cache')
  expect((await get('/')).headers.get('cache-control')).toBe('no-cache')
})

test('whoever takes Brotli gets the copy made at build time, who refuses it the plain file', async () => {
  const small = await get('/portal/built/index-abc.js', { 'accept-encoding': 'gzip, br' })
  expect(small.headers.get('content-encoding')).toBe('br')
  expect(brotliDecompressSync(Buffer.from(await small.arrayBuffer())).toString()).toBe(code)
  const plain = await get('/portal/built/index-abc.js', { 'accept-encoding': 'gzip, br;q=0' })
  expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, code])
})

test('an unknown address shows a person the portal’s own page, and a program what the server says', async () => {
  const person = await get('/nowhere', { accept: 'text/html,*/*' })
  expect([person.status, person.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  const program = await get('/nowhere', { accept: 'application/json' })
  expect([program.status, await program.json()]).toEqual([404, { type: 'urn:test:none' }])
})

test('nothing outside the built folder can be reached', async () => {
  const answers = await Promise.all(
    ['/portal/../../package.json', '/portal/%2e%2e/%2e%2e/package.json', '/portal/built/'].map((path) => get(path)),
  )
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
})

test('the page may load nothing from elsewhere', async () => {
  expect((await get('/')).headers.get('content-security-policy')).toContain("default-src 'self'")
})
