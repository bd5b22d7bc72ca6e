/** The edge against broken requests, bugs and outsiders, in process and byte by byte over TCP. */
import { connect } from 'node:net'
import { fc, test as property } from '@fast-check/vitest'
import type { Hono } from 'hono'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { answersTable } from './answers.ts'
import { createClock, DAY } from './clock.ts'
import { charge, createEdge, requestIdOf, route, routeWithBody } from './http.ts'
import { readJournal } from './journal.ts'
import { listen } from './server.ts'
import { testParties } from './testSite.ts'

const order = z.strictObject({ item: z.string().max(20), count: z.number().int().optional() })

const open = async (mode: 'virtual' | 'interactive' = 'virtual') => {
  const parties = testParties('in process')
  const clock = createClock({ mode, startAt: 1_000_000 })
  const shop = await parties.site('shop', 'shop', clock)
  const buyer = await parties.site('buyer', 'buyer', clock)
  let failing: unknown
  const app = createEdge(shop)
    .post('/orders', routeWithBody(order, { summary: 'Order', purpose: 'order' }), (c) => {
      charge(c, { item: 'order', payer: 'buyer', payee: 'shop', quantity: 1 })
      if (failing !== undefined) throw failing
      return c.json({ item: c.req.valid('json').item, id: requestIdOf(c, shop) })
    })
    .post(
      '/pins',
      routeWithBody(z.strictObject({ pin: z.string() }), {
        summary: 'A PIN',
        purpose: 'pin',
        redact: (body) => JSON.stringify({ ...JSON.parse(body), ...(body.includes('pin') && { pin: '****' }) }),
      }),
      (c) => c.json({ ok: true }),
    )
    .post('/raw', route({ summary: 'Bytes', purpose: 'raw', carries: { request: ['x'], response: [] } }), async (c) =>
      c.body(await c.req.arrayBuffer()),
    )
    .post('/parsed', route({ summary: 'Read by the handler', purpose: 'parsed' }), async (c) =>
      c.json({ text: await c.req.text(), json: await c.req.json() }),
    )
    .get('/secret', route({ summary: 'For buyers', purpose: 'secret', roles: ['buyer'] }), (c) => c.json({}))
  const plain = app as unknown as Hono
  const post = (
    path: string,
    body: string | Uint8Array<ArrayBuffer> | ReadableStream,
    headers: Record<string, string> = {},
  ) =>
    Promise.resolve(
      plain.request(path, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
        // A stream as a body needs it; Node's types do not know it yet.
        ...(body instanceof ReadableStream && { duplex: 'half' }),
      }),
    )
  const get = (path: string, headers: Record<string, string> = {}) => Promise.resolve(plain.request(path, { headers }))
  const calls = async () => (await readJournal('shop', shop.store.read)).filter(({ kind }) => kind === 'call')
  const serve = async () => {
    const server = await listen(plain, { host: '127.0.0.1', port: 0 })
    onTestFinished(() => server.close())
    return server
  }
  return { ...parties, clock, shop, buyer, post, get, calls, serve, failWith: (error: unknown) => (failing = error) }
}

const problemDocument = z.strictObject({
  type: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.unknown()).optional(),
})
const problem = async (response: Response) => problemDocument.parse(await response.json())

const ok = '{"item":"tea"}'

