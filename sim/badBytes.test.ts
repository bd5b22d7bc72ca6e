/** Certificates, revocation data, signed documents, keys and card commands that are broken or changed are refused in bounded time, and no process falls. */
import fc from 'fast-check'
import { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { answer } from './core/network.ts'
import { fromBase64, toBase64 } from './messages/base64.ts'
import { parseCertificate } from './pki/certificate.ts'
import { createOcspRequest, parseOcspResponse } from './pki/ocsp.ts'
import { deepArray, placesIn, sample, withText } from './testBodies.ts'
import { bombs, changed, changing } from './testBytes.ts'
import {
  callersByRole,
  flawOfAnswer,
  json,
  pathOf,
  routesOf,
  send,
  type OpenRoute,
  type Sent,
} from './testHostileCaller.ts'
import { createInhabited, partyIds, type Inhabited } from './testInhabited.ts'

let inhabited: Inhabited
const bugs = vi.spyOn(console, 'error').mockImplementation(() => undefined)

beforeAll(async () => void (inhabited = await createInhabited()))
afterAll(() => inhabited.remove())

/** A party that met a bug writes it to its log, even where its answer hides it. */
afterEach(() => {
  const met = bugs.mock.calls.map(([party, error]) => `${party} ${error instanceof Error ? error.stack : error}`)
  bugs.mockClear()
  expect(met).toEqual([])
})

/** An answer about a few kilobytes that takes longer hangs; far above what any took (1.3 s for the slowest group of them). */
const patienceMs = 10_000

const timed = async <T>(act: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now()
  const result = await act()
  expect(performance.now() - startedAt).toBeLessThan(patienceMs)
  return result
}

const routeOf = (party: string, method: string, template: string, role?: string): OpenRoute => ({
  ...{ party, method, template, body: undefined },
  roles: role === undefined ? undefined : [role],
})

test.for(partyIds)('%s accepts no bytes made to break a reader of certificates, keys and documents', async (party) => {
  const found: string[] = []
  for (const route of await routesOf(inhabited, party)) {
    const places = route.body === undefined ? [] : placesIn(route.body)
    for (const { path, schema } of places.filter((place) => place.schema.contentEncoding === 'base64'))
      for (const [what, bytes] of bombs(Math.floor((schema.maxLength * 3) / 4))) {
        const body = withText(sample(route.body ?? schema, inhabited.known), path, JSON.stringify(toBase64(bytes)))
        const response = await timed(() => send(inhabited, route, json(body)))
        const accepted = response.ok && /"outcome":"(accepted|linked)"/.test(await response.clone().text())
        const flaw = accepted ? 'accepted' : await flawOfAnswer(response)
        if (flaw !== undefined) found.push(`${route.party} ${route.template} /${path.join('/')} ${what} → ${flaw}`)
      }
  }
  expect(found).toEqual([])
})

const differs = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) !== 0

test('no changed authentication certificate or signature is accepted, with everything else right', async () => {
  const { certificates, prove } = inhabited
  const route = routeOf('platform', 'POST', '/authentications', 'clinic')
  const authenticate = async (body: object) => {
    const response = await timed(() => send(inhabited, route, json(JSON.stringify(body))))
    expect(response.status).toBe(200)
    return z.object({ outcome: z.string() }).parse(await response.json()).outcome
  }
  const provider = callersByRole(inhabited).get('clinic')?.id ?? ''
  expect(await authenticate(await prove(provider))).toBe('accepted')
  const original = certificates.authentication
  await fc.assert(
    fc.asyncProperty(changed(original), async (certificate) => {
      fc.pre(certificate.length > 0 && differs(certificate, original))
      expect(await authenticate({ ...(await prove(provider)), certificate: toBase64(certificate) })).toBe('refused')
    }),
    { numRuns: 100 },
  )
  const proof = await prove(provider)
  const signature = fromBase64(proof.signature)
  await fc.assert(
    fc.asyncProperty(changed(signature), async (forged) => {
      fc.pre(forged.length > 0 && differs(forged, signature))
      const { challengeId } = await answer(inhabited.platformAs(provider).challenges.$post())
      expect(await authenticate({ ...proof, challengeId, signature: toBase64(forged) })).toBe('refused')
    }),
    { numRuns: 50 },
  )
})

