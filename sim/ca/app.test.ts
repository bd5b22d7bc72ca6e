/** The certification authority as municipalities and verifiers meet it. */
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import { answersTable } from '../core/answers.ts'
import { readJournal } from '../core/journal.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { fromBase64 } from '../messages/base64.ts'
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts'
import { checkCrl, crlEntries, parseCrl } from '../pki/crl.ts'
import { createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import { createTestWorld, startAt } from './testWorld.ts'

const world = await createTestWorld()
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
/** Instants are given in Japan's time. */
const japan = (text: string) => Date.parse(`${text}+09:00`)

test('a card gets both certificates, each from its own authority, to the fifth birthday', async () => {
  const authentication = await world.issue('authentication', { cardId: 'a1' })
  const signature = await world.issue('signature', { cardId: 'a1' })
  const parsed = parseCertificate(fromBase64(signature.certificate))
  expect(isIssuedBy(parsed, await world.authorityOf('signature'))).toBe(true)
  expect(isIssuedBy(parsed, await world.authorityOf('authentication'))).toBe(false)
  expect(parsed.serialNumber).toBe(signature.serialNumber)
  expect(parsed.basicFour?.name).toBe('見本　花子')
  expect(parsed.subject).toMatch(/^C=JP, L=Mihon-ken, L=Aobano-shi, CN=20260401100700\d{5}99201003A$/)
  expect([authentication.notAfter, signature.notAfter]).toEqual([
    japan('2030-05-05T23:59:59'),
    japan('2030-05-05T23:59:59'),
  ])
})

test('no certificate outlives its card, even if a later order says otherwise', async () => {
  const cardExpiresAt = japan('2028-05-05T23:59:59')
  await world.issue('authentication', { cardId: 'a2', cardExpiresAt })
  const { notAfter } = await world.issue('signature', { cardId: 'a2' })
  expect(notAfter).toBe(cardExpiresAt)
  const order = world.issue('authentication', { cardId: 'a3', cardExpiresAt: startAt - DAY })
  expect(await problemOf(order)).toMatchObject({ status: 422, code: 'card-expired' })
})

test('below 15 there is no signature certificate, but an authentication certificate', async () => {
  const child = { cardId: 'a4', dateOfBirth: '2011-04-02' }
  expect(await problemOf(world.issue('signature', child))).toMatchObject({ status: 422, code: 'under-15' })
  expect((await world.issue('authentication', child)).notAfter).toBe(japan('2031-04-02T23:59:59').valueOf() - 365 * DAY)
})

test('serial numbers are positive, without leading zeros, and all different', async () => {
  const issued = []
  for (let n = 0; n < 20; n++) issued.push((await world.issue('authentication', { cardId: `many-${n}` })).serialNumber)
  expect(new Set(issued).size).toBe(20)
  for (const serialNumber of issued) expect(serialNumber).toMatch(/^08[0-9A-F]{6}$/)
})

test('serial numbers run on in steps of one, or are drawn where the world says so', async () => {
  const own = await createTestWorld({ options: { serialNumbers: 'random' } })
  const random = (await own.issue('authentication', { cardId: 'random' })).serialNumber
  expect(random).toMatch(/^[4-7][0-9A-F]{31}$/)
  const first = (await world.issue('authentication', { cardId: 'running-1' })).serialNumber
  const second = (await world.issue('authentication', { cardId: 'running-2' })).serialNumber
  expect(Number.parseInt(second, 16) - Number.parseInt(first, 16)).toBe(1)
})

test('a repeated order gets the same certificate, also after a crash', async () => {
  const order = { cardId: 'a5', requestId: 'order-5' }
  const first = await world.issue('authentication', order)
  expect(await world.issue('authentication', order)).toEqual(first)
  await world.caSite.store.write(async (tx) => void (await tx.delete(answersTable)))
  expect(await world.issue('authentication', order)).toEqual(first)
})

test('a revocation shows in OCSP at the next quarter of an hour', async () => {
  const { certificate, serialNumber } = await world.issue('signature', { cardId: 'b1' })
  expect(await world.ocsp('signature', certificate)).toEqual({ certStatus: 'good' })
  const revocationDate = world.clock.now()
  await world.revoke('signature', serialNumber, 'affiliationChanged')
  expect(await world.ocsp('signature', certificate)).toEqual({ certStatus: 'good' })
  await world.clock.advance(15 * MINUTE)
  expect(await world.ocsp('signature', certificate)).toEqual({ certStatus: 'revoked', revocationDate, reasonCode: 3 })
})

test('the first reason holds', async () => {
  const { serialNumber, notAfter } = await world.issue('authentication', { cardId: 'b2' })
  const first = await world.revoke('authentication', serialNumber, 'certificateHold')
  const revocationDate = world.clock.now()
  expect(first).toEqual({
    ...{ kind: 'authentication', serialNumber, notAfter, revocationDate, medium: 'card', generation: 2 },
    certStatus: 'revoked',
    reason: 'certificateHold',
  })
  await world.clock.advance(MINUTE)
  expect(await world.revoke('authentication', serialNumber, 'affiliationChanged')).toEqual(first)
  const param = { kind: 'authentication', serialNumber }
  expect(await answer(world.town.certificates[':kind'][':serialNumber'].$get({ param }))).toEqual(first)
})

test('OCSP answers for the quarter of an hour, repeats the nonce, and knows only its own certificates', async () => {
  const { certificate } = await world.issue('authentication', { cardId: 'b3' })
  const issuer = await world.authorityOf('authentication')
  const own = parseCertificate(fromBase64(certificate)).serialNumber
  const nonce = Buffer.from('a nonce of its own')
  const request = createOcspRequest({ issuer, serialNumbers: [own, '4BAD'], nonce })
  const response = parseOcspResponse((await world.ask('authentication', request)).der)
  if (response.responseStatus !== 'successful') throw new Error(response.responseStatus)
  expect(Buffer.from(response.nonce ?? []).toString()).toBe('a nonce of its own')
  expect(response.responses.map(({ status }) => status.certStatus)).toEqual(['good', 'unknown'])
  const boundary = Math.floor(world.clock.now() / (15 * MINUTE)) * 15 * MINUTE
  expect(response.responses[0]).toMatchObject({ thisUpdate: boundary, nextUpdate: boundary + 15 * MINUTE })
  const other = parseOcspResponse((await world.ask('signature', request)).der)
  expect(other).toMatchObject({ responses: [{ status: { certStatus: 'unknown' } }, {}] })
})

test('what is no OCSP request is answered as malformed, in DER', async () => {
  const { status, der } = await world.ask('signature', Buffer.from('hello'))
  expect([status, parseOcspResponse(der).responseStatus]).toEqual([200, 'malformedRequest'])
  expect(Buffer.from(der).toString('hex')).toBe('30030a0101')
})

test('OCSP by GET answers as by POST', async () => {
  const { certificate, serialNumber } = await world.issue('signature', { cardId: 'b4' })
  const request = createOcspRequest({ issuer: await world.authorityOf('signature'), serialNumbers: [serialNumber] })
  const param = { kind: 'signature', request: encodeURIComponent(Buffer.from(request).toString('base64')) }
  const response = await world.platform.ocsp[':kind'][':request{.+}'].$get({ param })
  const parsed = parseOcspResponse(new Uint8Array(await response.arrayBuffer()))
  expect(parsed).toMatchObject({ responses: [{ certId: { serialNumber }, status: { certStatus: 'good' } }] })
  expect(certificate.length).toBeGreaterThan(1000)
})

test('responders are replaced before their certificates run out', async () => {
  const own = await createTestWorld()
  const { certificate } = await own.issue('authentication', { cardId: 'c1' })
  for (let month = 0; month < 7; month++) {
    expect(await own.ocsp('authentication', certificate)).toEqual({ certStatus: 'good' })
    await own.clock.advance(30 * DAY)
  }
})

test('the list of the day has what was revoked before 03:00, in the partition of the issuing municipality', async () => {
  const own = await createTestWorld()
  const { serialNumber, certificate } = await own.issue('signature', { cardId: 'd1' })
  await own.revoke('signature', serialNumber, 'affiliationChanged')
  const issuer = await own.authorityOf('signature')
  const before = parseCrl(await own.crl('signature', 'municipality-aobano'))
  expect([before.entryCount, before.thisUpdate]).toEqual([0, japan('2026-04-01T03:00:00')])
  await own.clock.advanceTo(japan('2026-04-02T03:00:00'))
  const { serialNumber: late } = await own.issue('signature', { cardId: 'd2' })
  await own.clock.advance(1000)
  await own.revoke('signature', late, 'certificateHold')
  const crl = parseCrl(await own.crl('signature', 'municipality-aobano'))
  expect([...crlEntries(crl)]).toEqual([{ serialNumber, revocationDate: startAt, reasonCode: 3 }])
  expect(
    checkCrl(crl, { issuer, certificate: parseCertificate(fromBase64(certificate)), now: own.clock.now() }),
  ).toEqual({
    result: 'ok',
  })
  expect([crl.thisUpdate, crl.nextUpdate]).toEqual([japan('2026-04-02T03:00:00'), japan('2026-04-04T03:00:00')])
  expect(crl.crlNumber).toBeGreaterThan(before.crlNumber ?? 0n)
  expect(parseCrl(await own.crl('signature', 'municipality-midorino')).entryCount).toBe(0)
})

test('a list asked for later in the day is the same, byte for byte', async () => {
  const own = await createTestWorld()
  const { serialNumber } = await own.issue('authentication', { cardId: 'd3' })
  await own.revoke('authentication', serialNumber, 'certificateHold')
  await own.clock.advance(DAY)
  const first = await own.crl('authentication', 'all')
  await own.clock.advance(5 * HOUR)
  expect(await own.crl('authentication', 'all')).toEqual(first)
})

test('an expired certificate stays on one list more and then drops off', async () => {
  const own = await createTestWorld()
  const cardExpiresAt = japan('2026-05-05T23:59:59')
  const { serialNumber } = await own.issue('authentication', { cardId: 'd4', cardExpiresAt })
  await own.revoke('authentication', serialNumber, 'certificateHold')
  const entriesOn = async (day: string) => {
    await own.clock.advanceTo(japan(`${day}T04:00:00`))
    return parseCrl(await own.crl('authentication', 'all')).entryCount
  }
  expect([await entriesOn('2026-05-05'), await entriesOn('2026-05-06'), await entriesOn('2026-05-07')]).toEqual([
    1, 1, 0,
  ])
})

test('every partition is listed, another is not found', async () => {
  const { crls } = await answer(world.platform.crls.$get())
  const named = [2, 1].flatMap((generation) => [
    { kind: 'signature', generation, partition: 'municipality-aobano' },
    { kind: 'signature', generation, partition: 'municipality-midorino' },
    { kind: 'authentication', generation, partition: 'all' },
  ])
  expect(crls.map(({ kind, generation, partition }) => ({ kind, generation, partition }))).toEqual(
    expect.arrayContaining(named),
  )
  expect(crls).toHaveLength(named.length)
  for (const [kind, partition] of [
    ['signature', 'all'],
    ['authentication', 'municipality-aobano'],
    ['tls', 'all'],
  ]) {
    const call = world.platform.crls[':kind'][':partition'].$get({
      param: { kind: kind ?? '', partition: partition ?? '' },
    })
    expect((await call).status).toBe(404)
  }
})

test('a renewal supersedes the old certificate and is found from it, however often it was renewed', async () => {
  const cardId = 'e1'
  const first = await world.issue('authentication', { cardId })
  const second = await world.issue('authentication', { cardId, replaces: first.serialNumber })
  const third = await world.issue('authentication', { cardId })
  const param = { kind: 'authentication', serialNumber: first.serialNumber }
  const state = await answer(world.town.certificates[':kind'][':serialNumber'].$get({ param }))
  expect(state).toMatchObject({ certStatus: 'revoked', reason: 'superseded' })
  const ask = (serialNumber: string) =>
    answer(world.platform.successors.$post({ json: { kind: 'authentication', serialNumber } }))
  expect(await ask(first.serialNumber)).toEqual({ successorSerialNumber: third.serialNumber })
  expect(await ask(second.serialNumber)).toEqual({ successorSerialNumber: third.serialNumber })
  expect(await ask(third.serialNumber)).toEqual({})
})

test('a re-issue after a change keeps the reason and is found from the old certificate', async () => {
  const { serialNumber } = await world.issue('signature', { cardId: 'e2' })
  await world.revoke('signature', serialNumber, 'affiliationChanged')
  const again = await world.issue('signature', { cardId: 'e2', replaces: serialNumber })
  const param = { kind: 'signature', serialNumber }
  const state = await answer(world.town.certificates[':kind'][':serialNumber'].$get({ param }))
  expect(state.reason).toBe('affiliationChanged')
  const json = { kind: 'signature', serialNumber } as const
  expect(await answer(world.platform.successors.$post({ json }))).toEqual({ successorSerialNumber: again.serialNumber })
})

test('renewed in the last three months a certificate lives to the sixth birthday', async () => {
  const own = await createTestWorld()
  await own.issue('authentication', { cardId: 'e3' })
  await own.clock.advanceTo(japan('2030-03-01T10:00:00'))
  const renewed = await own.issue('authentication', { cardId: 'e3' })
  expect(renewed.notAfter).toBe(japan('2035-05-05T23:59:59'))
})

test('a signature certificate leads to the authentication certificate of its card', async () => {
  const authentication = await world.issue('authentication', { cardId: 'e4' })
  const signature = await world.issue('signature', { cardId: 'e4' })
  const ask = (signatureSerialNumber: string) =>
    answer(world.platform['serial-links'].$post({ json: { signatureSerialNumber } }))
  expect(await ask(signature.serialNumber)).toEqual({ authenticationSerialNumber: authentication.serialNumber })
  expect(await ask('4BAD')).toEqual({})
})

test('only accredited verifiers may ask how certificates stand, only municipalities may order', async () => {
  const partition = { param: { kind: 'authentication', partition: 'all' } }
  const refused = await Promise.all([
    world.insurer.ocsp[':kind'].$post({ param: { kind: 'authentication' } }),
    world.insurer.crls[':kind'][':partition'].$get(partition),
    world.insurer['serial-links'].$post({ json: { signatureSerialNumber: '4BAD' } }),
    world.town.crls[':kind'][':partition'].$get(partition),
    world.platform.certificates[':kind'][':serialNumber'].$get({ param: { kind: 'signature', serialNumber: '4BAD' } }),
  ])
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
})

test('broken orders are refused by name', async () => {
  const replaces = { cardId: 'f1', replaces: '4BAD' }
  expect(await problemOf(world.issue('signature', replaces))).toMatchObject({
    status: 422,
    code: 'unknown-certificate',
    errors: [{ field: '/replaces' }],
  })
  const json = {
    ...{ kind: 'authentication' as const, cardId: 'f1', publicKey: 'AAAA', dateOfBirth: '1990-05-05' },
    cardExpiresAt: startAt + DAY,
  } as const
  expect(await problemOf(answer(world.town.certificates.$post({ json })))).toMatchObject({
    code: 'malformed-public-key',
  })
  const extra = { ...json, name: 'x' }
  expect(await problemOf(answer(world.town.certificates.$post({ json: extra })))).toMatchObject({
    errors: [{ field: '/name', reason: 'unknown field' }],
  })
  expect(await problemOf(world.revoke('signature', '4BAD', 'certificateHold'))).toMatchObject({ status: 404 })
})

test('checks are counted for each verifier, and fall due as fees', async () => {
  const own = await createTestWorld()
  const { certificate } = await own.issue('authentication', { cardId: 'g1' })
  await own.ocsp('authentication', certificate)
  await own.ocsp('authentication', certificate)
  await own.ask('authentication', Buffer.from('no request'))
  const init = {
    method: 'POST',
    body: Buffer.from(createOcspRequest({ issuer: await own.authorityOf('signature'), serialNumbers: ['4BAD'] })),
  }
  await own.platform.ocsp[':kind'].$post({ param: { kind: 'signature' } }, { init })
  await own.crl('signature', 'municipality-aobano')
  expect(await answer(own.platform.usage.$get())).toEqual({
    usage: [
      { verifier: 'platform', kind: 'authentication', method: 'ocsp', count: 2 },
      { verifier: 'platform', kind: 'signature', method: 'crl', count: 1 },
      { verifier: 'platform', kind: 'signature', method: 'ocsp', count: 1 },
    ],
  })
  const fees = (await readJournal('ca', own.caSite.store.read)).flatMap(({ body }) => body['fees'] ?? [])
  const ofCheck = { item: 'authentication.ocsp', payer: 'platform', payee: 'ca', quantity: 1 }
  const others = ['signature.ocsp', 'signature.crl'].map((item) => ({ ...ofCheck, item }))
  expect(fees).toEqual([ofCheck, ofCheck, ...others])
})

test('keys, certificates and revocations survive a restart', async () => {
  const before = await createTestWorld()
  const { certificate, serialNumber } = await before.issue('signature', { cardId: 'h1' })
  await before.revoke('signature', serialNumber, 'affiliationChanged')
  await before.close()
  const after = await createTestWorld({ folder: before.folder })
  await after.clock.advance(HOUR)
  expect(await after.ocsp('signature', certificate)).toMatchObject({ certStatus: 'revoked', reasonCode: 3 })
  const again = await after.issue('signature', { cardId: 'h2' })
  expect(again.serialNumber).not.toBe(serialNumber)
})
