/** OCSP over HTTP: what caches may keep (RFC 5019), what is made anew, and what is never said twice. */
import { expect, test } from 'vitest'
import { MINUTE, SECOND } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import { certIdHashes, createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import { createTestWorld } from './testWorld.ts'

const world = await createTestWorld()
const issuer = await world.authorityOf('signature')

const get = (request: Uint8Array, headers: Record<string, string> = {}) =>
  world.platform.ocsp[':kind'][':request{.+}'].$get(
    { param: { kind: 'signature', request: encodeURIComponent(Buffer.from(request).toString('base64')) } },
    { headers },
  )
const bytesOf = async (response: { arrayBuffer(): Promise<ArrayBuffer> }) =>
  new Uint8Array(await response.arrayBuffer())

test('an answer without a nonce may be kept until its next update, by the world’s clock', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'a1' })
  const response = await get(createOcspRequest({ issuer, serialNumbers: [serialNumber] }))
  const now = world.clock.now()
  const nextUpdate = Math.floor(now / (15 * MINUTE)) * 15 * MINUTE + 15 * MINUTE
  const header = (name: string) => response.headers.get(name)
  expect(header('cache-control')).toBe(`max-age=${(nextUpdate - now) / SECOND}, public, no-transform, must-revalidate`)
  expect(header('expires')).toBe(new Date(nextUpdate).toUTCString())
  expect(header('date')).toBe(new Date(now).toUTCString())
  expect(header('last-modified')).toBe(new Date(nextUpdate - 15 * MINUTE).toUTCString())
  expect(header('content-type')).toBe('application/ocsp-response')
})

test('who names the tag of what they have is not sent it again, until the next period', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'a2' })
  const request = createOcspRequest({ issuer, serialNumbers: [serialNumber] })
  const etag = (await get(request)).headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]{43}"$/)
  const known = await get(request, { 'if-none-match': `"other", ${etag}` })
  expect([known.status, (await bytesOf(known)).length, known.headers.get('etag')]).toEqual([304, 0, etag])
  await world.clock.advance(15 * MINUTE)
  expect((await get(request, { 'if-none-match': etag })).status).toBe(200)
})

test('within a period the same question gets the same bytes; with a nonce, or in the next, others', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'a3' })
  const request = createOcspRequest({ issuer, serialNumbers: [serialNumber] })
  const first = (await world.ask('signature', request)).der
  await world.clock.advance(SECOND)
  expect((await world.ask('signature', request)).der).toEqual(first)
  const nonce = Buffer.from('nonce')
  const withNonce = createOcspRequest({ issuer, serialNumbers: [serialNumber], nonce })
  const one = (await world.ask('signature', withNonce)).der
  await world.clock.advance(SECOND)
  expect((await world.ask('signature', withNonce)).der).not.toEqual(one)
  await world.clock.advance(15 * MINUTE)
  expect((await world.ask('signature', request)).der).not.toEqual(first)
})

test('answers with a nonce, errors and what is unknown say nothing to caches', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'a4' })
  const nonce = Buffer.from('nonce')
  const responses = await Promise.all([
    get(createOcspRequest({ issuer, serialNumbers: [serialNumber], nonce })),
    get(createOcspRequest({ issuer, serialNumbers: ['4BAD'] })),
    get(Buffer.from('hello')),
  ])
  expect(responses.map(({ headers }) => headers.get('cache-control'))).toEqual([null, null, null])
})

test('a certificate that was unknown is good as soon as it was issued', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'a5' })
  const next = (Number.parseInt(serialNumber, 16) + 1).toString(16).toUpperCase().padStart(8, '0')
  const request = createOcspRequest({ issuer, serialNumbers: [next] })
  const statusOf = async () => parseOcspResponse((await world.ask('signature', request)).der)
  expect(await statusOf()).toMatchObject({ responses: [{ status: { certStatus: 'unknown' } }] })
  expect((await world.issue('signature', { cardId: 'a6' })).serialNumber).toBe(next)
  expect(await statusOf()).toMatchObject({ responses: [{ status: { certStatus: 'good' } }] })
})

test('in fresh mode every answer is made anew', async () => {
  const own = await createTestWorld({ options: { ocspMode: 'fresh' } })
  const { serialNumber } = await own.issue('signature', { cardId: 'b1' })
  const request = createOcspRequest({ issuer: await own.authorityOf('signature'), serialNumbers: [serialNumber] })
  const first = (await own.ask('signature', request)).der
  await own.clock.advance(SECOND)
  expect((await own.ask('signature', request)).der).not.toEqual(first)
})

test.each(certIdHashes)('a question hashed with %s is answered in kind', async (hashAlgorithm) => {
  const { serialNumber } = await world.issue('signature', { cardId: `a7-${hashAlgorithm}` })
  const request = createOcspRequest({ issuer, serialNumbers: [serialNumber], hashAlgorithm })
  expect(parseOcspResponse((await world.ask('signature', request)).der)).toMatchObject({
    responses: [{ certId: { hashAlgorithm, serialNumber }, status: { certStatus: 'good' } }],
  })
})

test('counts wait in memory, and are there after an orderly close', async () => {
  const own = await createTestWorld()
  const { serialNumber } = await own.issue('signature', { cardId: 'c1' })
  const request = createOcspRequest({ issuer: await own.authorityOf('signature'), serialNumbers: [serialNumber] })
  for (let n = 0; n < 3; n++) await own.ask('signature', request)
  await own.close()
  const again = await createTestWorld({ folder: own.folder })
  expect(await answer(again.platform.usage.$get())).toEqual({
    usage: [{ verifier: 'platform', kind: 'signature', method: 'ocsp', count: 3 }],
  })
})
