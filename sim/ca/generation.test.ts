/** Generations of a CA's key: founded, followed, and declared compromised. */
import { expect, test } from 'vitest'
import { DAY, MINUTE } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import type { Problem } from '../core/problem.ts'
import { fromBase64 } from '../messages/base64.ts'
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts'
import { checkCrl, crlEntries, parseCrl } from '../pki/crl.ts'
import { createOcspRequest, parseOcspResponse } from '../pki/ocsp.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { readTrustFolder } from '../pki/trustFolder.ts'
import { createTestWorld } from './testWorld.ts'

type World = Awaited<ReturnType<typeof createTestWorld>>
const problemOf = (call: Promise<unknown>) => call.then(() => undefined).catch((problem: Problem) => problem)
const read = (certificate: string) => parseCertificate(fromBase64(certificate))

const rollOver = ({ staff }: World, kind: CertificateKind, requestId?: string) =>
  answer(
    staff.authorities[':kind'].generations.$post(
      { param: { kind } },
      requestId === undefined ? {} : { headers: { 'idempotency-key': requestId } },
    ),
  )
const compromise = ({ staff }: World, kind: CertificateKind, generation: number) =>
  answer(
    staff.authorities[':kind'].generations[':generation'].compromises.$post({
      param: { kind, generation: String(generation) },
    }),
  )

test('each CA begins with two generations of one name and different keys, laid out for verifiers to trust', async () => {
  const world = await createTestWorld()
  const { authorities } = await answer(world.platform.authorities.$get())
  expect(authorities.map(({ kind, generation, state }) => `${kind} ${generation} ${state}`)).toEqual([
    'signature 2 current',
    'signature 1 old',
    'authentication 2 current',
    'authentication 1 old',
  ])
  const [second, first] = authorities.map(({ certificate }) => read(certificate))
  expect(first?.subjectHex).toBe(second?.subjectHex)
  expect(first?.subjectKeyIdentifier).not.toBe(second?.subjectKeyIdentifier)
  expect([first?.serialNumber, second?.serialNumber]).toEqual(['06000000', '08000001'])
  const anchors = readTrustFolder(world.trustFolder)
  expect(anchors.map(({ kind, generation }) => `${kind} ${generation}`)).toEqual([
    'signature 1',
    'signature 2',
    'authentication 1',
    'authentication 2',
  ])
  expect(anchors.map(({ der }) => Buffer.from(der).toString('base64')).sort()).toEqual(
    authorities.map(({ certificate }) => certificate).sort(),
  )
})

test('the world’s share of cards has certificates of the generation before, found by their signature', async () => {
  const world = await createTestWorld({ options: { olderGenerationShare: 0.5 } })
  const [second, first] = [await world.authorityOf('authentication', 2), await world.authorityOf('authentication', 1)]
  let older = 0
  for (let n = 0; n < 30; n++) {
    const { certificate } = await world.issue('authentication', { cardId: `shared-${n}` })
    const parsed = read(certificate)
    expect(isIssuedBy(parsed, first)).toBe(!isIssuedBy(parsed, second))
    if (isIssuedBy(parsed, first)) older += 1
  }
  expect(older).toBeGreaterThan(4)
  expect(older).toBeLessThan(26)
})

test('after a rollover new certificates come from the new key, and the old key still says how its own stand', async () => {
  const world = await createTestWorld()
  const old = await world.issue('signature', { cardId: 'r1' })
  const oldIssuer = await world.authorityOf('signature')
  const made = await rollOver(world, 'signature')
  expect([made.generation, made.state]).toEqual([3, 'current'])
  const fresh = await world.issue('signature', { cardId: 'r2' })
  const newIssuer = read(made.certificate)
  expect([isIssuedBy(read(fresh.certificate), newIssuer), isIssuedBy(read(old.certificate), oldIssuer)]).toEqual([
    true,
    true,
  ])
  await world.revoke('signature', old.serialNumber, 'affiliationChanged')
  await world.clock.advance(DAY)
  expect(await world.ocsp('signature', old.certificate, oldIssuer)).toMatchObject({ certStatus: 'revoked' })
  expect(await world.ocsp('signature', fresh.certificate, newIssuer)).toEqual({ certStatus: 'good' })
  const oldList = parseCrl(await world.crl('signature', 'municipality-aobano', 2))
  const newList = parseCrl(await world.crl('signature', 'municipality-aobano'))
  expect([oldList.entryCount, newList.entryCount]).toEqual([1, 0])
  const now = world.clock.now()
  const check = { certificate: read(old.certificate), now }
  expect(checkCrl(oldList, { ...check, issuer: oldIssuer })).toEqual({ result: 'ok' })
  expect(checkCrl(newList, { ...check, certificate: read(fresh.certificate), issuer: newIssuer })).toEqual({
    result: 'ok',
  })
  expect(readTrustFolder(world.trustFolder).filter(({ kind }) => kind === 'signature')).toHaveLength(3)
})

