/** Cases about revocation lists: a list of the root and one of its CA, honest but for one thing each (RFC 5280 sections 5 and 6.3). */
import type { Case } from '../conformance.ts'
import { constructed, primitive, tag } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid } from '../profile.ts'
import * as of from './testSuite.ts'
import { certificate, extension, fullName, int, name, now, party, second, seq } from './testSuite.ts'
import { type ListSpec, list } from './testSuiteStatus.ts'
import { bad, ca, frame, good, leaf, middle, root, type Row, stranger } from './testSuitePath.ts'

const ext = extensionOid
const serial = 0x1234
const namesake = party('middle')
const other = party('other')

const point = (name: of.Bytes, ...more: of.Bytes[]) => extension(ext.crlDistributionPoints, seq(seq(name, ...more)))
const partition = (text: string) => fullName(of.directory(name(text)))
const flag = (number: number) => Uint8Array.of(0x80 | number, 1, 0xff)
const someReasons = (numbers: number[]) => wrap(primitive(3), of.bits(numbers).subarray(2))
const rootCertificate = certificate(root, root, { ...ca, serial: 1 })
const middleCertificate = certificate(middle, root, { ...ca, serial: 2 })

/** The chain with its lists; `own` are those about the leaf. */
function withLists(
  own: readonly of.Bytes[],
  more: { upper?: readonly of.Bytes[]; cas?: readonly of.Bytes[]; points?: of.Bytes; case?: Partial<Case> } = {},
): Case {
  const { upper = [list(root)], cas = [middleCertificate], points } = more
  const end = certificate(leaf, middle, points ? { more: [points] } : {})
  return frame([rootCertificate], [...cas], end, {
    revocation: 'crl',
    crls: [...own, ...upper].map(of.base64),
    ...more.case,
  })
}
const listed = (reason?: number): ListSpec => ({ entries: [{ serial, ...(reason !== undefined && { reason }) }] })
const own = (spec: ListSpec, more: Parameters<typeof withLists>[1] = {}) => withLists([list(middle, spec)], more)

