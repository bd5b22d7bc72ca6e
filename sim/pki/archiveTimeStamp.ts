/** What an archive time-stamp is made over: the signature, the document, and an index of everything beside them (ETSI EN 319 122-1 section 5.5). */
import { readAlgorithm } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import { type Element, fields, onlyElement, tag } from './der.ts'
import { octets, sameBytes } from './derValue.ts'
import { wrap } from './derWriter.ts'
import { digest, digestIdentifier, type DigestName, digestOf } from './digest.ts'
import { MalformedError } from './malformed.ts'
import type { SignedData, SignerInfo } from './signedData.ts'

/** What stands beside the signature: whole certificates, and whole unsigned attributes of one value each. */
type Beside = { certificates: readonly Uint8Array[]; attributes: readonly Uint8Array[] }

/** An attribute as the index counts it: its type and its value, without the tags around them (section 5.5.2). */
const indexedPart = (attribute: Uint8Array): Uint8Array => {
  const what = 'attribute'
  const inside = fields(onlyElement(attribute), tag.sequence, what)
  const type = inside.next(tag.oid, what)
  const values = inside.next(tag.set, what)
  inside.end(what)
  return Buffer.concat([type.bytes, values.content])
}

const hashes = (name: DigestName, members: readonly Uint8Array[]) =>
  members.map((member) => wrap(tag.octetString, digest(name, member)))

/** ATSHashIndexV3: one digest for each certificate, list and unsigned attribute. */
export const hashIndexBytes = (name: DigestName, { certificates, attributes }: Beside): Uint8Array =>
  wrap(
    tag.sequence,
    asn1.encode(digestIdentifier(name)),
    wrap(tag.sequence, ...hashes(name, certificates)),
    wrap(tag.sequence),
    wrap(tag.sequence, ...hashes(name, attributes.map(indexedPart))),
  )

/** Most digests of one sort that are read (assumed). */
const mostIndexed = 32

function readHashes(element: Element, sizeBytes: number): Uint8Array[] {
  const what = 'hash index'
  const inside = fields(element, tag.sequence, what)
  const found: Uint8Array[] = []
  while (inside.more()) {
    const hash = octets(inside.next(tag.octetString, what), what)
    if (hash.length !== sizeBytes || found.length === mostIndexed) throw new MalformedError(`${what}: bad hash`)
    found.push(hash)
  }
  return found
}

const contain = (all: readonly Uint8Array[], some: readonly Uint8Array[]) =>
  some.every((hash) => all.some((other) => sameBytes(hash, other)))

const areSame = (found: readonly Uint8Array[], wanted: readonly Uint8Array[]) =>
  found.length === wanted.length && contain(found, wanted) && contain(wanted, found)

/** Whether the index counts exactly what stands beside the signature: nothing taken away, nothing added, no lists. */
export function isIndexOf(index: Element, { certificates, attributes }: Beside): boolean {
  const what = 'hash index'
  const inside = fields(index, tag.sequence, what)
  const name = digestOf(readAlgorithm(inside.next(tag.sequence, what), what))
  if (name === undefined) throw new MalformedError(`${what}: unsupported digest`)
  const sizeBytes = digest(name).length
  const indexed = [1, 2, 3].map(() => readHashes(inside.next(tag.sequence, what), sizeBytes))
  inside.end(what)
  const hash = (member: Uint8Array) => digest(name, member)
  const wanted = [certificates.map(hash), [], attributes.map((attribute) => hash(indexedPart(attribute)))]
  return wanted.every((hashesWanted, position) => areSame(indexed[position] ?? [], hashesWanted))
}

/** The parts over which the time-stamp's digest is taken, in order (section 5.5.3). */
export const archiveImprint = (of: {
  stampDigest: DigestName
  signedData: SignedData
  signerInfo: SignerInfo
  document: Uint8Array
  index: Uint8Array
}): Uint8Array[] => [
  of.signedData.contentTypeBytes,
  digest(of.stampDigest, of.document),
  of.signerInfo.settled,
  of.index,
]
