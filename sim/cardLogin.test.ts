/** Logging in at providers over TLS: who gets in, who does not and what they are told, on the whole world. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY, HOUR } from './core/clock.ts'
import { faultRule } from './core/faults.ts'
import { answer } from './core/network.ts'
import type { CaApp } from './ca/index.ts'
import { toBase64 } from './messages/base64.ts'
import { issueCaCertificate } from './pki/certificate.ts'
import { signDocument } from './pki/cms.ts'
import { generateKeyPair, keySigner } from './pki/key.ts'
import { issueWebCaCertificate } from './pki/serverCertificate.ts'
import { createAuthority, issueAuthentication } from './pki/testHierarchy.ts'
import type { SubscriptionApp } from './subscription/index.ts'
import { createDoorWorld, type DoorWorld, hanakoFour, shownBy } from './testCardLogin.ts'

let door: DoorWorld
beforeAll(async () => void (door = await createDoorWorld()))
afterAll(() => door.remove())

/** What a program is told of a refusal. */
const refusal = async (asked: Parameters<DoorWorld['ask']>[0]) => {
  const { status, body } = await door.askJson(asked)
  return [status, String(body['type']).replace(/.*:/, '')]
}

test('whoever holds the card is logged in, again under the same pseudonym, with the logins before', async () => {
  const { authentication } = await door.person('card-hanako')
  const at = door.world.clock.now()
  const first = await door.askJson({ as: authentication.shown })
  expect(first).toEqual({
    status: 200,
    body: {
      outcome: 'accepted',
      provider: 'catv-hikari',
      accountId: expect.stringMatching(/^account-/),
      since: at,
      logins: 1,
      earlierLogins: [],
      notAfter: authentication.notAfter,
      revocation: { method: 'ocsp', certStatus: 'good', asOf: expect.any(Number) },
    },
  })
  await door.world.advance(HOUR)
  const second = await door.askJson({ as: authentication.shown })
  expect(second.body).toMatchObject({
    accountId: first.body['accountId'],
    since: at,
    logins: 2,
    earlierLogins: [at],
  })
})

test('another provider knows the same person by another pseudonym', async () => {
  const { authentication } = await door.person('card-two-providers')
  const at = async (provider: string) =>
    (await door.askJson({ as: authentication.shown, path: `/${provider}/card-login` })).body['accountId']
  const known = [await at('catv-hikari'), await at('catv-midori'), await at('mobile-sora')]
  expect(new Set(known).size).toBe(3)
})

test('a renewed certificate leads to the same account', async () => {
  const { authentication: before } = await door.person('card-renewed')
  const first = await door.askJson({ as: before.shown })
  await door.world.advance(HOUR)
  const { authentication: after } = await door.person('card-renewed')
  const second = await door.askJson({ as: after.shown })
  expect(second.body['accountId']).toBe(first.body['accountId'])
})

test('a revoked certificate is refused with the reason, in words', async () => {
  const { authentication } = await door.person('card-lost')
  await door.askJson({ as: authentication.shown })
  await door.revoke('authentication', authentication.serialNumber, 'certificateHold')
  await door.world.advance(HOUR)
  expect(await door.askJson({ as: authentication.shown })).toEqual({
    status: 403,
    body: {
      type: 'urn:common-id-testbed:problem:revoked',
      status: 403,
      detail: 'the certificate was revoked: certificateHold',
    },
  })
  const { status, body } = await door.ask({ as: authentication.shown, headers: { accept: 'text/html' } })
  expect(status).toBe(403)
  expect(body).toContain('この電子証明書は失効しています。')
  expect(body).toContain('カードの紛失が届け出られています')
})

test('a request id of the caller brings no earlier answer back', async () => {
  const { authentication } = await door.person('card-replayed')
  const headers = { 'idempotency-key': 'the same each time' }
  expect((await door.ask({ as: authentication.shown, headers })).status).toBe(200)
  expect(await refusal({ headers })).toEqual([401, 'no-certificate'])
  await door.revoke('authentication', authentication.serialNumber, 'keyCompromise')
  await door.world.advance(HOUR)
  expect(await refusal({ as: authentication.shown, headers })).toEqual([403, 'revoked'])
})