const basics = (): Row[] => [
  good('both lists', own({})),
  good('another is revoked', own({ entries: [{ serial: 0x1235 }, { serial: 0x123456 }, { serial: 0x12 }] })),
  bad('no lists', withLists([], { upper: [] })),
  bad('no list for the leaf', withLists([])),
  bad('no list for the ca', own({}, { upper: [] })),
  bad('the ca is revoked', own({}, { upper: [list(root, { entries: [{ serial: 2 }] })] })),
  ...[undefined, 0, 1, 2, 3, 4, 5, 6, 9, 10].map((reason) => bad(`revoked for ${reason}`, own(listed(reason)))),
  ...[7, 8, 11, 100].map((reason) => bad(`reason ${reason} in a complete list`, own(listed(reason)))),
  ...[7, 11, 100].map((reason) => bad(`reason ${reason} for another`, own({ entries: [{ serial: 9, reason }] }))),
  bad('revoked from tomorrow on', own({ entries: [{ serial, at: now + of.day }] })),
  bad(
    'revoked twice, then not',
    own({
      entries: [
        { serial, reason: 1 },
        { serial, reason: 6 },
        { serial, reason: 8 },
      ],
    }),
  ),
  good('another is revoked twice', own({ entries: [{ serial: 7 }, { serial: 7 }] })),
  bad('an empty list of entries', own({ revoked: seq() })),
  bad('an entry without a date', own({ revoked: seq(seq(int(7))) })),
  bad(
    'an entry with more than it has',
    own({ revoked: seq(seq(int(7), of.time(now), seq(of.strange(false)), of.nothing)) }),
  ),
  good('an entry with an unknown extension', own({ entries: [{ serial: 7, more: [of.strange(false)] }] })),
  bad('an entry with an unknown critical extension', own({ entries: [{ serial: 7, more: [of.strange(true)] }] })),
  bad('a list with an unknown critical extension', own({ more: [of.strange(true)] })),
  good('a list with an unknown extension', own({ more: [of.strange(false)] })),
  bad('an extension twice', own({ more: [of.strange(false), of.strange(false)] })),
  bad('a critical number', own({ extensions: { [ext.crlNumber]: extension(ext.crlNumber, int(5), true) } })),
  bad('no number', own({ extensions: { [ext.crlNumber]: undefined } })),
  good(
    'no number where allowed',
    own({ extensions: { [ext.crlNumber]: undefined } }, { case: { profile: { allowMissingCrlNumber: true } } }),
  ),
  bad('a negative number', own({ number: Uint8Array.of(2, 1, 0x80) })),
  good('number zero', own({ number: 0 })),
  good('a number of 20 bytes', own({ number: int((1n << 159n) - 1n) })),
  bad('version 1 with extensions', own({ version: undefined })),
  bad('version 1 without', own({ version: undefined, tail: new Uint8Array() })),
  bad(
    'version 1 with extensions of an entry',
    own(
      { version: undefined, tail: new Uint8Array(), entries: [{ serial: 7, reason: 1 }] },
      { case: { profile: { allowMissingCrlNumber: true } } },
    ),
  ),
  bad('version 2 written as 0', own({ version: int(0) })),
  bad('version 3', own({ version: int(2) })),
  bad('two algorithms', own({ outer: seq(of.oid('1.2.840.10045.4.3.3')) })),
  bad('over sha-1', own({ algorithm: seq(of.oid('1.2.840.10045.4.1')), hash: 'sha1' })),
  bad('a flipped bit', own({ flip: true })),
  bad('signed by a stranger', own({ signer: stranger })),
  bad('a list of somebody else', withLists([list(stranger)])),
  bad(
    'a list of the root for the leaf',
    withLists([list({ ...middle, privateKey: root.privateKey, keyId: root.keyId })]),
  ),
  bad('a byte behind it', withLists([Buffer.concat([list(middle), Uint8Array.of(0)])])),
]

const times = (): Row[] => [
  good('issued this second', own({ thisUpdate: now })),
  bad('issued in a second', own({ thisUpdate: now + second })),
  good('its last second but one', own({ nextUpdate: now + second })),
  bad('its next one was due a second ago', own({ nextUpdate: now - second })),
  bad('no next update', own({ nextUpdate: undefined })),
  bad('next update before this one', own({ thisUpdate: now - of.hour, nextUpdate: now - 2 * of.hour })),
  bad(
    'stale list of the root',
    own({}, { upper: [list(root, { thisUpdate: now - 9 * of.day, nextUpdate: now - of.day })] }),
  ),
  good('stale and fresh', withLists([list(middle, { nextUpdate: now - second, number: 99 }), list(middle)])),
  bad('older than asked', own({ thisUpdate: now - 3 * of.day }, { case: { profile: { revocationMaxAgeDays: 2 } } })),
]

const signers = (): Row[] => {
  const signerOf = (usage: number[], more: of.CertificateSpec = {}, by = root) =>
    certificate(namesake, by, { usage, serial: 3, ...more })
  const cas = (...of: of.Bytes[]) => ({ cas: [middleCertificate, ...of] })
  const noLists = certificate(middle, root, { ...ca, serial: 2, usage: [5] })
  return [
    good(
      'a ca without key usage',
      own({}, { cas: [certificate(middle, root, { ...ca, serial: 2, extensions: { [ext.keyUsage]: undefined } })] }),
    ),
    bad('a ca that may not sign lists', own({}, { cas: [noLists] })),
    good('signed by another key of the ca', withLists([list(namesake)], cas(signerOf([6])))),
    bad('signed by another key that may not', withLists([list(namesake)], cas(signerOf([5, 0])))),
    bad('signed by an expired key', withLists([list(namesake)], cas(signerOf([6], { notAfter: now - second })))),
    bad(
      'signed by a namesake nobody vouches for',
      withLists([list(namesake)], cas(certificate(namesake, namesake, { ...ca, serial: 3 }))),
    ),
    bad(
      'signed by a revoked key',
      withLists([list(namesake)], { ...cas(signerOf([6])), upper: [list(root, { entries: [{ serial: 3 }] })] }),
    ),
    bad(
      'signed by a namesake under another ca',
      withLists(
        [list(namesake), list(other)],
        cas(certificate(other, root, { ...ca, serial: 4 }), signerOf([6], {}, other)),
      ),
    ),
    good('signed by the key and, revoked, by an imposter', withLists([list(middle), list(namesake, listed(1))])),
    bad(
      'the key says revoked, an imposter not',
      withLists([list(namesake), list(middle, listed(1)), list(namesake, { number: 999 })]),
    ),
  ]
}

