/** Kept evidence over the platform's interface: kept with a verification, handed out, checked again years later without the CA. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import { answer } from '../core/network.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { trustAnchors, validateCertificate } from '../pki/chain.ts'
import { verifySignedDocument } from '../pki/cms.ts'
import { readTrustFolder } from '../pki/trustFolder.ts'
import { createEvidenceKeeping } from './evidence.ts'
import { createEvidenceDeletion } from './evidenceDeletion.ts'
import { createEvidenceStore } from './evidenceStore.ts'
import type { PlatformApp } from './index.ts'
import { createMeter } from './meter.ts'
import { createOcspSource } from './ocspStatus.ts'
import type { KnownStatus, Method } from './revocation.ts'
import { createStampKeys } from './stampKey.ts'
import { createTestWorld, startAt, type TestWorld } from './testWorld.ts'
import type { Resident } from './testResident.ts'

let world: TestWorld
let hanako: Resident
beforeEach(async () => {
  world = await createTestWorld()
  hanako = await world.card('card-hanako')
})
afterEach(async () => {
  await world.close()
  world.remove()
})

const year = 365 * DAY
const provider = 'mobile-sora'
const keptFor = 'criminal-proceeds-transfer'

/** The same parties at a later time: a restart is quicker than living through the years. */
const sleepUntil = async (resumeAt: number, method: Method = 'ocsp') => {
  const { folder } = world
  await world.close()
  world = await createTestWorld(method, folder, resumeAt)
}

type More = { document?: string; certificate?: string; keepForChangeChecks?: boolean }
const post = (signedDocument: string, more: More = {}, requestId?: string) =>
  answer(
    world
      .as(provider)
      .signatures.$post(
        { json: { signedDocument, keepEvidenceFor: keptFor, ...more } },
        requestId === undefined ? {} : world.once(requestId),
      ),
  )
const accepted = async (...asked: Parameters<typeof post>) => {
  const outcome = await post(...asked)
  if (outcome.outcome === 'refused') throw new Error(outcome.reason)
  return outcome
}
const keep = async (...asked: Parameters<typeof post>): Promise<string> => {
  const { evidenceId } = await accepted(...asked)
  if (evidenceId === undefined) throw new Error('no evidence')
  return evidenceId
}
const fetched = (evidenceId: string, as: 'mobile-sora' | 'broadcaster-koho' = provider) =>
  answer(world.as(as).evidence[':evidenceId'].$get({ param: { evidenceId } }))
const check = async (evidenceId: string, document?: string) => {
  const { evidence } = await fetched(evidenceId)
  return checkBytes(evidence, document)
}
const checkBytes = (evidence: string, document?: string) =>
  answer(world.as(provider)['evidence-checks'].$post({ json: { evidence, ...(document && { document }) } }))

test('a verified document is kept with its evidence on request, for the provider that asked', async () => {
  const signed = await hanako.sign('申込書')
  const evidenceId = await keep(signed)
  const kept = await fetched(evidenceId)
  expect(kept).toEqual({ evidenceId, keptFor, keptAt: startAt, evidence: expect.any(String) })
  const document = new TextEncoder().encode('申込書')
  expect(verifySignedDocument(fromBase64(kept.evidence))).toMatchObject({ result: 'ok', document })
  await expect(fetched(evidenceId, 'broadcaster-koho')).rejects.toMatchObject({ status: 404 })
  await expect(fetched('evidence-none')).rejects.toMatchObject({ status: 404 })
})

test('nothing is kept unless asked for, or when the certificate is not good', async () => {
  const signed = await hanako.sign('申込書')
  const { outcome, ...rest } = await answer(world.as(provider).signatures.$post({ json: { signedDocument: signed } }))
  expect([outcome, 'evidenceId' in rest]).toEqual(['accepted', false])
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(16 * MINUTE)
  expect(await post(signed)).toMatchObject({ outcome: 'refused', reason: 'revoked' })
})

