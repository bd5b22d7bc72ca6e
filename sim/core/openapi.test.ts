/** The OpenAPI description of a party. */
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createEdge, route, routeWithBody } from './http.ts'
import { specify } from './openapi.ts'
import { testParties } from './testSite.ts'

test('every route is described from the schemas it checks with', async () => {
  const shop = await testParties().site('shop', 'shop')
  const app = createEdge(shop)
    .post(
      '/orders',
      routeWithBody(z.strictObject({ item: z.string().max(20) }), {
        summary: 'Order something',
        purpose: 'order',
        roles: ['buyer'],
        answer: z.object({ number: z.number() }),
      }),
      (c) => c.json({ number: 1 }),
    )
    .get('/open', route({ summary: 'For anybody', purpose: 'open' }), (c) => c.json({}))
  const front = new Hono().route('/', app)
  const document = await specify(front, {
    title: 'Shop',
    description: 'sells',
    basePath: '/shop',
    name: (purpose) => (purpose === 'order' ? '注文する' : undefined),
  })
  expect(Object.keys(document.paths)).toEqual(['/health', '/orders', '/open'])
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Shop' }, servers: [{ url: '/shop' }] })
  expect(document.paths['/orders']?.post).toMatchObject({
    operationId: 'order',
    summary: '注文する · Order something',
    description: 'purpose `order` · only for buyer',
    security: [{ partyToken: [] }],
    requestBody: {
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { item: { type: 'string', maxLength: 20 } },
            additionalProperties: false,
          },
        },
      },
    },
    responses: { default: { content: { 'application/problem+json': {} } } },
  })
  expect(document.paths['/open']?.get?.security).toBeUndefined()
})
