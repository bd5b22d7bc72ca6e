/**
 * Issues residents' certificates by the ten thousand, byte for byte as certificate.ts writes them.
 * The first certificate of each sort is written there and cut into what stays and what changes from one resident to the next;
 * whatever is out of the ordinary is written there as a whole. What remains costs little more than the signature.
 */
import { sha1 } from './algorithm.ts'
import { type BasicFour, certify, type CertifiedBasicFour, eraDigit } from './basicFour.ts'
import { type Authority, issueResidentCertificate, type ResidentCertificateRequest } from './certificate.ts'
import { constructed, type Element, fields, inner, list, onlyElement, tag } from './der.ts'
import { oid } from './derValue.ts'
import { wrap } from './derWriter.ts'
import { bitStringBytes, timeBytes, unsignedBytes, utf8Bytes } from './derPrimitive.ts'
import { fromBase64 } from './key.ts'
import { extensionOid, residentName } from './profile.ts'
import { importSpki, publicKeyBits } from './publicKey.ts'

/** What changes from one resident to the next; all the rest of a request makes the template. */
type Changing = 'ca' | 'serialNumber' | 'publicKey' | 'notBefore' | 'notAfter' | 'subjectSequence' | 'basicFour'
export type BulkRequest = Omit<ResidentCertificateRequest, 'ca'>

type ExtensionPart = Uint8Array | { head: Uint8Array[]; value(request: BulkRequest, spki: Uint8Array): Uint8Array }

type Template = {
  version: Uint8Array
  signatureAndIssuer: Uint8Array[]
  /** The subject up to its last attribute, which is the common name. */
  subject: { before: Uint8Array[]; commonNameOid: Uint8Array }
  extensions: ExtensionPart[]
  signatureAlgorithm: Uint8Array
}

const what = 'template'

/** SubjectPublicKeyInfo of RSA-2048 with exponent 65537: always this before the modulus and that after it (RFC 8017 appendix A.1.1). */
const rsaPrefix = Buffer.from('30820122300d06092a864886f70d01010105000382010f003082010a0282010100', 'hex')
const rsaSuffix = Buffer.from('0203010001', 'hex')

/** The same of P-384, before the two coordinates of its point (RFC 5480 section 2.2). */
const p384Prefix = Buffer.from('3076301006072a8648ce3d020106052b8104002203620004', 'hex')

/** A point that is not on the curve is refused as certificate.ts refuses it. */
const isP384Key = (spki: Uint8Array) =>
  spki.length === p384Prefix.length + 96 &&
  p384Prefix.equals(spki.subarray(0, p384Prefix.length)) &&
  importSpki(spki) !== undefined

const isRsaKey = (spki: Uint8Array) =>
  spki.length === rsaPrefix.length + 256 + rsaSuffix.length &&
  rsaPrefix.equals(spki.subarray(0, rsaPrefix.length)) &&
  rsaSuffix.equals(spki.subarray(-rsaSuffix.length)) &&
  (spki[rsaPrefix.length] ?? 0) >= 0x80 &&
  (spki[rsaPrefix.length + 255] ?? 0) % 2 === 1

const isOrdinaryPerson = (basicFour: BasicFour | CertifiedBasicFour) =>
  !('nameSubstitutes' in basicFour) &&
  /^\d{4}-\d\d-\d\d$/.test(basicFour.dateOfBirth) &&
  basicFour.name.length > 0 &&
  basicFour.address.length <= 100

const isOrdinary = ({ serialNumber, notBefore, notAfter, basicFour }: BulkRequest) =>
  serialNumber > 0n &&
  serialNumber < 1n << 159n &&
  notBefore <= notAfter &&
  (basicFour === undefined || isOrdinaryPerson(basicFour))

/** The otherNames of the basic four, with only their sex taken from the template: name, birth, sex, address, and the two flags. */
function altNamePart(head: Uint8Array[], value: Uint8Array): ExtensionPart {
  const names = list(onlyElement(value), tag.sequence, what)
  const oids = names.map((name) => fields(name, constructed(0), what).next(tag.oid, what).bytes)
  const sexName = names[2]?.bytes
  if (names.length !== 6 || sexName === undefined) throw new RangeError('not the basic four')
  const otherName = (index: number, text: string) =>
    wrap(constructed(0), oids[index] ?? new Uint8Array(), wrap(constructed(0), utf8Bytes(text)))
  return {
    head,
    value: ({ basicFour }) => {
      if (basicFour === undefined) throw new RangeError('the basic four are missing')
      const items = certify(basicFour)
      const birth = `${eraDigit(items.dateOfBirth)}${items.dateOfBirth.replaceAll('-', '')}`
      return wrap(
        tag.sequence,
        otherName(0, items.name),
        otherName(1, birth),
        sexName,
        otherName(3, items.address),
        otherName(4, items.nameSubstitutes),
        otherName(5, items.addressSubstitutes),
      )
    },
  }
}

