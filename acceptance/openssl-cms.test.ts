/** Signed documents, time-stamps and kept evidence held against the real `openssl` program (3.0), in both directions. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCard, respond } from '../sim/card/machine.ts'
import { createReader } from '../sim/card/reader.ts'
import { parseCertificate } from '../sim/pki/certificate.ts'
import { signDocument, verifySignedDocument } from '../sim/pki/cms.ts'
import { digest } from '../sim/pki/digest.ts'
import { checkWhenSigned } from '../sim/pki/evidenceCheck.ts'
import { exportPrivateKey, generateKeyPair, type KeyPair, keySigner } from '../sim/pki/key.ts'
import { readSignedData, readSignerInfo, unsignedAttributeOid } from '../sim/pki/signedData.ts'
import { createEvidenceBench, type EvidenceBench } from '../sim/pki/testEvidence.ts'
import { createAuthority, day, issueSignature, now } from '../sim/pki/testHierarchy.ts'
import { checkTimeStamp, createTimeStamp, readTimeStamp, timeStampAnchors } from '../sim/pki/timeStamp.ts'
import { issueTimeStampCertificate } from '../sim/pki/timeStampCertificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'openssl-cms-'))
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
const writePem = (name: string, der: Uint8Array) => {
  writeFileSync(path(name), pem('CERTIFICATE', der))
  return name
}
const writeKey = (name: string, { privateKey }: KeyPair) => {
  writeFileSync(path(name), pem('PRIVATE KEY', Buffer.from(exportPrivateKey(privateKey), 'base64')))
  return name
}

/** The world of these tests lives in April 2026; openssl is told so. */
const thatDay = ['-attime', String(now / 1000)]
const document = new TextEncoder().encode('口座開設申込書\n')

