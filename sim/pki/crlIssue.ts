/** Writes certificate revocation lists 失効リスト of any size, complete and delta (RFC 5280 section 5). */
import { signatureIdentifier } from './algorithm.ts'
import * as asn1 from './asn1.ts'
import type { Authority } from './certificate.ts'
import type { CrlEntry } from './crlEntry.ts'
import { pause } from './crlStreamPause.ts'
import { createEntryWriter, entrySize, longestEntryBytes } from './crlStreamWrite.ts'
import { tag } from './der.ts'
import { extension } from './extension.ts'
import { distributionPointName } from './generalName.ts'
import type { Signer } from './key.ts'
import type { Name } from './name.ts'
import { parseCertificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'

type CrlFields = {
  ca: Authority
  thisUpdate: number
  nextUpdate: number
  crlNumber: bigint | number
  /** The partition, as `crlDistributionPoint` in profile.ts names it; without it the list covers the whole CA. */
  distributionPoint?: Name
  /** Makes it a delta that completes the list of this number; its entries may have removeFromCRL (RFC 5280 section 5.2.4). */
  baseCrlNumber?: bigint | number
  /** Where deltas to a complete list are found (RFC 5280 section 5.2.6). */
  freshestCrl?: Name
}

export type CrlRequest = CrlFields & { entries: Iterable<CrlEntry> }

/** Entries, or pages of them as a database gives them. */
export type EntryPages = Iterable<CrlEntry> | AsyncIterable<Iterable<CrlEntry>>

/** A list too large for memory: its entries are asked for three times (to measure, to sign, to write) and must be the same each time. */
export type LargeCrlRequest = CrlFields & { entries: () => EntryPages }

const freshestCrlOid = '2.5.29.46'
const partBytes = 64 * 1024

function listExtensions(fields: CrlFields, keyIdentifier: Uint8Array): asn1.Node[] {
  const { crlNumber, distributionPoint, baseCrlNumber, freshestCrl } = fields
  const named = (oid: string, critical: boolean, value: asn1.Node) => extension({ oid, critical }, value)
  return [
    named(extensionOid.authorityKeyIdentifier, false, asn1.sequence(asn1.implicit(0, keyIdentifier))),
    named(extensionOid.crlNumber, false, asn1.integer(crlNumber)),
    ...(baseCrlNumber === undefined ? [] : [named(extensionOid.deltaCrlIndicator, true, asn1.integer(baseCrlNumber))]),
    ...(distributionPoint
      ? [named(extensionOid.issuingDistributionPoint, true, asn1.sequence(distributionPointName(distributionPoint)))]
      : []),
    ...(freshestCrl
      ? [named(freshestCrlOid, false, asn1.sequence(asn1.sequence(distributionPointName(freshestCrl))))]
      : []),
  ]
}

function checkFields({ thisUpdate, nextUpdate, crlNumber, baseCrlNumber, freshestCrl }: CrlFields): void {
  if (nextUpdate <= thisUpdate) throw new RangeError('next update is not after this update')
  if (baseCrlNumber === undefined) return
  if (BigInt(baseCrlNumber) >= BigInt(crlNumber)) throw new RangeError('base crl number is not below the crl number')
  if (freshestCrl) throw new RangeError('a delta names no delta')
}

/** What stands before and after the entries inside the signed part. */
function surroundings(fields: CrlFields) {
  const { ca, thisUpdate, nextUpdate } = fields
  const issuer = parseCertificate(ca.certificate)
  const keyIdentifier = Buffer.from(issuer.subjectKeyIdentifier ?? '', 'hex')
  const before = [
    asn1.integer(1),
    signatureIdentifier(ca.signer),
    asn1.raw(Buffer.from(issuer.subjectHex, 'hex')),
    asn1.time(thisUpdate),
    asn1.time(nextUpdate),
  ]
  const after = asn1.explicit(0, asn1.sequence(...listExtensions(fields, keyIdentifier)))
  return { before: Buffer.concat(before.map(asn1.encode)), after: asn1.encode(after) }
}

/** Tag and length in its shortest form (X.690 section 10.1). */
function header(identifier: number, sizeBytes: number): Uint8Array {
  if (sizeBytes < 0x80) return Uint8Array.of(identifier, sizeBytes)
  const length: number[] = []
  for (let rest = sizeBytes; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256)
  return Uint8Array.of(identifier, 0x80 | length.length, ...length)
}

const isPages = (entries: EntryPages): entries is AsyncIterable<Iterable<CrlEntry>> => Symbol.asyncIterator in entries

async function* pagesOf(entries: EntryPages): AsyncGenerator<Iterable<CrlEntry>> {
  if (isPages(entries)) yield* entries
  else yield entries
}

/** How many entries are looked at between two pauses. */
const entriesPerTurn = 8192

async function measure(entries: EntryPages): Promise<number> {
  let sizeBytes = 0
  let count = 0
  for await (const page of pagesOf(entries)) {
    for (const entry of page) {
      sizeBytes += entrySize(entry)
      if (++count % entriesPerTurn === 0) await pause()
    }
  }
  return sizeBytes
}

/** The entries in parts; each part is the consumer's to keep. */
async function* encode(entries: EntryPages, delta: boolean): AsyncGenerator<Uint8Array> {
  const write = createEntryWriter({ delta })
  let bytes = new Uint8Array(partBytes)
  let end = 0
  for await (const page of pagesOf(entries)) {
    for (const entry of page) {
      end = write(entry, bytes, end)
      if (end + longestEntryBytes <= partBytes) continue
      yield bytes.subarray(0, end)
      bytes = new Uint8Array(partBytes)
      end = 0
      await pause()
    }
  }
  if (end > 0) yield bytes.subarray(0, end)
}

async function* signedPart(request: LargeCrlRequest, entriesBytes: number): AsyncGenerator<Uint8Array> {
  const { before, after } = surroundings(request)
  const list = entriesBytes > 0 ? header(tag.sequence, entriesBytes) : new Uint8Array()
  yield header(tag.sequence, before.length + list.length + entriesBytes + after.length)
  yield before
  yield list
  let written = 0
  for await (const part of encode(request.entries(), request.baseCrlNumber !== undefined)) {
    written += part.length
    if (written <= entriesBytes) yield part
  }
  if (written !== entriesBytes) throw new RangeError('the entries changed while the list was written')
  yield after
}

async function signParts(signer: Signer, parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (signer.signParts) return signer.signParts(parts)
  const held: Uint8Array[] = []
  for await (const part of parts) held.push(part)
  return signer.sign(Buffer.concat(held))
}

/**
 * The DER of a version 2 list part after part, without holding it in memory or keeping the event loop to itself.
 * One of a partition says so in a critical issuingDistributionPoint (RFC 5280 section 5.2.5).
 */
export async function* issueCrlParts(request: LargeCrlRequest): AsyncGenerator<Uint8Array> {
  checkFields(request)
  const entriesBytes = await measure(request.entries())
  let tbsBytes = 0
  const counted = async function* () {
    for await (const part of signedPart(request, entriesBytes)) {
      tbsBytes += part.length
      yield part
    }
  }
  const signature = await signParts(request.ca.signer, counted())
  const trailer = Buffer.concat([
    asn1.encode(signatureIdentifier(request.ca.signer)),
    asn1.encode(asn1.bitString(signature)),
  ])
  yield header(tag.sequence, tbsBytes + trailer.length)
  yield* signedPart(request, entriesBytes)
  yield trailer
}

/** Writes the list of `issueCrlParts` to `sink`, waiting for it after each part; returns the size. */
export async function writeCrl(
  request: LargeCrlRequest,
  sink: (part: Uint8Array) => Promise<void> | void,
): Promise<{ sizeBytes: number }> {
  let sizeBytes = 0
  for await (const part of issueCrlParts(request)) {
    sizeBytes += part.length
    await sink(part)
  }
  return { sizeBytes }
}

/** The same for a list that fits in memory, whose entries may be given once. */
export async function issueCrl({ entries, ...fields }: CrlRequest): Promise<Uint8Array> {
  const held = [...entries]
  const parts: Uint8Array[] = []
  await writeCrl({ ...fields, entries: () => held }, (part) => void parts.push(part))
  return new Uint8Array(Buffer.concat(parts))
}
