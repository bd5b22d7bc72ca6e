/** Calls between parties: one suite, in process and over TCP. */
import { createServer } from 'node:net'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createClock, DAY, HOUR, MINUTE, SECOND } from './clock.ts'
import { faultRule } from './faults.ts'
import { callerOf, createEdge, requestIdOf, route, routeWithBody } from './http.ts'
import { mergeJournals, verifyJournal } from './journal.ts'
import { answer, once, overTcp, Unreachable } from './network.ts'
import { Problem } from './problem.ts'
import { listen } from './server.ts'
import type { Site } from './site.ts'
import { testParties, transports } from './testSite.ts'

const order = z.strictObject({ item: z.string() })

const fail = (error: Error): object => {
  throw error
}

const createShop = (site: Site) => {
  const done: string[] = []
  const app = createEdge(site)
    .post('/orders', routeWithBody(order, { summary: 'Order', purpose: 'order', roles: ['buyer'] }), (c) => {
      done.push(c.req.valid('json').item)
      return c.json({ number: done.length, caller: callerOf(c).id })
    })
    .get('/orders', route({ summary: 'List', purpose: 'orders', roles: ['buyer'] }), (c) => c.json({ done }))
    .get('/open', route({ summary: 'For anybody', purpose: 'open' }), (c) => c.json({ now: site.clock.now() }))
    .post('/ids', route({ summary: 'The id', purpose: 'ids' }), (c) => c.json({ id: requestIdOf(c, site) }))
    .post('/der', route({ summary: 'Binary', purpose: 'der' }), (c) =>
      c.body(new Uint8Array([0x30, 0x80, 0xff, 0]), 200, { 'content-type': 'application/octet-stream' }),
    )
    .post('/nothing', route({ summary: 'No content', purpose: 'nothing' }), (c) => c.body(null, 204))
    .get('/bug', route({ summary: 'A bug', purpose: 'bug' }), (c) => c.json(fail(new Error('secret internals'))))
    .post('/refusals', route({ summary: 'A problem', purpose: 'refuse' }), (c) =>
      c.json(fail(new Problem(409, 'sold-out', 'this item is sold out'))),
    )
    .get('/slow', route({ summary: 'Takes time', purpose: 'slow' }), async (c) => {
      await site.clock.pass(3 * SECOND)
      return c.json({})
    })
  return { app, done }
}
type ShopApp = ReturnType<typeof createShop>['app']