describe('a broken request is a problem', () => {
  test.each([
    ['malformed JSON', '{"item":', {}, 400, 'not-json'],
    ['another content type', ok, { 'content-type': 'text/plain' }, 415, 'wrong-content-type'],
    ['too large a body', JSON.stringify({ item: 'x'.repeat(1024 * 1024) }), {}, 413, 'too-large'],
    ['too large an announced body', ok, { 'content-length': '2000000' }, 413, 'too-large'],
    ['an announced length that is none', ok, { 'content-length': 'x' }, 413, 'too-large'],
    ['an unknown field', '{"item":"tea","x":1}', {}, 422, 'invalid-body'],
    ['a wrong field', '{"item":1}', {}, 422, 'invalid-body'],
    ['an endless request id', ok, { 'idempotency-key': 'x'.repeat(401) }, 400, 'request-id-too-long'],
    ['a garbled token', ok, { authorization: 'Bearer x.y.z' }, 401, 'bad-token'],
    ['no token but a password', ok, { authorization: 'Basic YTpi' }, 401, 'bad-token'],
  ])('%s', async (_, body, headers, status, code) => {
    const { post } = await open()
    const response = await post('/orders', body, headers)
    expect(response.status).toBe(status)
    expect(await problem(response)).toMatchObject({
      type: `urn:common-id-testbed:problem:${code}`,
      status,
    })
    expect(response.headers.get('content-type')).toBe('application/problem+json')
  })

  test('that says so in the journal, even when it got no further than the door', async () => {
    const { post, get, calls } = await open()
    await post('/orders', ok, { authorization: 'Bearer x' })
    await post('/orders', ok, { 'content-length': '2000000' })
    await get('/nowhere')
    expect((await calls()).map(({ body }) => [body['path'], body['status'], body['from']])).toEqual([
      ['/orders', 401, 'outside'],
      ['/orders', 413, 'outside'],
      ['/nowhere', 404, 'outside'],
    ])
  })

  test('bytes that are no UTF-8 are no JSON', async () => {
    const { post } = await open()
    const response = await post('/orders', new Uint8Array([0x7b, 0xff, 0x7d]))
    expect((await problem(response)).status).toBe(400)
  })

  test('a body of unannounced length is counted as it comes', async () => {
    const { post, calls } = await open()
    let sent = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += 64 * 1024
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20))
      },
    })
    expect((await post('/orders', endless)).status).toBe(413)
    expect(sent).toBeLessThan(1.5 * 1024 * 1024)
    expect((await calls()).map(({ body }) => body['status'])).toEqual([413])
  })

  test('a body that breaks off is a problem', async () => {
    const { post, calls } = await open()
    const broken = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('{"it'))
        controller.error(new Error('gone'))
      },
    })
    expect((await post('/orders', broken)).status).toBe(400)
    expect(await calls()).toHaveLength(1)
  })

  test('a body right at the limit is read', async () => {
    const { post } = await open()
    const response = await post('/raw', new Uint8Array(1024 * 1024))
    expect((await response.arrayBuffer()).byteLength).toBe(1024 * 1024)
  })
})

describe('a bug', () => {
  test.each([
    ['an error', new Error('secret')],
    ['something that is no error', 'secret'],
  ])('(%s thrown) is a 500 problem without internals, reported and journalled without a fee', async (_, thrown) => {
    const { post, failWith, bugs, calls } = await open()
    failWith(thrown)
    const response = await post('/orders', ok)
    expect(await response.text()).not.toContain('secret')
    expect({ status: response.status, bugs }).toEqual({ status: 500, bugs: [thrown] })
    const [entry] = await calls()
    expect([entry?.body['status'], entry?.body['fees']]).toEqual([500, undefined])
  })

  test('is not kept as the answer to its request', async () => {
    const { post, failWith } = await open()
    failWith(new Error('once'))
    await post('/orders', ok, { 'idempotency-key': 'a' })
    failWith(undefined)
    expect((await post('/orders', ok, { 'idempotency-key': 'a' })).status).toBe(200)
  })
})

describe('an outsider', () => {
  const far = { 'sim-now': String(400 * DAY), 'sim-order': '999999999' }

  test.each([
    ['says it is later', far],
    ['says it is later with a garbled token', { ...far, authorization: 'Bearer a.b.c' }],
    ['talks nonsense', { 'sim-now': '1e999', 'sim-order': '-1' }],
  ])('who %s moves no clock', async (_, headers) => {
    const { clock, post } = await open()
    await post('/orders', ok, headers)
    expect(clock.now()).toBe(1_000_000)
    expect(clock.reached().order).toBeLessThan(10)
  })

  test('who replays a good token with a later time is refused, and moves no clock', async () => {
    const { clock, buyer, post } = await open()
    const token = await buyer.identity.tokenFor('shop')
    const response = await post('/orders', ok, { ...far, authorization: `Bearer ${token}` })
    expect({ status: response.status, now: clock.now() }).toEqual({ status: 401, now: 1_000_000 })
  })

  test('who sends a body for ever does not make time stand still', async () => {
    const { clock, post } = await open()
    let end = () => {}
    const slow = new ReadableStream({ start: (controller) => void (end = () => controller.close()) })
    const call = post('/orders', slow)
    await clock.advance(DAY)
    end()
    expect((await call).status).toBe(400)
  })

  test('cannot use up the request id of a party', async () => {
    const { buyer, post } = await open()
    const named = { 'idempotency-key': 'visit:1:2:0' }
    await post('/orders', '{"item":"nothing"}', named)
    const token = await buyer.identity.tokenFor('shop')
    const response = await post('/orders', ok, { ...named, authorization: `bearer ${token}` })
    expect(await response.json()).toEqual({ item: 'tea', id: 'buyer/visit:1:2:0' })
  })

  test('is told that a route needs a token', async () => {
    const { get } = await open()
    expect(await problem(await get('/secret'))).toMatchObject({ status: 401 })
  })
})

