/** Putting an app on a port, and saying why it cannot be. */
import { request } from 'node:http'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { CannotListen, listen } from './server.ts'

const app = new Hono().get('/', (c) => c.text('here'))
const local = { host: '127.0.0.1', port: 0 }

test('an app is reachable until it is closed', async () => {
  const server = await listen(app, local)
  expect(await (await fetch(server.url)).text()).toBe('here')
  await server.close()
  await expect(fetch(server.url)).rejects.toThrow()
})

test('a port in use is named, with what to do', async () => {
  const server = await listen(app, local)
  onTestFinished(() => server.close())
  const second = listen(app, { host: '127.0.0.1', port: server.port })
  const text = {
    ja: `127.0.0.1 のポート ${server.port} は使用中です。使っているものを終了するか、別の番号で起動してください（例: PORT=${server.port + 1} npm start）`,
    en: `port ${server.port} on 127.0.0.1 is in use: stop what uses it, or choose another with PORT=${server.port + 1} npm start`,
  }
  await expect(second).rejects.toThrow(new CannotListen(text))
})

test.each([NaN, -1, 70_000])('%s is said to be no port', async (port) => {
  await expect(listen(app, { host: '127.0.0.1', port })).rejects.toThrow(`${port} is no port`)
})

test('an address of another machine is said to be none of this one', async () => {
  await expect(listen(app, { host: '192.0.2.1', port: 0 })).rejects.toThrow(
    '192.0.2.1 is no address of this machine: check HOST',
  )
})

test('what lies under a segment reaches its app without the segment, everything else the main one', async () => {
  const app = new Hono().all('*', (c) => c.text(`main ${c.req.path}`))
  const shop = new Hono().all('*', async (c) => c.text(`shop ${c.req.path} ${c.req.query('q')} ${await c.req.text()}`))
  const under = new Map([['shop', shop]])
  const server = await listen(app, { host: '127.0.0.1', port: 0, under })
  onTestFinished(() => server.close())
  const get = async (path: string, init?: RequestInit) => (await fetch(server.url + path, init)).text()
  expect(await get('/shop/orders/1?q=2', { method: 'POST', body: 'tea' })).toBe('shop /orders/1 2 tea')
  expect(await get('/shop')).toBe('shop / undefined ')
  expect(await get('/shop?q=1')).toBe('shop / 1 ')
  expect(await get('/shopping')).toBe('main /shopping')
  expect(await get('/')).toBe('main /')
  under.delete('shop')
  expect(await get('/shop/orders')).toBe('main /shop/orders')
})

/** What `fetch` will not do: say which host is meant, and where the page stands that asks. */
const ask = (port: number, method: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.once('error', reject)
    asked.end()
  })

test('a page of another site changes nothing here, whatever it calls this machine', async () => {
  const server = await listen(
    new Hono().all('*', (c) => c.text('here')),
    local,
  )
  onTestFinished(() => server.close())
  const to = (method: string, headers: Record<string, string>) => ask(server.port, method, headers)
  expect(await to('POST', { 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await to('GET', { host: 'evil.example' })).toBe(403)
  expect(await to('GET', { host: `127.0.0.1.evil.example:${server.port}` })).toBe(403)
  // a link from elsewhere, our own pages, programs
  expect(await to('GET', { 'sec-fetch-site': 'cross-site' })).toBe(200)
  expect(await to('POST', { 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await to('POST', { host: `localhost:${server.port}` })).toBe(200)
  expect(await to('POST', {})).toBe(200)
})