test('the same request keeps once, and its fee stays that of one verification', async () => {
  const signed = await hanako.sign('申込書')
  const first = await keep(signed, {}, 'request-1')
  expect(await keep(signed, {}, 'request-1')).toBe(first)
  expect(await keep(signed, {}, 'request-2')).not.toBe(first)
  expect(await world.metered()).toEqual([
    'mobile-sora signature.ocsp.verification 2',
    'platform signature.ocsp.verification 1',
  ])
})

test('it was valid when signed: after a revocation, after the certificate ended, without asking the CA', async () => {
  const evidenceId = await keep(await hanako.sign('申込書'))
  const valid = { outcome: 'valid', provenAt: startAt, signedAt: startAt, statusAsOf: expect.any(Number) }
  expect(await check(evidenceId)).toEqual(valid)
  await world.revoke('signature', hanako.signature, 'affiliationChanged')
  await world.clock.advance(HOUR)
  world.breakLine('ca')
  expect(await check(evidenceId)).toEqual(valid)
  await sleepUntil(startAt + 6 * year)
  world.breakLine('ca')
  const before = await world.metered()
  expect(await check(evidenceId)).toEqual(valid)
  expect(await world.metered()).toEqual(before)
})

test('what was changed since is not valid', async () => {
  const { evidence } = await fetched(await keep(await hanako.sign('申込書')))
  const bytes = Buffer.from(evidence, 'base64')
  const at = bytes.indexOf(Buffer.from('申込書'))
  bytes.write('申込証', at)
  expect(await checkBytes(bytes.toString('base64'))).toEqual({ outcome: 'invalid', reason: 'wrong-digest' })
  expect(await checkBytes(toBase64(Buffer.from('申込書')))).toEqual({ outcome: 'invalid', reason: 'malformed' })
  expect(await checkBytes(await hanako.sign('申込書'))).toEqual({ outcome: 'undetermined', reason: 'no-evidence' })
})

test('a detached signature, and one without its certificate, are verified with what comes beside them', async () => {
  const document = '申込書'
  const signed = await hanako.signApart(document)
  expect(await post(signed)).toEqual({ outcome: 'refused', reason: 'no-document' })
  const beside = { document: toBase64(Buffer.from(document)) }
  expect(await post(signed, beside)).toEqual({ outcome: 'refused', reason: 'no-certificate' })
  const { certificate } = hanako.signature
  const other = { certificate: hanako.authentication.certificate }
  expect(await post(signed, { ...beside, ...other })).toEqual({ outcome: 'refused', reason: 'bad-signature' })
  const evidenceId = await keep(signed, { ...beside, certificate })
  expect(await check(evidenceId, beside.document)).toMatchObject({ outcome: 'valid' })
  expect(await check(evidenceId)).toEqual({ outcome: 'undetermined', reason: 'no-document' })
})

test('years count from the end of the contract, and then the evidence is gone', async () => {
  const evidenceId = await keep(await hanako.sign('申込書'))
  await sleepUntil(startAt + 8 * year)
  const ends = () =>
    answer(world.as(provider).evidence[':evidenceId']['contract-ends'].$post({ param: { evidenceId } }))
  const { contractEndedAt, deleteAt } = await ends()
  expect(contractEndedAt).toBe(startAt + 8 * year)
  expect(deleteAt).toBe(new Date(contractEndedAt).setUTCFullYear(new Date(contractEndedAt).getUTCFullYear() + 7))
  await world.clock.advance(MINUTE)
  expect(await ends()).toEqual({ evidenceId, contractEndedAt, deleteAt })
  expect(await fetched(evidenceId)).toMatchObject({ contractEndedAt, deleteAt })
  await sleepUntil(deleteAt - 1)
  expect(await check(evidenceId)).toMatchObject({ outcome: 'valid' })
  await world.clock.advance(1)
  await expect(fetched(evidenceId)).rejects.toMatchObject({ status: 404 })
  expect(await createEvidenceStore(world.siteOf('platform').store).find(evidenceId, provider)).toBeUndefined()
})

