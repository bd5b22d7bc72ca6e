/** What is remembered of certificates, and that time and anchors are looked at anew each time. */
import { expect, test } from 'vitest'
import { trustAnchors } from '../pki/chain.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { createCertificateMemory } from './certificateMemory.ts'
import { anchors, authority, impostor, issuer, itemOf, now } from './testProofs.ts'

const kind = 'authentication'
const bytesOf = async (serialNumber: bigint) => Buffer.from((await itemOf(serialNumber)).certificate, 'base64')
const one = await bytesOf(1000n)

const readOne = (memory: ReturnType<typeof createCertificateMemory>, der: Uint8Array) => {
  const certificate = memory.read(der)
  if (certificate === undefined) throw new Error('not read')
  return certificate
}

test('the same bytes are read once, other bytes are another certificate', async () => {
  const memory = createCertificateMemory()
  expect(memory.read(Buffer.from(one))).toBe(memory.read(Buffer.from(one)))
  expect(memory.read(await bytesOf(1001n))).not.toBe(memory.read(one))
  expect(memory.read(Buffer.from('no certificate'))).toBeUndefined()
})

test('a judgement is remembered, but the time is looked at again', () => {
  const memory = createCertificateMemory()
  const certificate = readOne(memory, one)
  const at = (when: number) => memory.validate(certificate, { kind, anchors, now: when })
  expect([at(now).result, at(now).result, memory.known()]).toEqual(['ok', 'ok', 1])
  expect(at(certificate.notAfter).result).toBe('ok')
  expect(at(certificate.notAfter + 1)).toEqual({ result: 'refused', reason: 'expired' })
  expect(at(certificate.notBefore - 1)).toEqual({ result: 'refused', reason: 'not-yet-valid' })
})

test('the end of the CA itself ends what hangs on it', () => {
  const memory = createCertificateMemory()
  const certificate = readOne(memory, one)
  expect(memory.validate(certificate, { kind, anchors, now }).result).toBe('ok')
  const beyond = { ...certificate, notAfter: issuer.notAfter + 1000 }
  expect(memory.validate(beyond, { kind, anchors, now: issuer.notAfter + 1 })).toEqual({
    result: 'refused',
    reason: 'expired',
  })
})

test('other anchors make every judgement anew', () => {
  const memory = createCertificateMemory()
  const certificate = readOne(memory, one)
  expect(memory.validate(certificate, { kind, anchors, now }).result).toBe('ok')
  const others = trustAnchors([{ kind, der: impostor.certificate }])
  expect(memory.validate(certificate, { kind, anchors: others, now })).toEqual({
    result: 'refused',
    reason: 'bad-signature',
  })
  expect(memory.known()).toBe(0)
})

test('a refusal is not remembered: the next anchors may accept it', () => {
  const memory = createCertificateMemory()
  const certificate = readOne(memory, one)
  const none = trustAnchors([])
  expect(memory.validate(certificate, { kind, anchors: none, now })).toMatchObject({ reason: 'unknown-issuer' })
  expect(memory.validate(certificate, { kind, anchors, now })).toMatchObject({ result: 'ok' })
})

test('as one kind accepted is not as the other kind accepted', () => {
  const memory = createCertificateMemory()
  const certificate = readOne(memory, one)
  const both = trustAnchors([{ kind, der: authority.certificate }])
  expect(memory.validate(certificate, { kind, anchors: both, now }).result).toBe('ok')
  expect(memory.validate(certificate, { kind: 'signature', anchors: both, now })).toMatchObject({
    reason: 'wrong-kind',
  })
})

test('it is bounded', async () => {
  const memory = createCertificateMemory(4)
  for (let serial = 2000n; serial < 2012n; serial++) {
    const certificate = parseCertificate(await bytesOf(serial))
    expect(memory.validate(certificate, { kind, anchors, now }).result).toBe('ok')
    expect(memory.known()).toBeLessThanOrEqual(4)
  }
})
