import { OCSPResponse as PkijsResponse } from 'pkijs'
import { beforeAll, expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import { type Authority, type Certificate, parseCertificate } from './certificate.ts'
import { generateKeyPair, type KeyPair, keySigner } from './key.ts'
import { MalformedError } from './malformed.ts'
import {
  certIdOf,
  checkOcspResponse,
  createOcspError,
  createOcspRequest,
  createOcspResponse,
  type OcspAnswer,
  parseOcspRequest,
  parseOcspResponse,
} from './ocsp.ts'
import { append, at, derOf, extensionsOf, replace, resign, strangeExtension, tree } from './testForgery.ts'
import { createAuthority, createOcspSigner, day, issueSignature, now } from './testHierarchy.ts'

let ca: Authority
let sameNameCa: Authority
let keyPair: KeyPair
let responder: Authority
let issuer: Certificate
let certificate: Certificate

const nonce = new Uint8Array(32).fill(7)
const minute = 60_000
const thisUpdate = now - minute
const nextUpdate = now + 14 * minute
const revoked = { certStatus: 'revoked', revocationDate: now - day, reasonCode: 3 } as const

beforeAll(async () => {
  ca = await createAuthority('signature', 1)
  sameNameCa = await createAuthority('signature', 2)
  keyPair = await generateKeyPair()
  responder = await createOcspSigner('signature', ca)
  issuer = parseCertificate(ca.certificate)
  certificate = parseCertificate(await issueSignature({ ca, keyPair }))
})

const single = () => ({ certId: certIdOf(issuer, certificate.serialNumber), status: revoked, thisUpdate, nextUpdate })

const answer = (changes: Partial<OcspAnswer> = {}) =>
  createOcspResponse({ responder, producedAt: thisUpdate, responses: [single()], nonce, ...changes })

const check = (der: Uint8Array, options: Partial<Parameters<typeof checkOcspResponse>[1]> = {}) => {
  const found = checkOcspResponse(parseOcspResponse(der), { issuer, certificate, now, nonce, ...options })
  return 'refused' in found ? found.refused : found.certStatus
}

test('a request reads as it was made', () => {
  const serialNumbers = [certificate.serialNumber, 'FF']
  expect(parseOcspRequest(createOcspRequest({ issuer, serialNumbers, nonce }))).toEqual({
    certIds: serialNumbers.map((serial) => certIdOf(issuer, serial)),
    nonce,
  })
  const sha256 = createOcspRequest({ issuer, serialNumbers, hashAlgorithm: 'sha256' })
  expect(parseOcspRequest(sha256)).toEqual({
    certIds: serialNumbers.map((serial) => certIdOf(issuer, serial, 'sha256')),
  })
})

test('a request for nothing or with a nonce of no length is not made', () => {
  expect(() => createOcspRequest({ issuer, serialNumbers: [] })).toThrow(RangeError)
  expect(() => createOcspRequest({ issuer, serialNumbers: ['FF'], nonce: new Uint8Array() })).toThrow(RangeError)
  expect(() => createOcspRequest({ issuer, serialNumbers: ['FF'], nonce: new Uint8Array(129) })).toThrow(RangeError)
})

test('a request with an unknown critical extension is malformed', () => {
  const request = tree(createOcspRequest({ issuer, serialNumbers: ['FF'], nonce }))
  append(at(request, 0, 1, 0), strangeExtension(true))
  expect(() => parseOcspRequest(derOf(request))).toThrow(MalformedError)
})

test('a delegate’s answer gives the status', async () => {
  expect(checkOcspResponse(parseOcspResponse(await answer()), { issuer, certificate, now, nonce })).toEqual(revoked)
  const others = [{ certStatus: 'good' }, { certStatus: 'unknown' }, { ...revoked, reasonCode: 0 }] as const
  for (const status of others) {
    const der = await answer({ responses: [{ ...single(), status }] })
    expect(checkOcspResponse(parseOcspResponse(der), { issuer, certificate, now, nonce })).toEqual(status)
  }
})

test('an answer by the ca itself needs no certificate', async () => {
  const der = await answer({ responder: ca })
  expect(parseOcspResponse(der)).toMatchObject({ certificates: [] })
  expect(check(der)).toBe('revoked')
})

test('pkijs reads the answer', async () => {
  const theirs = PkijsResponse.fromBER(new Uint8Array(await answer()))
  expect(theirs.responseStatus.valueBlock.valueDec).toBe(0)
  expect(theirs.responseBytes?.responseType).toBe('1.3.6.1.5.5.7.48.1.1')
})

test('an error is no status', () => {
  expect(check(createOcspError('tryLater'))).toBe('tryLater')
  expect(check(createOcspError('unauthorized'))).toBe('unauthorized')
  expect(Buffer.from(createOcspError('malformedRequest')).toString('hex')).toBe('30030a0101')
})

test('an answer signed by another key is refused', async () => {
  const unrelated = await generateKeyPair()
  const forged = { certificate: responder.certificate, signer: keySigner(unrelated.privateKey) }
  expect(check(await answer({ responder: forged }))).toBe('bad-signature')
  expect(check(await answer({ responder: { certificate: ca.certificate, signer: forged.signer } }))).toBe(
    'bad-signature',
  )
})

test('the delegate of another ca, even one of the same name, is refused', async () => {
  const other = await createAuthority('authentication')
  expect(check(await answer({ responder: await createOcspSigner('authentication', other) }))).toBe(
    'unauthorized-responder',
  )
  expect(check(await answer({ responder: await createOcspSigner('signature', sameNameCa) }))).toBe(
    'unauthorized-responder',
  )
  expect(check(await answer({ responder: sameNameCa }))).toBe('unauthorized-responder')
})

test('a resident’s certificate makes nobody a responder', async () => {
  const resident = {
    certificate: await issueSignature({ ca, keyPair, serialNumber: 3n }),
    signer: keySigner(keyPair.privateKey),
  }
  expect(check(await answer({ responder: resident }))).toBe('unauthorized-responder')
})

test('a delegate needs key purpose, no-check, key usage and no unknown critical extension', async () => {
  const changed = async (change: Parameters<typeof resign>[2]) => {
    const changedCertificate = await resign(responder.certificate, ca.signer, change)
    return check(await answer({ responder: { certificate: changedCertificate, signer: responder.signer } }))
  }
  expect(await changed(() => undefined)).toBe('revoked')
  expect(await changed((tbs) => replace(extensionsOf(tbs), 0))).toBe('unauthorized-responder')
  expect(await changed((tbs) => replace(extensionsOf(tbs), 1))).toBe('unauthorized-responder')
  expect(await changed((tbs) => replace(extensionsOf(tbs), 2))).toBe('unauthorized-responder')
  expect(await changed((tbs) => append(extensionsOf(tbs), strangeExtension(true)))).toBe('unauthorized-responder')
  const clientAuth = asn1.octetString(asn1.encode(asn1.sequence(asn1.oid('1.3.6.1.5.5.7.3.2'))))
  expect(await changed((tbs) => replace(at(extensionsOf(tbs), 1), 1, clientAuth))).toBe('unauthorized-responder')
})

test('a delegate past its end is refused', async () => {
  const later = now + 40 * day
  const der = await answer({
    producedAt: later,
    responses: [{ ...single(), thisUpdate: later, nextUpdate: later + minute }],
  })
  expect(check(der, { now: later })).toBe('unauthorized-responder')
})

test('an answer about another serial number or issuer says nothing', async () => {
  const other = { ...single(), certId: certIdOf(issuer, 'FF') }
  expect(check(await answer({ responses: [other] }))).toBe('wrong-certificate')
  const otherIssuer = {
    ...single(),
    certId: certIdOf(parseCertificate(sameNameCa.certificate), certificate.serialNumber),
  }
  expect(check(await answer({ responses: [otherIssuer] }))).toBe('wrong-certificate')
  expect(check(await answer({ responses: [other, single()] }))).toBe('revoked')
  expect(check(await answer({ responses: [single(), single()] }))).toBe('wrong-certificate')
})

test('the nonce must come back', async () => {
  expect(check(await answer({ nonce: new Uint8Array(32).fill(8) }))).toBe('nonce-mismatch')
  const request = { responder, producedAt: thisUpdate, responses: [single()] }
  const without = await createOcspResponse(request)
  expect(check(without)).toBe('nonce-mismatch')
  expect(checkOcspResponse(parseOcspResponse(without), { issuer, certificate, now })).toEqual(revoked)
})

test('an answer counts from thisUpdate and ends at nextUpdate', async () => {
  const der = await answer()
  expect(check(der, { now: thisUpdate - 1 })).toBe('not-yet-valid')
  expect(check(der, { now: thisUpdate })).toBe('revoked')
  expect(check(der, { now: nextUpdate - 1 })).toBe('revoked')
  expect(check(der, { now: nextUpdate })).toBe('stale')
  expect(check(await answer({ producedAt: now + 1000 }))).toBe('not-yet-valid')
})

test('an answer without nextUpdate counts only with the nonce', async () => {
  const open = { certId: single().certId, status: revoked, thisUpdate }
  const der = await answer({ responses: [open] })
  expect(check(der)).toBe('revoked')
  expect(checkOcspResponse(parseOcspResponse(der), { issuer, certificate, now })).toEqual({ refused: 'stale' })
})

test('an unknown critical extension in the answer is unsupported', async () => {
  const whole = tree(await answer())
  const wrapper = at(whole, 1, 0)
  const basic = parseOcspResponse(await answer())
  if (basic.responseStatus !== 'successful') throw new Error('no answer')
  const tbs = tree(basic.tbs)
  append(extensionsOf(tbs), strangeExtension(true))
  const signature = await responder.signer.sign(derOf(tbs))
  const forged = asn1.sequence(
    asn1.raw(derOf(tbs)),
    asn1.raw(basic.signatureAlgorithm.der),
    asn1.bitString(signature),
    asn1.explicit(0, asn1.sequence(asn1.raw(responder.certificate))),
  )
  replace(wrapper, 1, asn1.octetString(asn1.encode(forged)))
  expect(check(derOf(whole))).toBe('unsupported')
})

test.each(['30030a0100', '30030a0104', '30030a0107', '300a0a0101a0053003020101', '3000', ''])(
  '%s is no answer',
  (hex) => {
    expect(() => parseOcspResponse(new Uint8Array(Buffer.from(hex, 'hex')))).toThrow(MalformedError)
  },
)