test('no changed signed document is accepted, unless it still says the same', async () => {
  const signed = await inhabited.signed('mobile-sora', 'mobile')
  const route = routeOf('platform', 'POST', '/signatures', 'subscription')
  const verify = async (cms: Uint8Array): Promise<unknown> => {
    const response = await timed(() => send(inhabited, route, json(JSON.stringify({ signedDocument: toBase64(cms) }))))
    expect(response.status).toBe(200)
    return response.json()
  }
  const original = await verify(signed)
  expect(original).toMatchObject({ outcome: 'accepted' })
  await fc.assert(
    fc.asyncProperty(changed(signed), async (cms) => {
      fc.pre(cms.length > 0 && differs(cms, signed))
      expect([original, expect.objectContaining({ outcome: 'refused' })]).toContainEqual(await verify(cms))
    }),
    { numRuns: 200 },
  )
})

test('whatever a card has signed, a provider takes nothing but an application for a contract', async () => {
  const utf8 = (text: string) => new TextEncoder().encode(text)
  const application = await inhabited.application('mobile-sora', 'mobile')
  const documents: Uint8Array[] = [
    ...[new Uint8Array(0), new Uint8Array([0xff, 0xfe]), utf8('null'), utf8('{'), utf8(deepArray)],
    ...['/nonce', '/applicant', '/provider', '/changeCheckConsent', '/__proto__'].flatMap((field) =>
      ['null', '[]', '"\\ud800"', '"a\\u0000"', deepArray].map((text) =>
        utf8(withText(application, [field.slice(1)], text)),
      ),
    ),
    ...fc.sample(fc.json(), 20).map(utf8),
    ...fc.sample(fc.uint8Array({ maxLength: 100 }), 10),
  ]
  const route = routeOf('mobile-sora', 'POST', '/contracts')
  for (const document of documents) {
    const signedDocument = toBase64(await inhabited.signBytes(document))
    const response = await timed(() => send(inhabited, route, json(JSON.stringify({ signedDocument }))))
    expect([response.status, await response.json()]).toMatchObject([200, { outcome: 'refused' }])
  }
})

