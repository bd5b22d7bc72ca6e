/** Holds what sim/pki writes and reads against the real `openssl` program (3.0), as an opinion that is not ours. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Authority, type Certificate, parseCertificate } from '../sim/pki/certificate.ts'
import { signDocument, verifySignedDocument } from '../sim/pki/cms.ts'
import { checkCrl, parseCrl, statusByCrl } from '../sim/pki/crl.ts'
import { issueCrl } from '../sim/pki/crlIssue.ts'
import { exportPrivateKey, generateKeyPair, type KeyPair, keySigner } from '../sim/pki/key.ts'
import {
  certIdOf,
  checkOcspResponse,
  createOcspRequest,
  createOcspResponse,
  parseOcspRequest,
  parseOcspResponse,
} from '../sim/pki/ocsp.ts'
import { crlDistributionPoint } from '../sim/pki/profile.ts'
import {
  createAuthority,
  createOcspSigner,
  day,
  issueAuthentication,
  issueSignature,
  kiyose,
  mitaka,
} from '../sim/pki/testHierarchy.ts'

/** `openssl ocsp` compares thisUpdate with the machine's clock and has no option against it, so this test uses that clock too. */
const now = Math.floor(Date.now() / 1000) * 1000

const folder = mkdtempSync(join(tmpdir(), 'openssl-pki-'))
const path = (name: string) => join(folder, name)

/** Runs openssl and returns its exit status with all it printed. */
function openssl(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder })
  if (error) throw new Error('this acceptance test needs the openssl program (3.0) on PATH', { cause: error })
  return { status, output: stdout + stderr }
}

const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(path(name), bytes)
  return name
}

const pem = (label: string, der: Uint8Array) => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Certificates and lists that openssl shall know, in one PEM file. */
const writeStore = (name: string, certificates: Uint8Array[], crls: Uint8Array[] = []) => {
  const blocks = [...certificates.map((der) => pem('CERTIFICATE', der)), ...crls.map((der) => pem('X509 CRL', der))]
  writeFileSync(path(name), blocks.join(''))
  return name
}

let ca: Authority & { keyPair: KeyPair }
let authenticationCa: Authority
let keyPair: KeyPair
let issuer: Certificate
let goodDer: Uint8Array
let revokedDer: Uint8Array
let authenticationDer: Uint8Array
let crl: Uint8Array
const document = new TextEncoder().encode('口座開設申込書\n')
const point = crlDistributionPoint('signature', kiyose)
const lifetime = { notBefore: now - 30 * day, notAfter: now + 1000 * day }

beforeAll(async () => {
  expect(openssl('version').output).toMatch(/^OpenSSL 3\./)
  ca = await createAuthority('signature', 1, now)
  authenticationCa = await createAuthority('authentication', 1, now)
  keyPair = await generateKeyPair()
  issuer = parseCertificate(ca.certificate)
  goodDer = await issueSignature({ ca, keyPair, serialNumber: 0x0100n, ...lifetime })
  revokedDer = await issueSignature({ ca, keyPair, serialNumber: 0x0200n, ...lifetime })
  authenticationDer = await issueAuthentication({ ca: authenticationCa, keyPair, ...lifetime })
  crl = await issueCrl({
    ca,
    thisUpdate: now - day / 2,
    nextUpdate: now + day,
    crlNumber: 12,
    entries: [
      { serialNumber: '0200', revocationDate: now - day, reasonCode: 3 },
      { serialNumber: 'FF00', revocationDate: now - day, reasonCode: 0 },
    ],
    distributionPoint: point,
  })
  writeStore('ca.pem', [ca.certificate])
  writeStore('authentication-ca.pem', [authenticationCa.certificate])
  writeStore('good.pem', [goodDer])
  writeStore('revoked.pem', [revokedDer])
  writeStore('authentication.pem', [authenticationDer])
  writeStore('ca-and-crl.pem', [ca.certificate], [crl])
  writeFileSync(path('key.pem'), pem('PRIVATE KEY', Buffer.from(exportPrivateKey(keyPair.privateKey), 'base64')))
  writeFileSync(path('ca-key.pem'), pem('PRIVATE KEY', Buffer.from(exportPrivateKey(ca.keyPair.privateKey), 'base64')))
  writeFileSync(path('document.txt'), document)
})

afterAll(() => rmSync(folder, { recursive: true }))

