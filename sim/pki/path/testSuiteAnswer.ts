/** Cases about OCSP: an answer about the leaf and one about its CA, honest but for one thing each (RFC 6960 sections 3.2 and 4.2). */
import type { Case } from '../conformance.ts'
import { constructed, primitive, tag } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid, keyPurposeOcspSigning } from '../profile.ts'
import * as of from './testSuite.ts'
import * as status from './testSuiteStatus.ts'
import { certificate, extension, now, oid, party, second, seq } from './testSuite.ts'
import { answer, type AnswerSpec, list, type Single } from './testSuiteStatus.ts'
import { bad, ca, frame, good, leaf, middle, root, type Row, stranger } from './testSuitePath.ts'

const ext = extensionOid
const responder = party('responder')
const other = party('other')
const namesake = party('middle')
const rootCertificate = certificate(root, root, { ...ca, serial: 1 })
const middleCertificate = certificate(middle, root, { ...ca, serial: 2 })
const leafCertificate = certificate(leaf, middle)

const aboutCa = answer({ by: root, singles: [{ issuer: root, serial: 2 }] })

type More = { upper?: readonly of.Bytes[]; cas?: readonly of.Bytes[]; case?: Partial<Case> }
const withAnswers = (answers: readonly of.Bytes[], more: More = {}): Case =>
  frame([rootCertificate], [middleCertificate, ...(more.cas ?? [])], leafCertificate, {
    revocation: 'ocsp',
    ocsps: [...answers, ...(more.upper ?? [aboutCa])].map(of.base64),
    ...more.case,
  })

const about = (single: Partial<Single> = {}): Single => ({ issuer: middle, ...single })
/** One answer by the CA itself, about the leaf. */
const direct = (single: Partial<Single> = {}, spec: Partial<AnswerSpec> = {}, more: More = {}) =>
  withAnswers([answer({ by: middle, singles: [about(single)], ...spec })], more)

const statuses = (): Row[] => [
  good('answers for both', direct()),
  good('named by name', direct({}, { named: 'name' })),
  bad('no answers', withAnswers([], { upper: [] })),
  bad('none for the leaf', withAnswers([])),
  bad('none for the ca', direct({}, {}, { upper: [] })),
  good('none for the ca, and none provided', direct({}, {}, { upper: [], case: { ocspScope: 'provided' } })),
  bad('none for the leaf, although provided only', withAnswers([], { case: { ocspScope: 'provided' } })),
  bad(
    'the ca revoked, although provided only',
    direct(
      {},
      {},
      {
        upper: [answer({ by: root, singles: [{ issuer: root, serial: 2, status: status.revoked() }] })],
        case: { ocspScope: 'provided' },
      },
    ),
  ),
  bad('a scope nobody knows', direct({}, {}, { upper: [], case: { ocspScope: 'some' } })),
  bad('unknown', direct({ status: status.unknown })),
  bad('revoked', direct({ status: status.revoked() })),
  ...[0, 1, 2, 3, 4, 5, 6, 8, 9, 10].map((reason) =>
    bad(`revoked for ${reason}`, direct({ status: status.revoked(reason) })),
  ),
  bad('revoked for 7', direct({ status: status.revoked(7) })),
  bad('revoked from tomorrow on', direct({ status: status.revoked(1, now + of.day) })),
  bad(
    'the ca is revoked',
    direct(
      {},
      {},
      { upper: [answer({ by: root, singles: [{ issuer: root, serial: 2, status: status.revoked(1) }] })] },
    ),
  ),
  bad(
    'the ca is unknown',
    direct({}, {}, { upper: [answer({ by: root, singles: [{ issuer: root, serial: 2, status: status.unknown }] })] }),
  ),
  bad(
    'good and revoked',
    withAnswers([
      answer({ by: middle, singles: [about()] }),
      answer({ by: middle, singles: [about({ status: status.revoked() })] }),
    ]),
  ),
  bad('revoked and good in one', direct({}, { singles: [about(), about({ status: status.revoked() })] })),
  bad(
    'good and unknown',
    withAnswers([
      answer({ by: middle, singles: [about()] }),
      answer({ by: middle, singles: [about({ status: status.unknown })] }),
    ]),
  ),
  good(
    'good, and another is revoked',
    direct({}, { singles: [about({ serial: 7, status: status.revoked() }), about()] }),
  ),
  good(
    'good, and revoked by somebody without right',
    withAnswers([
      answer({ by: stranger, singles: [about({ status: status.revoked() })] }),
      answer({ by: middle, singles: [about()] }),
    ]),
  ),
  bad('good with content', direct({ status: wrap(primitive(0), Uint8Array.of(0)) })),
  bad('a status nobody knows', direct({ status: wrap(primitive(3)) })),
  bad(
    'good, and revoked in a list',
    direct({}, {}, { case: { crls: [of.base64(list(middle, { entries: [{ serial: 0x1234 }] }))] } }),
  ),
  good('good, and not in a list', direct({}, {}, { case: { crls: [of.base64(list(middle))] } })),
  good(
    'good, and revoked in a forged list',
    direct({}, {}, { case: { crls: [of.base64(list(middle, { signer: stranger, entries: [{ serial: 0x1234 }] }))] } }),
  ),
  bad(
    'good in a list, revoked in an answer',
    direct(
      { status: status.revoked() },
      {},
      { case: { revocation: 'crl', crls: [list(middle), list(root)].map(of.base64) } },
    ),
  ),
  bad(
    'only lists where answers are asked for',
    withAnswers([], { upper: [], case: { crls: [list(middle), list(root)].map(of.base64) } }),
  ),
  bad('only answers where lists are asked for', direct({}, {}, { case: { revocation: 'crl' } })),
  ...[1, 2, 3, 5, 6, 4, 7].map((code) => bad(`error ${code}`, withAnswers([status.response(code)]))),
  bad('a success without an answer', withAnswers([status.response(0)])),
  bad('an answer of another type', withAnswers([status.response(0, '1.3.6.1.5.5.7.48.1.99', of.nothing)])),
  bad('an answer that is none', withAnswers([status.response(0, '1.3.6.1.5.5.7.48.1.1', of.nothing)])),
  bad('a byte behind it', withAnswers([Buffer.concat([answer({ by: middle, singles: [about()] }), Uint8Array.of(0)])])),
]

