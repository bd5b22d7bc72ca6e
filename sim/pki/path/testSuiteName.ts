/** Cases about names: constraints of every form (RFC 5280 section 4.2.1.10), comparison (section 7.1) and the peer asked for. */
import type { Case } from '../conformance.ts'
import { constructed, primitive, tag } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid } from '../profile.ts'
import * as of from './testSuite.ts'
import { extension, name, oid, seq } from './testSuite.ts'
import { bad, chain, good, type Row } from './testSuitePath.ts'

const mail = (text: string) => of.ascii(primitive(1), text)
const dns = (text: string) => of.ascii(primitive(2), text)
const uri = (text: string) => of.ascii(primitive(6), text)
const ip = (...bytes: number[]) => wrap(primitive(7), Uint8Array.from(bytes))
const registered = wrap(primitive(8), oid('1.2.3').subarray(2))
const other = wrap(constructed(0), oid('1.2.3'), wrap(constructed(0), of.ascii(tag.utf8String, 'x')))

const subtrees = (permitted: readonly of.Bytes[], excluded: readonly of.Bytes[] = []) =>
  seq(
    ...[permitted, excluded].flatMap((bases, i) =>
      bases.length > 0 ? [wrap(constructed(i), ...bases.map((base) => seq(base)))] : [],
    ),
  )
const altNames = (...names: of.Bytes[]) => ({ more: [extension(extensionOid.subjectAltName, seq(...names))] })
const constrained = (constraints: of.Bytes, leaf: of.CertificateSpec, critical = true): Case =>
  chain({ middle: { more: [extension(extensionOid.nameConstraints, constraints, critical)] }, leaf })
const permitted = (base: of.Bytes, ...names: of.Bytes[]) => constrained(subtrees([base]), altNames(...names))
const excluded = (base: of.Bytes, ...names: of.Bytes[]) => constrained(subtrees([], [base]), altNames(...names))

/** Form, base, a name inside and one outside. */
const forms: readonly (readonly [string, of.Bytes, of.Bytes, of.Bytes])[] = [
  ['dns', dns('a.jp'), dns('a.jp'), dns('ba.jp')],
  ['dns below', dns('a.jp'), dns('x.y.a.jp'), dns('a.jp.x')],
  ['dns in another case', dns('A.jp'), dns('x.a.JP'), dns('b.jp')],
  ['host of mail', mail('a.jp'), mail('x@a.jp'), mail('x@y.a.jp')],
  ['hosts of mail', mail('.a.jp'), mail('x@y.a.jp'), mail('x@a.jp')],
  ['mailbox', mail('x@a.jp'), mail('x@A.jp'), mail('X@a.jp')],
  ['host of uri', uri('a.jp'), uri('http://a.jp:80/x'), uri('http://y.a.jp/')],
  ['hosts of uri', uri('.a.jp'), uri('https://u@y.a.jp'), uri('http://a.jp/')],
  ['uri that hides its host', uri('a.jp'), uri('http://x@a.jp/'), uri('http://b.jp/@a.jp')],
  ['ip 4', ip(10, 1, 0, 0, 255, 255, 0, 0), ip(10, 1, 2, 3), ip(10, 2, 0, 0)],
  [
    'ip 6',
    ip(...Array(16).fill(1), ...Array(15).fill(255), 0),
    ip(...Array(16).fill(1)),
    ip(...Array(15).fill(1).with(3, 2), 1),
  ],
  ['directory', of.directory(name('a')), of.directory(name('a', 'b')), of.directory(name('b', 'a'))],
]

const subject = (common: of.Bytes) => ({
  subjectName: seq(name().subarray(2), wrap(tag.set, seq(oid('2.5.4.3'), common))),
})
const underName = (base: of.Bytes, spec: of.CertificateSpec) => constrained(subtrees([of.directory(base)]), spec)

const constraints = (): Row[] => [
  ...forms.flatMap(([form, base, inside, outside]) => [
    ...(form === 'directory' ? [] : [good(`${form}: permitted`, permitted(base, inside))]),
    bad(`${form}: not permitted`, permitted(base, outside)),
    bad(`${form}: one permitted, one not`, permitted(base, inside, outside)),
    bad(`${form}: excluded`, excluded(base, inside)),
    good(`${form}: not excluded`, excluded(base, outside)),
    bad(`${form}: permitted and excluded`, constrained(subtrees([base], [base]), altNames(inside))),
  ]),
  good('no name of the form', permitted(dns('a.jp'), mail('x@b.jp'))),
  good('the subject within', underName(name(), {})),
  bad('the subject without', underName(name('elsewhere'), {})),
  good(
    'the subject within, in another case and string',
    underName(name('LE AF'), subject(of.ascii(tag.printableString, ' le  af '))),
  ),
  bad('a wildcard that touches what is excluded', excluded(dns('x.a.jp'), dns('*.a.jp'))),
  bad('an address of the other length', permitted(ip(10, 0, 0, 0, 255, 0, 0, 0), ip(...Array(16).fill(10)))),
  bad('a mask with a hole', permitted(ip(10, 0, 0, 0, 255, 0, 255, 0), ip(10, 0, 0, 1))),
  bad('a mask cut short', permitted(ip(10, 0, 0, 0, 255, 0, 0), ip(10, 0, 0, 1))),
  bad(
    'a mailbox in the subject',
    constrained(subtrees([mail('a.jp')]), {
      subjectName: seq(wrap(tag.set, seq(oid('1.2.840.113549.1.9.1'), of.ascii(tag.ia5String, 'x@b.jp')))),
    }),
  ),
  bad('a registered id, constrained', permitted(registered, registered)),
  bad('another name, constrained', excluded(other, other)),
  good('a registered id, not constrained', permitted(dns('a.jp'), registered)),
  bad('a uri without a host', permitted(uri('a.jp'), uri('urn:a.jp'))),
  bad('constraints that are not critical', constrained(subtrees([dns('a.jp')]), {}, false)),
  bad('empty constraints', constrained(seq(), {})),
  bad('an empty list of permitted', constrained(seq(wrap(constructed(0))), {})),
  bad(
    'a minimum written out',
    constrained(seq(wrap(constructed(0), seq(dns('a.jp'), wrap(primitive(0), Uint8Array.of(0))))), {}),
  ),
  bad('a maximum', constrained(seq(wrap(constructed(0), seq(dns('a.jp'), wrap(primitive(1), Uint8Array.of(1))))), {})),
  bad(
    'constraints in a leaf',
    chain({ leaf: { more: [extension(extensionOid.nameConstraints, subtrees([dns('a.jp')]), true)] } }),
  ),
  bad(
    'constraints of the anchor',
    chain({
      root: { more: [extension(extensionOid.nameConstraints, subtrees([dns('a.jp')]), true)] },
      leaf: altNames(dns('b.jp')),
    }),
  ),
]

