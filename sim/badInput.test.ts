/** Whatever is sent to any route of any party, it is refused with a problem that names the field and repeats nothing, and no process falls. */
import fc from 'fast-check'
import { Hono } from 'hono'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { answer } from './core/network.ts'
import { fromBase64, toBase64 } from './messages/base64.ts'
import { parseCertificate } from './pki/certificate.ts'
import { createOcspRequest, parseOcspResponse } from './pki/ocsp.ts'
import { bombs, changed, changing } from './testBytes.ts'
import { brokenBodies, deepArray, deepObject, placesIn, sample, variants, withText } from './testBodies.ts'
import {
  callersByRole,
  flawOfAnswer,
  flawOfRefusal,
  json,
  parametersOf,
  pathOf,
  routesOf,
  send,
  type Body,
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

type Probe = { what: string; flaw: Promise<string | undefined> }

/** What is wrong, a line each; nothing when all is right. */
const flaws = async (probes: Iterable<() => Probe> | AsyncIterable<() => Probe>): Promise<string[]> => {
  const found: string[] = []
  for await (const probe of probes) {
    const { what, flaw } = probe()
    const wrong = await flaw
    if (wrong !== undefined) found.push(`${what} → ${wrong}`)
  }
  return found
}

const named = ({ party, method, template }: OpenRoute, what: string) => `${party} ${method} ${template}: ${what}`

const notJson: [string, Body][] = [
  ['nothing', ''],
  ['half an object', '{'],
  ['single quotes', "{'a':1}"],
  ['a NUL', '\0'],
  ['brackets without end', '['.repeat(100_000)],
  ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ['an ASN.1 sequence', new Uint8Array([0x30, 0x82, 0xff, 0xff])],
]
const otherTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json-seq',
  'multipart/form-data',
  '',
]

const maxBytes = 1024 * 1024
const tooLarge = ' '.repeat(maxBytes + 1)
const stream = (text: string) =>
  new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < text.length; at += 65_536) controller.enqueue(Buffer.from(text.slice(at, at + 65_536)))
      controller.close()
    },
  })
const manyFields = `{${Array.from({ length: 60_000 }, (_, n) => `"f${n}":1`).join()}}`

const refused = (route: OpenRoute, what: string, sent: Sent, status: number, field?: string) => () => ({
  what: named(route, what),
  flaw: send(inhabited, route, sent).then((response) =>
    flawOfRefusal(response, { status, ...(field !== undefined && { field }) }),
  ),
})

test.for(partyIds)('%s refuses every body that does not fit, and names the field', async (party) => {
  const probes = (await routesOf(inhabited, party)).flatMap((route) => {
    const { body: schema } = route
    if (schema === undefined) return []
    const good = JSON.stringify(sample(variants(schema)[0] ?? schema))
    return [
      ...notJson.map(([what, body]) => refused(route, what, { ...json(''), body }, 400)),
      ...otherTypes.map((type) => refused(route, type, { body: good, headers: { 'content-type': type } }, 415)),
      refused(route, 'many fields', json(manyFields), 422),
      ...brokenBodies(schema).map(({ how, text, field }) => refused(route, how, json(text), 422, field)),
    ]
  })
  expect(await flaws(probes)).toEqual([])
})

test.for(partyIds)('%s takes in no body above 1 MiB', async (party) => {
  const probes = (await routesOf(inhabited, party))
    .filter(({ method }) => method !== 'GET')
    .flatMap((route) => [
      refused(route, 'announced', { ...json(tooLarge), headers: { 'content-length': String(tooLarge.length) } }, 413),
      refused(route, 'announced only', { ...json('{}'), headers: { 'content-length': '99999999999' } }, 413),
      refused(route, 'unannounced', json(tooLarge), 413),
      refused(route, 'streamed', { ...json(''), body: stream(tooLarge) }, 413),
    ])
  expect(await flaws(probes)).toEqual([])
})