test('an expired certificate is refused', async () => {
  const cardExpiresAt = door.world.clock.now() + 2 * DAY
  const { authentication } = await door.person('card-old', { cardExpiresAt })
  expect((await door.ask({ as: authentication.shown })).status).toBe(200)
  await door.world.advance(3 * DAY)
  expect(await refusal({ as: authentication.shown })).toEqual([403, 'expired'])
})

test('the signature certificate, no certificate, one of a CA of the same name, a CA’s, and one of another CA are refused', async () => {
  const { signature } = await door.person('card-refused')
  const impostor = await createAuthority('authentication')
  const forged = await issueAuthentication({ ca: impostor, keyPair: door.rsaKey })
  const life = { serialNumber: 7n, notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2030, 0), keyPair: door.rsaKey }
  const self = await issueCaCertificate({ kind: 'authentication', ...life })
  const stranger = await issueWebCaCertificate(life)
  expect({
    signature: await refusal({ as: signature.shown }),
    none: await refusal({}),
    forged: await refusal({ as: shownBy(door.rsaKey, forged) }),
    self: await refusal({ as: shownBy(door.rsaKey, self) }),
    stranger: await refusal({ as: shownBy(door.rsaKey, stranger) }),
  }).toEqual({
    signature: [403, 'wrong-kind'],
    none: [401, 'no-certificate'],
    forged: [403, 'bad-signature'],
    self: [403, 'bad-signature'],
    stranger: [403, 'unsupported'],
  })
})

test('a certificate in a header is nobody’s', async () => {
  const { authentication } = await door.person('card-header')
  const flat = authentication.shown.cert.replaceAll('\n', '')
  const headers = {
    'x-ssl-cert': flat,
    'x-forwarded-client-cert': flat,
    'x-client-cert': flat,
    'client-cert': `:${flat}:`,
  }
  expect(await refusal({ headers })).toEqual([401, 'no-certificate'])
})

test('without TLS nobody is logged in, whatever else comes', async () => {
  const app = door.world.local.apps.get('catv-hikari')
  expect((await app?.request('/card-login'))?.status).toBe(403)
  expect(await (await app?.request('/card-login'))?.json()).toMatchObject({
    type: expect.stringContaining('not-over-tls'),
  })
})

test('while the platform or the CA is silent nobody is logged in, and afterwards everybody is', async () => {
  const { authentication } = await door.person('card-patient')
  await door.world.addFault(faultRule.parse({ kind: 'down', to: 'platform', times: 1 }))
  expect(await refusal({ as: authentication.shown })).toEqual([503, 'platform-silent'])
  await door.world.addFault(faultRule.parse({ kind: 'down', to: 'ca' }))
  expect(await refusal({ as: authentication.shown })).toEqual([503, 'status-unknown'])
  await door.world.clearFaults()
  expect((await door.ask({ as: authentication.shown })).status).toBe(200)
})

test('browsers get a page in either language, with what to do', async () => {
  const { authentication } = await door.person('card-browser')
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const page = await door.ask({ as: authentication.shown, headers: { ...html, 'accept-language': 'ja' } })
  expect(page.status).toBe(200)
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store' })
  for (const said of [
    'ひかりケーブルテレビ',
    'カードでログインしています',
    'account-',
    'ブラウザーのウィンドウをすべて閉じて',
  ])
    expect(page.body).toContain(said)
  const english = await door.ask({ headers: html, path: '/catv-hikari/card-login?lang=en' })
  expect(english.status).toBe(401)
  expect(english.body).toContain('No certificate was sent.')
  expect(english.body).toContain('Put the card into the reader')
})