test('a known caller with garbled time and order is served, and moves nothing', async () => {
  const { clock, buyer, get } = await open()
  const authorization = `Bearer ${await buyer.identity.tokenFor('shop')}`
  const response = await get('/secret', { authorization, 'sim-now': 'soon', 'sim-order': '12e3' })
  expect({ status: response.status, now: clock.now() }).toEqual({ status: 200, now: 1_000_000 })
})

test('a known caller moves the order of an interactive clock, but not its time', async () => {
  const { clock, buyer, get } = await open('interactive')
  const authorization = `Bearer ${await buyer.identity.tokenFor('shop')}`
  const response = await get('/secret', { authorization, 'sim-now': String(400 * DAY), 'sim-order': '5000' })
  expect(response.status).toBe(200)
  expect(clock.now()).toBeLessThan(DAY)
  expect(clock.reached().order).toBeGreaterThan(5000)
})

test('an empty request id is none', async () => {
  const { post } = await open()
  const first = await (await post('/orders', ok, { 'idempotency-key': '' })).json()
  const second = await (await post('/orders', '{"item":"milk"}', { 'idempotency-key': '' })).json()
  expect([first, second]).toMatchObject([{ item: 'tea' }, { item: 'milk' }])
})

test('the journal entry and the kept answer are on disk before the answer leaves', async () => {
  const { post, shop, folder } = await open()
  const response = await post('/orders', ok, { 'idempotency-key': 'a' })
  const { openStore } = await import('./store.ts')
  const elsewhere = await openStore(`${folder}/shop.db`)
  onTestFinished(() => elsewhere.close())
  expect((await readJournal('shop', elsewhere.read)).filter(({ kind }) => kind === 'call')).toHaveLength(1)
  expect(await elsewhere.read.select({ status: answersTable.status }).from(answersTable)).toEqual([{ status: 200 }])
  expect(response.headers.get('sim-order')).toBe(String(shop.clock.reached().order))
})

test('a request id that comes with another body is refused, and the first answer stands', async () => {
  const { post, calls } = await open()
  const named = { 'idempotency-key': 'a' }
  const first = await (await post('/orders', ok, named)).json()
  const other = await post('/orders', '{"item":"milk"}', named)
  expect(other.status).toBe(422)
  expect((await problem(other)).type).toMatch(/request-id-reused$/)
  expect(await (await post('/orders', ok, named)).json()).toEqual(first)
  expect((await calls()).map(({ body }) => [body['status'], body['replayed']])).toEqual([
    [200, undefined],
    [422, undefined],
    [200, true],
  ])
})

test('an answer that cannot be journalled does not leave', async () => {
  const { post, shop, bugs } = await open()
  await shop.store.write((tx) => tx.run('drop table answers'))
  expect((await post('/orders', ok, { 'idempotency-key': 'a' })).status).toBe(500)
  expect(bugs.length).toBeGreaterThan(0)
  expect((await readJournal('shop', shop.store.read)).filter(({ kind }) => kind === 'call')).toHaveLength(0)
})

test('a fee is journalled with its call', async () => {
  const { post, calls } = await open()
  await post('/orders', ok)
  expect((await calls())[0]?.body['fees']).toEqual([{ item: 'order', payer: 'buyer', payee: 'shop', quantity: 1 }])
})

test.each([
  ['what must not be kept is redacted', '{"pin":"1234"}', '{"pin":"****"}'],
  ['what cannot be redacted is not kept', '{"pin":"1234"', undefined],
])('%s', async (_, body, kept) => {
  const { post, calls } = await open()
  await post('/pins', body)
  const [entry] = await calls()
  expect(entry?.aside.request).toBe(kept)
  expect(JSON.stringify(entry)).not.toContain('1234')
})

