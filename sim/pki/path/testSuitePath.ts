/** Cases about paths: a root, a CA and an end entity, honest but for one thing each (RFC 5280 sections 4 and 6.1). */
import type { Case } from '../conformance.ts'
import { constructed, primitive, tag } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid } from '../profile.ts'
import * as of from './testSuite.ts'
import { type CertificateSpec, certificate, extension, int, now, oid, party, second, seq } from './testSuite.ts'

export type Row = { readonly id: string; readonly expected: 'accept' | 'reject'; readonly of: Case }
export const good = (id: string, of: Case): Row => ({ id, expected: 'accept', of })
export const bad = (id: string, of: Case): Row => ({ id, expected: 'reject', of })

export const root = party('root')
export const middle = party('middle')
export const leaf = party('leaf')
export const stranger = party('stranger')
const namesake = party('middle')

export const frame = (
  anchors: of.Bytes[],
  intermediates: of.Bytes[],
  end: of.Bytes,
  more: Partial<Case> = {},
): Case => ({
  anchors: anchors.map(of.base64),
  intermediates: intermediates.map(of.base64),
  leaf: of.base64(end),
  time: new Date(now).toISOString(),
  revocation: 'none',
  ...more,
})

type Level = 'root' | 'middle' | 'leaf'
const levels = ['root', 'middle', 'leaf'] as const
export const ca = { ca: true } as const

/** The usual chain with what is given changed at each level. */
export const chain = (changed: Partial<Record<Level, CertificateSpec>> = {}, more: Partial<Case> = {}): Case =>
  frame(
    [certificate(root, root, { ...ca, serial: 1, ...changed.root })],
    [certificate(middle, root, { ...ca, serial: 2, ...changed.middle })],
    certificate(leaf, middle, changed.leaf),
    more,
  )

const ext = extensionOid
const at = (level: Level, spec: CertificateSpec) => chain({ [level]: spec })
const oids = (...texts: string[]) => seq(...texts.map(oid))
const without = (id: string) => ({ extensions: { [id]: undefined } })
const withValue = (id: string, value: of.Bytes, critical = false) => ({
  extensions: { [id]: extension(id, value, critical) },
})
const eachLevel = (id: string, spec: CertificateSpec, judge = bad) =>
  levels.map((level) => judge(`${level} ${id}`, at(level, spec)))

const validity = (): Row[] => [
  ...eachLevel('in its last second', { notAfter: now }, good),
  ...eachLevel('in its first second', { notBefore: now }, good),
  ...eachLevel('expired a second ago', { notAfter: now - second }),
  ...eachLevel('valid in a second', { notBefore: now + second }),
  ...eachLevel('ends before it begins', { notBefore: now + 9 * second, notAfter: now - 9 * second }),
  ...eachLevel('generalized time before 2050', { notAfter: of.general(now + of.day) }, good),
  ...eachLevel('never expires', { notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) }, good),
  ...eachLevel('time without seconds', { notAfter: of.ascii(tag.utcTime, '3001010000Z') }),
  ...eachLevel('time with an offset', { notAfter: of.ascii(tag.utcTime, '300101000000+0900') }),
  ...eachLevel('time with a fraction', { notAfter: of.ascii(tag.generalizedTime, '20300101000000.5Z') }),
  ...eachLevel('31 february', { notAfter: of.ascii(tag.utcTime, '300231000000Z') }),
]

