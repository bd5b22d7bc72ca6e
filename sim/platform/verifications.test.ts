/** Stateless verification, one by one and by many in threads: both say the same, in order. */
import { afterAll, expect, test } from 'vitest'
import { createClock } from '../core/clock.ts'
import { toBase64 } from '../messages/base64.ts'
import { type TrustAnchors, trustAnchors } from '../pki/chain.ts'
import { createCertificateMemory } from './certificateMemory.ts'
import type { VerificationItem } from './proof.ts'
import type { KnownStatus, StatusQuestion, StatusSource } from './revocation.ts'
import { anchors, impostor, itemOf, now } from './testProofs.ts'
import { createProvingPool, createVerifications } from './verifications.ts'

const clock = createClock({ mode: 'virtual', startAt: now })
const pool = createProvingPool(2)
afterAll(() => pool.close())

/** Serial numbers that end in 7 are revoked, those that end in 9 nobody knows; the first question about each is put to the CA. */
const sourceThatAsks = () => {
  const asked = new Map<string, KnownStatus | undefined>()
  const say = ({ serialNumber }: StatusQuestion): KnownStatus | undefined => {
    if (serialNumber.endsWith('9')) return undefined
    if (serialNumber.endsWith('7'))
      return { certStatus: 'revoked', revocationDate: now - 1000, reasonCode: 1, asOf: now }
    return { certStatus: 'good', asOf: now }
  }
  const source: StatusSource = {
    method: 'ocsp',
    held: ({ serialNumber }) => asked.get(serialNumber),
    of: async (question) => {
      asked.set(question.serialNumber, say(question))
      return say(question)
    },
    state: () => [],
  }
  return { source, asked }
}

const create = (given: { anchors?: TrustAnchors; afterDoubt?: TrustAnchors } = {}) => {
  let trusted = given.anchors ?? anchors
  const trust = {
    anchors: () => trusted,
    doubt: async () => {
      if (given.afterDoubt === undefined || trusted === given.afterDoubt) return false
      trusted = given.afterDoubt
      return true
    },
  }
  const { source, asked } = sourceThatAsks()
  const memory = createCertificateMemory()
  return { ...createVerifications({ clock }, { trust, memory, source, pool }), asked, memory }
}

const good = await itemOf(0x1000n)
const changed = (item: VerificationItem, change: Partial<VerificationItem>): VerificationItem => ({
  ...item,
  ...change,
})
const accepted = {
  outcome: 'accepted',
  notAfter: expect.any(Number),
  revocation: { method: 'ocsp', certStatus: 'good', asOf: now },
}

test('a right signature with a good certificate is accepted, with how and as of when that is known', async () => {
  expect(await create().one(good)).toEqual({ answer: accepted, checks: 1 })
})

test('a signature over other data, and bytes that are no certificate, are refused and not owed for', async () => {
  const { one } = create()
  const other = changed(good, { data: toBase64(Buffer.from('other')) })
  expect(await one(other)).toEqual({ answer: { outcome: 'refused', reason: 'bad-signature' }, checks: 0 })
  const junk = changed(good, { certificate: toBase64(Buffer.from('junk')) })
  expect(await one(junk)).toEqual({ answer: { outcome: 'refused', reason: 'malformed' }, checks: 0 })
})

test('a revoked certificate is refused with reason and date, one of unknown status without', async () => {
  const { one } = create()
  expect(await one(await itemOf(0x1007n))).toEqual({
    answer: {
      outcome: 'refused',
      reason: 'revoked',
      revocationReason: 'keyCompromise',
      revocationDate: now - 1000,
      revocation: { method: 'ocsp', certStatus: 'revoked', asOf: now },
    },
    checks: 1,
  })
  expect(await one(await itemOf(0x1009n))).toEqual({
    answer: { outcome: 'refused', reason: 'status-unknown' },
    checks: 0,
  })
})

test('a bad signature leaves no question about revocation', async () => {
  const { one, asked } = create()
  await one(changed(good, { signature: toBase64(Buffer.alloc(256, 1)) }))
  expect(asked.size).toBe(0)
})

test('a certificate of a generation that was published just now is accepted after a second look at the folder', async () => {
  const young = await itemOf(0x2000n, { by: impostor })
  const both = trustAnchors([
    ...anchors.map(({ kind, certificate }) => ({ kind, der: certificate.der })),
    { kind: 'authentication', der: impostor.certificate },
  ])
  expect((await create().one(young)).answer).toEqual({ outcome: 'refused', reason: 'bad-signature' })
  expect((await create({ afterDoubt: both }).one(young)).answer).toEqual(accepted)
  const items = Array.from({ length: 20 }, (_, n) => (n === 13 ? young : good))
  const { answer } = (await create({ afterDoubt: both }).many(items))[13] ?? {}
  expect(answer).toEqual(accepted)
})

test('without any CA to trust the status is unknown', async () => {
  const { answer } = await create({ anchors: trustAnchors([]) }).one(good)
  expect(answer).toEqual({ outcome: 'refused', reason: 'status-unknown' })
})

test('many are answered in order and as they would be one by one', async () => {
  const items: VerificationItem[] = []
  for (let serial = 0x3000n; serial < 0x3000n + 150n; serial++) {
    const item = await itemOf(serial, serial % 11n === 0n ? { by: impostor } : {})
    items.push(serial % 13n === 0n ? changed(item, { data: toBase64(Buffer.from('other')) }) : item)
  }
  items.splice(70, 1, changed(good, { certificate: toBase64(Buffer.alloc(100)) }))
  const byMany = await create().many(items)
  const single = create()
  const oneByOne = []
  for (const item of items) oneByOne.push(await single.one(item))
  expect(byMany).toEqual(oneByOne)
  const outcomes = new Set(byMany.map(({ answer }) => (answer.outcome === 'refused' ? answer.reason : answer.outcome)))
  expect([...outcomes].sort()).toEqual(['accepted', 'bad-signature', 'malformed', 'revoked', 'status-unknown'])
})

test('threads hear of other anchors', async () => {
  const items = Array.from({ length: 20 }, () => good)
  const accepts = async (given: TrustAnchors) =>
    (await create({ anchors: given }).many(items)).every(({ answer }) => answer.outcome === 'accepted')
  expect(await accepts(anchors)).toBe(true)
  expect(await accepts(trustAnchors([{ kind: 'authentication', der: impostor.certificate }]))).toBe(false)
  expect(await accepts(anchors)).toBe(true)
})
