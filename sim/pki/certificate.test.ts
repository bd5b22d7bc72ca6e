import { X509Certificate } from 'node:crypto'
import { Certificate as PkijsCertificate } from 'pkijs'
import { beforeAll, expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import {
  type Authority,
  issueCaCertificate,
  issueOcspSignerCertificate,
  issueResidentCertificate,
  parseCertificate,
} from './certificate.ts'
import { toHex } from './derValue.ts'
import { MalformedError } from './malformed.ts'
import { exportPublicKey, generateKeyPair, type KeyPair } from './key.ts'
import { extensionTable } from './profileTable.ts'
import { append, at, extensionsOf, replace, resign, strangeExtension } from './testForgery.ts'
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

let signatureCa: Authority & { keyPair: KeyPair }
let authenticationCa: Authority & { keyPair: KeyPair }
let keyPair: KeyPair
let signatureDer: Uint8Array
let authenticationDer: Uint8Array

beforeAll(async () => {
  signatureCa = await createAuthority('signature')
  authenticationCa = await createAuthority('authentication', 2)
  keyPair = await generateKeyPair()
  signatureDer = await issueSignature({ ca: signatureCa, keyPair })
  authenticationDer = await issueAuthentication({ ca: authenticationCa, keyPair })
})

const rows = (der: Uint8Array) =>
  [...parseCertificate(der).extensions.values()].map(({ oid, critical }) => ({ oid, critical }))

const value = (der: Uint8Array, oid: string) =>
  toHex(parseCertificate(der).extensions.get(oid)?.value ?? new Uint8Array())

test('extensions stand in the order and with the criticality of the profile', async () => {
  const ocspSigner = await createOcspSigner('signature', signatureCa)
  expect(rows(signatureCa.certificate)).toEqual(extensionTable('ca'))
  expect(rows(signatureDer)).toEqual(extensionTable('signature'))
  expect(rows(authenticationDer)).toEqual(extensionTable('authentication'))
  expect(rows(ocspSigner.certificate)).toEqual(extensionTable('ocsp-signer'))
  const last = (der: Uint8Array) => rows(der).map(({ oid }) => oid.split('.').at(-1))
  expect(last(signatureDer)).toEqual(['15', '17', '18', '32', '31', '35', '14'])
  expect(last(authenticationDer)).toEqual(['15', '18', '32', '31', '35', '14'])
  expect(last(signatureCa.certificate)).toEqual(['15', '17', '19', '31', '14'])
})

test('key usage has exactly the bytes of real certificates', () => {
  expect(value(signatureCa.certificate, '2.5.29.15')).toBe('03020106')
  expect(value(signatureDer, '2.5.29.15')).toBe('030206C0')
  expect(value(authenticationDer, '2.5.29.15')).toBe('03020780')
  expect(value(signatureCa.certificate, '2.5.29.19')).toBe('30030101FF')
})

test('a signature certificate reads as it was issued', () => {
  const ca = parseCertificate(signatureCa.certificate)
  expect(parseCertificate(signatureDer)).toMatchObject({
    serialNumber: '0133C349',
    issuer: 'C=JP, O=JPKI-SIM, OU=JPKI for digital signature, OU=Japan Agency for Local Authority Information Systems',
    issuerHex: ca.subjectHex,
    subject: 'C=JP, L=Tokyo-to, L=Kiyose-shi, CN=202603021000000004213221003A',
    notBefore: now - 30 * day,
    notAfter: Date.UTC(2031, 1, 17, 14, 59, 59),
    policies: ['1.3.6.1.4.1.32473.1.1.20'],
    kind: 'signature',
    basicFour: { ...hanako, nameSubstitutes: '00000', addressSubstitutes: '0000000000000000' },
    crlDistributionPoint:
      'C=JP, O=JPKI-SIM, OU=JPKI for digital signature, OU=CRL Distribution Points, OU=Tokyo-to, CN=Kiyose-shi CRLDP',
    authorityKeyIdentifier: ca.subjectKeyIdentifier,
    extKeyUsage: [],
    unknownCriticalExtensions: [],
  })
})

test('an authentication certificate says nothing about the person', () => {
  const certificate = parseCertificate(authenticationDer)
  expect(certificate).toMatchObject({
    kind: 'authentication',
    policies: ['1.3.6.1.4.1.32473.1.3.30'],
  })
  expect(certificate.subject).toMatch(/^C=JP, CN=[0-9A-F]{14}13221003A$/)
  expect(certificate.basicFour).toBeUndefined()
  expect(certificate.ocspUrl).toBeUndefined()
})

test('node reads the same names, key, serial number and fingerprint', () => {
  const ours = parseCertificate(signatureDer)
  const theirs = new X509Certificate(signatureDer)
  expect(theirs.serialNumber).toBe(ours.serialNumber)
  expect(theirs.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(ours.fingerprint)
  expect(theirs.subject.split('\n').join(', ')).toBe(ours.subject)
  expect(Date.parse(theirs.validTo)).toBe(ours.notAfter)
  expect(theirs.verify(signatureCa.keyPair.publicKey)).toBe(true)
  expect(theirs.publicKey.equals(ours.publicKey)).toBe(true)
})

test('pkijs reads the same extensions and writes the same bytes', () => {
  const theirs = PkijsCertificate.fromBER(new Uint8Array(signatureDer))
  expect(theirs.extensions?.map(({ extnID, critical }) => ({ oid: extnID, critical }))).toEqual(
    extensionTable('signature'),
  )
  expect(toHex(new Uint8Array(theirs.toSchema().toBER()))).toBe(toHex(signatureDer))
})

test('the key identifier is the SHA-1 of the PKCS#1 key', async () => {
  const { subjectKeyIdentifier } = parseCertificate(signatureDer)
  const pkcs1 = keyPair.publicKey.export({ type: 'pkcs1', format: 'der' })
  const digest = await crypto.subtle.digest('SHA-1', new Uint8Array(pkcs1))
  expect(subjectKeyIdentifier).toBe(toHex(new Uint8Array(digest)))
})

test('the ocsp address and the real policy arc are switches', async () => {
  const request = {
    ca: authenticationCa,
    publicKey: exportPublicKey(keyPair.publicKey),
    municipality: kiyose,
    subjectSequence: 1,
  }
  const der = await issueResidentCertificate({
    ...request,
    kind: 'authentication',
    serialNumber: 5n,
    notBefore: now,
    notAfter: now + day,
    policyArc: 'jpki',
    ocspUrl: 'http://127.0.0.1/ocsp',
  })
  expect(parseCertificate(der)).toMatchObject({
    ocspUrl: 'http://127.0.0.1/ocsp',
    policies: ['1.2.392.200149.8.5.1.3.30'],
  })
  expect(
    rows(der)
      .map(({ oid }) => oid)
      .slice(-2),
  ).toEqual(['1.3.6.1.5.5.7.1.1', '2.5.29.14'])
})

test.each(['JPKI', 'JPKI-TEST'])('no ca is made with the organization %s', async (organization) => {
  const request = {
    kind: 'signature',
    keyPair,
    serialNumber: 1n,
    notBefore: now,
    notAfter: now + day,
    organization,
  } as const
  await expect(issueCaCertificate(request)).rejects.toThrow(RangeError)
})

test('requests no ca may fulfil are refused', async () => {
  const publicKey = exportPublicKey(keyPair.publicKey)
  const request = {
    ca: signatureCa,
    publicKey,
    municipality: kiyose,
    subjectSequence: 1,
    notBefore: now,
    notAfter: now + day,
  }
  const signature = { ...request, kind: 'signature', serialNumber: 1n, basicFour: hanako } as const
  await expect(issueResidentCertificate({ ...request, kind: 'signature', serialNumber: 1n })).rejects.toThrow(
    'basic four',
  )
  await expect(issueResidentCertificate({ ...signature, kind: 'authentication' })).rejects.toThrow('basic four')
  await expect(issueResidentCertificate({ ...signature, serialNumber: 0n })).rejects.toThrow('serial number')
  await expect(issueResidentCertificate({ ...signature, notAfter: now - day })).rejects.toThrow('validity')
  await expect(issueResidentCertificate({ ...signature, publicKey: 'AAAA' })).rejects.toThrow(MalformedError)
})

test('an ocsp signer does not live longer than 90 days', async () => {
  const publicKey = exportPublicKey(keyPair.publicKey)
  const request = { kind: 'signature', ca: signatureCa, serialNumber: 9n, publicKey, notBefore: now } as const
  await expect(issueOcspSignerCertificate({ ...request, notAfter: now + 91 * day })).rejects.toThrow('too long')
})

test('a certificate with bytes after it or more than 16 KiB is malformed', () => {
  expect(() => parseCertificate(Uint8Array.of(...signatureDer, 0))).toThrow('trailing bytes')
  expect(() => parseCertificate(new Uint8Array(16 * 1024 + 1))).toThrow('too large')
  expect(() => parseCertificate(new Uint8Array())).toThrow(MalformedError)
})

test('changed certificates are malformed even when their ca signs them', async () => {
  const forge = (change: Parameters<typeof resign>[2]) => resign(signatureDer, signatureCa.signer, change)
  const versionOne = await forge((tbs) => replace(tbs, 0))
  expect(() => parseCertificate(versionOne)).toThrow(MalformedError)
  const versionTwo = await forge((tbs) => replace(at(tbs, 0), 0, asn1.integer(1)))
  expect(() => parseCertificate(versionTwo)).toThrow('version is not 3')
  const repeated = await forge((tbs) => append(extensionsOf(tbs), at(extensionsOf(tbs), 0)))
  expect(() => parseCertificate(repeated)).toThrow('repeated')
  const negative = await forge((tbs) => replace(tbs, 1, asn1.integer(-5)))
  expect(() => parseCertificate(negative)).toThrow('negative')
  const backwards = await forge((tbs) => replace(tbs, 4, asn1.sequence(asn1.time(now), asn1.time(now - day))))
  expect(() => parseCertificate(backwards)).toThrow('validity ends before it starts')
  const noExtensions = await forge((tbs) => replace(tbs, 7))
  expect(() => parseCertificate(noExtensions)).toThrow(MalformedError)
  const otherAlgorithm = await forge((tbs) =>
    replace(tbs, 2, asn1.sequence(asn1.oid('1.2.840.113549.1.1.12'), asn1.none())),
  )
  expect(() => parseCertificate(otherAlgorithm)).toThrow('two signature algorithms')
})

test('an unknown critical extension is reported, one that is not critical is no matter', async () => {
  const forge = (critical: boolean) =>
    resign(signatureDer, signatureCa.signer, (tbs) => append(extensionsOf(tbs), strangeExtension(critical)))
  expect(parseCertificate(await forge(true)).unknownCriticalExtensions).toEqual(['1.2.3.4.5'])
  expect(parseCertificate(await forge(false)).unknownCriticalExtensions).toEqual([])
})