const identifiers = (): Row[] => [
  ...['sha1', 'sha256', 'sha384', 'sha512'].flatMap((hash) => [
    good(`by ${hash}`, direct({ hash })),
    bad(`by ${hash}, another serial number`, direct({ hash, serial: 0x1235 })),
    bad(`by ${hash}, another name`, direct({ hash, named: root.name })),
    bad(`by ${hash}, another key`, direct({ hash, issuer: { ...middle, spki: root.spki } })),
  ]),
  good('a hash without parameters', direct({ identifier: seq(oid('1.3.14.3.2.26')) })),
  bad('a hash said to be another', direct({ hash: 'sha256', identifier: seq(oid('1.3.14.3.2.26'), of.nothing) })),
  bad('a hash said to be md5', direct({ identifier: seq(oid('1.2.840.113549.2.5'), of.nothing) })),
  bad('a hash cut short', direct({ keyHash: new Uint8Array(19) })),
  bad(
    'the same number of another ca',
    direct(
      {},
      { by: other, singles: [about({ issuer: other })] },
      { cas: [certificate(other, root, { ...ca, serial: 3 })] },
    ),
  ),
  bad('answered by another ca', direct({}, { by: other }, { cas: [certificate(other, root, { ...ca, serial: 3 })] })),
  bad('answered by the root', direct({}, { by: root })),
]

const times = (): Row[] => [
  good('this second', direct({ thisUpdate: now })),
  bad('in a second', direct({ thisUpdate: now + second })),
  good('next update in a second', direct({ nextUpdate: now + second })),
  bad('next update now', direct({ nextUpdate: now })),
  bad('next update a second ago', direct({ nextUpdate: now - second })),
  bad('next update before this one', direct({ nextUpdate: now - 2 * of.hour })),
  good('no next update', direct({ thisUpdate: now - 60 * second, nextUpdate: undefined })),
  bad('no next update, a week old', direct({ thisUpdate: now - 7 * of.day, nextUpdate: undefined })),
  bad(
    'older than asked',
    direct({ thisUpdate: now - 3 * of.day }, {}, { case: { profile: { revocationMaxAgeDays: 2 } } }),
  ),
  good(
    'stale and fresh',
    withAnswers([
      answer({ by: middle, singles: [about({ nextUpdate: now - second })] }),
      answer({ by: middle, singles: [about()] }),
    ]),
  ),
]