test('bytes are journalled as a data URL, with their true size', async () => {
  const { post, calls } = await open()
  const response = await post('/raw', new Uint8Array([0x30, 0xff]), { 'content-type': 'application/ocsp-request' })
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0x30, 0xff])
  const [entry] = await calls()
  expect(entry?.aside.request).toBe('data:application/ocsp-request;base64,MP8=')
  expect(entry?.body).toMatchObject({ requestBytes: 2, responseBytes: 2, carries: { request: ['x'], response: [] } })
})

test('long contents are not kept, only their size', async () => {
  const { post, calls } = await open()
  await post('/raw', 'x'.repeat(70_000))
  const [entry] = await calls()
  expect([entry?.aside.request, entry?.body['requestBytes']]).toEqual([undefined, 70_000])
})

test('a handler may read the body its own way', async () => {
  const { post } = await open()
  expect(await (await post('/parsed', ok)).json()).toEqual({ text: ok, json: { item: 'tea' } })
})

test('HEAD is answered without a body', async () => {
  const { shop } = await open()
  const response = await createEdge(shop).request('/health', { method: 'HEAD' })
  expect([response.status, await response.text()]).toEqual([200, ''])
})

describe('over TCP', () => {
  /** What a server answers to these very bytes. */
  const raw = (port: number, bytes: string | Uint8Array) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      let heard = ''
      socket.on('data', (data) => {
        heard += data.toString('latin1')
        socket.setTimeout(300)
      })
      socket.on('error', () => resolve(heard))
      socket.on('close', () => resolve(heard))
      // Until the first byte a busy machine is waited for; after it, silence is the end.
      socket.setTimeout(5000, () => socket.destroy())
    })

  test('a chunked body is read', async () => {
    const { serve } = await open()
    const { port } = await serve()
    const heard = await raw(
      port,
      `POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\ne\r\n${ok}\r\n0\r\n\r\n`,
    )
    expect(heard).toMatch(/^HTTP\/1.1 200 /)
  })

  test.each(['', 'authorization: Bearer x\r\n'])(
    'a chunked body without end is answered 413 or 401: %#',
    async (more) => {
      const { serve, calls } = await open()
      const { port } = await serve()
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`.repeat(40)
      const heard = await raw(
        port,
        `POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n${more}\r\n${chunk}`,
      )
      expect(heard).toMatch(/^HTTP\/1.1 413 /)
      expect((await calls()).map(({ body }) => body['status'])).toEqual([413])
    },
  )

  test('after a 413 the server still serves', async () => {
    const { serve } = await open()
    const { url } = await serve()
    const large = await fetch(`${url}/raw`, { method: 'POST', body: new Uint8Array(3 * 1024 * 1024) })
    expect(large.status).toBe(413)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  test('a caller who hangs up in the middle of a body does no harm', async () => {
    const { serve, bugs } = await open()
    const { port, url } = await serve()
    await raw(
      port,
      'POST /orders HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"it',
    )
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(bugs).toEqual([])
  })

  property.prop([fc.uint8Array({ maxLength: 300 })], { numRuns: 30 })('random bytes do no harm', async (bytes) => {
    const served = await shared()
    await raw(served.port, bytes)
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
  })

  let sharing: Promise<{ port: number; url: string }> | undefined
  const shared = () => (sharing ??= open().then(({ serve }) => serve()))
})

const headerText = fc.stringMatching(/^[\x20-\x7e]{0,60}$/)
const someHeaders = fc.dictionary(
  fc.constantFrom(
    'authorization',
    'content-type',
    'content-length',
    'idempotency-key',
    'sim-now',
    'sim-order',
    'transfer-encoding',
    'accept',
  ),
  headerText,
)
const somePath = fc.oneof(fc.constantFrom('/orders', '/raw', '/pins', '/parsed', '/secret', '/health'), fc.webPath())

test('whatever is posted, an edge answers with a problem or a valid answer', async () => {
  const { post, clock } = await open()
  const ask = async (path: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) => {
    const response = await post(path || '/', body, headers)
    const isProblem = response.headers.get('content-type') === 'application/problem+json'
    expect(isProblem ? response.status >= 400 : response.status === 200).toBe(true)
    if (isProblem) expect((await problem(response)).status).toBe(response.status)
  }
  const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => new Uint8Array(each))
  const json = fc.json().map((text) => new Uint8Array(Buffer.from(text)))
  await fc.assert(fc.asyncProperty(somePath, someHeaders, fc.oneof(bytes, json), ask), { numRuns: 400 })
  expect(clock.now()).toBe(1_000_000)
})
