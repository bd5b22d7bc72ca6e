/** Writes lists and OCSP answers byte by byte, honest unless told otherwise: what the cases of suite.test.ts are made of. */
import { createHash } from 'node:crypto'
import { constructed, primitive, tag } from '../der.ts'
import { wrap } from '../derWriter.ts'
import { extensionOid } from '../profile.ts'
import { publicKeyBits } from '../publicKey.ts'
import {
  type Bytes,
  day,
  type Envelope,
  envelope,
  extension,
  extensionList,
  type Extensions,
  general,
  hour,
  identifierOf,
  int,
  nothing,
  now,
  octets,
  oid,
  type Party,
  seq,
  time,
} from './testSuite.ts'

export type Entry = { serial: Bytes | bigint | number; reason?: number; at?: number; more?: readonly Bytes[] }

export type ListSpec = Envelope & {
  number?: Bytes | number | undefined
  base?: number
  version?: Bytes | undefined
  thisUpdate?: number
  nextUpdate?: number | undefined
  entries?: readonly Entry[]
  /** The list of entries itself, with its tag. */
  revoked?: Bytes
  issuingPoint?: Bytes
  extensions?: Extensions
  more?: readonly Bytes[]
  tail?: Bytes
}

const entry = ({ serial, reason, at = now - 2 * day, more = [] }: Entry): Bytes => {
  const code =
    reason === undefined ? [] : [extension(extensionOid.reasonCode, Uint8Array.of(tag.enumerated, 1, reason))]
  const extensions = [...code, ...more]
  return seq(
    typeof serial === 'object' ? serial : int(serial),
    time(at),
    ...(extensions.length > 0 ? [seq(...extensions)] : []),
  )
}

export function list(issuer: Party, spec: ListSpec = {}): Bytes {
  const { number = 100, base, entries = [], issuingPoint, thisUpdate = now - 6 * hour } = spec
  const version = 'version' in spec ? spec.version : int(1)
  const nextUpdate = 'nextUpdate' in spec ? spec.nextUpdate : now + 18 * hour
  const usual: Extensions = {
    [extensionOid.authorityKeyIdentifier]: extension(
      extensionOid.authorityKeyIdentifier,
      seq(wrap(primitive(0), issuer.keyId)),
    ),
    [extensionOid.crlNumber]: extension(extensionOid.crlNumber, typeof number === 'number' ? int(number) : number),
    [extensionOid.deltaCrlIndicator]:
      base === undefined ? undefined : extension(extensionOid.deltaCrlIndicator, int(base), true),
    [extensionOid.issuingDistributionPoint]:
      issuingPoint && extension(extensionOid.issuingDistributionPoint, issuingPoint, true),
  }
  const revoked = spec.revoked ?? (entries.length > 0 ? seq(Buffer.concat(entries.map(entry))) : undefined)
  const tbs = seq(
    ...(version ? [version] : []),
    identifierOf(issuer, spec),
    issuer.name,
    time(thisUpdate),
    ...(nextUpdate === undefined ? [] : [time(nextUpdate)]),
    ...(revoked ? [revoked] : []),
    spec.tail ?? wrap(constructed(0), extensionList(usual, spec.extensions, spec.more)),
  )
  return envelope(tbs, issuer, spec)
}

/** A CertID of RFC 6960 section 4.1.1; `spki` and `named` are the issuer's. */
export type Asked = {
  issuer: Party
  serial?: number | bigint
  hash?: string
  named?: Bytes
  keyHash?: Bytes
  identifier?: Bytes
}
const hashOids: Readonly<Record<string, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
function certId({ issuer, serial = 0x1234, hash = 'sha1', named = issuer.name, keyHash, identifier }: Asked): Bytes {
  const digest = (bytes: Bytes) => createHash(hash).update(bytes).digest()
  return seq(
    identifier ?? seq(oid(hashOids[hash] ?? ''), nothing),
    octets(digest(named)),
    octets(keyHash ?? digest(publicKeyBits(issuer.spki))),
    int(serial),
  )
}

const good: Bytes = wrap(primitive(0))
export const unknown: Bytes = wrap(primitive(2))
export const revoked = (reason?: number, at = now - 2 * day): Bytes =>
  wrap(
    constructed(1),
    general(at),
    ...(reason === undefined ? [] : [wrap(constructed(0), Uint8Array.of(tag.enumerated, 1, reason))]),
  )

export type Single = Asked & {
  status?: Bytes
  thisUpdate?: number
  nextUpdate?: number | undefined
  more?: readonly Bytes[]
}

const single = (spec: Single): Bytes => {
  const { status = good, thisUpdate = now - hour, more = [] } = spec
  const nextUpdate = 'nextUpdate' in spec ? spec.nextUpdate : now + 11 * hour
  return seq(
    certId(spec),
    status,
    general(thisUpdate),
    ...(nextUpdate === undefined ? [] : [wrap(constructed(0), general(nextUpdate))]),
    ...(more.length > 0 ? [wrap(constructed(1), seq(...more))] : []),
  )
}

export type AnswerSpec = Envelope & {
  by: Party
  singles: readonly Single[]
  named?: 'key' | 'name' | Bytes
  certificates?: readonly Bytes[]
  producedAt?: number
  more?: readonly Bytes[]
  version?: Bytes
}

/** OCSPResponse around anything (RFC 6960 section 4.2.1). */
export const response = (status: number, type?: string, content: Bytes = nothing): Bytes =>
  seq(
    Uint8Array.of(tag.enumerated, 1, status),
    ...(type ? [wrap(constructed(0), seq(oid(type), octets(content)))] : []),
  )

export function answer(spec: AnswerSpec): Bytes {
  const { by, named = 'key', certificates = [], more = [], producedAt = now - hour } = spec
  const responder =
    named === 'key' ? wrap(constructed(2), octets(by.keyId)) : named === 'name' ? wrap(constructed(1), by.name) : named
  const data = seq(
    ...(spec.version ? [spec.version] : []),
    responder,
    general(producedAt),
    seq(...spec.singles.map(single)),
    ...(more.length > 0 ? [wrap(constructed(1), seq(...more))] : []),
  )
  const sent = certificates.length > 0 ? [wrap(constructed(0), seq(...certificates))] : []
  return response(0, '1.3.6.1.5.5.7.48.1.1', envelope(data, by, spec, ...sent))
}
