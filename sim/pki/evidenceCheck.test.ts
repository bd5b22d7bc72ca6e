import { beforeAll, expect, test } from 'vitest'
import * as asn1 from './asn1.ts'
import { trustAnchors } from './chain.ts'
import { verifySignedDocument } from './cms.ts'
import { checkWhenSigned, type WhenSignedOptions } from './evidenceCheck.ts'
import type { StatusEvidence } from './evidence.ts'
import { generateKeyPair } from './key.ts'
import { append, at, children, derOf, replace, tree } from './testForgery.ts'
import { createEvidenceBench, createTimeStampAuthority, type EvidenceBench, minute } from './testEvidence.ts'
import { createAuthority, createOcspSigner, day, issueAuthentication, issueSignature, now } from './testHierarchy.ts'
import { timeStampAnchors } from './timeStamp.ts'

let bench: EvidenceBench
let kept: Uint8Array
beforeAll(async () => {
  bench = await createEvidenceBench()
  kept = await bench.keep(await bench.sign(), [await bench.answer()])
})

const check = (evidence: Uint8Array, options: Partial<WhenSignedOptions> = {}) => {
  const { anchors, tsaAnchors } = bench
  const found = checkWhenSigned(evidence, { anchors, tsaAnchors, now: now + 3 * 365 * day, ...options })
  return found.outcome === 'valid' ? 'valid' : `${found.outcome}: ${found.reason}`
}
/** A document signed as usual and kept with this status. */
const keptWith = async (...status: StatusEvidence[]) => bench.keep(await bench.sign(), status)

/** ContentInfo, [0], SignedData; the signer; its unsigned attributes. */
const signedData = (whole: ReturnType<typeof tree>) => at(whole, 1, 0)
const signerInfo = (whole: ReturnType<typeof tree>) => at(signedData(whole), 4, 0)
const unsigned = (whole: ReturnType<typeof tree>) => at(signerInfo(whole), 6)
const oidHex = (oid: string) => Buffer.from(asn1.encode(asn1.oid(oid))).toString('hex')
const unsignedIndex = (whole: ReturnType<typeof tree>, oid: string) =>
  children(unsigned(whole)).findIndex(
    (attribute) => Buffer.from(derOf(at(attribute, 0))).toString('hex') === oidHex(oid),
  )

const changed = (change: (whole: ReturnType<typeof tree>) => void, evidence = kept) => {
  const whole = tree(evidence)
  change(whole)
  return derOf(whole)
}

const signatureTimeStamp = '1.2.840.113549.1.9.16.2.14'
const certificateValues = '1.2.840.113549.1.9.16.2.23'
const revocationValues = '1.2.840.113549.1.9.16.2.24'
const archiveTimeStamp = '0.4.0.1733.2.4'
const all = [signatureTimeStamp, certificateValues, revocationValues, archiveTimeStamp]

/** The attribute of `from` in the place of the same one of `kept`. */
const swapped = (oid: string, from: Uint8Array) => {
  const other = tree(from)
  return changed((whole) =>
    replace(unsigned(whole), unsignedIndex(whole, oid), at(unsigned(other), unsignedIndex(other, oid))),
  )
}

test('a document kept with its evidence is valid as of the time-stamp, long after its certificate ended', () => {
  const { anchors, tsaAnchors } = bench
  expect(checkWhenSigned(kept, { anchors, tsaAnchors, now: now + 3 * 365 * day })).toMatchObject({
    outcome: 'valid',
    document: bench.document,
    claimedAt: now - 5000,
    provenAt: now,
    statusAsOf: now - minute,
  })
})

test('it still verifies as a signed document, and so do its two other forms', async () => {
  expect(verifySignedDocument(kept)).toMatchObject({ result: 'ok', document: bench.document })
  const { document, certificate } = bench
  const detached = await bench.keep(await bench.sign({ detached: true }), [await bench.answer()], { document })
  expect([check(detached, { document }), check(detached)]).toEqual(['valid', 'undetermined: no-document'])
  expect(check(detached, { document: new Uint8Array(3) })).toBe('invalid: wrong-digest')
  const bare = await bench.keep(await bench.sign({ withoutCertificate: true }), [await bench.answer()], { certificate })
  expect(check(bare)).toBe('valid')
})

test('a list is evidence as well as an answer', async () => {
  expect(check(await keptWith(await bench.list()))).toBe('valid')
})

test('a document of an ecdsa p-384 key under such a ca leaves evidence too, and no key of that strength grows weak', async () => {
  const other = await createEvidenceBench('p-384')
  const { anchors, tsaAnchors } = other
  for (const status of [await other.answer(), await other.list()]) {
    const evidence = await other.keep(await other.sign(), [status])
    expect(check(evidence, { anchors, tsaAnchors, keyStrength: { rsa2048: 0 } })).toBe('valid')
    expect(check(evidence)).toBe('undetermined: bad-time-stamp')
  }
})