const badBoolean = Uint8Array.of(tag.boolean, 1, 1)
const longLength = (bytes: of.Bytes) => Buffer.concat([bytes.subarray(0, 1), Uint8Array.of(0x81), bytes.subarray(1)])
const encoding = (): Row[] => [
  ...eachLevel('serial zero', { serial: 0 }).slice(1),
  ...eachLevel('serial negative', { serial: Uint8Array.of(2, 1, 0x80) }).slice(1),
  ...eachLevel('serial of 21 bytes', { serial: 1n << 161n }).slice(1),
  ...eachLevel('serial of 20 bytes', { serial: (1n << 159n) - 1n }, good),
  ...eachLevel('serial not minimal', { serial: Uint8Array.of(2, 2, 0, 1) }),
  ...eachLevel('serial without content', { serial: Uint8Array.of(2, 0) }),
  ...eachLevel('serial with a long length', { serial: longLength(int(7)) }),
  ...eachLevel('version 1 with extensions', { version: 0 }),
  ...eachLevel('version 2 with extensions', { version: 1 }),
  ...eachLevel('version 1', { version: 0, tail: new Uint8Array() }),
  ...eachLevel('version 2', { version: 1, tail: new Uint8Array() }),
  ...eachLevel('version 4', { version: 3 }),
  ...eachLevel('no extensions', { tail: new Uint8Array() }),
  ...eachLevel('empty list of extensions', { tail: wrap(constructed(3), seq()) }),
  ...eachLevel('two algorithms', { outer: seq(oid('1.2.840.10045.4.3.3')) }),
  ...eachLevel('algorithm with a parameter', { algorithm: seq(oid('1.2.840.10045.4.3.2'), of.nothing) }).slice(1),
  ...eachLevel('unknown critical extension', { more: [of.strange(true)] }),
  ...eachLevel('unknown extension', { more: [of.strange(false)] }, good),
  ...eachLevel('unknown extension twice', { more: [of.strange(false), of.strange(false)] }),
  ...eachLevel('key usage twice', { more: [extension(ext.keyUsage, of.bits([0, 5]), true)] }),
  ...eachLevel('key usage empty', withValue(ext.keyUsage, Uint8Array.of(3, 1, 0), true)),
  ...eachLevel('key usage with a zero at its end', withValue(ext.keyUsage, Uint8Array.of(3, 2, 0, 0x86), true)).slice(
    2,
  ),
  ...eachLevel('critical written as 01', { more: [seq(oid('1.2.3.4'), badBoolean, of.octets(of.nothing))] }),
  ...eachLevel('critical false written out', {
    more: [seq(oid('1.2.3.4'), Uint8Array.of(1, 1, 0), of.octets(of.nothing))],
  }),
  ...eachLevel('bytes behind its names', { more: [of.octets(of.nothing)] }),
  ...eachLevel('empty issuer', { issuerName: seq() }),
  ...eachLevel('name with an integer', { subjectName: seq(wrap(tag.set, seq(oid('2.5.4.3'), int(5)))) }),
  ...eachLevel('name with bad utf-8', {
    subjectName: seq(wrap(tag.set, seq(oid('2.5.4.3'), of.ascii(tag.utf8String, '\xff')))),
  }),
  ...eachLevel('key identifier critical', withValue(ext.subjectKeyIdentifier, of.octets(of.nothing), true)),
  ...levels.flatMap((level) => {
    const [whole] = { root: chain().anchors, middle: chain().intermediates ?? [], leaf: [chain().leaf] }[level]
    const der = Buffer.from(whole ?? '', 'base64')
    const trailing = of.base64(Buffer.concat([der, Uint8Array.of(0)]))
    const indefinite = of.base64(Buffer.concat([Uint8Array.of(0x30, 0x80), der.subarray(4), Uint8Array.of(0, 0)]))
    const put = (text: string) =>
      ({ root: { anchors: [text] }, middle: { intermediates: [text] }, leaf: { leaf: text } })[level]
    return [
      bad(`${level} with a byte behind it`, { ...chain(), ...put(trailing) }),
      bad(`${level} of indefinite length`, { ...chain(), ...put(indefinite) }),
      bad(`${level} cut short`, { ...chain(), ...put(of.base64(der.subarray(0, -1))) }),
      bad(`${level} empty`, { ...chain(), ...put('') }),
    ]
  }),
]

const anchorAsLeaf = (): Case => {
  const of = chain()
  return { ...of, leaf: of.anchors[0] ?? '' }
}