const scopes = (): Row[] => {
  const dp = (text: string, ...more: of.Bytes[]) => ({ points: point(partition(text), ...more) })
  const issuing = (...parts: of.Bytes[]): ListSpec => ({ issuingPoint: seq(...parts) })
  const indirect = list(other, { issuingPoint: seq(partition('a'), flag(4)), entries: [] })
  const otherCertificate = certificate(other, root, { usage: [6], serial: 4 })
  const crlIssuer = wrap(constructed(2), of.directory(other.name))
  const named = (of: of.Party) => extension(ext.certificateIssuer, seq(wrap(constructed(4), of.name)), true)
  const byOther = (entries: ListSpec['entries'] = [], spec: ListSpec = {}) =>
    withLists([list(other, { issuingPoint: seq(partition('a'), flag(4)), entries, ...spec })], {
      ...dp('a', crlIssuer),
      cas: [middleCertificate, otherCertificate],
    })
  return [
    good('its partition', own(issuing(partition('a')), dp('a'))),
    bad('another partition', own(issuing(partition('b')), dp('a'))),
    bad('a partition and no point', own(issuing(partition('a')))),
    good('a point and no partition', own({}, dp('a'))),
    bad(
      'revoked in its partition, good in another',
      withLists(
        [list(middle, issuing(partition('b'))), list(middle, { ...issuing(partition('a')), ...listed(1) })],
        dp('a'),
      ),
    ),
    bad(
      'revoked in the whole list, good in its partition',
      withLists([list(middle, issuing(partition('a'))), list(middle, listed(1))], dp('a')),
    ),
    good(
      'one of several names',
      own(issuing(fullName(of.ascii(primitive(6), 'http://b.example/'), of.directory(name('a')))), dp('a')),
    ),
    bad('an empty issuing point', own(issuing())),
    bad('an unknown field in the issuing point', own(issuing(flag(6)))),
    bad('false written out', own(issuing(Uint8Array.of(0x81, 1, 0)))),
    good('users only', own(issuing(flag(1)))),
    bad('cas only', own(issuing(flag(2)))),
    bad('attributes only', own(issuing(flag(5)))),
    bad('users and cas only', own(issuing(flag(1), flag(2)))),
    good('cas only, for a ca', own({}, { upper: [list(root, issuing(flag(2)))] })),
    bad('users only, for a ca', own({}, { upper: [list(root, issuing(flag(1)))] })),
    bad('some reasons', own(issuing(someReasons([1, 2])))),
    good(
      'all reasons in two lists',
      withLists([list(middle, issuing(someReasons([1, 2, 3]))), list(middle, issuing(someReasons([4, 5, 6, 7, 8])))]),
    ),
    bad(
      'all reasons but one',
      withLists([list(middle, issuing(someReasons([1, 2, 3]))), list(middle, issuing(someReasons([4, 5, 6, 7])))]),
    ),
    bad('no reason', own(issuing(Uint8Array.of(0x83, 1, 0)))),
    good('indirect, of its own issuer', own(issuing(flag(4)))),
    bad('indirect, revoked', own({ ...issuing(flag(4)), ...listed(1) })),
    good('another issuer', byOther()),
    bad('another issuer, revoked', byOther([{ serial, more: [named(middle)] }])),
    good('another issuer, its own is revoked', byOther([{ serial }])),
    good('another issuer, one of the root is revoked', byOther([{ serial, more: [named(root)] }])),
    bad('another issuer, named once for two', byOther([{ serial: 7, more: [named(middle)] }, { serial }])),
    good(
      'another issuer, named anew',
      byOther([
        { serial: 7, more: [named(middle)] },
        { serial, more: [named(root)] },
      ]),
    ),
    bad('another issuer, not indirect', byOther([], { issuingPoint: seq(partition('a')) })),
    bad('another issuer, no issuing point', byOther([], { extensions: { [ext.issuingDistributionPoint]: undefined } })),
    bad('another issuer nobody vouches for', withLists([indirect], dp('a', crlIssuer))),
    bad(
      'another issuer not named by the point',
      withLists([indirect], { ...dp('a'), cas: [middleCertificate, otherCertificate] }),
    ),
    bad('an entry of another issuer in a direct list', own({ entries: [{ serial, more: [named(root)] }] })),
  ]
}

