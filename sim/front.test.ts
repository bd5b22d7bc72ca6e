/** One port for all: health, API pages from local assets, party routes under their ids, and the management app apart. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { listen, type Listening } from './core/server.ts'
import { serveCardLogin } from './cardLogin.ts'
import { createFront } from './front.ts'
import { authorityList } from './messages/certificate.ts'
import { purposes } from './messages/purposes.ts'
import { createWorld } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'front-'))
let world: Awaited<ReturnType<typeof createWorld>>
let server: Listening

beforeAll(async () => {
  world = await createWorld({ folder, seed: 'front', mode: 'virtual' })
  server = await listen(createFront(world.local), { host: '127.0.0.1', port: 0, under: world.local.apps })
})
afterAll(async () => {
  await server.close()
  await world.close()
  rmSync(folder, { recursive: true })
})

const get = (path: string) => fetch(server.url + path)

const isOperation = (
  value: unknown,
): value is { operationId: string; summary: string; responses: Record<string, unknown> } =>
  typeof value === 'object' && value !== null && 'operationId' in value

test('health names every party and where its API is', async () => {
  const health: { parties: { id: string }[] } = JSON.parse(await (await get('/health')).text())
  expect(health.parties.map(({ id }) => id)).toEqual(world.parties.map(({ id }) => id))
  for (const { id } of world.parties) expect((await get(`/${id}/health`)).status).toBe(200)
})

test('health says where one logs in with the card, and the CA of those pages is handed out', async () => {
  expect(JSON.parse(await (await get('/health')).text())).not.toHaveProperty('cardLogin')
  const door = await serveCardLogin(world.local, { worldFolder: folder, host: '127.0.0.1', port: 0 })
  onTestFinished(() => door?.close())
  const front = createFront(world.local, { door })
  const { cardLogin } = JSON.parse(await (await front.request('/health')).text())
  const ids = world.parties.filter(({ folder }) => ['catv', 'subscription'].includes(folder)).map(({ id }) => id)
  expect(cardLogin).toEqual({
    url: door?.url,
    authority: '/tls/ca.pem',
    providers: ids.map((id) => ({ id, url: `${door?.url}/${id}/card-login` })),
  })
  const pem = await (await front.request('/tls/ca.pem')).text()
  expect(pem).toBe(readFileSync(join(folder, 'tls', 'ca.pem'), 'utf8'))
  expect((await front.request('/tls/ca-key.pem')).status).toBe(404)
})

test('every route of every party is in its OpenAPI 3.1 document, with a purpose that has a Japanese name', async () => {
  const unnamed: string[] = []
  for (const { id } of world.parties) {
    const document: { openapi: string; paths: Record<string, Record<string, unknown>> } = JSON.parse(
      await (await get(`/api/${id}/openapi.json`)).text(),
    )
    expect(document.openapi).toBe('3.1.0')
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods)) {
        if (!isOperation(operation) || purposes[operation.operationId] === undefined) unnamed.push(`${id} ${path}`)
      }
    }
  }
  expect(unnamed).toEqual([])
})

test('the API page and its assets come from this server alone', async () => {
  const page = await (await get('/api/ca')).text()
  expect(page).not.toMatch(/https?:\/\//)
  for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])
    expect((await get(`/assets/${asset}`)).status).toBe(200)
  expect((await get('/assets/package.json')).status).toBe(404)
})

test('test controls are not among a party’s routes', async () => {
  expect((await get('/ca/clock')).status).toBe(404)
  expect((await get('/manage/clock')).status).toBe(200)
})

test('the management app advances time and sets faults', async () => {
  const send = (path: string, body: unknown) =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const before = world.clock.now()
  expect((await send('/manage/clock/advance', { ms: 3_600_000 })).status).toBe(200)
  expect(world.clock.now()).toBe(before + 3_600_000)
  expect((await send('/manage/faults', { kind: 'down', to: 'ca' })).status).toBe(201)
  expect((await send('/manage/faults', { kind: 'nonsense' })).status).toBe(422)
  expect(world.local.faults.list()).toMatchObject([{ kind: 'down', to: 'ca' }])
  await fetch(`${server.url}/manage/faults`, { method: 'DELETE' })
  expect(world.local.faults.list()).toEqual([])
})

test('a token for testing opens a route that only a party may call', async () => {
  const asked = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: 'platform', audience: 'ca' }),
  }
  const { token }: { token: string } = JSON.parse(await (await fetch(`${server.url}/manage/tokens`, asked)).text())
  expect((await get('/ca/crls')).status).toBe(401)
  expect((await fetch(`${server.url}/ca/crls`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
})

test('the management app is not reached through another name (DNS rebinding) nor with a huge body', async () => {
  const { hostname, port } = new URL(server.url)
  const status = await new Promise((resolve) => {
    request({ hostname, port, path: '/manage/clock', headers: { host: 'evil.example' } }, (response) =>
      resolve(response.statusCode),
    ).end()
  })
  expect(status).toBe(403)
  const huge = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(100_000)}"` }
  expect((await fetch(`${server.url}/manage/faults`, huge)).status).toBe(413)
})

test('outside suites can put their cases to the validator, and nonsense gets a verdict or a problem', async () => {
  const post = (path: string, body: string) =>
    fetch(`${server.url}/manage/pki${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const anchor = await (await get('/ca/authorities')).json()
  const certificate = authorityList.parse(anchor).authorities[0]?.certificate ?? ''
  const at = new Date(world.clock.now()).toISOString()
  const itself = { anchors: [certificate], leaf: certificate, time: at, revocation: 'none' }
  const verdict = await (await post('/validate', JSON.stringify(itself))).json()
  expect(verdict).toMatchObject({ result: expect.stringMatching(/accept|reject/), reason: expect.any(String) })
  const expired = { ...itself, time: '2100-01-01T00:00:00Z' }
  expect(await (await post('/validate', JSON.stringify(expired))).json()).toMatchObject({ result: 'reject' })
  expect(await (await post('/validate', '{"leaf":7}')).json()).toMatchObject({ result: 'reject' })
  expect((await post('/validate', '{"leaf":')).status).toBe(400)
  expect((await post('/validate', '7')).status).toBe(422)
  expect((await post('/verify-signature', '{}')).status).toBe(200)
})
