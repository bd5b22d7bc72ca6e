import { beforeAll, expect, test } from 'vitest'
import { fc, test as property } from '@fast-check/vitest'
import { type Authority, type Certificate, parseCertificate } from './certificate.ts'
import { trustAnchors, type TrustAnchors, validateCertificate } from './chain.ts'
import { signDocument, verifySignedDocument } from './cms.ts'
import { type Case, verify } from './conformance.ts'
import { checkCrl, parseCrl } from './crl.ts'
import { issueCrl } from './crlIssue.ts'
import { generateKeyPair, importPublicKey, type KeyPair, keySigner } from './key.ts'
import { MalformedError } from './malformed.ts'
import { sameName } from './name.ts'
import {
  certIdOf,
  checkOcspResponse,
  createOcspRequest,
  createOcspResponse,
  parseOcspRequest,
  parseOcspResponse,
} from './ocsp.ts'
import { readOcspResponse } from './ocspResponse.ts'
import { readCertificate } from './parsedCertificate.ts'
import { readRevocationList } from './path/revocationList.ts'
import { crlDistributionPoint } from './profile.ts'
import { createAuthority, createOcspSigner, day, issueSignature, kiyose, now } from './testHierarchy.ts'
import { changes, mutate } from './testMutation.ts'

let keyPair: KeyPair
let ca: Authority
let anchors: TrustAnchors
let issuer: Certificate
let certificate: Certificate
let crl: Uint8Array
/** The same list without the certificate. */
let goodCrl: Uint8Array
let request: Uint8Array
let response: Uint8Array
let cms: Uint8Array
const nonce = new Uint8Array(16).fill(3)

beforeAll(async () => {
  keyPair = await generateKeyPair()
  ca = await createAuthority('signature')
  anchors = trustAnchors([{ kind: 'signature', der: ca.certificate }])
  issuer = parseCertificate(ca.certificate)
  certificate = parseCertificate(await issueSignature({ ca, keyPair }))
  const { serialNumber } = certificate
  const list = (entries: { serialNumber: string; revocationDate: number; reasonCode: number }[]) =>
    issueCrl({
      ca,
      thisUpdate: now,
      nextUpdate: now + day,
      crlNumber: 3,
      entries,
      distributionPoint: crlDistributionPoint('signature', kiyose),
    })
  const other = { serialNumber: 'FF', revocationDate: now - day, reasonCode: 0 }
  crl = await list([{ serialNumber, revocationDate: now - day, reasonCode: 3 }, other])
  goodCrl = await list([other])
  request = createOcspRequest({ issuer, serialNumbers: [serialNumber], nonce })
  response = await createOcspResponse({
    responder: await createOcspSigner('signature', ca),
    producedAt: now,
    responses: [
      {
        certId: certIdOf(issuer, serialNumber),
        status: { certStatus: 'good' },
        thisUpdate: now,
        nextUpdate: now + day,
      },
    ],
    nonce,
  })
  const document = new TextEncoder().encode('document')
  const signer = keySigner(keyPair.privateKey)
  cms = await signDocument({ document, signer, certificate: certificate.der, signingTime: now })
})

const readers = [
  parseCertificate,
  (der: Uint8Array) => readCertificate(der),
  parseCrl,
  readRevocationList,
  parseOcspRequest,
  parseOcspResponse,
  readOcspResponse,
  verifySignedDocument,
]

/** What `read` returns, or undefined if it refuses the bytes as malformed; anything else it throws fails the test. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError)
    return undefined
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64')
const runs = { numRuns: 2000 }

property.prop([changes], runs)('no changed certificate is valid', (wanted) => {
  const der = mutate(certificate.der, wanted)
  const found = attempt(() => validateCertificate(parseCertificate(der), { kind: 'signature', anchors, now }))
  if (!same(der, certificate.der)) expect(found?.result).not.toBe('ok')
})

property.prop([changes], runs)('no changed crl is usable', (wanted) => {
  const der = mutate(crl, wanted)
  const found = attempt(() => checkCrl(parseCrl(der), { issuer, certificate, now }))
  if (!same(der, crl)) expect(found?.result).not.toBe('ok')
})

property.prop([changes], runs)('no changed ocsp answer gives a status', (wanted) => {
  const der = mutate(response, wanted)
  const found = attempt(() => checkOcspResponse(parseOcspResponse(der), { issuer, certificate, now, nonce }))
  if (!same(der, response) && found) expect(found).toHaveProperty('refused')
})

property.prop([changes], runs)('a changed signed document is refused, or says the same', (wanted) => {
  const found = attempt(() => verifySignedDocument(mutate(cms, wanted)))
  if (found?.result !== 'ok') return
  expect(found.signingTime).toBe(now)
  expect(found.certificate.fingerprint).toBe(certificate.fingerprint)
  expect(Buffer.from(found.document).toString()).toBe('document')
})

/** A whole case in the format of outside suites, all of its parts in order. */
const wholeCase = (revocation: 'crl' | 'ocsp'): Case => ({
  anchors: [base64(ca.certificate)],
  leaf: base64(certificate.der),
  crls: [base64(goodCrl)],
  ocsps: [base64(response)],
  time: new Date(now).toISOString(),
  revocation,
  nonce: base64(nonce),
})

