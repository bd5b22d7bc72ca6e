import { createHash, sign } from 'node:crypto'
import { Sequence, Set as Asn1Set } from 'asn1js'
import { ContentInfo, SignedData } from 'pkijs'
import { beforeAll, expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import { type Authority, parseCertificate } from './certificate.ts'
import { signDocument, verifySignedDocument } from './cms.ts'
import { sha256 } from './algorithm.ts'
import { toHex } from './derValue.ts'
import { generateKeyPair, type KeyPair, keySigner, type Signer } from './key.ts'
import { MalformedError } from './malformed.ts'
import { append, at, children, derOf, replace, tree } from './testForgery.ts'
import { createAuthority, issueSignature, now } from './testHierarchy.ts'

let ca: Authority
let keyPair: KeyPair
let otherKeyPair: KeyPair
let signer: Signer
let certificate: Uint8Array
let cms: Uint8Array

const document = new TextEncoder().encode('口座開設申込書')

beforeAll(async () => {
  ca = await createAuthority('signature')
  keyPair = await generateKeyPair()
  otherKeyPair = await generateKeyPair()
  signer = keySigner(keyPair.privateKey)
  certificate = await issueSignature({ ca, keyPair })
  cms = await signDocument({ document, signer, certificate, signingTime: now })
})

const reason = (der: Uint8Array, detached?: Uint8Array) => {
  const verified = verifySignedDocument(der, detached && { document: detached })
  return verified.result === 'ok' ? 'ok' : verified.reason
}

/** ContentInfo, [0], SignedData. */
const signedData = (whole: ReturnType<typeof tree>) => at(whole, 1, 0)
const signerInfo = (whole: ReturnType<typeof tree>) => at(signedData(whole), 4, 0)

const changed = (change: (whole: ReturnType<typeof tree>) => void) => {
  const whole = tree(cms)
  change(whole)
  return derOf(whole)
}

/** Changes the signed attributes and signs them again with the right key. */
async function resigned(change: (attributes: ReturnType<typeof tree>) => void): Promise<Uint8Array> {
  const whole = tree(cms)
  const attributes = at(signerInfo(whole), 3)
  change(attributes)
  const set = asn1.encode(asn1.setOf(...children(attributes)))
  const tagged = new Uint8Array(set)
  tagged[0] = 0xa0
  replace(signerInfo(whole), 3, asn1.raw(tagged))
  replace(signerInfo(whole), 5, asn1.octetString(await signer.sign(set)))
  return derOf(whole)
}

const withoutCertificates = (whole: ReturnType<typeof tree>) => replace(signedData(whole), 3)

const attributeIndex = (attributes: ReturnType<typeof tree>, oid: string) =>
  children(attributes).findIndex((attribute) => toHex(derOf(at(attribute, 0))) === toHex(asn1.encode(asn1.oid(oid))))

const messageDigest = '1.2.840.113549.1.9.4'
const signingTime = '1.2.840.113549.1.9.5'
const signingCertificate = '1.2.840.113549.1.9.16.2.47'

test('a signed document gives back document, certificate and time', () => {
  const verified = verifySignedDocument(cms)
  expect(verified).toMatchObject({ result: 'ok', signingTime: now, document })
  if (verified.result === 'ok') expect(toHex(verified.certificate.der)).toBe(toHex(certificate))
})

test('a detached signature needs its document', async () => {
  const detached = await signDocument({ document, signer, certificate, signingTime: now, detached: true })
  expect(reason(detached, document)).toBe('ok')
  expect(reason(detached)).toBe('no-document')
  expect(reason(detached, new TextEncoder().encode('another'))).toBe('wrong-digest')
  expect(reason(cms, document)).toBe('two-documents')
})

test('an empty document can be signed', async () => {
  expect(reason(await signDocument({ document: new Uint8Array(), signer, certificate, signingTime: now }))).toBe('ok')
})

test('the signer gets the signed attributes as a set in der order', async () => {
  let given = new Uint8Array()
  const watching: Signer = {
    sign: (data) => {
      given = new Uint8Array(data)
      return signer.sign(data)
    },
  }
  await signDocument({ document, signer: watching, certificate, signingTime: now })
  const set = tree(given)
  expect(set).toBeInstanceOf(Asn1Set)
  expect(toHex(asn1.encode(asn1.setOf(...children(set))))).toBe(toHex(given))
})

test('pkijs reads one signer and four signed attributes', () => {
  const content = ContentInfo.fromBER(new Uint8Array(cms))
  const theirs = new SignedData({ schema: content.content })
  expect(theirs.signerInfos).toHaveLength(1)
  expect(theirs.signerInfos[0]?.signedAttrs?.attributes.map(({ type }) => type)).toEqual([
    '1.2.840.113549.1.9.3',
    signingTime,
    messageDigest,
    signingCertificate,
  ])
})

test('a changed document is refused', () => {
  expect(reason(changed((whole) => replace(at(signedData(whole), 2, 1), 0, asn1.octetString(sha256(document)))))).toBe(
    'wrong-digest',
  )
})

test('changed attributes are refused', () => {
  const der = changed((whole) => {
    const attributes = at(signerInfo(whole), 3)
    replace(at(attributes, attributeIndex(attributes, signingTime), 1), 0, asn1.time(now + 1000))
  })
  expect(reason(der)).toBe('bad-signature')
})

test('another key’s signature is refused', async () => {
  const wrong = keySigner(otherKeyPair.privateKey)
  expect(reason(await signDocument({ document, signer: wrong, certificate, signingTime: now }))).toBe('bad-signature')
})

test('another certificate of the same key, issuer and serial number is refused', async () => {
  const twin = await issueSignature({ ca, keyPair, notAfter: now + 1000 })
  expect(parseCertificate(twin).serialNumber).toBe(parseCertificate(certificate).serialNumber)
  expect(reason(changed((whole) => replace(at(signedData(whole), 3), 0, asn1.raw(twin))))).toBe('wrong-certificate')
})

test('a message without the signer’s certificate is refused', async () => {
  expect(reason(changed((whole) => withoutCertificates(whole)))).toBe('no-signer-certificate')
  const other = await issueSignature({ ca, keyPair, serialNumber: 77n })
  expect(reason(changed((whole) => replace(at(signedData(whole), 3), 0, asn1.raw(other))))).toBe(
    'no-signer-certificate',
  )
})

test('two signers or none are refused', () => {
  const two = changed((whole) => append(at(signedData(whole), 4), signerInfo(whole)))
  expect(reason(two)).toBe('not-one-signer')
  expect(reason(changed((whole) => replace(at(signedData(whole), 4), 0)))).toBe('not-one-signer')
})

test('a signature without signed attributes is refused, though it would be right', async () => {
  const whole = tree(cms)
  replace(signerInfo(whole), 3)
  replace(signerInfo(whole), 4, asn1.octetString(await signer.sign(document)))
  expect(reason(derOf(whole))).toBe('no-signed-attributes')
})

test.each([
  ['the message digest', messageDigest],
  ['the signing time', signingTime],
  ['the signing certificate', signingCertificate],
  ['the content type', '1.2.840.113549.1.9.3'],
])('%s must be among the signed attributes', async (_, oid) => {
  const der = await resigned((attributes) => replace(attributes, attributeIndex(attributes, oid)))
  expect(reason(der)).toBe('no-signed-attributes')
})

test('attributes in another order or twice are malformed', async () => {
  const disordered = changed((whole) => {
    const attributes = at(signerInfo(whole), 3)
    const [first] = children(attributes)
    if (!(first instanceof Sequence)) throw new Error('no attribute')
    replace(attributes, 0)
    append(attributes, first)
  })
  expect(() => verifySignedDocument(disordered)).toThrow('not in order')
  const twice = (attributes: ReturnType<typeof tree>) =>
    append(attributes, asn1.sequence(asn1.oid(signingTime), asn1.setOf(asn1.time(now + 5000))))
  await expect(resigned(twice).then((der) => verifySignedDocument(der))).rejects.toThrow('repeated')
  const twoValues = (attributes: ReturnType<typeof tree>) =>
    append(at(attributes, attributeIndex(attributes, signingTime), 1), asn1.time(now + 5000))
  await expect(resigned(twoValues).then((der) => verifySignedDocument(der))).rejects.toThrow(MalformedError)
})

test('a certificate hash with the right issuer and serial number is accepted, with a wrong one refused', async () => {
  const { issuerHex } = parseCertificate(certificate)
  const withSerial = (serial: number) => (attributes: ReturnType<typeof tree>) => {
    const issuer = asn1.sequence(asn1.explicit(4, asn1.raw(Buffer.from(issuerHex, 'hex'))))
    const id = asn1.sequence(asn1.octetString(sha256(certificate)), asn1.sequence(issuer, asn1.integer(serial)))
    const value = asn1.sequence(asn1.sequence(id))
    replace(at(attributes, attributeIndex(attributes, signingCertificate), 1), 0, value)
  }
  expect(reason(await resigned(withSerial(0x0133c349)))).toBe('ok')
  expect(reason(await resigned(withSerial(5)))).toBe('wrong-certificate')
})

test('other content, other digests and other signature algorithms are refused', () => {
  const other = changed((whole) => replace(whole, 0, asn1.oid('1.2.840.113549.1.7.3')))
  expect(() => verifySignedDocument(other)).toThrow('other content')
  const sha1 = changed((whole) => replace(signerInfo(whole), 2, asn1.sequence(asn1.oid('1.3.14.3.2.26'))))
  expect(reason(sha1)).toBe('unsupported')
  const pss = changed((whole) =>
    replace(signerInfo(whole), 4, asn1.sequence(asn1.oid('1.2.840.113549.1.1.10'), asn1.none())),
  )
  expect(reason(pss)).toBe('unsupported')
})

/** The AlgorithmIdentifiers of a signer, and whether it still verifies. */
const algorithmsOf = (der: Uint8Array) => {
  const info = signerInfo(tree(der))
  return [at(info, 2, 0), at(info, 4, 0)].map((node) => toHex(derOf(node)))
}
const hexOf = (...oids: string[]) => oids.map((oid) => toHex(asn1.encode(asn1.oid(oid))))

test.each([
  ['p-256', '2.16.840.1.101.3.4.2.1', '1.2.840.10045.4.3.2'],
  ['p-384', '2.16.840.1.101.3.4.2.2', '1.2.840.10045.4.3.3'],
] as const)('an ecdsa key signs with the digest of its curve: %s', async (algorithm, digestOid, signatureOid) => {
  const pair = await generateKeyPair(algorithm)
  const own = await issueSignature({ ca, keyPair: pair })
  const der = await signDocument({ document, signer: keySigner(pair.privateKey), certificate: own, signingTime: now })
  expect(reason(der)).toBe('ok')
  expect(algorithmsOf(der)).toEqual(hexOf(digestOid, signatureOid))
})

test('a signature without its certificate needs the right one beside it', async () => {
  const bare = await signDocument({ document, signer, certificate, signingTime: now, withoutCertificate: true })
  expect(reason(bare)).toBe('no-signer-certificate')
  expect(verifySignedDocument(bare, { certificate })).toMatchObject({ result: 'ok', document })
  const twin = await issueSignature({ ca, keyPair, notAfter: now + 1000 })
  const other = await issueSignature({ ca, keyPair, serialNumber: 77n })
  for (const wrong of [twin, other])
    expect(verifySignedDocument(bare, { certificate: wrong })).toEqual({
      result: 'refused',
      reason: 'wrong-certificate',
    })
  expect(() => verifySignedDocument(bare, { certificate: document })).toThrow(MalformedError)
})

/** The document signed with another digest: digestAlgorithm, message digest and signature all say so. */
async function signedWith(hash: string, digestOid: string, signatureOid?: string): Promise<Uint8Array> {
  const whole = tree(cms)
  const attributes = at(signerInfo(whole), 3)
  const value = asn1.octetString(createHash(hash).update(document).digest())
  replace(at(attributes, attributeIndex(attributes, messageDigest), 1), 0, value)
  const set = asn1.encode(asn1.setOf(...children(attributes)))
  const tagged = new Uint8Array(set)
  tagged[0] = 0xa0
  replace(signerInfo(whole), 2, asn1.sequence(asn1.oid(digestOid)))
  replace(signerInfo(whole), 3, asn1.raw(tagged))
  if (signatureOid) replace(signerInfo(whole), 4, asn1.sequence(asn1.oid(signatureOid), asn1.none()))
  replace(signerInfo(whole), 5, asn1.octetString(sign(hash, set, keyPair.privateKey)))
  return derOf(whole)
}

test.each([
  ['sha256', '2.16.840.1.101.3.4.2.1', '1.2.840.113549.1.1.11'],
  ['sha384', '2.16.840.1.101.3.4.2.2', '1.2.840.113549.1.1.12'],
  ['sha512', '2.16.840.1.101.3.4.2.3', '1.2.840.113549.1.1.13'],
])('%s is a digest for documents, under either name of the rsa signature', async (hash, digestOid, signatureOid) => {
  expect(reason(await signedWith(hash, digestOid))).toBe('ok')
  expect(reason(await signedWith(hash, digestOid, signatureOid))).toBe('ok')
})

test.each([
  ['sha1', '1.3.14.3.2.26'],
  ['sha224', '2.16.840.1.101.3.4.2.4'],
  ['md5', '1.2.840.113549.2.5'],
  ['sha3-256', '2.16.840.1.101.3.4.2.8'],
])('%s is none, though the signature would be right', async (hash, digestOid) => {
  expect(reason(await signedWith(hash, digestOid))).toBe('unsupported')
})

test('digest and signature algorithm must be of one kind', async () => {
  expect(reason(await signedWith('sha256', '2.16.840.1.101.3.4.2.1', '1.2.840.113549.1.1.13'))).toBe('unsupported')
})

test('a signature policy nobody here knows is refused', async () => {
  const policy = asn1.sequence(asn1.oid('1.2.840.113549.1.9.16.2.15'), asn1.setOf(asn1.none()))
  expect(reason(await resigned((attributes) => append(attributes, policy)))).toBe('unsupported')
})

test('an unsigned attribute nobody here knows is refused', () => {
  const counterSignature = asn1.sequence(asn1.oid('1.2.840.113549.1.9.6'), asn1.setOf(asn1.none()))
  const der = changed((whole) => append(signerInfo(whole), asn1.explicit(1, counterSignature)))
  expect(reason(der)).toBe('unsupported')
})

test('more than 1 MiB is refused', () => {
  expect(() => verifySignedDocument(new Uint8Array(1024 * 1024 + 1))).toThrow('too large')
})