function extensionPart(extension: Element): ExtensionPart {
  const inside = fields(extension, tag.sequence, what)
  const id = inside.next(tag.oid, what)
  const critical = inside.optional(tag.boolean)
  const value = inside.next(tag.octetString, what)
  const head = [id.bytes, ...(critical ? [critical.bytes] : [])]
  const name = oid(id, what)
  if (name === extensionOid.subjectAltName) return altNamePart(head, value.content)
  if (name === extensionOid.subjectKeyIdentifier)
    return { head, value: (_, spki) => wrap(tag.octetString, sha1(publicKeyBits(spki))) }
  return extension.bytes
}

/** Cuts a certificate as certificate.ts wrote it. */
function cut(der: Uint8Array): Template {
  const whole = fields(onlyElement(der), tag.sequence, what)
  const tbs = fields(whole.next(tag.sequence, what), tag.sequence, what)
  const signatureAlgorithm = whole.next(tag.sequence, what).bytes
  const version = tbs.next(constructed(0), what).bytes
  tbs.next(tag.integer, what)
  const signatureAndIssuer = [tbs.next(tag.sequence, what).bytes, tbs.next(tag.sequence, what).bytes]
  tbs.next(tag.sequence, what)
  const subject = list(tbs.next(tag.sequence, what), tag.sequence, what)
  const commonName = subject.pop()
  if (commonName === undefined) throw new RangeError('no common name')
  tbs.next(tag.sequence, what)
  const extensions = list(inner(tbs.next(constructed(3), what), what), tag.sequence, what).map(extensionPart)
  tbs.end(what)
  return {
    version,
    signatureAndIssuer,
    subject: {
      before: subject.map(({ bytes }) => bytes),
      commonNameOid: fields(inner(commonName, what), tag.sequence, what).next(tag.oid, what).bytes,
    },
    extensions,
    signatureAlgorithm,
  }
}

/** What is signed of the certificate that `request` asks for. */
function fill(template: Template, request: BulkRequest, spki: Uint8Array): Uint8Array {
  const commonName = residentName({ ...request, issuedAt: request.notBefore }).at(-1)?.[1] ?? ''
  const attribute = wrap(tag.sequence, template.subject.commonNameOid, utf8Bytes(commonName))
  const extensions = template.extensions.map((part) =>
    part instanceof Uint8Array
      ? part
      : wrap(tag.sequence, ...part.head, wrap(tag.octetString, part.value(request, spki))),
  )
  return wrap(
    tag.sequence,
    template.version,
    unsignedBytes(request.serialNumber),
    ...template.signatureAndIssuer,
    wrap(tag.sequence, timeBytes(request.notBefore), timeBytes(request.notAfter)),
    wrap(tag.sequence, ...template.subject.before, wrap(tag.set, attribute)),
    spki,
    wrap(constructed(3), wrap(tag.sequence, ...extensions)),
  )
}

/** Everything of a request that is the same for many residents, as text. */
function sortOf(request: BulkRequest): string {
  const { serialNumber, publicKey, notBefore, notAfter, subjectSequence, basicFour, ...rest } = request
  const same: Omit<ResidentCertificateRequest, Changing> = rest
  return JSON.stringify([same, basicFour?.sex ?? null])
}

const unsigned = new Uint8Array(1)

/** Issues like `issueResidentCertificate`, and refuses what it refuses; keeps one template for each sort of certificate it has met. */
export function createBulkIssuer(ca: Authority): (request: BulkRequest) => Promise<Uint8Array> {
  const templates = new Map<string, Template>()
  const probing: Authority = { ...ca, signer: { ...ca.signer, sign: () => unsigned } }
  return async (request) => {
    const spki = fromBase64(request.publicKey, 'public key')
    if (!(isRsaKey(spki) || isP384Key(spki)) || !isOrdinary(request))
      return issueResidentCertificate({ ...request, ca })
    const sort = sortOf(request)
    let template = templates.get(sort)
    if (template === undefined) {
      template = cut(await issueResidentCertificate({ ...request, ca: probing }))
      templates.set(sort, template)
    }
    const tbs = fill(template, request, spki)
    const signature = await ca.signer.sign(tbs)
    return wrap(tag.sequence, tbs, template.signatureAlgorithm, bitStringBytes(signature))
  }
}
