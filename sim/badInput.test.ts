/** Whatever is sent to any route of any party, it is refused with a problem that names the field and repeats nothing, and no process falls. */
import fc from 'fast-check'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createFront } from './front.ts'
import { brokenBodies, placesIn, sample, variants, withText } from './testBodies.ts'
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

/** As `answered`, and it must be refused, whatever the reason; OCSP refuses with an answer of its own (badBytes.test.ts). */
const unknown = (route: OpenRoute, what: string, sent: Sent) => () => ({
  what: named(route, what),
  flaw: send(inhabited, route, sent).then((response) =>
    response.status >= 400 || response.headers.get('content-type') === 'application/ocsp-response'
      ? flawOfAnswer(response)
      : `${response.status}`,
  ),
})

test.for(partyIds)('%s knows nothing by the garbage in a path or query', async (party) => {
  const probes = (await routesOf(inhabited, party)).flatMap((route) => {
    const good =
      route.body === undefined
        ? {}
        : json(JSON.stringify(sample(variants(route.body)[0] ?? route.body, inhabited.known)))
    return [
      ...parametersOf(route).flatMap((parameter) =>
        garbageIds.map((text) =>
          unknown(route, `${parameter} ${text.slice(0, 30)}`, {
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

test('the front page and its test controls refuse what they cannot serve, and time does not run away', async () => {
  const front = createFront(inhabited.world.local)
  const probes: [string, string, number, string?][] = [
    ...['constructor', '__proto__', '..%2f..%2fpackage.json', '%00'].map((file): [string, string, number] => [
      'GET',
      `/assets/${file}`,
      404,
    ]),
    ...['__proto__', '%00', '%zz'].map((id): [string, string, number] => ['GET', `/api/${id}/openapi.json`, 404]),
    ['POST', '/manage/clock/advance', 400, '{'],
    ['POST', '/manage/clock/advance', 422, '[]'],
    ['POST', '/manage/clock/advance', 422, '{"ms":9007199254740991}'],
    ['POST', '/manage/clock/run', 422, '{"to":9007199254740991}'],
    ['POST', '/manage/faults', 422, '{"kind":"Zq7Secret-1"}'],
    ['POST', '/manage/faults', 413, tooLarge],
    ['POST', '/manage/tokens', 404, '{"as":"__proto__","audience":"ca"}'],
    ['DELETE', '/manage/faults/99999999999999999999', 404],
  ]
  const tried = probes.map(([method, path, status, body]) => () => ({
    what: `${method} ${path}`,
    flaw: Promise.resolve(front.request(path, { method, ...(body !== undefined && json(body)) })).then((response) =>
      flawOfRefusal(response, { status }),
    ),
  }))
  expect(await flaws(tried)).toEqual([])
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