test('a document without evidence, or without one part of it, is undetermined', async () => {
  expect(check(await bench.sign())).toBe('undetermined: no-evidence')
  for (const oid of all)
    expect(check(changed((whole) => replace(unsigned(whole), unsignedIndex(whole, oid))))).toBe(
      'undetermined: no-evidence',
    )
})

test.each([
  ['a second before', -1000, 'invalid: revoked'],
  ['in the very second of', 0, 'invalid: revoked'],
  ['a second after', 1000, 'valid'],
])('revoked %s the time-stamp', async (_, offset, outcome) => {
  const status = { certStatus: 'revoked', revocationDate: now + offset, reasonCode: 3 } as const
  const later = { status, thisUpdate: now + 5 * minute }
  for (const evidence of [await bench.list(later), await bench.answer(later)]) {
    const cms = await bench.sign()
    // Evidence gathered after the signature was stamped: the archive time-stamp is younger than the signature's.
    expect(check(await bench.keep(cms, [evidence]))).toBe('undetermined: no-status')
    expect(check(await bench.keepLater(cms, [evidence], now + 10 * minute))).toBe(outcome)
  }
})

test.each([
  ['the holder’s key', 1],
  ['the ca’s key', 2],
])('a later revocation for a compromise of %s leaves it undetermined', async (_, reasonCode) => {
  const status = { certStatus: 'revoked', revocationDate: now + minute, reasonCode } as const
  const evidence = await bench.list({ status, thisUpdate: now + 5 * minute })
  expect(check(await bench.keepLater(await bench.sign(), [evidence], now + 10 * minute))).toBe(
    'undetermined: key-compromised',
  )
})

test('of two answers the one that says revoked decides', async () => {
  const status = { certStatus: 'revoked', revocationDate: now - 2 * minute, reasonCode: 4 } as const
  expect(check(await keptWith(await bench.answer(), await bench.answer({ status })))).toBe('invalid: revoked')
})

test.each<[string, () => Promise<StatusEvidence>]>([
  ['of another certificate', () => bench.answer({ serialNumber: 'FF01' })],
  ['that had run out', () => bench.answer({ thisUpdate: now - 15 * minute })],
  ['from after the time-stamps', () => bench.answer({ thisUpdate: now + 1000 })],
  ['produced after the time-stamps', () => bench.answer({ producedAt: now + 1000 })],
  [
    'of a responder of another ca',
    async () => bench.answer({}, await createOcspSigner('signature', await createAuthority('signature'))),
  ],
  ['of a list that had run out', () => bench.list({ thisUpdate: now - day })],
])('an answer %s is none', async (_, make) => {
  expect(check(await keptWith(await make()))).toBe('undetermined: no-status')
})

test('an answer is in force to the last second', async () => {
  expect(check(await keptWith(await bench.answer({ thisUpdate: now - 15 * minute + 1000 })))).toBe('valid')
  expect(check(await keptWith(await bench.answer({ thisUpdate: now })))).toBe('valid')
})

test('no evidence at all about the status is undetermined', async () => {
  expect(check(await keptWith(await bench.answer(), await bench.answer()))).toBe('valid')
  const none = await bench.keep(await bench.sign(), [])
  expect(check(none)).toBe('undetermined: no-status')
})

test('a certificate outside its validity at the time-stamp is invalid', async () => {
  const answer = await bench.answer()
  const with_ = async (lifetime: { notBefore?: number; notAfter?: number }) =>
    bench.keep(
      await bench.sign({ certificate: await issueSignature({ ca: bench.ca, keyPair: bench.keyPair, ...lifetime }) }),
      [answer],
    )
  expect(check(await with_({ notAfter: now - 1000 }))).toBe('invalid: expired')
  expect(check(await with_({ notBefore: now + 1000 }))).toBe('invalid: not-yet-valid')
  expect(check(await with_({ notAfter: now, notBefore: now }))).toBe('valid')
})

test('a certificate of the other kind, and of another ca, is refused', async () => {
  const answer = await bench.answer()
  const authentication = await issueAuthentication({ ca: bench.ca, keyPair: bench.keyPair })
  expect(check(await bench.keep(await bench.sign({ certificate: authentication }), [answer]))).toBe(
    'invalid: wrong-kind',
  )
  const strange = trustAnchors([{ kind: 'signature', der: (await createAuthority('signature', 2)).certificate }])
  expect(check(kept, { anchors: strange })).toBe('invalid: bad-certificate-signature')
  expect(check(kept, { anchors: [] })).toBe('undetermined: unknown-issuer')
})