test('x509 -text shows the profile', () => {
  write('good.der', goodDer)
  const { output } = openssl(
    'x509',
    '-inform',
    'DER',
    '-in',
    'good.der',
    '-noout',
    '-text',
    '-nameopt',
    'utf8,sep_comma_plus_space',
  )
  expect(output).toContain('Version: 3 (0x2)')
  expect(output).toContain('Signature Algorithm: sha256WithRSAEncryption')
  expect(output).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation/)
  expect(output).toMatch(
    /Certificate Policies: critical\s+Policy: 1\.3\.6\.1\.4\.1\.32473\.1\.1\.20\s+CPS: http:\/\/jpki-sim\.example\/cps\.html/,
  )
  expect(output).toContain(
    'othername: 1.2.392.200149.8.5.5.1::山田　花子, othername: 1.2.392.200149.8.5.5.4::419900217',
  )
  expect(output).toContain('OU = CRL Distribution Points, OU = Tokyo-to, CN = Kiyose-shi CRLDP')
  const authentication = openssl('x509', '-in', 'authentication.pem', '-noout', '-text').output
  expect(authentication).toMatch(/Key Usage: critical\s+Digital Signature\n/)
  expect(authentication).not.toContain('Subject Alternative Name')
})

test('verify accepts each certificate under its own ca only', () => {
  expect(openssl('verify', '-x509_strict', '-CAfile', 'ca.pem', 'good.pem').status).toBe(0)
  expect(openssl('verify', '-x509_strict', '-CAfile', 'authentication-ca.pem', 'authentication.pem').status).toBe(0)
  expect(openssl('verify', '-CAfile', 'authentication-ca.pem', 'good.pem').status).not.toBe(0)
})

/**
 * No `-extended_crl`: openssl compares the directory names of distribution point and issuingDistributionPoint without it;
 * the flag is for lists signed by another key (indirect) or limited to some reasons.
 */
test('verify -crl_check passes the good certificate and stops the revoked one', () => {
  const check = (file: string) =>
    openssl('verify', '-crl_check', '-CAfile', 'ca.pem', '-CRLfile', writeStore('crl.pem', [], [crl]), file)
  expect(check('good.pem')).toMatchObject({ status: 0 })
  expect(check('revoked.pem')).toMatchObject({ status: 2, output: expect.stringContaining('certificate revoked') })
})

test('verify -crl_check finds no list when only another municipality’s is there, and so do we', async () => {
  const distributionPoint = crlDistributionPoint('signature', mitaka)
  const other = await issueCrl({
    ca,
    thisUpdate: now - day,
    nextUpdate: now + day,
    crlNumber: 1,
    entries: [],
    distributionPoint,
  })
  const file = writeStore('other-crl.pem', [], [other])
  const theirs = openssl('verify', '-crl_check', '-CAfile', 'ca.pem', '-CRLfile', file, 'good.pem')
  expect(theirs).toMatchObject({
    status: 2,
    output: expect.stringMatching(/different CRL scope|unable to get certificate CRL/i),
  })
  const certificate = parseCertificate(goodDer)
  expect(checkCrl(parseCrl(other), { issuer, certificate, now })).toEqual({ result: 'refused', reason: 'wrong-scope' })
})

test('crl -text shows reason, number and scope', () => {
  write('crl.der', crl)
  const { output } = openssl('crl', '-inform', 'DER', '-in', 'crl.der', '-noout', '-text')
  expect(output).toContain('Version 2 (0x1)')
  expect(output).toMatch(/X509v3 CRL Number: \s+12/)
  expect(output).toMatch(/Issuing Distribution Point: critical\s+Full Name:\s+DirName:.*CN = Kiyose-shi CRLDP/)
  expect(output).toMatch(/Serial Number: 0200[\s\S]*CRL Reason Code: \s+Affiliation Changed/)
  expect(output.match(/CRL Reason Code/g)).toHaveLength(1)
  expect(openssl('crl', '-inform', 'DER', '-in', 'crl.der', '-noout', '-CAfile', 'ca.pem').output).toContain(
    'verify OK',
  )
})

