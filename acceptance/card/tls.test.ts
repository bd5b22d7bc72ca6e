/** Programs that know nothing of this testbed log in to a provider with the card, and are refused for the right reason. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { personOf } from '../../scenarios/people.ts'
import { run } from './programs.ts'
import { insert, type Inserted } from './reader.ts'
import { atCounter, letTimePass, textOf } from './testbed.ts'
import { logInWithCurl, logInWithGnutls, logInWithNss, nssDatabase } from './tls.ts'

const testbed = inject('testbed')
const person = 'sakura'
const pinOf = (who: string) => personOf(who).card?.authenticationPin ?? ''
let card: Inserted
let account = ''

beforeAll(async () => {
  card = await insert(testbed, person)
})
afterAll(() => card.eject())

test('curl logs in with the card', async () => {
  const { http, body, output } = await logInWithCurl(testbed, { pin: pinOf(person) })
  expect({ http, output }).toMatchObject({ http: 200 })
  expect(body).toMatchObject({ outcome: 'accepted', provider: 'catv-hikari', logins: 1 })
  account = textOf(body, 'accountId')
})

test('gnutls-cli logs in with the card, to the same account', async () => {
  const { body, output } = await logInWithGnutls(testbed, { pin: pinOf(person) })
  expect({ body, output }).toMatchObject({ body: { outcome: 'accepted', accountId: account, logins: 2 } })
})

test('tstclnt of NSS logs in with the card, to the same account', async () => {
  const { body, output } = await logInWithNss(testbed, await nssDatabase(testbed), { pin: pinOf(person) })
  expect({ body, output }).toMatchObject({ body: { outcome: 'accepted', accountId: account, logins: 3 } })
})

test('another provider knows the same person under another pseudonym', async () => {
  const { body } = await logInWithCurl(testbed, { provider: 'catv-midori', pin: pinOf(person) })
  expect(body).toMatchObject({ outcome: 'accepted', logins: 1 })
  expect(textOf(body, 'accountId')).not.toBe(account)
})

test('without a card nobody is logged in, and the answer says that a certificate is missing', async () => {
  const { http, body } = await logInWithCurl(testbed, {})
  expect(http).toBe(401)
  expect(textOf(body, 'type')).toContain('no-certificate')
})

test('a wrong PIN ends the handshake and costs a try; the right one gives the tries back', async () => {
  const triesLeft = async () => {
    const { output } = await run('pkcs15-tool', ['--list-pins'])
    return Number(/Tries left\s*:\s*(\d+)/.exec(output)?.[1])
  }
  const { http, body } = await logInWithCurl(testbed, { pin: '9999' })
  expect({ http, body, left: await triesLeft() }).toEqual({ http: 0, body: undefined, left: 2 })
  expect((await logInWithCurl(testbed, { pin: pinOf(person) })).http).toBe(200)
  expect(await triesLeft()).toBe(3)
})

test('TLS 1.3 is not spoken here, since the card cannot sign for it', async () => {
  const { status, http } = await logInWithCurl(testbed, { pin: pinOf(person), options: ['--tlsv1.3'] })
  expect([status === 0, http]).toEqual([false, 0])
})

test('a card that was pulled out logs nobody in', async () => {
  await card.eject()
  const { http, body } = await logInWithCurl(testbed, { pin: pinOf(person) })
  card = await insert(testbed, person)
  expect([http, body]).toEqual([0, undefined])
})

test('once the card is reported lost it is refused, and the answer says that its certificate is revoked', async () => {
  const who = 'misaki'
  await card.eject()
  card = await insert(testbed, who)
  expect((await logInWithCurl(testbed, { pin: pinOf(who) })).http).toBe(200)
  await atCounter(testbed, who, 'card-losses')
  // what the platform knows of this certificate may be a quarter of an hour old
  await letTimePass(testbed, 16 * 60_000)
  const { http, body } = await logInWithCurl(testbed, { pin: pinOf(who) })
  expect(http).toBe(403)
  expect(textOf(body, 'type')).toContain('revoked')
  expect(textOf(body, 'detail')).toContain('certificateHold')
})