const nonceExtension = (bytes: of.Bytes, critical = false) => extension(ext.ocspNonce, of.octets(bytes), critical)
const sent = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
const nonces = (): Row[] => {
  const ask = { nonce: of.base64(sent) }
  const of2 = (own: of.Bytes[], upper = [nonceExtension(sent)]) =>
    direct(
      {},
      { more: own },
      { case: ask, upper: [answer({ by: root, singles: [{ issuer: root, serial: 2 }], more: upper })] },
    )
  return [
    good('the nonce sent', of2([nonceExtension(sent)])),
    good('the nonce sent, critical', of2([nonceExtension(sent, true)])),
    bad('another nonce', of2([nonceExtension(Buffer.from(sent).fill(1))])),
    bad('the nonce and a byte', of2([nonceExtension(Buffer.concat([sent, Uint8Array.of(0)]))])),
    bad('the nonce less a byte', of2([nonceExtension(sent.subarray(1))])),
    bad('no nonce', of2([])),
    bad('an empty nonce', of2([nonceExtension(new Uint8Array())])),
    bad('two nonces', of2([nonceExtension(sent), nonceExtension(sent)])),
    bad('another nonce about the ca', of2([nonceExtension(sent)], [nonceExtension(sent.subarray(2))])),
    bad('a nonce in the single answer', direct({ more: [nonceExtension(sent)] }, {}, { case: ask })),
    bad('a nonce of 129 bytes', direct({}, { more: [nonceExtension(new Uint8Array(129))] })),
    good('a nonce nobody sent', direct({}, { more: [nonceExtension(sent)] })),
    good('an unknown extension', direct({}, { more: [of.strange(false)] })),
    bad('an unknown critical extension', direct({}, { more: [of.strange(true)] })),
    good('an unknown extension of the single answer', direct({ more: [of.strange(false)] })),
    bad('an unknown critical extension of the single answer', direct({ more: [of.strange(true)] })),
    bad('version 1 written out', direct({}, { version: wrap(constructed(0), of.int(0)) })),
    bad('version 2', direct({}, { version: wrap(constructed(0), of.int(1)) })),
  ]
}

const purpose = extension(ext.extKeyUsage, seq(oid(keyPurposeOcspSigning)))
const noCheck = extension('1.3.6.1.5.5.7.48.1.5', of.nothing)
const spec = (more: of.CertificateSpec = {}): of.CertificateSpec => ({ serial: 9, more: [purpose, noCheck], ...more })
const delegate = (more: of.CertificateSpec = {}, issuer = middle) => certificate(responder, issuer, spec(more))
const delegated = (certificates: readonly of.Bytes[], more: More = {}, change: Partial<AnswerSpec> = {}) =>
  direct({}, { by: responder, certificates, ...change }, more)
const lists = (entries: status.ListSpec['entries'] = []): More => ({
  case: { crls: [of.base64(list(middle, { entries }))] },
})

const responders = (): Row[] => [
  good('a delegate', delegated([delegate()])),
  good('a delegate by name', delegated([delegate()], {}, { named: 'name' })),
  good('a delegate in its last second', delegated([delegate({ notAfter: now })])),
  good(
    'a delegate and others',
    delegated([
      leafCertificate,
      middleCertificate,
      rootCertificate,
      certificate(other, middle),
      certificate(stranger, stranger),
      delegate(),
    ]),
  ),
  good('a delegate sent otherwise', delegated([], { cas: [delegate()] }, { named: 'name' })),
  bad('a delegate nobody knows', delegated([])),
  bad('a delegate without the purpose', delegated([delegate({ more: [noCheck] })])),
  bad(
    'a delegate for any purpose',
    delegated([delegate({ more: [extension(ext.extKeyUsage, seq(oid('2.5.29.37.0'))), noCheck] })]),
  ),
  bad(
    'a delegate for another purpose',
    delegated([delegate({ more: [extension(ext.extKeyUsage, seq(oid('1.3.6.1.5.5.7.3.8'))), noCheck] })]),
  ),
  bad('a delegate of the root', delegated([delegate({}, root)])),
  bad(
    'a delegate of another ca',
    delegated([delegate({}, other)], { cas: [certificate(other, root, { ...ca, serial: 3 })] }),
  ),
  bad(
    'a delegate of a namesake',
    delegated([delegate({}, namesake)], { cas: [certificate(namesake, root, { ...ca, serial: 3 })] }),
  ),
  bad('a delegate of itself', delegated([delegate({}, responder)])),
  bad('a delegate of the leaf', delegated([certificate(responder, leaf, spec())])),
  bad('the leaf as responder', direct({}, { by: leaf, certificates: [leafCertificate] })),
  bad('a delegate that expired', delegated([delegate({ notAfter: now - second })])),
  bad('a delegate not yet valid', delegated([delegate({ notBefore: now + second })])),
  bad('a delegate with a bad signature', delegated([delegate({ flip: true })])),
  bad('a delegate that may not sign', delegated([delegate({ usage: [2] })])),
  bad(
    'a delegate with an unknown critical extension',
    delegated([delegate({ more: [purpose, noCheck, of.strange(true)] })]),
  ),
  bad('a delegate with a weak key', direct({}, { by: party('responder', 'rsa', 1024), certificates: [] })),
  bad('a delegate that need be checked and cannot', delegated([delegate({ more: [purpose] })])),
  good('a delegate that is checked', delegated([delegate({ more: [purpose] })], lists())),
  bad('a delegate that is revoked', delegated([delegate({ more: [purpose] })], lists([{ serial: 9 }]))),
  bad('a delegate that need not be checked, and is revoked', delegated([delegate()], lists([{ serial: 9 }]))),
  good(
    'a delegate checked by its ca’s own answer',
    withAnswers([
      answer({ by: responder, certificates: [delegate({ more: [purpose] })], singles: [about()] }),
      answer({ by: middle, singles: [about({ serial: 9 })] }),
    ]),
  ),
  bad(
    'a delegate revoked by its ca’s own answer',
    withAnswers([
      answer({ by: responder, certificates: [delegate()], singles: [about()] }),
      answer({ by: middle, singles: [about({ serial: 9, status: status.revoked() })] }),
    ]),
  ),
  bad(
    'a delegate that vouches for itself',
    delegated([delegate({ more: [purpose] })], {}, { singles: [about(), about({ serial: 9 })] }),
  ),
  bad(
    'no check that is not null',
    delegated([delegate({ more: [purpose, extension('1.3.6.1.5.5.7.48.1.5', of.yes)] })]),
  ),
  bad('a flipped bit', direct({}, { flip: true })),
  bad('a delegate and a flipped bit', delegated([delegate()], {}, { flip: true })),
  bad('signed by a stranger', direct({}, { signer: stranger })),
  bad('named as somebody else', direct({}, { named: wrap(constructed(1), stranger.name) })),
  bad('named by another key', direct({}, { named: wrap(constructed(2), of.octets(stranger.keyId)) })),
  bad('named by a hash cut short', direct({}, { named: wrap(constructed(2), of.octets(middle.keyId.subarray(1))) })),
  bad('over sha-1', direct({}, { algorithm: seq(oid('1.2.840.10045.4.1')), hash: 'sha1' })),
  bad('a certificate that is none', delegated([delegate(), of.ascii(tag.sequence, 'xyz')].slice(1))),
]