describe.each(transports)('%s', (how) => {
  const open = async () => {
    const parties = testParties(how)
    const buyer = await parties.site('buyer', 'buyer')
    const shop = await parties.site('shop', 'shop')
    const { app, done } = createShop(shop)
    await parties.serve('shop', app)
    const client = buyer.network.connect<ShopApp>('shop')
    const buy = (item: string, requestId?: string) =>
      client.orders.$post({ json: { item } }, requestId === undefined ? {} : once(requestId))
    const fault = (given: object) => void parties.faults.add(faultRule.parse({ to: 'shop', ...given }))
    const calls = () => parties.bodies(shop, 'call')
    const failures = () => parties.bodies(buyer, 'failure')
    return { ...parties, buyer, shop, done, client, buy, fault, calls, failures }
  }

  test('a call is answered, typed', async () => {
    const { buy } = await open()
    const { number, caller } = await answer(buy('tea'))
    expect({ number, caller }).toEqual({ number: 1, caller: 'buyer' })
  })

  test('the receiver journals every call', async () => {
    const { buy, calls } = await open()
    await answer(buy('tea', 'order-1'))
    expect(await calls()).toEqual([
      {
        from: 'buyer',
        to: 'shop',
        method: 'POST',
        path: '/orders',
        requestId: 'order-1',
        purpose: 'order',
        status: 200,
        requestBytes: 14,
        responseBytes: 29,
        carries: { request: [], response: [] },
        began: expect.any(Number),
      },
    ])
  })

  test('a problem comes back as the problem it is', async () => {
    const { client } = await open()
    await expect(answer(client.refusals.$post())).rejects.toMatchObject({
      status: 409,
      code: 'sold-out',
      message: 'this item is sold out',
    })
  })

  test('a caller in another role is refused with 403, and journalled', async () => {
    const { site, calls } = await open()
    const thief = await site('thief', 'thief')
    const call = answer(thief.network.connect<ShopApp>('shop').orders.$get())
    await expect(call).rejects.toMatchObject({ status: 403, code: 'role-refused' })
    expect(await calls()).toMatchObject([{ from: 'thief', status: 403 }])
  })

  test('a caller whose key is not the known one is refused with 401, and journalled as from outside', async () => {
    const { directory, shop, client, calls } = await open()
    directory.set('buyer', { role: 'buyer', publicKey: shop.publicKey })
    await expect(answer(client.orders.$get())).rejects.toMatchObject({ status: 401 })
    expect(await calls()).toMatchObject([{ from: 'outside', status: 401 }])
  })

  test('a bug is a 500 problem that tells nothing, and is reported where it happened', async () => {
    const { client, bugs, calls } = await open()
    const response = await client.bug.$get()
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(bugs).toEqual([new Error('secret internals')])
    expect(await calls()).toMatchObject([{ path: '/bug', status: 500 }])
  })

  test('a request repeated under its id is done once, answered alike, and journalled as a replay', async () => {
    const { buy, done, calls } = await open()
    const first = await answer(buy('tea', 'order-1'))
    const second = await answer(buy('tea', 'order-1'))
    expect({ first, second, done }).toEqual({ first, second: first, done: ['tea'] })
    expect((await calls()).map(({ replayed }) => replayed)).toEqual([undefined, true])
  })

  test('a request repeated while it is still being carried out is done once', async () => {
    const { buy, done } = await open()
    const answers = await Promise.all([1, 2, 3].map(() => answer(buy('tea', 'order-1'))))
    expect({ done, numbers: answers.map(({ number }) => number) }).toEqual({ done: ['tea'], numbers: [1, 1, 1] })
  })

  test('a problem is repeated under its id as well', async () => {
    const { client, calls } = await open()
    for (let i = 0; i < 2; i++)
      await expect(answer(client.refusals.$post({}, once('r')))).rejects.toMatchObject({ code: 'sold-out' })
    expect((await calls()).map(({ replayed }) => replayed)).toEqual([undefined, true])
  })

  test('requests without an id of their own are each carried out', async () => {
    const { buy, done } = await open()
    await answer(buy('tea'))
    await answer(buy('tea'))
    expect(done).toEqual(['tea', 'tea'])
  })

  test("two callers' requests of one id are two requests", async () => {
    const { site, client, buy, done } = await open()
    const other = await site('other', 'buyer')
    const otherClient = other.network.connect<ShopApp>('shop')
    await answer(buy('tea', 'same'))
    await answer(otherClient.orders.$post({ json: { item: 'coffee' } }, once('same')))
    const ids = [await answer(client.ids.$post({}, once('x'))), await answer(otherClient.ids.$post({}, once('x')))]
    expect({ done, ids }).toEqual({ done: ['tea', 'coffee'], ids: [{ id: 'buyer/x' }, { id: 'other/x' }] })
  })

  test('binary answers arrive as they are, also when they are repeated', async () => {
    const { client } = await open()
    const bytes = async () => [...new Uint8Array(await (await client.der.$post({}, once('d'))).arrayBuffer())]
    expect([await bytes(), await bytes()]).toEqual([
      [0x30, 0x80, 0xff, 0],
      [0x30, 0x80, 0xff, 0],
    ])
  })

  test('an answer without content can be repeated', async () => {
    const { client } = await open()
    const status = async () => (await client.nothing.$post({}, once('n'))).status
    expect([await status(), await status()]).toEqual([204, 204])
  })

  test('an answer that was repeated for thirty days is forgotten, and with it its request', async () => {
    const { buyer, shop, buy, done } = await open()
    await answer(buy('tea', 'order-1'))
    await buyer.clock.advance(31 * DAY)
    await answer(buy('sugar', 'order-2'))
    await answer(buy('tea', 'order-1'))
    expect(done).toEqual(['tea', 'sugar', 'tea'])
    expect(shop.clock.now()).toBe(buyer.clock.now())
  })

  test('a party that is not there is unreachable, and the sender journals it', async () => {
    const { buyer, failures } = await open()
    const call = answer(buyer.network.connect<ShopApp>('nobody').orders.$get())
    await expect(call).rejects.toMatchObject({ reason: 'down' })
    expect(await failures()).toMatchObject([{ from: 'buyer', to: 'nobody', path: '/orders', reason: 'down' }])
  })

  test('a failure entry has no query: it may hold what must not be written down', async () => {
    const { client, fault, failures } = await open()
    fault({ kind: 'down' })
    // A query the route does not declare, as a typed client cannot send it.
    const url = client.open.$url()
    expect(url.pathname).toBe('/open')
    const withQuery = client.open.$get({ query: { name: 'secret' } } as never)
    await expect(withQuery).rejects.toThrow(Unreachable)
    expect((await failures())[0]?.['path']).toBe('/open')
  })

  test('drop: the request never arrives, and its sender waits in vain', async () => {
    const { buyer, fault, buy, done, calls, failures } = await open()
    fault({ kind: 'drop', times: 1 })
    const sentAt = buyer.clock.now()
    await expect(buy('tea', 'order-1')).rejects.toMatchObject({ reason: 'dropped' })
    expect({ done, calls: await calls(), waitedMs: buyer.clock.now() - sentAt }).toEqual({
      done: [],
      calls: [],
      waitedMs: 10 * SECOND,
    })
    expect(await failures()).toEqual([
      {
        from: 'buyer',
        to: 'shop',
        method: 'POST',
        path: '/orders',
        requestId: 'order-1',
        reason: 'dropped',
        waitedMs: 10 * SECOND,
      },
    ])
  })

  test('drop-answer: the request is carried out, its answer lost; repeated, it is not done again', async () => {
    const { fault, buy, done, failures } = await open()
    fault({ kind: 'drop-answer', times: 1 })
    await expect(buy('tea', 'order-1')).rejects.toMatchObject({ reason: 'timeout' })
    const { number } = await answer(buy('tea', 'order-1'))
    expect({ done, number }).toEqual({ done: ['tea'], number: 1 })
    expect(await failures()).toMatchObject([{ reason: 'timeout', waitedMs: 10 * SECOND }])
  })

  test('a delay below the time-out only takes time', async () => {
    const { buyer, fault, buy, done } = await open()
    fault({ kind: 'delay', ms: 4 * SECOND })
    const sentAt = buyer.clock.now()
    await answer(buy('tea'))
    expect({ done, tookMs: buyer.clock.now() - sentAt }).toEqual({ done: ['tea'], tookMs: 4 * SECOND })
  })

  test.each([10 * SECOND, 30 * SECOND, 5 * HOUR])(
    'a message delayed by %i ms outlives its sender’s patience and is carried out late',
    async (ms) => {
      const { buyer, fault, buy, done, calls } = await open()
      fault({ kind: 'delay', ms, times: 1 })
      await expect(buy('tea', 'order-1')).rejects.toMatchObject({ reason: 'timeout' })
      expect(done).toEqual([])
      await buyer.clock.advance(ms)
      expect({ done, statuses: (await calls()).map(({ status }) => status) }).toEqual({
        done: ['tea'],
        statuses: [200],
      })
    },
  )

  test('a message that arrives late after it was repeated is not done again', async () => {
    const { buyer, fault, buy, done, calls } = await open()
    fault({ kind: 'delay', ms: MINUTE, times: 1 })
    await expect(buy('tea', 'order-1')).rejects.toThrow(Unreachable)
    await answer(buy('tea', 'order-1'))
    await buyer.clock.advance(HOUR)
    expect({ done, replayed: (await calls()).map(({ replayed }) => replayed) }).toEqual({
      done: ['tea'],
      replayed: [undefined, true],
    })
  })

  test('duplicate: the request arrives twice and is done once', async () => {
    const { fault, buy, done, calls } = await open()
    fault({ kind: 'duplicate' })
    const { number } = await answer(buy('tea'))
    expect({ done, number, calls: (await calls()).length }).toEqual({ done: ['tea'], number: 1, calls: 2 })
  })

  test('error: the front answers, nothing is done, and the sender journals it', async () => {
    const { fault, buy, done, calls, failures } = await open()
    fault({ kind: 'error', status: 502 })
    await expect(answer(buy('tea'))).rejects.toMatchObject({ status: 502, code: 'injected-error' })
    expect({ done, calls: await calls() }).toEqual({ done: [], calls: [] })
    expect(await failures()).toMatchObject([{ reason: 'injected-error', status: 502, waitedMs: 0 }])
  })

  test('down: nobody answers, at once', async () => {
    const { buyer, fault, buy, failures } = await open()
    fault({ kind: 'down' })
    const sentAt = buyer.clock.now()
    await expect(buy('tea')).rejects.toMatchObject({ reason: 'down' })
    expect(buyer.clock.now()).toBe(sentAt)
    expect(await failures()).toMatchObject([{ reason: 'down', waitedMs: 0 }])
  })

  test('faults by chance are repeated by the same seed', async () => {
    const run = async () => {
      const { fault, buy } = await open()
      fault({ kind: 'down', probability: 0.5 })
      const outcomes = []
      for (let i = 0; i < 20; i++)
        outcomes.push(
          await buy('tea').then(
            () => 'answered',
            () => 'down',
          ),
        )
      return outcomes
    }
    const first = await run()
    expect(new Set(first)).toEqual(new Set(['answered', 'down']))
    expect(await run()).toEqual(first)
  })

  test('time and order are carried along, there and back', async () => {
    const { buyer, shop, client, entries } = await open()
    await buyer.clock.advance(3 * DAY)
    expect(await answer(client.open.$get())).toEqual({ now: buyer.clock.now() })
    await answer(client.slow.$get())
    expect(buyer.clock.now()).toBe(shop.clock.now())
    await buyer.journal.append('step', { after: 'the call' })
    const merged = mergeJournals([await entries(buyer), await entries(shop)])
    expect(merged.map(({ party, kind }) => `${party} ${kind}`)).toEqual(['shop call', 'shop call', 'buyer step'])
  })

  test('time does not jump between the beginning of a call and its answer', async () => {
    const { buyer, client } = await open()
    const startedAt = buyer.clock.now()
    const call = answer(client.open.$get())
    await buyer.clock.advance(DAY)
    expect(await call).toEqual({ now: startedAt })
  })

  test('the chains of both parties hold after faults and replays', async () => {
    const { buyer, shop, fault, buy } = await open()
    fault({ kind: 'drop-answer', probability: 0.5 })
    await Promise.allSettled(Array.from({ length: 20 }, (_, i) => buy('tea', `order-${i % 5}`)))
    expect(await verifyJournal(buyer.store.read)).toMatchObject({ result: 'intact' })
    expect(await verifyJournal(shop.store.read)).toMatchObject({ result: 'intact', entries: 20 })
  })
})

