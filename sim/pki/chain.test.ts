import { beforeAll, expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import { type Authority, issueCaCertificate, issueResidentCertificate, parseCertificate } from './certificate.ts'
import { trustAnchors, type TrustAnchors, validateCertificate } from './chain.ts'
import { exportPublicKey, generateKeyPair, type KeyPair, keySigner } from './key.ts'
import { policyOid } from './profile.ts'
import { append, at, derOf, extensionsOf, replace, resign, strangeExtension, tree } from './testForgery.ts'
import {
  createAuthority,
  createOcspSigner,
  day,
  hanako,
  issueAuthentication,
  issueSignature,
  kiyose,
  now,
} from './testHierarchy.ts'

let firstCa: Authority
let secondCa: Authority
let authenticationCa: Authority
let unrelatedCa: Authority
let keyPair: KeyPair
let anchors: TrustAnchors
let signatureDer: Uint8Array

beforeAll(async () => {
  const created = [
    createAuthority('signature', 1),
    createAuthority('signature', 2),
    createAuthority('authentication'),
  ] as const
  ;[firstCa, secondCa, authenticationCa] = await Promise.all(created)
  unrelatedCa = await createAuthority('signature', 1)
  keyPair = await generateKeyPair()
  anchors = trustAnchors([
    { kind: 'signature', der: firstCa.certificate },
    { kind: 'signature', der: secondCa.certificate },
    { kind: 'authentication', der: authenticationCa.certificate },
  ])
  signatureDer = await issueSignature({ ca: firstCa, keyPair })
})

const validate = (der: Uint8Array, options: Partial<Parameters<typeof validateCertificate>[1]> = {}) => {
  const validation = validateCertificate(parseCertificate(der), { kind: 'signature', anchors, now, ...options })
  return validation.result === 'ok' ? validation.issuer.serialNumber : validation.reason
}

test('the generation that signed is found among those with the same name', async () => {
  expect(validate(signatureDer)).toBe('01')
  expect(validate(await issueSignature({ ca: secondCa, keyPair }))).toBe('02')
})

test('a certificate whose key identifier names another generation than the one that signed is refused', async () => {
  const der = await resign(signatureDer, secondCa.signer, () => undefined)
  expect(validate(der)).toBe('bad-signature')
})

test('a certificate signed by another key under the same name is refused', async () => {
  expect(validate(await issueSignature({ ca: unrelatedCa, keyPair }))).toBe('bad-signature')
})

test('a ca nobody trusts is refused', () => {
  const others = trustAnchors([{ kind: 'authentication', der: authenticationCa.certificate }])
  expect(validate(signatureDer, { anchors: others })).toBe('unknown-issuer')
})

test('crossing the two hierarchies is refused', async () => {
  const authentication = await issueAuthentication({ ca: authenticationCa, keyPair })
  expect(validate(authentication, { kind: 'authentication' })).toBe('01')
  expect(validate(authentication)).toBe('wrong-kind')
  expect(validate(signatureDer, { kind: 'authentication' })).toBe('wrong-kind')
  expect(validate(await issueAuthentication({ ca: firstCa, keyPair }))).toBe('wrong-kind')
})

test('the first and the last second count, those around them do not', async () => {
  const [notBefore, notAfter] = [now - day, now + day]
  const der = await issueSignature({ ca: firstCa, keyPair, notBefore, notAfter })
  expect(validate(der, { now: notBefore - 1 })).toBe('not-yet-valid')
  expect(validate(der, { now: notBefore })).toBe('01')
  expect(validate(der, { now: notAfter })).toBe('01')
  expect(validate(der, { now: notAfter + 1 })).toBe('expired')
})

test('a ca past its end vouches for nobody', async () => {
  const der = await issueSignature({ ca: firstCa, keyPair, notAfter: Date.UTC(2034, 0, 1) })
  expect(validate(der, { now: Date.UTC(2033, 11, 1) })).toBe('expired')
})

test('the real policy counts only where it is asked for', async () => {
  const der = await issueResidentCertificate({
    kind: 'signature',
    ca: firstCa,
    serialNumber: 7n,
    publicKey: exportPublicKey(keyPair.publicKey),
    notBefore: now,
    notAfter: now + day,
    municipality: kiyose,
    subjectSequence: 7,
    basicFour: hanako,
    policyArc: 'jpki',
  })
  expect(validate(der)).toBe('wrong-policy')
  expect(validate(der, { policies: [policyOid('signature', 'jpki')] })).toBe('01')
})

test('any other key usage is refused', async () => {
  const usage = (...bits: number[]) =>
    resign(signatureDer, firstCa.signer, (tbs) => {
      const row = at(extensionsOf(tbs), 0)
      replace(row, 2, asn1.octetString(asn1.encode(asn1.namedBits(bits))))
    })
  expect(validate(await usage(0, 1))).toBe('01')
  expect(validate(await usage(0))).toBe('wrong-key-usage')
  expect(validate(await usage(0, 1, 5))).toBe('wrong-key-usage')
  const none = await resign(signatureDer, firstCa.signer, (tbs) => replace(extensionsOf(tbs), 0))
  expect(validate(none)).toBe('wrong-key-usage')
})

test('a certificate of the ca that is not a resident’s is refused', async () => {
  expect(validate((await createOcspSigner('signature', firstCa)).certificate)).toBe('wrong-policy')
  expect(validate(firstCa.certificate)).toBe('wrong-kind')
})

test('an unknown critical extension or another algorithm is unsupported', async () => {
  const strange = await resign(signatureDer, firstCa.signer, (tbs) => append(extensionsOf(tbs), strangeExtension(true)))
  expect(validate(strange)).toBe('unsupported')
  const sha512 = asn1.sequence(asn1.oid('1.2.840.113549.1.1.13'), asn1.none())
  const whole = tree(signatureDer)
  replace(at(whole, 0), 2, sha512)
  replace(whole, 1, sha512)
  expect(validate(derOf(whole))).toBe('unsupported')
})

test('only a self-signed ca can be trusted', async () => {
  const kind = 'signature'
  expect(() => trustAnchors([{ kind, der: signatureDer }])).toThrow('anchor is no ca')
  const selfMade = await resign(firstCa.certificate, secondCa.signer, () => undefined)
  expect(() => trustAnchors([{ kind, der: selfMade }])).toThrow('not self-signed')
})

test.each(['JPKI', 'JPKI-TEST', 'jpki-test'])('an anchor of the organization %s is refused', async (organization) => {
  const caKeys = await generateKeyPair()
  const request = { kind: 'signature', keyPair: caKeys, serialNumber: 1n, notBefore: now, notAfter: now + day } as const
  const der = await issueCaCertificate({ ...request, organization: 'X' })
  const renamed = await resign(der, keySigner(caKeys.privateKey), (tbs) => {
    for (const name of [at(tbs, 3), at(tbs, 5)]) replace(at(name, 1, 0), 1, asn1.utf8String(organization))
  })
  expect(() => trustAnchors([{ kind: 'signature', der: renamed }])).toThrow('reserved organization')
})

test('a hierarchy on P-384 is taken, and so is an rsa key under it', async () => {
  const caKeys = await generateKeyPair('p-384')
  const ca = {
    certificate: await issueCaCertificate({
      kind: 'authentication',
      keyPair: caKeys,
      serialNumber: 9n,
      notBefore: now - day,
      notAfter: now + day,
    }),
    signer: keySigner(caKeys.privateKey),
  }
  const options = {
    kind: 'authentication',
    anchors: trustAnchors([{ kind: 'authentication', der: ca.certificate }]),
  } as const
  const p384 = await generateKeyPair('p-384')
  const p256 = await generateKeyPair('p-256')
  expect(validate(await issueAuthentication({ ca, keyPair: p384 }), options)).toBe('09')
  expect(validate(await issueAuthentication({ ca, keyPair }), options)).toBe('09')
  expect(validate(await issueAuthentication({ ca, keyPair: p256 }), options)).toBe('unsupported')
})