const issuing = (): Row[] => [
  good('plain', chain()),
  ...(['middle', 'leaf'] as const).flatMap((level) => [
    bad(`${level} with a bit of its signature flipped`, at(level, { flip: true })),
    bad(`${level} signed by a stranger`, at(level, { signer: stranger })),
    bad(`${level} from another name`, at(level, { issuerName: stranger.name })),
    bad(`${level} without authority key identifier`, at(level, without(ext.authorityKeyIdentifier))),
    bad(
      `${level} with another authority key identifier`,
      at(level, withValue(ext.authorityKeyIdentifier, seq(wrap(primitive(0), stranger.keyId)))),
    ),
    bad(`${level} over sha-1`, at(level, { algorithm: seq(oid('1.2.840.10045.4.1')), hash: 'sha1' })),
    good(`${level} over sha-512`, at(level, { algorithm: seq(oid('1.2.840.10045.4.3.4')), hash: 'sha512' })),
  ]),
  bad('leaf under a namesake of its ca', chain({ leaf: { signer: namesake } })),
  bad('no anchor', { ...chain(), anchors: [] }),
  bad('no ca', { ...chain(), intermediates: [] }),
  bad('another anchor of the same name', {
    ...chain(),
    anchors: [of.base64(certificate(party('root'), party('root'), ca))],
  }),
  good('two anchors of one name', {
    ...chain(),
    anchors: [of.base64(certificate(party('root'), party('root'), ca)), ...chain().anchors],
  }),
  good('the ca as anchor', { ...chain(), anchors: chain().intermediates ?? [], intermediates: [] }),
  bad('the anchor as leaf', anchorAsLeaf()),
  bad('a stranger as leaf', { ...chain(), leaf: of.base64(certificate(stranger, stranger)) }),
  ...(['root', 'middle'] as const).flatMap((level) => [
    bad(`${level} is no ca`, at(level, { ...without(ext.basicConstraints), usage: [0] })),
    bad(`${level} may sign but is no ca`, at(level, without(ext.basicConstraints))),
    bad(`${level} says ca false`, at(level, withValue(ext.basicConstraints, seq(), true))),
    bad(`${level} writes ca false out`, at(level, withValue(ext.basicConstraints, seq(Uint8Array.of(1, 1, 0)), true))),
    bad(
      `${level} has a negative path length`,
      at(level, withValue(ext.basicConstraints, seq(of.yes, Uint8Array.of(2, 1, 0xff)), true)),
    ),
    bad(`${level} may not sign certificates`, at(level, { usage: [6] })),
    bad(`${level} may sign everything else`, at(level, { usage: [0, 1, 2, 3, 4, 6] })),
    bad(`${level} has no key identifier`, at(level, without(ext.subjectKeyIdentifier))),
    bad(`${level} has no name`, at(level, { subjectName: seq() })),
  ]),
  good('path length just enough', chain({ root: { pathLength: 1 }, middle: { pathLength: 0 } })),
  bad('path length of the anchor exceeded', chain({ root: { pathLength: 0 } })),
  bad('most cas exceeded', chain({}, { maxDepth: 0 })),
]

const longer = (pathLength: number, renewed: boolean): Case => {
  const next = renewed ? party(middle.name) : party('next')
  return frame(
    [certificate(root, root, ca)],
    [certificate(middle, root, { ...ca, pathLength }), certificate(next, middle, ca)],
    certificate(leaf, next),
  )
}
const lengths = (): Row[] => [
  bad('path length of the ca exceeded', longer(0, false)),
  good('path length of the ca kept', longer(1, false)),
  good('a renewed key does not count', longer(0, true)),
]

const rsa = (bits: number) => party('leaf', 'rsa', bits)
const rsaSpki = (modulus: of.Bytes, exponent: of.Bytes) =>
  seq(seq(oid('1.2.840.113549.1.1.1'), of.nothing), of.wholeBits(seq(modulus, exponent)))
