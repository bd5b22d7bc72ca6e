/** The folder through which trust anchors reach verifiers: out of band, one PEM file (RFC 7468) for each CA and generation. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { MalformedError } from './malformed.ts'
import { nameNode } from './name.ts'
import { encode } from './asn1.ts'
import { type Certificate, isIssuedBy, parseCertificate } from './parsedCertificate.ts'
import { caName, type CertificateKind, certificateKinds, isReservedOrganization, keyUsageBit } from './profile.ts'

export type Anchor = { kind: CertificateKind; generation: number; der: Uint8Array }
type Named = { kind: CertificateKind; generation: number }

const fileName = ({ kind, generation }: Named) => `${kind}-${generation}.pem`
const withdrawn = '.withdrawn'

/** Larger files are refused unread; a CA certificate has about 1.8 kB as PEM (limit assumed). */
const largestBytes = 16 * 1024
/** So many files at most (assumed): two CAs with some generations each. */
const mostFiles = 256

const pemOf = (der: Uint8Array) => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const onePem = /^-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/]{1,64}={0,2}\n)+)-----END CERTIFICATE-----\n?$/

const derOf = (pem: string, what: string): Uint8Array => {
  const base64 = onePem.exec(pem.replaceAll('\r\n', '\n'))?.[1]?.replaceAll('\n', '')
  if (base64 === undefined) throw new MalformedError(`${what}: not one certificate in pem`)
  const der = Buffer.from(base64, 'base64')
  if (der.toString('base64') !== base64) throw new MalformedError(`${what}: bad base64`)
  return new Uint8Array(der)
}

/** Whether its subject is the name of that CA, under whichever organization. */
const isNamed = (certificate: Certificate, kind: CertificateKind) => {
  const [organization] = certificate.organizations
  if (organization === undefined || certificate.organizations.length > 1) return false
  const expected = Buffer.from(encode(nameNode(caName(kind, organization)))).toString('hex')
  return certificate.subjectHex.toLowerCase() === expected
}

/** A self-signed CA certificate of `kind` that is neither of the real hierarchy nor of its test environment; else a MalformedError. */
const checkAnchor = (der: Uint8Array, kind: CertificateKind, what: string) => {
  const certificate = parseCertificate(der)
  if (certificate.organizations.some(isReservedOrganization)) throw new MalformedError(`${what}: reserved organization`)
  if (!isNamed(certificate, kind)) throw new MalformedError(`${what}: not the name of the ${kind} ca`)
  if (certificate.basicConstraints?.cA !== true || !certificate.keyUsage.has(keyUsageBit.keyCertSign))
    throw new MalformedError(`${what}: not a ca`)
  if (certificate.issuerHex !== certificate.subjectHex || !isIssuedBy(certificate, certificate))
    throw new MalformedError(`${what}: not self-signed`)
}

const flush = (path: string, write: (handle: number) => void, mode: 'r' | 'w') => {
  const handle = openSync(path, mode)
  try {
    write(handle)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Writes the CA certificate of one generation; readers see the old file or the new one, never half of it. */
export function publishAnchor(folder: string, anchor: Named & { certificate: Uint8Array }): void {
  const name = fileName(anchor)
  checkAnchor(anchor.certificate, anchor.kind, name)
  mkdirSync(folder, { recursive: true })
  const temporary = join(folder, `${name}.${process.pid}.part`)
  flush(temporary, (handle) => void writeSync(handle, pemOf(anchor.certificate)), 'w')
  rmSync(join(folder, name + withdrawn), { force: true })
  renameSync(temporary, join(folder, name))
  flush(folder, () => {}, 'r')
}

/** Takes a generation out of trust; its certificate is kept beside, under a name no reader takes for an anchor. */
export function withdrawAnchor(folder: string, named: Named): void {
  const path = join(folder, fileName(named))
  try {
    renameSync(path, path + withdrawn)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.pem'))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

const namedBy = (file: string): Named => {
  const [, word, number] = /^([a-z]+)-([1-9]\d{0,3})\.pem$/.exec(file) ?? []
  const kind = certificateKinds.find((candidate) => candidate === word)
  if (kind === undefined) throw new MalformedError(`${file}: no anchor has such a name`)
  return { kind, generation: Number(number) }
}

/**
 * All anchors in force, by kind and generation; none where the folder is missing. One bad file is a MalformedError for the whole
 * folder: whoever reads it must keep the anchors it had rather than go on with some of them.
 */
export function readTrustFolder(folder: string): Anchor[] {
  const files = namesIn(folder)
  if (files.length > mostFiles) throw new MalformedError('trust folder: too many files')
  const anchors = files.map((file): Anchor => {
    const named = namedBy(file)
    const path = join(folder, file)
    const { size } = lstatSync(path)
    if (!lstatSync(path).isFile() || size > largestBytes) throw new MalformedError(`${file}: not a small regular file`)
    const der = derOf(readFileSync(path, 'utf8'), file)
    checkAnchor(der, named.kind, file)
    return { ...named, der }
  })
  return anchors.sort((a, b) => (a.kind === b.kind ? a.generation - b.generation : b.kind.localeCompare(a.kind)))
}
