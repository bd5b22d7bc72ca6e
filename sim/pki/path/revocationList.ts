/**
 * Reads any CRL in strict DER, delta and indirect ones included, its entries only when they are asked for: for the general validator.
 * Lists of this profile, which have a hundred thousand entries and more, are read by `crl.ts`.
 */
import { type Algorithm, readAlgorithm } from '../algorithm.ts'
import { constructed, type Element, fields, inner, onlyElement, readDer, tag } from '../der.ts'
import { integer, sameBytes, toHex, wholeBytes } from '../derValue.ts'
import { type Extension, readAuthorityKeyIdentifier, readExtensions, unknownCritical } from '../extension.ts'
import { anyTime } from '../instant.ts'
import { MalformedError } from '../malformed.ts'
import { type ReadName, readName } from '../name.ts'
import { extensionOid } from '../profile.ts'
import { type IssuingPoint, readIssuingPoint } from './distributionPoint.ts'
import type { Entries } from './listEntry.ts'

/** Largest list read this way (assumed): some 300,000 entries. */
const listLimitBytes = 16 * 1024 * 1024

export type RevocationList = {
  readonly tbs: Uint8Array
  readonly issuerName: ReadName
  readonly thisUpdate: number
  readonly nextUpdate?: number | undefined
  readonly crlNumber?: bigint | undefined
  /** The base's number, in a delta. */
  readonly baseNumber?: bigint | undefined
  readonly authorityKeyIdentifier?: string | undefined
  readonly issuingPoint?: IssuingPoint | undefined
  /** The issuing distribution point's DER in hex: two lists with the same have the same scope. */
  readonly scope: string
  /** Read when somebody asks for a certificate, since most lists sent along are nobody's. */
  readonly entries: Entries
  readonly unknownCritical: boolean
  readonly signature: Uint8Array
  readonly signatureAlgorithm: Algorithm
}

const understood = new Set<string>([
  extensionOid.issuingDistributionPoint,
  extensionOid.deltaCrlIndicator,
  extensionOid.authorityKeyIdentifier,
])
function listNumber(extension: Extension | undefined, what: string): bigint | undefined {
  const found = extension && integer(onlyElement(extension.value), what)
  if (found !== undefined && found < 0n) throw new MalformedError(`${what}: negative`)
  return found
}

const noExtensions: ReadonlyMap<string, Extension> = new Map()

function readTbs(element: Element) {
  const tbs = fields(element, tag.sequence, 'crl')
  const version = tbs.optional(tag.integer)
  if (version && integer(version, 'version', 1) !== 1n) throw new MalformedError('version is not 2')
  const algorithm = readAlgorithm(tbs.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const issuerName = readName(tbs.next(tag.sequence, 'issuer'), 'issuer')
  const thisUpdate = anyTime(tbs.any('this update'), 'this update')
  const next = tbs.optional(tag.utcTime) ?? tbs.optional(tag.generalizedTime)
  const nextUpdate = next && anyTime(next, 'next update')
  if (nextUpdate !== undefined && nextUpdate < thisUpdate) throw new MalformedError('next update before this update')
  const revoked = tbs.optional(tag.sequence)
  const list = version && tbs.optional(constructed(0))
  tbs.end('crl')
  const extensions = list ? readExtensions(inner(list, 'crl extensions'), 'crl extensions') : noExtensions
  const number: 1 | 2 = version ? 2 : 1
  return { version: number, algorithm, issuerName, thisUpdate, nextUpdate, extensions, content: revoked?.content }
}

/** Throws a MalformedError for anything but one strict list of version 1 or 2. Says nothing about whether to rely on it. */
export function readRevocationList(input: Uint8Array): RevocationList {
  const outer = fields(readDer(input, listLimitBytes), tag.sequence, 'crl')
  const tbsElement = outer.next(tag.sequence, 'crl')
  const signatureAlgorithm = readAlgorithm(outer.next(tag.sequence, 'signature algorithm'), 'signature algorithm')
  const signature = wholeBytes(outer.next(tag.bitString, 'signature'), 'signature')
  outer.end('crl')
  const { version, algorithm, extensions, issuerName, thisUpdate, nextUpdate, content } = readTbs(tbsElement)
  if (!sameBytes(algorithm.der, signatureAlgorithm.der)) throw new MalformedError('two signature algorithms')
  const point = extensions.get(extensionOid.issuingDistributionPoint)
  const issuingPoint = point && readIssuingPoint(point.value)
  const baseNumber = listNumber(extensions.get(extensionOid.deltaCrlIndicator), 'base crl number')
  const isIndirect = issuingPoint?.indirect ?? false
  const keyIdentifier = extensions.get(extensionOid.authorityKeyIdentifier)
  return {
    tbs: tbsElement.bytes,
    issuerName,
    thisUpdate,
    nextUpdate,
    crlNumber: listNumber(extensions.get(extensionOid.crlNumber), 'crl number'),
    baseNumber,
    authorityKeyIdentifier: keyIdentifier && readAuthorityKeyIdentifier(keyIdentifier.value),
    issuingPoint,
    scope: point ? toHex(point.value) : '',
    entries: { content, listIssuer: issuerName, version, isDelta: baseNumber !== undefined, isIndirect },
    unknownCritical: unknownCritical(extensions, understood).length > 0,
    signature,
    signatureAlgorithm,
  }
}
