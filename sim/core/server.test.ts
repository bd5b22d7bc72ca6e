/** Putting an app on a port, and saying why it cannot be. */
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
