/** Elements that mean something in certificates, lists and answers, to be put where they do not belong. */
import * as asn1 from '../../sim/pki/asn1.ts'
import { algorithmOid } from '../../sim/pki/algorithm.ts'
import { branch, everyElement, leaf, readTree, type Tree } from './derTree.ts'

export const treeOf = (node: asn1.Node) => readTree(asn1.encode(node))

/** An extension as certificates and lists carry it. */
export const extension = (oid: string, critical: boolean, ...value: Tree[]): Tree =>
  branch(0x30, treeOf(asn1.oid(oid)), ...(critical ? [leaf(0x01, [0xff])] : []), branch(0x04, ...value))

const utcTime = (text: string) => leaf(0x17, text)
const generalizedTime = (text: string) => leaf(0x18, text)
const directory = branch(
  0xa4,
  branch(0x30, branch(0x31, branch(0x30, treeOf(asn1.oid('2.5.4.3')), leaf(0x0c, 'CRLDP')))),
)
export const policy = (oid: string) => branch(0x30, treeOf(asn1.oid(oid)))
const bits = (...numbers: number[]) => treeOf(asn1.namedBits(numbers))

/** RFC 5280 section 4.2, well made, each critical and not: what a CA could say that our profile does not. */
const certificateExtensions = (critical: boolean): Tree[] => [
  extension('2.5.29.19', critical, branch(0x30)),
  extension('2.5.29.19', critical, branch(0x30, leaf(0x01, [0xff]))),
  extension('2.5.29.19', critical, branch(0x30, leaf(0x01, [0xff]), leaf(0x02, [0]))),
  extension('2.5.29.15', critical, bits(0)),
  extension('2.5.29.15', critical, bits(5, 6)),
  extension('2.5.29.15', critical, bits(0, 1, 2, 3)),
  extension('2.5.29.37', critical, branch(0x30, treeOf(asn1.oid('1.3.6.1.5.5.7.3.9')))),
  extension('2.5.29.37', critical, branch(0x30, treeOf(asn1.oid('2.5.29.37.0')))),
  extension('2.5.29.37', critical, branch(0x30, treeOf(asn1.oid('1.3.6.1.5.5.7.3.4')))),
  extension('2.5.29.30', critical, branch(0x30, branch(0xa0, branch(0x30, directory)))),
  extension('2.5.29.30', critical, branch(0x30, branch(0xa1, branch(0x30, directory)))),
  extension('2.5.29.36', critical, branch(0x30, leaf(0x80, [0]))),
  extension('2.5.29.36', critical, branch(0x30, leaf(0x81, [0]))),
  extension('2.5.29.54', critical, leaf(0x02, [0])),
  extension('2.5.29.32', critical, branch(0x30, policy('2.5.29.32.0'))),
  extension('2.5.29.32', critical, branch(0x30, policy('1.2.3.4'))),
  extension('2.5.29.33', critical, branch(0x30, branch(0x30, ...[1, 2].map((n) => treeOf(asn1.oid(`1.2.3.${n}`)))))),
  extension('2.5.29.46', critical, branch(0x30, branch(0x30, branch(0xa0, branch(0xa0, directory))))),
  extension('2.5.29.35', critical, branch(0x30, leaf(0x80, [1, 2, 3, 4]))),
  extension('2.5.29.35', critical, branch(0x30)),
  extension('2.5.29.35', critical, branch(0x30, branch(0xa1, directory), leaf(0x82, [1]))),
  extension('2.5.29.14', critical, leaf(0x04, [1, 2, 3, 4])),
  extension('1.3.6.1.5.5.7.1.24', critical, branch(0x30, leaf(0x02, [5]))),
  extension('1.3.6.1.5.5.7.48.1.5', critical, leaf(0x05, [])),
  extension('1.2.3.4.5', critical, leaf(0x05, [])),
]

/** RFC 5280 sections 5.2 and 5.3, RFC 6960 section 4.4. */
const statusExtensions = (critical: boolean): Tree[] => [
  extension('2.5.29.27', critical, leaf(0x02, [1])),
  extension('2.5.29.20', critical, leaf(0x02, [1])),
  ...[1, 2, 4, 5].map((flag) => extension('2.5.29.28', critical, branch(0x30, leaf(0x80 | flag, [0xff])))),
  extension('2.5.29.28', critical, branch(0x30, leaf(0x83, [5, 0x60]))),
  extension('2.5.29.28', critical, branch(0x30, branch(0xa0, branch(0xa0, directory)))),
  extension('2.5.29.28', critical, branch(0x30)),
  extension('2.5.29.29', critical, branch(0x30, directory)),
  extension('2.5.29.24', critical, generalizedTime('20260101000000Z')),
  ...[0, 1, 6, 7, 8, 11].map((reason) => extension('2.5.29.21', critical, leaf(0x0a, [reason]))),
  extension('1.3.6.1.5.5.7.48.1.2', critical, leaf(0x04, [1, 2, 3, 4])),
  extension('1.3.6.1.5.5.7.48.1.6', critical, generalizedTime('20200101000000Z')),
  extension('1.3.6.1.5.5.7.48.1.3', critical, branch(0x30)),
]

const algorithms = [
  ...[algorithmOid.sha256WithRSAEncryption, '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.5', '1.2.840.113549.1.1.10'],
  ...[algorithmOid.sha1, algorithmOid.sha256, '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3', '1.2.840.113549.2.5'],
  ...['1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3'],
].flatMap((oid) => [branch(0x30, treeOf(asn1.oid(oid)), leaf(0x05, [])), branch(0x30, treeOf(asn1.oid(oid)))])

const integers = [
  ...[[0], [1], [2], [3], [0x7f], [0x80], [0xff], [0, 1], [0, 0x80], Array<number>(20).fill(0x7f)],
  ...[Array<number>(21).fill(0x7f), []],
].map((content) => leaf(0x02, content))

/** Instants in every spelling, around `now` (Unix ms, a whole second) and far from it. */
function times(now: number): Tree[] {
  const day = 24 * 60 * 60 * 1000
  const texts = [-1000, 0, 1000, -day, day, -400 * day, 400 * day].map((offset) =>
    new Date(now + offset).toISOString().replace(/\D/g, '').slice(0, 14),
  )
  return [
    ...texts.flatMap((text) => [utcTime(`${text.slice(2)}Z`), generalizedTime(`${text}Z`)]),
    ...['500101000000Z', '491231235959Z', '2601010000Z', '260101000000+0900', '261301000000Z', ''].map(utcTime),
    ...['99991231235959Z', '20260101000000.5Z', '20260101000000', '00000101000000Z', '20260229000000Z'].map(
      generalizedTime,
    ),
  ]
}

const small = [leaf(0x01, [0xff]), leaf(0x01, [0]), leaf(0x01, [1]), leaf(0x05, []), leaf(0x0a, [0]), leaf(0x0a, [1])]

/** The whole collection, and every element of the documents given. */
export const donorsFrom = (now: number, documents: readonly Uint8Array[]): Tree[] => [
  ...[true, false].flatMap((critical) => [...certificateExtensions(critical), ...statusExtensions(critical)]),
  ...algorithms,
  ...integers,
  ...times(now),
  ...small,
  ...documents.flatMap((der) => everyElement(readTree(der))),
]