/** Every generation of the signature CA goes out of the trust folder. */
const removeTrustFiles = () => {
  const folder = join(world.folder, 'trust-anchors')
  const files = readdirSync(folder).filter((name) => name.startsWith('signature') && name.endsWith('.pem'))
  for (const name of files) rmSync(join(folder, name))
}
const reload = () =>
  answer(world.siteOf('platform').network.connect<PlatformApp>('platform')['trust-anchors'].reloads.$post())

test('a CA taken out of trust before its end leaves its evidence undetermined, for ever', async () => {
  const evidenceId = await keep(await hanako.sign('申込書'))
  removeTrustFiles()
  await reload()
  const distrusted = { outcome: 'undetermined', reason: 'issuer-distrusted' }
  expect(await check(evidenceId)).toMatchObject(distrusted)
  await sleepUntil(startAt + 11 * year)
  expect(await check(evidenceId)).toMatchObject(distrusted)
})

test('a CA whose file is gone after it ran out still stands for what it issued', async () => {
  const evidenceId = await keep(await hanako.sign('申込書'))
  await sleepUntil(startAt + 11 * year)
  removeTrustFiles()
  await reload()
  expect(await check(evidenceId)).toMatchObject({ outcome: 'valid', provenAt: startAt })
})

test('with lists as the source a list is the evidence', async () => {
  await world.close()
  world.remove()
  world = await createTestWorld('crl')
  hanako = await world.card('card-hanako')
  const evidenceId = await keep(await hanako.sign('申込書'))
  await sleepUntil(startAt + 6 * year, 'crl')
  expect(await check(evidenceId)).toMatchObject({ outcome: 'valid', provenAt: startAt })
  expect(await world.metered()).not.toContain('platform signature.ocsp.verification 1')
})

/** The platform's own keeping of evidence, asked about a status that came from this source. */
const keepingOf = (evidence: KnownStatus['evidence']) => {
  const site = world.siteOf('platform')
  const store = createEvidenceStore(site.store)
  const trust = { anchors: () => trustAnchors(readTrustFolder(join(world.folder, 'trust-anchors'))) }
  const answers = createOcspSource(site, createMeter(site))
  const keeping = createEvidenceKeeping(site, {
    ...{ store, keys: createStampKeys(site, store), trust, answers },
    planDeletion: createEvidenceDeletion(site, store),
  })
  const certificate = parseCertificate(fromBase64(hanako.signature.certificate))
  const validation = validateCertificate(certificate, { kind: 'signature', anchors: trust.anchors(), now: startAt })
  if (validation.result !== 'ok') throw new Error(validation.reason)
  const status: KnownStatus = { certStatus: 'good', asOf: startAt, ...(evidence && { evidence }) }
  const keepIt = async () => {
    const cms = fromBase64(await hanako.sign('申込書'))
    const of = {
      cms,
      certificate,
      issuer: validation.issuer,
      status,
      keptFor,
      provider,
      requestId: 'request-1',
    } as const
    return keeping.keep(of)
  }
  return { keepIt, keeping }
}

test.each([
  ['nothing the CA signed', undefined],
  ['a list too long to keep with every document', { type: 'crl', der: new Uint8Array(64 * 1024 + 1) } as const],
])('where the source has %s, an OCSP answer is the evidence', async (_, evidence) => {
  const { keepIt, keeping } = keepingOf(evidence)
  const kept = await keepIt()
  if ('refusal' in kept) throw new Error(kept.refusal.reason)
  const found = await keeping.find(kept.evidenceId, provider)
  expect(await keeping.check(found)).toMatchObject({ outcome: 'valid', provenAt: startAt })
})

test('without such an answer, or when it says revoked, nothing is kept', async () => {
  const { keepIt } = keepingOf(undefined)
  world.breakLine('ca')
  expect(await keepIt()).toEqual({ refusal: { outcome: 'refused', reason: 'status-unknown' } })
  for (const { id } of world.faults.list()) world.faults.remove(id)
  await world.revoke('signature', hanako.signature, 'superseded')
  await world.clock.advance(16 * MINUTE)
  expect(await keepIt()).toMatchObject({ refusal: { reason: 'revoked', revocationReason: 'superseded' } })
})