const tokenText = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Tokens that nobody but a forger or a thief would show. */
const badTokens = async (route: OpenRoute): Promise<[string, string][]> => {
  const callers = callersByRole(inhabited)
  const right = callers.get(route.roles?.[0] ?? '')
  const other = callers.get('card')
  if (right === undefined || other === undefined) throw new Error('nobody to forge')
  const good = await right.identity.tokenFor(route.party)
  const [header = '', payload = '', signature = ''] = good.split('.')
  const [, , otherSignature = ''] = (await other.identity.tokenFor(route.party)).split('.')
  return [
    ['for another audience', await right.identity.tokenFor('somebody-else')],
    ['with the signature of another', [header, payload, otherSignature].join('.')],
    ['cut short', [header, payload, signature.slice(0, -4)].join('.')],
    ['of another issuer', [header, tokenText({ iss: 'ca', aud: route.party, iat: 0, exp: 9e9 }), signature].join('.')],
    ['without algorithm', [tokenText({ alg: 'none', kid: right.id }), payload, ''].join('.')],
    ['of an unknown key', [tokenText({ alg: 'ES256', kid: '__proto__' }), payload, signature].join('.')],
    ['that is noise', 'x'.repeat(10_000)],
  ]
}

test.for(partyIds)('%s serves only the roles a route names, and only with a token of their own', async (party) => {
  const guarded = (await routesOf(inhabited, party)).filter(({ roles }) => roles !== undefined)
  const probes = []
  for (const route of guarded) {
    probes.push(refused(route, 'no token', { token: '' }, 401))
    for (const [what, token] of await badTokens(route)) probes.push(refused(route, `token ${what}`, { token }, 401))
    for (const [role, site] of callersByRole(inhabited))
      if (!route.roles?.includes(role))
        probes.push(refused(route, role, { token: await site.identity.tokenFor(party) }, 403))
  }
  expect(await flaws(probes)).toEqual([])
})

/** As written in a path; some decode to nothing, some lead elsewhere. */
const garbageIds = [
  ...['%00', 'a%00b', '%2F..%2Fca', '..%2f..%2fetc', '%2e%2e', '%', '%zz', '%ED%A0%80', '%FF', '%0d%0aset-cookie:%20a'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'undefined',
    'null',
    '-1',
    '1e999',
    "'%20or%201=1--",
    '%7B%7D',
    '%3Cscript%3E',
  ],
  ...[encodeURIComponent('花子🌸'), 'a'.repeat(10_000), encodeURIComponent('花'.repeat(1000)), '%20', '..;', '*'],
]

const answered = (route: OpenRoute, what: string, sent: Sent) => () => ({
  what: named(route, what),
  flaw: send(inhabited, route, sent).then(flawOfAnswer),
})

test.for(partyIds)('%s meets no bug when ids in the path or query are garbage', async (party) => {
  const probes = (await routesOf(inhabited, party)).flatMap((route) => {
    const good =
      route.body === undefined
        ? {}
        : json(JSON.stringify(sample(variants(route.body)[0] ?? route.body, inhabited.known)))
    return [
      ...parametersOf(route).flatMap((parameter) =>
        garbageIds.map((text) =>
          answered(route, `${parameter} ${text.slice(0, 30)}`, {
            ...good,
            path: pathOf(route, inhabited, { parameter, text }),
          }),
        ),
      ),
      ...(route.method === 'GET' ? garbageIds : []).map((text) =>
        answered(route, `query ${text.slice(0, 30)}`, {
          ...good,
          path: `${pathOf(route, inhabited)}?merchantReference=${text}&merchantReference=${text}&${text}`,
        }),
      ),
    ]
  })
  expect(await flaws(probes)).toEqual([])
})

/** Values that JSON can hold and a schema may let pass, although nobody means them. */
const absurd = [
  ...['0', '1', '0.1', '9007199254740991', '-9007199254740991', '1e308', '1e-308', 'true', 'false', '[]'],
  ...['"0000-01-01"', '"0001-02-28"', '"9999-12-31"', '"2030-01-01"', '"9999-12"', '"00"', '"FFFFFFFFFFFFFFFFFFFF"'],
  ...[
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"a\\u0000b"',
    '"\\u202e"',
    '"e\\u0301\\ufe0f"',
    '"🌸"',
    '" "',
    '"\'; drop table call;--"',
  ],
  ...['"AAAA"', '"MAA="', '"MIAAAA=="', '"__proto__"', '"constructor"', '"ca"', '"platform"', '"card"', '"a"', '"-"'],
  ...[JSON.stringify('花'.repeat(100)), JSON.stringify('🌸'.repeat(50)), JSON.stringify('a'.repeat(60))],
]