test('we read a crl that openssl ca made', () => {
  writeFileSync(path('index.txt'), `R\t${'301231235959Z'}\t${'260101000000Z'},keyCompromise\t0200\tunknown\t/CN=x\n`)
  writeFileSync(path('number'), '2A\n')
  writeFileSync(
    path('ca.cnf'),
    '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n',
  )
  const args = ['-config', 'ca.cnf', '-keyfile', 'ca-key.pem', '-cert', 'ca.pem', '-crldays', '1', '-out', 'theirs.pem']
  expect(openssl('ca', '-gencrl', ...args)).toMatchObject({ status: 0 })
  expect(openssl('crl', '-in', 'theirs.pem', '-outform', 'DER', '-out', 'theirs.der').status).toBe(0)
  const list = parseCrl(readFileSync(path('theirs.der')))
  expect(list).toMatchObject({ crlNumber: 0x2an, entryCount: 1 })
  expect(checkCrl(list, { issuer, certificate: parseCertificate(goodDer), now: list.thisUpdate })).toEqual({
    result: 'ok',
  })
  expect(statusByCrl(list, '0200')).toEqual({
    certStatus: 'revoked',
    revocationDate: Date.UTC(2026, 0, 1),
    reasonCode: 1,
  })
})

test.each(['-sha1', '-sha256'])('we read a request that openssl ocsp made (%s)', (hash) => {
  const args = [hash, '-issuer', 'ca.pem', '-cert', 'good.pem', '-cert', 'revoked.pem', '-reqout', 'request.der']
  expect(openssl('ocsp', ...args).status).toBe(0)
  const { certIds, nonce } = parseOcspRequest(readFileSync(path('request.der')))
  const hashAlgorithm = hash === '-sha1' ? 'sha1' : 'sha256'
  expect(certIds.slice(0, 1)).toEqual([certIdOf(issuer, '0100', hashAlgorithm)])
  expect(nonce?.length).toBeGreaterThanOrEqual(16)
})

test('openssl ocsp reads our request', () => {
  const nonce = new Uint8Array(16).fill(9)
  write('ours.der', createOcspRequest({ issuer, serialNumbers: ['0100'], nonce }))
  const { output } = openssl('ocsp', '-reqin', 'ours.der', '-req_text', '-noverify')
  expect(output).toContain('Serial Number: 0100')
  expect(output).toMatch(/OCSP Nonce:\s+0410(09){16}/i)
})

const thisUpdate = now - 60_000
const nextUpdate = now + 14 * 60_000

/** openssl asks, we answer, openssl judges. */
async function askAndJudge(responder: Authority, nonceOf?: (nonce: Uint8Array) => Uint8Array) {
  const asked = ['-issuer', 'ca.pem', '-cert', 'good.pem', '-cert', 'revoked.pem']
  openssl('ocsp', ...asked, '-reqout', 'asked.der')
  const { certIds, nonce } = parseOcspRequest(readFileSync(path('asked.der')))
  const responses = certIds.map((certId) => ({
    certId,
    status:
      certId.serialNumber === '0200'
        ? ({ certStatus: 'revoked', revocationDate: now - day, reasonCode: 3 } as const)
        : ({ certStatus: 'good' } as const),
    thisUpdate,
    nextUpdate,
  }))
  const sent = nonce && (nonceOf ? nonceOf(nonce) : nonce)
  write(
    'answer.der',
    await createOcspResponse({ responder, producedAt: thisUpdate, responses, ...(sent && { nonce: sent }) }),
  )
  // Given certificates, openssl asks about them anew and passes over -reqin: only the first run looks at the nonce.
  const judged = ['-respin', 'answer.der', '-CAfile', 'ca.pem', '-verify_other', 'ca.pem']
  const nonceRun = openssl('ocsp', '-reqin', 'asked.der', ...judged).output
  return nonceRun + openssl('ocsp', '-no_nonce', ...judged, ...asked).output
}

test('openssl ocsp accepts the answer of our delegate and of our ca', async () => {
  for (const responder of [await createOcspSigner('signature', ca, now), ca]) {
    const output = await askAndJudge(responder)
    expect(output.match(/Response verify OK/g)).toHaveLength(2)
    expect(output).toContain('good.pem: good')
    expect(output).toMatch(/revoked\.pem: revoked[\s\S]*Reason: affiliationChanged/)
    expect(output).not.toMatch(/nonce/i)
  }
})

test('openssl ocsp refuses the delegate of another ca and another nonce', async () => {
  const foreign = await createOcspSigner('authentication', authenticationCa, now)
  expect(await askAndJudge(foreign)).toContain('Response Verify Failure')
  const output = await askAndJudge(await createOcspSigner('signature', ca, now), () => new Uint8Array(16))
  expect(output).toContain('Nonce Verify error')
})