test('the certification authority certifies any name and address that may be registered, or refuses', async () => {
  const { known } = inhabited
  const route = routeOf('ca', 'POST', '/certificates', 'municipality')
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.integer({ min: 1, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  )
  const born = '1987-06-05'
  await fc.assert(
    fc.asyncProperty(text, text, async (name, address) => {
      const basicFour = { name, dateOfBirth: born, sex: 'unknown', address }
      const { cardId, publicKey, cardExpiresAt } = known
      const body = { kind: 'signature', cardId, publicKey, dateOfBirth: born, cardExpiresAt, basicFour }
      const response = await send(inhabited, route, json(JSON.stringify(body)))
      expect([200, 422]).toContain(response.status)
      expect(await flawOfAnswer(response)).toBeUndefined()
    }),
    { numRuns: 150 },
  )
})

test('OCSP is always answered in DER or with a problem, whatever the question', async () => {
  const authority = inhabited.authorities.find(({ kind }) => kind === 'signature')?.certificate ?? ''
  const serialNumbers = [inhabited.parameters['serialNumber'] ?? '', 'FF']
  const nonce = new Uint8Array(32).fill(7)
  const real = createOcspRequest({ issuer: parseCertificate(fromBase64(authority)), serialNumbers, nonce })
  const post = routeOf('ca', 'POST', '/ocsp/{kind}', 'platform')
  const get = routeOf('ca', 'GET', '/ocsp/{kind}/{request}', 'platform')
  const check = async (route: OpenRoute, sent: Sent) => {
    const response = await timed(() => send(inhabited, route, sent))
    if (response.status !== 200) return expect(await flawOfAnswer(response)).toBeUndefined()
    expect(response.headers.get('content-type')).toBe('application/ocsp-response')
    return parseOcspResponse(new Uint8Array(await response.arrayBuffer())).responseStatus
  }
  const both = async (bytes: Uint8Array) => {
    const text = encodeURIComponent(toBase64(bytes))
    await check(post, { body: new Uint8Array(bytes), headers: { 'content-type': 'application/ocsp-request' } })
    if (text.length < 20_000) await check(get, { path: pathOf(get, inhabited, { parameter: 'request', text }) })
  }
  expect(await check(post, { body: new Uint8Array(real) })).toBe('successful')
  for (const [, bytes] of [...bombs(10_000), ...bombs(1024 * 1024)]) await both(bytes)
  const question = fc.oneof(changed(real), fc.uint8Array({ maxLength: 300 }))
  await fc.assert(fc.asyncProperty(question, both), { numRuns: 300 })
})

test('a card answers any command with a status word', async () => {
  const card = routeOf('card', 'POST', '/{cardId}/apdu')
  const make = { cardId: 'card-noise', authenticationPin: '8317', signaturePassword: 'ZQ7SECRET' }
  await send(inhabited, routeOf('card', 'POST', '/', 'municipality'), json(JSON.stringify(make)))
  const path = '/card-noise/apdu'
  const byte = fc.integer({ min: 0, max: 255 })
  const likely = fc.tuple(
    fc.constantFrom(0x00, 0x80, 0x0c),
    fc.constantFrom(0x20, 0x24, 0x2a, 0xa2, 0xa4, 0xb0),
    fc.oneof(fc.constantFrom(0, 1, 2, 4, 0x86, 0x8a), byte),
    fc.oneof(fc.constantFrom(0, 0x0c, 0x80, 0x81), byte),
    fc.uint8Array({ maxLength: 255 }),
  )
  const command = fc.oneof(
    likely.map(([cla, ins, p1, p2, data]) => Buffer.from([cla, ins, p1, p2, data.length, ...data])),
    fc.uint8Array({ minLength: 1, maxLength: 261 }).map((bytes) => Buffer.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(command, async (apdu) => {
      const response = await send(inhabited, card, { path, ...json(JSON.stringify({ apdu: apdu.toString('hex') })) })
      const { response: said } = z.strictObject({ response: z.string() }).parse(await response.json())
      expect(said).toMatch(/^([0-9A-F]{2})*[69][0-9A-F]{3}$/)
    }),
    { numRuns: 400 },
  )
})

test.for(['ocsp', 'crl'] as const)('a changed %s answer of the authority vouches for nobody', async (revocation) => {
  const own = await createInhabited({ revocation })
  onTestFinished(() => own.remove())
  const { apps } = own.world.local
  const ca = apps.get('ca')
  if (ca === undefined) throw new Error('there is no authority')
  let change = (bytes: Uint8Array): Uint8Array => bytes
  const onTheWay = new Hono().all('*', async (c) => {
    const response = await ca.fetch(c.req.raw)
    if (!/^\/(ocsp|crls)\/./.test(c.req.path)) return response
    const bytes = change(new Uint8Array(await response.arrayBuffer()))
    return new Response(new Uint8Array(bytes), { status: response.status, headers: response.headers })
  })
  apps.set('ca', onTheWay)
  const authenticate = async () => {
    const json = await own.prove('clinic-sakura')
    return timed(() => answer(own.platformAs('clinic-sakura').authentications.$post({ json })))
  }
  const refusal = { outcome: 'refused', reason: 'status-unknown' }
  for (const [, bytes] of bombs(20_000)) {
    change = () => bytes
    expect(await authenticate()).toEqual(refusal)
  }
  await fc.assert(
    fc.asyncProperty(changing, async (wanted) => {
      // A list that was accepted once would be held, and no later run could tell anything.
      change = (right) => (differs(wanted(right), right) ? wanted(right) : right.subarray(1))
      expect(await authenticate()).toEqual(refusal)
    }),
    { numRuns: 60 },
  )
  change = (bytes) => bytes
  expect(await authenticate()).toMatchObject({ outcome: 'accepted' })
})