test('over TCP, a server that never answers is given up', async () => {
  const silent = createServer(() => undefined)
  const port = await new Promise<number>((resolve) =>
    silent.listen(0, '127.0.0.1', () => {
      const address = silent.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  onTestFinished(() => void silent.close())
  const transport = overTcp(new Map([['silent', `http://127.0.0.1:${port}`]]), { patienceMs: 50 })
  await expect(transport('silent', '/', {})).rejects.toMatchObject({ reason: 'timeout' })
})

test('over TCP, an answer that breaks off is no answer', async () => {
  const broken = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')
      setTimeout(() => socket.destroy(), 10)
    })
  })
  const port = await new Promise<number>((resolve) =>
    broken.listen(0, '127.0.0.1', () => {
      const address = broken.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    }),
  )
  onTestFinished(() => void broken.close())
  const transport = overTcp(new Map([['broken', `http://127.0.0.1:${port}`]]))
  await expect(transport('broken', '/', {})).rejects.toMatchObject({ reason: 'down' })
})

test('over TCP, an answer with nonsense for time and order moves nothing', async () => {
  const { site, urls } = testParties('over TCP')
  const buyer = await site('buyer', 'buyer')
  const app = new Hono().get('/', (c) => c.json({}, 200, { 'sim-now': '1e999', 'sim-order': 'Infinity' }))
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.close())
  urls.set('odd', server.url)
  const before = buyer.clock.reached()
  await answer(buyer.network.connect<typeof app>('odd').index.$get())
  expect(buyer.clock.reached()).toEqual(before)
})

test('a real clock waits for as long as a message is delayed', async () => {
  const { site, serve, faults } = testParties('in process')
  const clock = createClock({ mode: 'real' })
  const buyer = await site('buyer', 'buyer', clock)
  const shop = await site('shop', 'shop', clock)
  await serve('shop', createShop(shop).app)
  faults.add(faultRule.parse({ kind: 'delay', ms: 50 }))
  const startedAt = performance.now()
  await answer(buyer.network.connect<ShopApp>('shop').open.$get())
  expect(performance.now() - startedAt).toBeGreaterThan(45)
})