test('a generation that came later does not disturb, and one no longer trusted spoils only what is younger', async () => {
  const newer = trustAnchors([{ kind: 'signature', der: (await createAuthority('signature', 2)).certificate }])
  expect(check(kept, { anchors: [...newer, ...bench.anchors] })).toBe('valid')
  const distrusted = (distrustedFrom: number) => bench.anchors.map((anchor) => ({ ...anchor, distrustedFrom }))
  expect(check(kept, { anchors: distrusted(now + 1000) })).toBe('valid')
  expect(check(kept, { anchors: distrusted(now) })).toBe('undetermined: issuer-distrusted')
})

test('time-stamps count only from a pinned authority whose certificate has not ended', async () => {
  const other = await createTimeStampAuthority()
  expect(check(kept, { tsaAnchors: timeStampAnchors([other.certificate]) })).toBe('undetermined: bad-time-stamp')
  expect(check(kept, { tsaAnchors: [] })).toBe('undetermined: unknown-authority')
  const brief = await createTimeStampAuthority(10)
  const evidence = await bench.keep(await bench.sign(), [await bench.answer()], { authority: brief })
  const tsaAnchors = timeStampAnchors([brief.certificate])
  expect(check(evidence, { tsaAnchors, now: now + 10 * day })).toBe('valid')
  expect(check(evidence, { tsaAnchors, now: now + 10 * day + 1 })).toBe('undetermined: time-stamp-expired')
  expect(check(kept, { now: now - 1 })).toBe('undetermined: bad-time-stamp')
})

test('a key of its day is enough, and one that was too weak by then is not', () => {
  expect(check(kept, { keyStrength: { rsa2048: now } })).toBe('valid')
  expect(check(kept, { keyStrength: { rsa2048: now - 1 } })).toBe('undetermined: weak-key')
})

test('a changed document, signed attribute or signature is invalid', () => {
  expect(check(changed((whole) => replace(at(signedData(whole), 2, 1), 0, asn1.octetString(new Uint8Array(9)))))).toBe(
    'invalid: wrong-digest',
  )
  expect(check(changed((whole) => replace(at(signerInfo(whole), 3, 1, 1), 0, asn1.time(now))))).toBe(
    'invalid: bad-signature',
  )
  expect(check(changed((whole) => replace(signerInfo(whole), 5, asn1.octetString(new Uint8Array(256)))))).toBe(
    'invalid: bad-signature',
  )
})

test('evidence taken from another document, another time or another certificate does not fit', async () => {
  const other = await keptWith(await bench.answer({ thisUpdate: now - 2 * minute }))
  const later = await bench.keepLater(await bench.sign(), [await bench.answer({ thisUpdate: now })], now + minute)
  const stranger = await issueSignature({ ca: bench.ca, keyPair: bench.keyPair, serialNumber: 0x55n })
  const foreign = await bench.keep(await bench.sign({ certificate: stranger }), [
    await bench.answer({ serialNumber: '55' }),
  ])
  for (const from of [other, later, foreign])
    for (const oid of all.filter((each) => each !== certificateValues))
      expect(check(swapped(oid, from))).toBe('undetermined: bad-time-stamp')
})

test('certificates put in or taken out are noticed, and so are lists and attributes nobody knows', async () => {
  const extra = asn1.raw((await createAuthority('signature')).certificate)
  expect(check(changed((whole) => append(at(signedData(whole), 3), extra)))).toBe('undetermined: bad-time-stamp')
  expect(check(changed((whole) => append(at(signedData(whole), 3), at(signedData(whole), 3, 0))))).toBe(
    'undetermined: bad-time-stamp',
  )
  expect(check(changed((whole) => replace(signedData(whole), 3)))).toBe('undetermined: no-signer-certificate')
  const { der } = await bench.list()
  expect(
    check(
      changed((whole) => {
        const [signers] = children(signedData(whole)).slice(-1)
        if (!signers) throw new Error('no signers')
        replace(signedData(whole), 4, asn1.explicit(1, asn1.raw(der)), signers)
      }),
    ),
  ).toBe('undetermined: bad-time-stamp')
  const strange = asn1.sequence(asn1.oid('2.999.1'), asn1.setOf(asn1.integer(1)))
  expect(check(changed((whole) => replace(unsigned(whole), 0, strange, at(unsigned(whole), 0))))).toBe(
    'invalid: unsupported',
  )
})

test('what is no signed document is invalid as malformed', () => {
  expect(check(new Uint8Array([1, 2, 3]))).toBe('invalid: malformed')
  expect(check(kept.subarray(0, kept.length - 1))).toBe('invalid: malformed')
})

test('evidence is added only to a document that verifies', async () => {
  const cms = await bench.sign({ keyPair: await generateKeyPair() })
  await expect(bench.keep(cms, [await bench.answer()])).rejects.toThrow(RangeError)
})