test('after a rollover every new card comes from the new key, whatever the world’s share of older ones', async () => {
  const world = await createTestWorld({ options: { olderGenerationShare: 1 } })
  const before = await world.issue('authentication', { cardId: 'r4' })
  const { certificate: newest } = await rollOver(world, 'authentication')
  const after = await world.issue('authentication', { cardId: 'r4' })
  expect(isIssuedBy(read(before.certificate), await world.authorityOf('authentication', 1))).toBe(true)
  expect(isIssuedBy(read(after.certificate), read(newest))).toBe(true)
})

test('a renewal across a rollover is found from the old certificate', async () => {
  const world = await createTestWorld()
  const old = await world.issue('authentication', { cardId: 'r3' })
  await rollOver(world, 'authentication')
  const fresh = await world.issue('authentication', { cardId: 'r3' })
  const json = { kind: 'authentication', serialNumber: old.serialNumber } as const
  expect(await answer(world.platform.successors.$post({ json }))).toEqual({ successorSerialNumber: fresh.serialNumber })
  const signature = await world.issue('signature', { cardId: 'r3' })
  const links = world.platform['serial-links'].$post({ json: { signatureSerialNumber: signature.serialNumber } })
  expect(await answer(links)).toEqual({ authenticationSerialNumber: fresh.serialNumber })
})

test('the same order rolls over once, however often it comes, and two at a time make two generations', async () => {
  const world = await createTestWorld()
  await rollOver(world, 'signature', 'one')
  expect((await rollOver(world, 'signature', 'one')).generation).toBe(3)
  const both = await Promise.all([rollOver(world, 'signature', 'two'), rollOver(world, 'signature', 'three')])
  expect(both.map(({ generation }) => generation).sort()).toEqual([4, 5])
})

test('a compromised generation goes out of trust, and all it issued is revoked under its own key', async () => {
  const world = await createTestWorld()
  const issued = await Promise.all(
    Array.from({ length: 5 }, (_, n) => world.issue('authentication', { cardId: `k${n}` })),
  )
  const issuer = await world.authorityOf('authentication')
  const signature = await world.issue('signature', { cardId: 'k0' })
  const compromisedAt = world.clock.now()
  expect((await compromise(world, 'authentication', 2)).state).toBe('compromised')
  expect(readTrustFolder(world.trustFolder).map(({ kind, generation }) => `${kind} ${generation}`)).toEqual([
    'signature 1',
    'signature 2',
    'authentication 1',
  ])
  const last = parseCrl(await world.crl('authentication', 'all', 2))
  const { crls } = await answer(world.platform.crls.$get())
  const listed = crls.find(({ kind, generation }) => kind === 'authentication' && generation === 2)
  expect([listed?.thisUpdate, listed?.nextUpdate, BigInt(listed?.crlNumber ?? 0)]).toEqual([
    last.thisUpdate,
    last.nextUpdate,
    last.crlNumber,
  ])
  expect([...crlEntries(last)].map(({ serialNumber }) => serialNumber).sort()).toEqual(
    issued.map(({ serialNumber }) => serialNumber).sort(),
  )
  expect(new Set([...crlEntries(last)].map(({ reasonCode }) => reasonCode))).toEqual(new Set([2]))
  const certificate = read(issued[0]?.certificate ?? '')
  expect(checkCrl(last, { issuer, certificate, now: world.clock.now() })).toEqual({ result: 'ok' })
  await world.clock.advance(15 * MINUTE)
  const revoked = { certStatus: 'revoked', revocationDate: compromisedAt, reasonCode: 2 }
  expect(await world.ocsp('authentication', issued[3]?.certificate ?? '', issuer)).toEqual(revoked)
  expect(await world.ocsp('signature', signature.certificate)).toEqual({ certStatus: 'good' })
  const param = { kind: 'authentication', serialNumber: issued[1]?.serialNumber ?? '' }
  expect(await answer(world.town.certificates[':kind'][':serialNumber'].$get({ param }))).toMatchObject({
    certStatus: 'revoked',
    reason: 'cACompromise',
  })
})