test('the cases that are to be changed are accepted as they are', async () => {
  expect((await verify(wholeCase('crl'))).result).toBe('accept')
  expect((await verify(wholeCase('ocsp'))).result).toBe('accept')
})

property.prop([changes], runs)('no case with a changed certificate is accepted', async (wanted) => {
  const leaf = mutate(certificate.der, wanted)
  const { result } = await verify({ ...wholeCase('crl'), leaf: base64(leaf) })
  if (!same(leaf, certificate.der)) expect(result).toBe('reject')
})

property.prop([changes], runs)(
  'no case with a changed anchor is accepted, unless its key and name are the same',
  async (wanted) => {
    const changed = mutate(ca.certificate, wanted)
    const { result } = await verify({ ...wholeCase('crl'), anchors: [base64(changed)] })
    if (result !== 'accept') return
    // An anchor's own signature is not looked at: it is trusted as it is given.
    const read = readCertificate(changed)
    expect(same(read.spki, issuer.spki) && sameName(read.subjectName, issuer.subjectName)).toBe(true)
  },
)

property.prop([changes], runs)('no case with a changed crl is accepted', async (wanted) => {
  const changed = mutate(goodCrl, wanted)
  const { result } = await verify({ ...wholeCase('crl'), crls: [base64(changed)] })
  if (!same(changed, goodCrl)) expect(result).toBe('reject')
})

property.prop([changes], runs)(
  'a case with a changed ocsp answer is accepted only if what is signed is unchanged',
  async (wanted) => {
    const changed = mutate(response, wanted)
    const { result } = await verify({ ...wholeCase('ocsp'), ocsps: [base64(changed)] })
    if (result !== 'accept') return
    const [before, after] = [readOcspResponse(response), readOcspResponse(changed)]
    if (before.responseStatus !== 'successful' || after.responseStatus !== 'successful') throw new Error('no answer')
    expect(same(before.tbs, after.tbs)).toBe(true)
  },
)

property.prop([changes], runs)('what others send along changes nothing', async (wanted) => {
  const junk = [ca.certificate, certificate.der].map((der) => base64(mutate(der, wanted)))
  const lists = [goodCrl, crl].map((der) => mutate(der, wanted)).filter((der) => !same(der, crl) && !same(der, goodCrl))
  const of = wholeCase('crl')
  const sent = { ...of, intermediates: junk, crls: [...(of.crls ?? []), ...lists.map(base64)] }
  expect((await verify(sent)).result).toBe('accept')
})

property.prop([changes], runs)('a changed ocsp request is read or malformed', (wanted) => {
  attempt(() => parseOcspRequest(mutate(request, wanted)))
})

property.prop([fc.uint8Array({ maxLength: 200 })], runs)('random bytes are malformed everywhere', (bytes) => {
  for (const read of readers) {
    expect(attempt(() => read(bytes))).toBeUndefined()
  }
  attempt(() => importPublicKey(Buffer.from(bytes).toString('base64')))
})

property.prop([fc.uint8Array({ minLength: 1, maxLength: 8 })], { numRuns: 300 })(
  'deep nesting and long runs do not hang',
  (seed) => {
    const run = Uint8Array.from({ length: 60_000 }, (_, index) => seed[index % seed.length] ?? 0)
    const nested = Uint8Array.from({ length: 60_000 }, (_, index) =>
      index % 4 === 0 ? 0x30 : index % 4 === 1 ? 0x82 : 0xff,
    )
    for (const bytes of [run, nested]) {
      for (const read of readers) {
        expect(attempt(() => read(bytes))).toBeUndefined()
      }
    }
  },
)