const issuer = (common: of.Bytes) => ({ issuerName: subject(common).subjectName })
const bmp = (text: string) => wrap(0x1e, Buffer.from(text, 'utf16le').swap16())
const comparison = (): Row[] => [
  good('the issuer as PrintableString', chain({ leaf: issuer(of.ascii(tag.printableString, 'middle')) })),
  good('the issuer in another case', chain({ leaf: issuer(of.ascii(tag.utf8String, 'MIDDLE')) })),
  good('the issuer between spaces', chain({ leaf: issuer(of.ascii(tag.utf8String, ' middle ')) })),
  bad('the issuer with a space inside', chain({ leaf: issuer(of.ascii(tag.utf8String, 'mid dle')) })),
  bad('the issuer less a letter', chain({ leaf: issuer(of.ascii(tag.utf8String, 'middl')) })),
  bad('the issuer and a zero', chain({ leaf: issuer(of.ascii(tag.utf8String, 'middle\0')) })),
  bad(
    'the issuer in relative names the other way round',
    chain({
      leaf: { issuerName: seq(subject(of.ascii(tag.utf8String, 'middle')).subjectName.subarray(2).toReversed()) },
    }),
  ),
  good('a subject as BMPString', chain({ leaf: subject(bmp('leaf')) })),
  bad('half a character of BMPString', chain({ leaf: subject(wrap(0x1e, Uint8Array.of(0, 0x6c, 0))) })),
  bad('a PrintableString with a star', chain({ leaf: subject(of.ascii(tag.printableString, 'le*f')) })),
  bad('an IA5String above 127', chain({ leaf: subject(of.ascii(tag.ia5String, 'le\xe1f')) })),
  bad('an empty relative name', chain({ leaf: { subjectName: seq(wrap(tag.set)) } })),
  bad('no subject', chain({ leaf: { subjectName: seq() } })),
  good(
    'no subject but a critical alternative name',
    chain({ leaf: { subjectName: seq(), more: [extension(extensionOid.subjectAltName, seq(dns('a.jp')), true)] } }),
  ),
  bad('no subject and an alternative name', chain({ leaf: { subjectName: seq(), ...altNames(dns('a.jp')) } })),
  bad('an empty alternative name', chain({ leaf: altNames() })),
]

const asked = (kind: string, value: string, ...names: of.Bytes[]): Case =>
  chain({ leaf: altNames(...names) }, { peerName: { kind, value } })
const peers = (): Row[] => [
  good('the host asked for', asked('DNS', 'a.jp', dns('b.jp'), dns('A.jp'))),
  bad('another host', asked('DNS', 'a.jp', dns('b.jp'))),
  bad('a host below', asked('DNS', 'x.a.jp', dns('a.jp'))),
  good('a wildcard', asked('DNS', 'x.a.jp', dns('*.a.jp'))),
  bad('a wildcard for two labels', asked('DNS', 'y.x.a.jp', dns('*.a.jp'))),
  bad('a wildcard within a label', asked('DNS', 'xy.a.jp', dns('x*.a.jp'))),
  bad('a wildcard for everything', asked('DNS', 'a.jp', dns('*.jp'))),
  good('the address asked for', asked('IP', '10.0.0.1', ip(10, 0, 0, 1))),
  bad('the address as a host', asked('IP', '10.0.0.1', dns('10.0.0.1'))),
  good('the mailbox asked for', asked('RFC822', 'x@A.jp', mail('x@a.jp'))),
  bad('another mailbox', asked('RFC822', 'y@a.jp', mail('x@a.jp'))),
  bad('a peer of a kind nobody knows', asked('X', 'a.jp', dns('a.jp'))),
  bad('a zero in the host', asked('DNS', 'a.jp', dns('a.jp\0.b.jp'))),
]

export const nameRows = (): Row[] => [...constraints(), ...comparison(), ...peers()]