const modulus = (1n << 2047n) + 12345n
const keys = (): Row[] => [
  good('rsa-2048', chain({ leaf: { spki: rsa(2048).spki } })),
  bad('rsa-1024', chain({ leaf: { spki: rsa(1024).spki } })),
  bad('rsa-512', chain({ leaf: { spki: rsa(512).spki } })),
  good('rsa-1024 where allowed', chain({ leaf: { spki: rsa(1024).spki } }, { profile: { minRsaBits: 1024 } })),
  ...[1, 2, 3, 65536].map((e) => bad(`exponent ${e}`, chain({ leaf: { spki: rsaSpki(int(modulus), int(e)) } }))),
  bad('even modulus', chain({ leaf: { spki: rsaSpki(int(modulus - 1n), int(65537)) } })),
  bad('negative modulus', chain({ leaf: { spki: rsaSpki(Uint8Array.of(2, 1, 0x81), int(65537)) } })),
  bad(
    'a point not on its curve',
    chain({ leaf: { spki: Buffer.concat([leaf.spki.subarray(0, -1), Uint8Array.of((leaf.spki.at(-1) ?? 0) ^ 1)]) } }),
  ),
  bad(
    'a key with a byte behind it',
    chain({
      leaf: {
        spki: seq(
          seq(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'), of.nothing),
          wrap(tag.bitString, leaf.spki.subarray(-66)),
        ),
      },
    }),
  ),
  bad('an unknown kind of key', chain({ leaf: { spki: seq(seq(oid('1.2.3.4')), of.wholeBits(Uint8Array.of(1, 2))) } })),
]

/** The leaf under a CA whose key is of another kind. */
const under = (kind: of.KeyKind, spec: CertificateSpec = {}, rsaBits = 2048): Case => {
  const issuer = party('middle', kind, rsaBits)
  return frame([certificate(root, root, ca)], [certificate(issuer, root, ca)], certificate(leaf, issuer, spec))
}
const rsaWith = (last: number, ...parameters: of.Bytes[]) => seq(oid(`1.2.840.113549.1.1.${last}`), ...parameters)
const algorithms = (): Row[] => [
  good('under rsa', under('rsa')),
  good('under p-384', under('P-384')),
  good('under rsa, sha-512', under('rsa', { algorithm: rsaWith(13, of.nothing), hash: 'sha512' })),
  good('under rsa, null left out', under('rsa', { algorithm: rsaWith(11) })),
  bad('under rsa, null with content', under('rsa', { algorithm: rsaWith(11, Uint8Array.of(5, 1, 0)) })),
  bad('under rsa, another parameter', under('rsa', { algorithm: rsaWith(11, seq()) })),
  bad('under rsa, sha-1', under('rsa', { algorithm: rsaWith(5, of.nothing), hash: 'sha1' })),
  good('under rsa, sha-1 where allowed', {
    ...under('rsa', { algorithm: rsaWith(5, of.nothing), hash: 'sha1' }),
    profile: { allowSha1: true },
  }),
  bad('under rsa, md5', {
    ...under('rsa', { algorithm: rsaWith(4, of.nothing), hash: 'md5' }),
    profile: { allowSha1: true },
  }),
  bad('under rsa, said to be ecdsa', under('rsa', { algorithm: seq(oid('1.2.840.10045.4.3.2')) })),
  bad('under rsa, another hash than it says', under('rsa', { hash: 'sha384' })),
  bad('under rsa-1024', under('rsa', {}, 1024)),
]

const policies = (...texts: string[]) => extension(ext.certificatePolicies, seq(...texts.map((text) => seq(oid(text)))))
const policy = (root: string[], middle: string[], leaf: string[]) => {
  const of = (texts: string[]) => ({
    extensions: { [ext.certificatePolicies]: texts.length > 0 ? policies(...texts) : undefined },
  })
  return { root: of(root), middle: of(middle), leaf: of(leaf) }
}
const [one, two, any] = ['1.2.3.1', '1.2.3.2', '2.5.29.32.0']
const asked = (initial: string[] | null, more: Case['policy'] = {}): Partial<Case> => ({
  policy: { initial, explicit: true, ...more },
})
const mapping = (from: string, to: string) => ({ more: [extension(ext.policyMappings, seq(oids(from, to)), true)] })
const policyRows = (): Row[] => [
  good('policy throughout', chain(policy([], [one], [one]), asked([one]))),
  good('any policy in the ca', chain(policy([], [any], [one]), asked([one]))),
  good('any policy in both', chain(policy([], [any], [any]), asked([one]))),
  bad('any policy inhibited', chain(policy([], [any], [one]), asked([one], { inhibitAny: true }))),
  bad('another policy asked', chain(policy([], [one], [one]), asked([two]))),
  bad('another policy in the leaf', chain(policy([], [one], [two]), asked([one, two]))),
  bad('no policy in the leaf', chain(policy([], [one], []), asked(null))),
  bad('no policy in the ca', chain(policy([], [], [one]), asked([one]))),
  bad('a policy twice', chain(policy([], [one], [one, one]))),
  good('no policy and none asked', chain(policy([], [one], []))),
  bad(
    'a ca demands a policy',
    chain({ middle: { more: [extension(ext.policyConstraints, seq(wrap(primitive(0), Uint8Array.of(0))), true)] } }),
  ),
  bad('an empty policy constraint', chain({ middle: { more: [extension(ext.policyConstraints, seq(), true)] } })),
  bad(
    'a ca inhibits any policy',
    chain(
      {
        ...policy([], [one], [any]),
        middle: {
          extensions: { [ext.certificatePolicies]: policies(one) },
          more: [extension(ext.inhibitAnyPolicy, int(0), true)],
        },
      },
      asked([one]),
    ),
  ),
  good(
    'mapped',
    chain(
      {
        ...policy([], [], [two]),
        middle: { extensions: { [ext.certificatePolicies]: policies(one) }, ...mapping(one, two) },
      },
      asked([one]),
    ),
  ),
  bad(
    'mapped and inhibited',
    chain(
      {
        ...policy([], [], [two]),
        middle: { extensions: { [ext.certificatePolicies]: policies(one) }, ...mapping(one, two) },
      },
      asked([one], { inhibitMapping: true }),
    ),
  ),
  bad(
    'mapped the other way',
    chain(
      {
        ...policy([], [], [one]),
        middle: { extensions: { [ext.certificatePolicies]: policies(one) }, ...mapping(one, two) },
      },
      asked([one]),
    ),
  ),
  bad(
    'any policy mapped',
    chain({
      ...policy([], [], [two]),
      middle: { extensions: { [ext.certificatePolicies]: policies(any) }, ...mapping(any, two) },
    }),
  ),
]

const server = '1.3.6.1.5.5.7.3.1'
const client = '1.3.6.1.5.5.7.3.2'
const purpose = (level: Level, ...texts: string[]) =>
  chain({ [level]: withValue(ext.extKeyUsage, oids(...texts)) }, { eku: ['clientAuth'] })
const purposes = (): Row[] => [
  ...levels.flatMap((level) => [
    good(`${level} allows the purpose`, purpose(level, server, client)),
    good(`${level} allows any purpose`, purpose(level, '2.5.29.37.0')),
    bad(`${level} allows another purpose`, purpose(level, server)),
    bad(`${level} allows an empty list`, purpose(level)),
  ]),
  good('no purpose said', chain({}, { eku: ['clientAuth'] })),
]

export const pathRows = (): Row[] => [
  ...issuing(),
  ...lengths(),
  ...validity(),
  ...encoding(),
  ...keys(),
  ...algorithms(),
  ...policyRows(),
  ...purposes(),
]