/** Only the status is asked for: no rule for paths is looked at. */
const alone = (): Row[] => {
  const only = (anchors: of.Bytes[], end: of.Bytes, more: Partial<Case>) =>
    frame(anchors, [], end, { scope: 'revocation', ...more })
  const crls = (spec: status.ListSpec = {}): Partial<Case> => ({
    revocation: 'crl',
    crls: [of.base64(list(middle, spec))],
  })
  const ocsps = (single: Partial<Single> = {}): Partial<Case> => ({
    revocation: 'ocsp',
    ocsps: [of.base64(answer({ by: middle, singles: [about(single)] }))],
  })
  const old = certificate(leaf, middle, { notAfter: now - of.day })
  return [
    good('status alone, list', only([middleCertificate], leafCertificate, crls())),
    bad('status alone, revoked', only([middleCertificate], leafCertificate, crls({ entries: [{ serial: 0x1234 }] }))),
    bad('status alone, no list', only([middleCertificate], leafCertificate, { revocation: 'crl' })),
    bad('status alone, another issuer', only([rootCertificate], leafCertificate, crls())),
    good('status alone, answer', only([middleCertificate], leafCertificate, ocsps())),
    bad(
      'status alone, revoked in an answer',
      only([middleCertificate], leafCertificate, ocsps({ status: status.revoked() })),
    ),
    good('status alone of an expired certificate', only([middleCertificate], old, ocsps())),
    good(
      'status alone, among others',
      only([rootCertificate, certificate(namesake, root, ca), middleCertificate], leafCertificate, crls()),
    ),
    bad(
      'status alone, forged leaf',
      only([middleCertificate], certificate(leaf, middle, { signer: stranger }), crls()),
    ),
    bad(
      'a kind of revocation nobody knows',
      frame([rootCertificate], [middleCertificate], leafCertificate, { revocation: 'both' }),
    ),
  ]
}

/** The clock is now where no time is given. */
const clock = (): Row[] => {
  const time = null
  const end = certificate(leaf, middle, { notBefore: Date.UTC(2000, 0, 1), notAfter: Date.UTC(2001, 0, 1) })
  const long = { notBefore: Date.UTC(2000, 0, 1), notAfter: Date.UTC(2199, 0, 1) }
  const lasting = [certificate(root, root, { ...ca, ...long }), certificate(middle, root, { ...ca, ...long })] as const
  return [
    good('valid now', frame([lasting[0]], [lasting[1]], certificate(leaf, middle, long), { time })),
    bad('expired long ago', frame([lasting[0]], [lasting[1]], end, { time })),
    good(
      'a time without a zone is utc',
      frame([rootCertificate], [middleCertificate], certificate(leaf, middle, { notBefore: now, notAfter: now }), {
        time: '2026-06-01T03:00:00',
      }),
    ),
    bad('no time', frame([rootCertificate], [middleCertificate], leafCertificate, { time: 'soon' })),
  ]
}

export const answerRows = (): Row[] => [
  ...statuses(),
  ...identifiers(),
  ...times(),
  ...nonces(),
  ...responders(),
  ...alone(),
  ...clock(),
]