test('the first page names the providers, and nothing but card logins is behind the door', async () => {
  const listed = await door.askJson({ path: '/' })
  expect(listed.body['providers']).toHaveLength(7)
  const closed = [
    '/health',
    '/manage/clock',
    '/api/ca',
    '/tls/ca.pem',
    '/ca/authorities',
    '/platform/card-login',
    '/catv-hikari',
    '/catv-hikari/health',
    '/catv-hikari/operator',
    '/catv-hikari/card-login/',
    '/catv-hikari/card-login/../operator',
    '/catv-hikari/card-login/%2e%2e/operator',
    '/catv-hikari/card-login%2f..%2foperator',
    '//catv-hikari/card-login/..//operator',
    '/catv-hikari/./card-login/contracts',
    '/mobile-sora/contracts',
    '/nobody/card-login',
    '/__proto__/card-login',
  ]
  const opened: string[] = []
  for (const path of closed) if (![400, 404].includes((await door.ask({ path })).status)) opened.push(path)
  expect(opened).toEqual([])
})

test('a certificate of a CA generation made later is accepted, without a restart', async () => {
  const authority = door.world.connectAs('ca')<CaApp>('ca').authorities[':kind'].generations
  await answer(authority.$post({ param: { kind: 'authentication' } }))
  await door.world.advance(HOUR)
  const { authentication } = await door.person('card-new-generation')
  expect((await door.ask({ as: authentication.shown })).status).toBe(200)
})

test('what is signed up for while logged in is found again under the account, with what the customer is asked for', async () => {
  const hanako = await door.person('card-contract')
  const sora = door.world.people.network.connect<SubscriptionApp>('mobile-sora')
  const { nonce } = await answer(sora.nonces.$post())
  const form = { provider: 'mobile-sora', service: 'mobile', applicant: hanakoFour, changeCheckConsent: true, nonce }
  const signedDocument = toBase64(
    await signDocument({
      document: Buffer.from(JSON.stringify(form)),
      signer: keySigner(hanako.signature.key.privateKey),
      certificate: Buffer.from(hanako.signature.certificate, 'base64'),
      signingTime: door.world.clock.now(),
    }),
  )
  const signUp = {
    path: '/mobile-sora/card-login/contracts',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ signedDocument }),
  }
  const contracts = async (as = hanako.authentication.shown) =>
    (await door.askJson({ as, path: '/mobile-sora/card-login' })).body['contracts']

  expect((await door.ask(signUp)).status).toBe(401)
  const signed = await door.askJson({ ...signUp, as: hanako.authentication.shown })
  expect(signed.body).toEqual({ outcome: 'accepted', contractId: expect.any(String), state: 'active' })
  const { contractId } = signed.body
  expect(await contracts()).toEqual([{ contractId, state: 'active' }])
  const somebodyElse = await door.person('card-somebody-else')
  expect(await contracts(somebodyElse.authentication.shown)).toEqual([])

  await door.revoke('signature', hanako.signature.serialNumber, 'affiliationChanged')
  await door.world.advance(HOUR)
  await answer(sora.rounds.$post())
  expect(await contracts()).toEqual([{ contractId, state: expect.any(String), asked: 'new-data' }])
})

test('the provider keeps neither the certificate nor its serial number', async () => {
  const { authentication } = await door.person('card-private')
  const { body } = await door.askJson({ as: authentication.shown, path: '/catv-midori/card-login' })
  await door.world.advance(HOUR)
  const kept = (prefix: string) =>
    readdirSync(door.folder)
      .filter((name) => name.startsWith(prefix))
      .map((name) => readFileSync(join(door.folder, name)).toString('latin1'))
      .join('')
  const [midori, ca] = [kept('catv-midori.db'), kept('ca.db')]
  expect(midori).toContain(String(body['accountId']))
  const traces = [authentication.serialNumber, authentication.certificate.slice(800, 900)]
  // The authority does keep the number, so that it would be found here as well.
  expect(traces.map((trace) => [midori.includes(trace), ca.includes(trace)])).toEqual([
    [false, true],
    [false, true],
  ])
})

test('keys of the next card, and cards under P-384 CAs, log in as well', async () => {
  const key = await generateKeyPair('p-384')
  const next = await createDoorWorld({ caKey: 'p-384' })
  try {
    const { authentication } = await next.person('card-rsa')
    expect((await next.ask({ as: authentication.shown })).status).toBe(200)
    const { authentication: elliptic } = await next.person('card-p-384', { key })
    expect((await next.ask({ as: elliptic.shown })).status).toBe(200)
  } finally {
    await next.remove()
  }
})
