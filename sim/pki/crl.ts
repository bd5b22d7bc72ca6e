/** Certificate revocation lists 失効リスト (RFC 5280 section 5): read, and judged fit to rely on. */
import { type Algorithm, fingerprintOf, isSignedBy, readAlgorithm } from './algorithm.ts'
import { type CrlEntry, entryAt, type EntryList, noEntries, readEntries, readEntry, serialBytes } from './crlEntry.ts'
import { indexSerials, type SerialIndex } from './crlIndex.ts'
import { type CrlCheck, judgeCrl } from './crlCheck.ts'
import { constructed, type Element, fields, inner, onlyElement, readDer, tag } from './der.ts'
import { integer, sameBytes, wholeBytes } from './derValue.ts'
import {
  type Extension,
  type IssuingDistributionPoint,
  readAuthorityKeyIdentifier,
  readExtensions,
  readIssuingDistributionPoint,
  unknownCritical,
} from './extension.ts'
import { time } from './instant.ts'
import { MalformedError } from './malformed.ts'
import { readName } from './name.ts'
import type { Certificate } from './parsedCertificate.ts'
import { extensionOid } from './profile.ts'
import type { CertStatus } from './revocation.ts'

export type { CrlEntry } from './crlEntry.ts'
export { type CertStatus, reasonCodes, reasonName } from './revocation.ts'

/** Largest list that is read (assumed): about 1.4 million entries with a reason and a serial number of 16 bytes. */
const crlLimitBytes = 64 * 1024 * 1024

export type Crl = {
  readonly der: Uint8Array
  /** SHA-256 of `der`, lower-case hex. */
  readonly fingerprint: string
  readonly tbs: Uint8Array
  readonly issuer: string
  readonly issuerHex: string
  readonly thisUpdate: number
  readonly nextUpdate: number
  readonly crlNumber?: bigint
  readonly authorityKeyIdentifier?: string
  readonly issuingDistributionPoint?: IssuingDistributionPoint
  readonly entryCount: number
  readonly entries: EntryList
  /** Critical extensions nobody here understands, in the list or in an entry. */
  readonly unknownCritical: boolean
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

const understood = new Set<string>([extensionOid.issuingDistributionPoint, extensionOid.authorityKeyIdentifier])

function readListExtensions(extensions: ReadonlyMap<string, Extension>) {
  const number = extensions.get(extensionOid.crlNumber)
  const keyIdentifier = extensions.get(extensionOid.authorityKeyIdentifier)
  const point = extensions.get(extensionOid.issuingDistributionPoint)
  const crlNumber = number && integer(onlyElement(number.value), 'crl number')
  if (crlNumber !== undefined && crlNumber < 0n) throw new MalformedError('crl number: negative')
  const authorityKeyIdentifier = keyIdentifier && readAuthorityKeyIdentifier(keyIdentifier.value)
  // A delta is no list to decide by, even if its indicator is wrongly not critical (RFC 5280 section 5.2.4).
  const isDelta = extensions.has(extensionOid.deltaCrlIndicator)
  return {
    ...(crlNumber !== undefined && { crlNumber }),
    ...(authorityKeyIdentifier !== undefined && { authorityKeyIdentifier }),
    ...(point && { issuingDistributionPoint: readIssuingDistributionPoint(point.value) }),
    unknownCritical: isDelta || unknownCritical(extensions, understood).length > 0,
  }
}

function readTbs(element: Element) {
  const tbs = fields(element, tag.sequence, 'crl')
  if (integer(tbs.next(tag.integer, 'version'), 'version', 1) !== 1n) throw new MalformedError('version is not 2')
  const algorithm = readAlgorithm(tbs.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const issuer = readName(tbs.next(tag.sequence, 'issuer'), 'issuer')
  const thisUpdate = time(tbs.any('this update'), 'this update')
  const nextUpdate = time(tbs.any('next update'), 'next update')
  if (nextUpdate < thisUpdate) throw new MalformedError('next update before this update')
  const revoked = tbs.optional(tag.sequence)
  const list = tbs.next(constructed(0), 'crl extensions')
  tbs.end('crl')
  const entries = revoked ? readEntries(revoked) : noEntries
  const rest = readListExtensions(readExtensions(inner(list, 'crl extensions'), 'crl extensions'))
  return { algorithm, issuer, thisUpdate, nextUpdate, entries, rest }
}

/** Throws a MalformedError for anything but one strict version 2 list. Says nothing about whether to rely on it. */
export function parseCrl(input: Uint8Array): Crl {
  const whole = readDer(input, crlLimitBytes)
  const outer = fields(whole, tag.sequence, 'crl')
  const tbsElement = outer.next(tag.sequence, 'crl')
  const signatureAlgorithm = readAlgorithm(outer.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const signature = wholeBytes(outer.next(tag.bitString, 'signature'), 'signature')
  outer.end('crl')
  const { algorithm, issuer, thisUpdate, nextUpdate, entries, rest } = readTbs(tbsElement)
  if (!sameBytes(algorithm.der, signatureAlgorithm.der)) throw new MalformedError('two signature algorithms')
  return Object.freeze({
    der: whole.bytes,
    fingerprint: fingerprintOf(whole.bytes),
    tbs: tbsElement.bytes,
    issuer: issuer.text,
    issuerHex: issuer.hex,
    thisUpdate,
    nextUpdate,
    entryCount: entries.starts.length,
    entries,
    ...rest,
    unknownCritical: rest.unknownCritical || entries.unknownCritical,
    signature,
    signatureAlgorithm,
  })
}

/** All entries in the order of the list. */
export function* crlEntries({ entries }: Crl): Generator<CrlEntry> {
  for (let index = 0; index < entries.starts.length; index++) {
    const { serialNumber, revocationDate, reasonCode } = readEntry(entryAt(entries, index))
    yield { serialNumber, revocationDate, reasonCode }
  }
}

/** Whether `crl` may be relied on at `now` (Unix ms) for certificates of `issuer`, and for `certificate` if given. */
export const checkCrl = (
  crl: Crl,
  question: { issuer: Certificate; certificate?: Certificate; now: number },
): CrlCheck =>
  judgeCrl(crl, question, () =>
    isSignedBy(
      { data: crl.tbs, signature: crl.signature, algorithm: crl.signatureAlgorithm },
      question.issuer.publicKey,
    ),
  )

const indexes = new WeakMap<Crl, SerialIndex>()

/** What a list that `checkCrl` accepted says of a serial number. A list knows nothing of numbers never issued: they are good. */
export function statusByCrl(crl: Crl, serialNumber: string): CertStatus {
  const index = indexes.get(crl) ?? indexSerials(crl.entries)
  indexes.set(crl, index)
  const found = index(serialBytes(serialNumber))
  if (found === undefined) return { certStatus: 'good' }
  const { revocationDate, reasonCode } = readEntry(entryAt(crl.entries, found))
  return { certStatus: 'revoked', revocationDate, reasonCode }
}