const numbers = (): Row[] => {
  const complete = (number: number, spec: ListSpec = {}) => list(middle, { number, ...spec })
  const delta = (number: number, base: number, reason?: number) =>
    list(middle, { number, base, entries: reason === undefined ? [] : [{ serial, reason }] })
  return [
    bad('rolled back', withLists([complete(9), complete(10, listed(1))])),
    bad('rolled back, in the other order', withLists([complete(10, listed(1)), complete(9)])),
    bad(
      'rolled back by a later date',
      withLists([complete(9, { thisUpdate: now - of.hour }), complete(10, listed(1))]),
    ),
    bad('two of one number', withLists([complete(9), complete(9, listed(1))])),
    bad('two of one number, in the other order', withLists([complete(9, listed(1)), complete(9)])),
    good('a hold lifted since', withLists([complete(9, listed(6)), complete(10)])),
    bad('a delta alone', withLists([delta(11, 10)])),
    good('a delta', withLists([complete(10), delta(11, 10)])),
    bad('a delta that revokes', withLists([complete(10), delta(11, 10, 1)])),
    bad('a delta that holds', withLists([complete(10), delta(11, 10, 6)])),
    good('a delta that lifts a hold', withLists([complete(10, listed(6)), delta(11, 10, 8)])),
    bad('a delta that lifts a revocation', withLists([complete(10, listed(1)), delta(11, 10, 8)])),
    bad('a delta on a later base', withLists([complete(10, listed(6)), delta(12, 11, 8)])),
    bad('a delta older than its base', withLists([complete(10, listed(6)), delta(9, 8, 8)])),
    bad(
      'a stale delta that lifts a hold',
      withLists([
        complete(10, listed(6)),
        list(middle, { number: 11, base: 10, entries: [{ serial, reason: 8 }], nextUpdate: now - second }),
      ]),
    ),
    bad(
      'a delta of another partition that lifts a hold',
      withLists(
        [
          complete(10, listed(6)),
          list(middle, { number: 11, base: 10, issuingPoint: seq(partition('a')), entries: [{ serial, reason: 8 }] }),
        ],
        { points: point(partition('a')) },
      ),
    ),
    bad(
      'a forged delta that lifts a hold',
      withLists([
        complete(10, listed(6)),
        list(middle, { number: 11, base: 10, entries: [{ serial, reason: 8 }], signer: stranger }),
      ]),
    ),
    bad('two deltas of one number', withLists([complete(10), delta(11, 10), delta(11, 10, 1)])),
    good('a malformed list beside a good one', withLists([complete(10), of.ascii(tag.sequence, 'xyz')])),
  ]
}

export const listRows = (): Row[] => [...basics(), ...times(), ...signers(), ...scopes(), ...numbers()]