let bench: EvidenceBench
beforeAll(async () => {
  expect(openssl('version').output).toMatch(/^OpenSSL 3\./)
  bench = await createEvidenceBench()
  writePem('ca.pem', bench.ca.certificate)
  writePem('signer.pem', bench.certificate)
  writeKey('signer-key.pem', bench.keyPair)
  const second = await generateKeyPair()
  writePem('second.pem', await issueSignature({ ca: bench.ca, keyPair: second, serialNumber: 0x22n }))
  writeKey('second-key.pem', second)
  write('document.txt', document)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What `openssl cms -verify` says, with the attributes of CAdES, and the document it gives back. */
const judge = (cms: Uint8Array, { ca = 'ca.pem', more = [] }: { ca?: string; more?: string[] } = {}) => {
  rmSync(path('content'), { force: true })
  const { status, output } = openssl(
    ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', write('judged.der', cms), '-CAfile', ca],
    // The default purpose is S/MIME, which asks for an e-mail key usage a resident's certificate does not have.
    ...['-purpose', 'any', '-out', 'content', ...thatDay, ...more],
  )
  return status === 0 ? Buffer.from(readFileSync(path('content'))).toString() : output
}
const text = Buffer.from(document).toString()

/** A virtual card with this key and certificate in a reader, its password entered: every signature is an APDU. */
const insertCard = async (keyPair: KeyPair, certificate: Uint8Array, caCertificate: Uint8Array) => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
  let card = createCard({
    signaturePassword: 'SIGN1234',
    privateKeys: { authentication: null, signature: exportPrivateKey(keyPair.privateKey) },
    certificates: { authentication: null, signature: hex(certificate) },
    caCertificates: { authentication: null, signature: hex(caCertificate) },
  })
  let apdus = 0
  const reader = createReader(async (apdu) => {
    apdus++
    const answered = respond(card, apdu)
    card = answered.snapshot
    return answered.response
  })
  await reader.select()
  expect(await reader.verify('signature', 'SIGN1234')).toEqual({ result: 'ok' })
  return { reader, apdus: () => apdus }
}

test.each([
  ['attached', false, false],
  ['detached', true, false],
  ['without its certificate', false, true],
  ['detached and without its certificate', true, true],
])('what the card signs, %s, openssl and we verify', async (_, detached, withoutCertificate) => {
  const { reader, apdus } = await insertCard(bench.keyPair, bench.certificate, bench.ca.certificate)
  const certificate = await reader.readSignatureCertificate()
  const before = apdus()
  const cms = await signDocument({
    ...{ document, certificate, signingTime: now, detached, withoutCertificate },
    signer: { sign: (data) => reader.sign('signature', data) },
  })
  expect(apdus() - before).toBe(1)
  const more = [
    ...(detached ? ['-content', 'document.txt'] : []),
    ...(withoutCertificate ? ['-certfile', 'signer.pem'] : []),
  ]
  expect(judge(cms, { more })).toBe(text)
  const beside = { ...(detached && { document }), ...(withoutCertificate && { certificate }) }
  expect(verifySignedDocument(cms, beside)).toMatchObject({ result: 'ok', document })
  if (withoutCertificate) {
    expect(judge(cms, { more: more.slice(0, detached ? 2 : 0) })).toContain('signer certificate not found')
    expect(verifySignedDocument(cms, detached ? { document } : {})).toEqual({
      ...{ result: 'refused', reason: 'no-signer-certificate' },
    })
  }
  if (detached) {
    write('changed.txt', Buffer.from('something else'))
    expect(judge(cms, { more: ['-content', 'changed.txt', '-certfile', 'signer.pem'] })).not.toBe(text)
  }
})

test.each(['p-256', 'p-384'] as const)('openssl verifies the document of an ecdsa key: %s', async (algorithm) => {
  const keyPair = await generateKeyPair(algorithm)
  const certificate = await issueSignature({ ca: bench.ca, keyPair })
  const signer = keySigner(keyPair.privateKey)
  expect(judge(await signDocument({ document, signer, certificate, signingTime: now }))).toBe(text)
})

test.each([
  ['rsa-2048', 'sha256'],
  ['rsa-2048', 'sha384'],
  ['rsa-2048', 'sha512'],
  ['p-384', 'sha384'],
] as const)('we verify what openssl cms -cades signs: %s with %s', async (algorithm, hash) => {
  const keyPair = await generateKeyPair(algorithm)
  const certificate = await issueSignature({ ca: bench.ca, keyPair })
  writePem('theirs.pem', certificate)
  writeKey('theirs-key.pem', keyPair)
  const common = ['cms', '-sign', '-cades', '-binary', '-md', hash, '-outform', 'DER', '-signer', 'theirs.pem']
  const files = ['-inkey', 'theirs-key.pem', '-in', 'document.txt', '-out', 'theirs.der']
  expect(openssl(...common, '-nodetach', ...files)).toMatchObject({ status: 0 })
  expect(verifySignedDocument(readFileSync(path('theirs.der')))).toMatchObject({ result: 'ok', document })
  expect(openssl(...common, ...files)).toMatchObject({ status: 0 })
  const detached = readFileSync(path('theirs.der'))
  expect(verifySignedDocument(detached)).toEqual({ result: 'refused', reason: 'no-document' })
  expect(verifySignedDocument(detached, { document })).toMatchObject({ result: 'ok' })
  expect(openssl(...common, '-nodetach', '-nocerts', ...files)).toMatchObject({ status: 0 })
  const bare = readFileSync(path('theirs.der'))
  expect(verifySignedDocument(bare)).toEqual({ result: 'refused', reason: 'no-signer-certificate' })
  expect(verifySignedDocument(bare, { certificate })).toMatchObject({ result: 'ok' })
})

test.each([
  ['without the attributes of CAdES', ['-md', 'sha256'], 'no-signed-attributes'],
  ['with SHA-1', ['-cades', '-md', 'sha1'], 'unsupported'],
  ['with SHA-224', ['-cades', '-md', 'sha224'], 'unsupported'],
  ['with RSASSA-PSS', ['-cades', '-md', 'sha256', '-keyopt', 'rsa_padding_mode:pss'], 'unsupported'],
  ['under a key identifier', ['-cades', '-md', 'sha256', '-keyid'], 'unsupported'],
  ['without signed attributes', ['-md', 'sha256', '-noattr'], 'no-signed-attributes'],
  [
    'by two signers',
    ['-cades', '-md', 'sha256', '-signer', 'second.pem', '-inkey', 'second-key.pem'],
    'not-one-signer',
  ],
])('what openssl signs %s is refused', (_, options, reason) => {
  const signer = ['-signer', 'signer.pem', '-inkey', 'signer-key.pem']
  const files = ['-in', 'document.txt', '-out', 'outside.der']
  // -keyopt belongs to the signer named before it.
  const signed = openssl('cms', '-sign', '-binary', '-nodetach', '-outform', 'DER', ...signer, ...options, ...files)
  expect(signed).toEqual({ status: 0, output: '' })
  expect(verifySignedDocument(readFileSync(path('outside.der')))).toEqual({ result: 'refused', reason })
})

test('openssl still verifies a document with its evidence, in every form, and shows what is in it', async () => {
  const status = [await bench.answer(), await bench.list()]
  const sign = (form: { detached?: boolean; withoutCertificate?: boolean }) =>
    signDocument({
      ...{ document, certificate: bench.certificate, signingTime: now, ...form },
      signer: keySigner(bench.keyPair.privateKey),
    })
  const attached = await bench.keep(await sign({}), status)
  expect(judge(attached)).toBe(text)
  const detached = await bench.keep(await sign({ detached: true }), status, { document })
  expect(judge(detached, { more: ['-content', 'document.txt'] })).toBe(text)
  // The certificate that was handed over beside the signature is inside the evidence.
  const bare = await bench.keep(await sign({ withoutCertificate: true }), status, { certificate: bench.certificate })
  expect(judge(bare)).toBe(text)
  const { output } = openssl(
    'cms',
    '-cmsout',
    '-print',
    '-noout',
    '-inform',
    'DER',
    '-in',
    write('shown.der', attached),
  )
  for (const name of ['id-smime-aa-timeStampToken', 'id-smime-aa-ets-certValues', 'id-smime-aa-ets-revocationValues'])
    expect(output).toContain(name)
  const { anchors, tsaAnchors } = bench
  const options = { anchors, tsaAnchors, now: now + 3000 * day }
  expect(checkWhenSigned(attached, options).outcome).toBe('valid')
  expect(checkWhenSigned(bare, options).outcome).toBe('valid')
  expect(checkWhenSigned(detached, { ...options, document }).outcome).toBe('valid')
})

/** An unsigned attribute's value out of evidence. */
const attributeOf = (cms: Uint8Array, oid: string) => {
  const [element] = readSignedData(cms).signerInfos
  const info = element && readSignerInfo(element)
  const value = info?.unsignedAttributes.get(oid)?.value.bytes
  if (!info || !value) throw new Error(`no ${oid}`)
  return { value, signature: info.signature }
}

test('openssl ts -verify accepts our time-stamp of the signature, for that signature only', async () => {
  const kept = await bench.keep(await bench.sign(), [await bench.answer()])
  const { value, signature } = attributeOf(kept, unsignedAttributeOid.signatureTimeStamp)
  write('token.der', value)
  writePem('tsa.pem', bench.tsa.certificate)
  const verify = (data: Uint8Array) =>
    openssl(
      ...['ts', '-verify', '-token_in', '-in', 'token.der', '-data', write('stamped.bin', data)],
      ...['-CAfile', 'tsa.pem', '-untrusted', 'tsa.pem', ...thatDay],
    )
  expect(verify(signature)).toMatchObject({ status: 0, output: expect.stringContaining('Verification: OK') })
  expect(verify(document).output).toContain('message imprint mismatch')
  const shown = openssl('ts', '-reply', '-token_in', '-in', 'token.der', '-token_out', '-text').output
  expect(shown).toContain('Time stamp: Apr  1 01:00:00 2026 GMT')
})

test('openssl ts -verify accepts the archive time-stamp as a token too', async () => {
  const kept = await bench.keep(await bench.sign(), [await bench.answer()])
  write('archive.der', attributeOf(kept, unsignedAttributeOid.archiveTimeStampV3).value)
  writePem('tsa.pem', bench.tsa.certificate)
  const read = readTimeStamp(readFileSync(path('archive.der')))
  const imprint = Buffer.from(read?.info.imprint ?? []).toString('hex')
  const verified = openssl(
    ...['ts', '-verify', '-token_in', '-in', 'archive.der', '-digest', imprint],
    ...['-CAfile', 'tsa.pem', '-untrusted', 'tsa.pem', ...thatDay],
  )
  expect(verified).toMatchObject({ status: 0 })
})

test('we accept a time-stamp that openssl ts made, for its data only', async () => {
  const keyPair = await generateKeyPair('p-256')
  // openssl stamps with the machine's clock.
  const clock = Math.floor(Date.now() / 1000) * 1000
  const certificate = await issueTimeStampCertificate({
    ...{ keyPair, commonName: 'openssl', serialNumber: 9n, notBefore: clock - day, notAfter: clock + day },
  })
  writePem('their-tsa.pem', certificate)
  writeKey('their-tsa-key.pem', keyPair)
  writeFileSync(path('tsa-serial'), '01\n')
  writeFileSync(
    path('tsa.cnf'),
    [
      '[tsa]\ndefault_tsa=d\n[d]\nserial=tsa-serial\nsigner_cert=their-tsa.pem\nsigner_key=their-tsa-key.pem',
      'signer_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256,sha384,sha512\naccuracy=secs:1\nordering=yes',
      'tsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n',
    ].join('\n'),
  )
  write('stamped.bin', document)
  for (const hash of ['sha256', 'sha384', 'sha512']) {
    openssl('ts', '-query', '-data', 'stamped.bin', `-${hash}`, '-cert', '-out', 'query.tsq')
    const replied = openssl(
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-queryfile',
      'query.tsq',
      '-token_out',
      '-out',
      'reply.der',
    )
    expect(replied).toMatchObject({ status: 0 })
    const read = readTimeStamp(readFileSync(path('reply.der')))
    if (!read) throw new Error('no time-stamp')
    const by = { anchors: timeStampAnchors([certificate]), provenBy: clock + day }
    expect(checkTimeStamp(read, { ...by, data: [document] })).toEqual({ at: read.info.genTime })
    expect(checkTimeStamp(read, { ...by, data: [digest('sha256', document)] })).toEqual({ refused: 'bad-time-stamp' })
  }
})

test('openssl reads the certificate of our time-stamping authority as one for that purpose alone', async () => {
  writePem('tsa.pem', bench.tsa.certificate)
  const { output } = openssl('x509', '-in', 'tsa.pem', '-noout', '-purpose', '-text')
  expect(output).toContain('Time Stamp signing : Yes')
  expect(output).toContain('S/MIME signing : No')
  expect(output).toMatch(/Extended Key Usage: critical\s+Time Stamping/)
  expect(parseCertificate(bench.tsa.certificate).organizations).toEqual(['JPKI-SIM'])
})

test('a token over sha-384 and one over sha-512 are openssl’s too', async () => {
  writePem('tsa.pem', bench.tsa.certificate)
  for (const digestName of ['sha384', 'sha512'] as const) {
    const imprint = digest(digestName, document)
    const token = await createTimeStamp({ authority: bench.tsa, imprint, digestName, serialNumber: 5n, at: now })
    const verified = openssl(
      ...['ts', '-verify', '-token_in', '-in', write('long.der', token), '-data', 'document.txt'],
      ...['-CAfile', 'tsa.pem', '-untrusted', 'tsa.pem', ...thatDay],
    )
    expect(verified).toMatchObject({ status: 0 })
  }
})

test('openssl refuses under another ca of the same name what we refuse too', async () => {
  const other = await createAuthority('signature', 2)
  writePem('other.pem', other.certificate)
  expect(judge(await bench.sign())).toBe(Buffer.from(bench.document).toString())
  expect(judge(await bench.sign(), { ca: 'other.pem' })).toContain('unable to get local issuer certificate')
})