test('we accept the answer of openssl as a responder', () => {
  writeFileSync(path('status.txt'), 'V\t491231235959Z\t\t0100\tunknown\t/CN=x\n')
  const nonce = new Uint8Array(16).fill(5)
  write('to-them.der', createOcspRequest({ issuer, serialNumbers: ['0100'], nonce }))
  const args = ['-index', 'status.txt', '-CA', 'ca.pem', '-rsigner', 'ca.pem', '-rkey', 'ca-key.pem', '-nmin', '15']
  expect(openssl('ocsp', ...args, '-reqin', 'to-them.der', '-respout', 'theirs-answer.der').status).toBe(0)
  const response = parseOcspResponse(readFileSync(path('theirs-answer.der')))
  const thisMoment = response.responseStatus === 'successful' ? response.producedAt : 0
  const certificate = parseCertificate(goodDer)
  expect(checkOcspResponse(response, { issuer, certificate, now: thisMoment, nonce })).toEqual({ certStatus: 'good' })
})

const signOptions = () => ({ document, signer: keySigner(keyPair.privateKey), signingTime: now })

test('cms -verify accepts our document, attached and detached, as CAdES too', async () => {
  write('attached.der', await signDocument({ ...signOptions(), certificate: goodDer }))
  write('detached.der', await signDocument({ ...signOptions(), certificate: goodDer, detached: true }))
  // The default purpose is S/MIME, which asks for an e-mail key usage a resident's certificate does not have.
  const common = [
    '-verify',
    '-binary',
    '-inform',
    'DER',
    '-CAfile',
    'ca.pem',
    '-purpose',
    'any',
    '-cades',
    '-out',
    'content',
  ]
  expect(openssl('cms', ...common, '-in', 'attached.der')).toMatchObject({ status: 0 })
  expect(readFileSync(path('content'))).toEqual(Buffer.from(document))
  expect(openssl('cms', ...common, '-in', 'detached.der', '-content', 'document.txt')).toMatchObject({ status: 0 })
  writeFileSync(path('changed.txt'), 'something else')
  expect(openssl('cms', ...common, '-in', 'detached.der', '-content', 'changed.txt').status).not.toBe(0)
})

test('cms -verify -crl_check stops the document of a revoked certificate', async () => {
  write('signed-good.der', await signDocument({ ...signOptions(), certificate: goodDer }))
  write('signed-revoked.der', await signDocument({ ...signOptions(), certificate: revokedDer }))
  // `openssl cms` has no -CRLfile; lists are read from the CA file.
  const common = [
    '-verify',
    '-binary',
    '-inform',
    'DER',
    '-CAfile',
    'ca-and-crl.pem',
    '-purpose',
    'any',
    '-crl_check',
    '-out',
    'content',
  ]
  expect(openssl('cms', ...common, '-in', 'signed-good.der')).toMatchObject({ status: 0 })
  expect(openssl('cms', ...common, '-in', 'signed-revoked.der')).toMatchObject({
    status: 4,
    output: expect.stringContaining('certificate revoked'),
  })
})

test('we accept a document that openssl cms -cades signed', () => {
  const args = ['-sign', '-cades', '-binary', '-nodetach', '-md', 'sha256', '-outform', 'DER', '-nosmimecap']
  const files = ['-signer', 'good.pem', '-inkey', 'key.pem', '-in', 'document.txt', '-out', 'theirs-signed.der']
  expect(openssl('cms', ...args, ...files)).toMatchObject({ status: 0 })
  const verified = verifySignedDocument(readFileSync(path('theirs-signed.der')))
  expect(verified).toMatchObject({ result: 'ok', document })
})

test('asn1parse walks the signed attributes and the alternative names', async () => {
  write('attached.der', await signDocument({ ...signOptions(), certificate: goodDer }))
  const { output } = openssl('asn1parse', '-inform', 'DER', '-in', 'attached.der')
  for (const attribute of ['contentType', 'signingTime', 'messageDigest', 'id-smime-aa-signingCertificateV2']) {
    expect(output).toContain(`:${attribute}`)
  }
  write('good.der', goodDer)
  const lines = openssl('asn1parse', '-inform', 'DER', '-in', 'good.der').output.split('\n')
  const nameLine = lines.findIndex((line) => line.includes('X509v3 Subject Alternative Name'))
  const offset = /^\s*(\d+):/.exec(lines[nameLine + 1] ?? '')?.[1] ?? ''
  const names = openssl('asn1parse', '-inform', 'DER', '-in', 'good.der', '-strparse', offset).output
  const ids = [...names.matchAll(/OBJECT\s+:(\S+)/g)].map(([, id]) => id)
  expect(ids).toEqual(['1', '4', '3', '5', '2', '6'].map((last) => `1.2.392.200149.8.5.5.${last}`))
})