test('without a current key nothing is issued; after a rollover certificates are issued anew in place of the revoked', async () => {
  const world = await createTestWorld()
  const old = await world.issue('authentication', { cardId: 'm1' })
  await compromise(world, 'authentication', 2)
  const refused = world.issue('authentication', { cardId: 'm2' })
  expect(await problemOf(refused)).toMatchObject({ status: 503, code: 'no-current-generation' })
  const made = await rollOver(world, 'authentication')
  const fresh = await world.issue('authentication', { cardId: 'm1' })
  expect(isIssuedBy(read(fresh.certificate), read(made.certificate))).toBe(true)
  const json = { kind: 'authentication', serialNumber: old.serialNumber } as const
  expect(await answer(world.platform.successors.$post({ json }))).toEqual({ successorSerialNumber: fresh.serialNumber })
})

test('a compromise survives a restart: no key, the last list, and a delegate until it runs out', async () => {
  const before = await createTestWorld()
  const { certificate, serialNumber } = await before.issue('authentication', { cardId: 'n1' })
  const issuer = await before.authorityOf('authentication')
  await compromise(before, 'authentication', 2)
  const last = await before.crl('authentication', 'all', 2)
  await before.close()
  const world = await createTestWorld({ folder: before.folder, resumeAt: before.clock.now() + 80 * DAY })
  expect(await world.crl('authentication', 'all', 2)).toEqual(last)
  expect(await world.ocsp('authentication', certificate, issuer)).toMatchObject({
    certStatus: 'revoked',
    reasonCode: 2,
  })
  expect(readTrustFolder(world.trustFolder).map(({ kind }) => kind)).toEqual([
    'signature',
    'signature',
    'authentication',
  ])
  await world.clock.advance(20 * DAY)
  const { der } = await world.ask('authentication', createOcspRequest({ issuer, serialNumbers: [serialNumber] }))
  expect(parseOcspResponse(der).responseStatus).toBe('unauthorized')
  expect((await compromise(world, 'authentication', 2)).state).toBe('compromised')
})

test('only the authority’s own staff order keys and publications', async () => {
  const world = await createTestWorld()
  const param = { kind: 'signature', generation: '2', partition: 'municipality-aobano' }
  const refused = await Promise.all(
    [world.platform, world.town, world.people].flatMap((caller) => [
      caller.authorities[':kind'].generations.$post({ param }),
      caller.authorities[':kind'].generations[':generation'].compromises.$post({ param }),
      caller.crls[':kind'][':partition'].publications.$post({ param }),
    ]),
  )
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
  expect(await problemOf(compromise(world, 'signature', 7))).toMatchObject({ status: 404, code: 'no-such-generation' })
})

test('a CA of the next card’s algorithm issues and answers like any other', async () => {
  const world = await createTestWorld({
    options: { keyAlgorithm: 'p-384', ocspKey: 'p-256', cardGeneration: 'next' },
  })
  const { certificate, notAfter } = await world.issue('authentication', {
    cardId: 'p1',
    cardExpiresAt: Date.UTC(2040, 1),
  })
  const issuer = await world.authorityOf('authentication')
  expect(issuer.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1')
  expect(isIssuedBy(read(certificate), issuer)).toBe(true)
  expect(notAfter).toBe(Date.UTC(2035, 4, 5, 14, 59, 59))
  expect(await world.ocsp('authentication', certificate)).toEqual({ certStatus: 'good' })
})
