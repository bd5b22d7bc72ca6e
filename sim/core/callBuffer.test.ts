import { expect, test } from 'vitest'
import type { Hono } from 'hono'
import { charge, createEdge, route } from './http.ts'
import { createClock, type ClockMode } from './clock.ts'
import { readJournal, verifyJournal } from './journal.ts'
import { openStore } from './store.ts'
import { testParties } from './testSite.ts'
import { join } from 'node:path'

const open = async (mode: ClockMode) => {
  const parties = testParties()
  const shop = await parties.site('shop', 'shop', createClock({ mode, startAt: 1_000_000 }))
  const handled: string[] = []
  const app = createEdge(shop)
    .get('/prices/:item', route({ summary: 'A price', purpose: 'price.ask', buffered: true }), (c) => {
      handled.push(c.req.param('item'))
      charge(c, { item: 'price', payer: 'buyer', payee: 'shop', quantity: 2 })
      return c.json({ price: 100 })
    })
    .get('/orders', route({ summary: 'Orders', purpose: 'order.list' }), (c) => c.json({ orders: [] }))
  const plain = app as unknown as Hono
  const get = (path: string, headers: Record<string, string> = {}) => Promise.resolve(plain.request(path, { headers }))
  const path = join(parties.folder, 'shop.db')
  const entries = async () => (await readJournal('shop', shop.store.read)).filter(({ kind }) => kind !== 'boot')
  return { shop, get, entries, handled, path }
}

const total = (bodies: Record<string, unknown>[], field: string) =>
  bodies.reduce((sum, body) => sum + Number(body[field] ?? 0), 0)

test('a question’s answer does not wait for its entry, which is there once the store is closed', async () => {
  const { shop, get, entries, path } = await open('interactive')
  const response = await get('/prices/tea')
  expect(await response.json()).toEqual({ price: 100 })
  expect(await entries()).toEqual([])
  await shop.store.close()
  const store = await openStore(path)
  const [entry] = await readJournal('shop', store.read)
  expect(entry).toMatchObject({
    kind: 'call',
    body: { path: '/prices/tea', purpose: 'price.ask', status: 200, fees: [{ item: 'price', quantity: 2 }] },
    aside: { response: '{"price":100}' },
  })
  await store.close()
})

test('in virtual time its entry is written before the answer leaves, like any other', async () => {
  const { get, entries } = await open('virtual')
  await get('/prices/tea')
  expect((await entries()).map(({ kind }) => kind)).toEqual(['call'])
})

test('under load every call, byte and fee is counted, and the chain holds', async () => {
  const { shop, get, path } = await open('interactive')
  const count = 500
  for (let i = 0; i < count; i++) await get(`/prices/item-${i}`)
  await get('/orders')
  await shop.store.close()
  const store = await openStore(path)
  const entries = (await readJournal('shop', store.read)).filter(({ body }) => body['purpose'] === 'price.ask')
  const bodies = entries.map(({ body }) => body)
  const calls = entries.reduce((sum, { kind, body }) => sum + (kind === 'calls' ? Number(body['calls']) : 1), 0)
  expect(calls).toBe(count)
  expect(total(bodies, 'responseBytes')).toBe(count * '{"price":100}'.length)
  const fees = bodies.flatMap(({ fees }) => (Array.isArray(fees) ? fees : []))
  expect(total(fees, 'quantity')).toBe(2 * count)
  expect(entries.filter(({ kind }) => kind === 'calls').every(({ body }) => body['path'] === '/prices/:item')).toBe(
    true,
  )
  expect(entries.length).toBeLessThan(count)
  expect((await verifyJournal(store.read)).result).toBe('intact')
  await store.close()
})

test('a repeated question is answered anew, and nothing is kept for it', async () => {
  const { get, handled } = await open('interactive')
  for (let i = 0; i < 2; i++) await get('/prices/tea', { 'idempotency-key': 'one' })
  expect(handled).toEqual(['tea', 'tea'])
})
