/** Tokens: whose are believed, and for how long. */
import { SignJWT, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { createClock, DAY, MINUTE, SECOND } from './clock.ts'
import { createIdentity, createPartyKey, type Directory } from './identity.ts'

const startAt = 1_000_000_000
const meet = async () => {
  const clock = createClock({ mode: 'virtual', startAt })
  const directory: Directory = new Map()
  const join = async (id: string, role: string) => {
    const key = await createPartyKey()
    directory.set(id, { role, publicKey: key.publicJwk })
    return { key, identity: await createIdentity({ id, role }, { key, directory, clock }) }
  }
  const clinic = await join('clinic', 'clinic')
  const insurer = await join('insurer', 'insurer')
  /** A token as somebody might forge it, signed with the clinic's true key unless told otherwise. */
  const forge = async (given: {
    kid?: string
    issuer?: string
    audience?: string
    issuedAt?: number
    lifeMs?: number
    key?: Awaited<ReturnType<typeof createPartyKey>>
  }) => {
    const issuedAt = given.issuedAt ?? startAt
    return new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: given.kid ?? 'clinic' })
      .setIssuer(given.issuer ?? 'clinic')
      .setAudience(given.audience ?? 'insurer')
      .setIssuedAt(issuedAt / SECOND)
      .setExpirationTime((issuedAt + (given.lifeMs ?? MINUTE)) / SECOND)
      .sign(await importJWK((given.key ?? clinic.key).privateJwk, 'ES256'))
  }
  return { clock, directory, clinic, insurer, join, forge }
}

test('a token tells who calls and in what role', async () => {
  const { clinic, insurer } = await meet()
  const token = await clinic.identity.tokenFor('insurer')
  expect(await insurer.identity.recognise(token)).toEqual({ id: 'clinic', role: 'clinic' })
})

test('a burst of calls to one party carries one token, a later call another', async () => {
  const { clock, clinic } = await meet()
  const first = await clinic.identity.tokenFor('insurer')
  expect(await clinic.identity.tokenFor('insurer')).toBe(first)
  expect(await clinic.identity.tokenFor('ca')).not.toBe(first)
  await clock.advance(30 * SECOND)
  expect(await clinic.identity.tokenFor('insurer')).not.toBe(first)
})

test('a token is good for a minute, whether it was seen before or not', async () => {
  const { clock, clinic, insurer } = await meet()
  const token = await clinic.identity.tokenFor('insurer')
  await insurer.identity.recognise(token)
  await clock.advance(59 * SECOND)
  expect(await insurer.identity.recognise(token)).toEqual({ id: 'clinic', role: 'clinic' })
  await clock.advance(10 * SECOND)
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401, code: 'bad-token' })
})

test('a token with a long life is good for a minute all the same', async () => {
  const { clock, insurer, forge } = await meet()
  const token = await forge({ lifeMs: DAY })
  await insurer.identity.recognise(token)
  await clock.advance(2 * MINUTE)
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401 })
})

test('a token meant for another party is refused', async () => {
  const { insurer, forge } = await meet()
  await expect(insurer.identity.recognise(await forge({ audience: 'ca' }))).rejects.toMatchObject({ status: 401 })
})

test('a token signed with another key is refused', async () => {
  const { insurer, forge } = await meet()
  const token = await forge({ key: await createPartyKey() })
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401, code: 'bad-token' })
})

test('a party cannot speak as another', async () => {
  const { insurer, forge } = await meet()
  await expect(insurer.identity.recognise(await forge({ issuer: 'ca' }))).rejects.toMatchObject({ status: 401 })
})

test('a token of an unknown party is refused', async () => {
  const { insurer, forge } = await meet()
  const token = await forge({ kid: 'nobody', issuer: 'nobody' })
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401, code: 'unknown-caller' })
})

test('a token from the future is refused', async () => {
  const { insurer, forge } = await meet()
  const token = await forge({ issuedAt: startAt + DAY })
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401 })
})

test("a token from a clock that is ahead is judged by that clock's time", async () => {
  const { insurer, forge } = await meet()
  const token = await forge({ issuedAt: startAt + DAY })
  expect(await insurer.identity.recognise(token, startAt + DAY)).toEqual({ id: 'clinic', role: 'clinic' })
})

test('an old token does not come alive by claiming another time', async () => {
  const { clock, insurer, forge } = await meet()
  const token = await forge({})
  await clock.advance(DAY)
  for (const claimed of [0, startAt, startAt + 2 * DAY])
    await expect(insurer.identity.recognise(token, claimed)).rejects.toMatchObject({ status: 401 })
})

test('a key that was replaced is refused, though its token was seen before', async () => {
  const { directory, clinic, insurer } = await meet()
  const token = await clinic.identity.tokenFor('insurer')
  await insurer.identity.recognise(token)
  directory.set('clinic', { role: 'clinic', publicKey: (await createPartyKey()).publicJwk })
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401 })
})

test('a party that was struck off is refused, though its token was seen before', async () => {
  const { directory, clinic, insurer } = await meet()
  const token = await clinic.identity.tokenFor('insurer')
  await insurer.identity.recognise(token)
  directory.delete('clinic')
  await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401 })
})

test.each(['', 'x', 'a.b.c', 'e30.e30.', `${'A'.repeat(100_000)}.B.C`, 'eyJhbGciOiJub25lIn0.e30.'])(
  'garbage is refused: %#',
  async (token) => {
    const { insurer } = await meet()
    await expect(insurer.identity.recognise(token)).rejects.toMatchObject({ status: 401 })
  },
)