test.for(partyIds)('%s meets no bug when values fit their fields but make no sense', async (party) => {
  const probes = (await routesOf(inhabited, party)).flatMap((route) => {
    if (route.body === undefined) return []
    return variants(route.body).flatMap((variant) => {
      const body = sample(variant, inhabited.known)
      const bare = Object.fromEntries(Object.entries(Object(body)).filter(([name]) => variant.required.includes(name)))
      return [
        answered(route, 'only what must be', json(JSON.stringify(bare))),
        ...placesIn(variant).flatMap(({ path }) =>
          absurd.flatMap((text) => [
            answered(route, `/${path.join('/')} ${text.slice(0, 30)}`, json(withText(body, path, text))),
            ...(path.length === 1
              ? [answered(route, `bare /${path.join('/')} ${text.slice(0, 30)}`, json(withText(bare, path, text)))]
              : []),
          ]),
        ),
      ]
    })
  })
  expect(await flaws(probes)).toEqual([])
})

/** No answer about a few kilobytes takes longer. */
const patienceMs = 1000

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
        if (flaw !== undefined) found.push(`${named(route, `/${path.join('/')} ${what}`)} → ${flaw}`)
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
    ...[new Uint8Array(0), new Uint8Array([0xff, 0xfe]), utf8('null'), utf8('{'), utf8(deepArray), utf8(deepObject)],
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
  const card = routeOf('card', 'POST', '/cards/{cardId}/apdu')
  const make = { cardId: 'card-noise', authenticationPin: '8317', signaturePassword: 'ZQ7SECRET' }
  await send(inhabited, routeOf('card', 'POST', '/cards', 'municipality'), json(JSON.stringify(make)))
  const path = '/cards/card-noise/apdu'
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
  let isChanged = false
  const onTheWay = new Hono().all('*', async (c) => {
    const response = await ca.fetch(c.req.raw)
    if (!/^\/(ocsp|crls)\/./.test(c.req.path)) return response
    const right = new Uint8Array(await response.arrayBuffer())
    const bytes = change(right)
    isChanged ||= differs(bytes, right)
    return new Response(new Uint8Array(bytes), { status: response.status, headers: response.headers })
  })
  apps.set('ca', onTheWay)
  const authenticate = async () => {
    isChanged = false
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
      change = wanted
      const answered = await authenticate()
      // A list once accepted is held, so that no later run could tell anything.
      fc.pre(isChanged)
      expect(answered).toEqual(refusal)
    }),
    { numRuns: 60 },
  )
  change = (bytes) => bytes
  expect(await authenticate()).toMatchObject({ outcome: 'accepted' })
})

const folder = join(import.meta.dirname, 'messages')
const schemas = (
  await Promise.all(
    readdirSync(folder).map(async (file) =>
      Object.entries<unknown>(await import(join(folder, file))).map(([name, each]) => ({
        name: `${file} ${name}`,
        schema: each,
      })),
    ),
  )
)
  .flat()
  .flatMap(({ name, schema }) => (schema instanceof z.ZodType ? [{ name, schema }] : []))

test.for(schemas)('$name reads or refuses any JSON, and never throws', ({ schema }) => {
  const names = [...JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).matchAll(/"(\w+)":/g)].map(
    ([, name = '']) => name,
  )
  const likely = fc.dictionary(fc.constantFrom('__proto__', ...names), fc.jsonValue())
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), likely, fc.string({ unit: 'binary' })), (value) => {
      const parsed = schema.safeParse(value)
      if (parsed.success) expect(schema.safeParse(parsed.data).success).toBe(true)
    }),
    { numRuns: 100 },
  )
})
