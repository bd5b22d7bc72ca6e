/**
 * One certificate of every kind, held against the profile tables byte for byte: read by asn1js, which knows nothing of our readers, and
 * compared with DER spelt out here by hand, which knows nothing of our writers.
 */
import { Constructed, fromBER } from 'asn1js'
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { issueOcspSignerCertificate, issueResidentCertificate } from './certificate.ts'
import { exportPublicKey, generateKeyPair, type KeyPair } from './key.ts'
import type { CertificateKind, Medium } from './profile.ts'
import { fieldTable } from './profileField.ts'
import { type CertificateType, extensionFields } from './profileTable.ts'
import { createAuthority, day, hanako, kiyose, now } from './testHierarchy.ts'

/** Hex of one element: identifier octet and content, lengths below 64 KiB. */
const tlv = (identifier: string, ...content: string[]) => {
  const inside = content.join('')
  const length = inside.length / 2
  const hex = (value: number, bytes: number) =>
    value
      .toString(16)
      .toUpperCase()
      .padStart(2 * bytes, '0')
  return (
    identifier + (length < 128 ? hex(length, 1) : length < 256 ? `81${hex(length, 1)}` : `82${hex(length, 2)}`) + inside
  )
}
const text = (value: string) => Buffer.from(value, 'utf8').toString('hex').toUpperCase()
const sequence = (...content: string[]) => tlv('30', ...content)
const utf8 = (value: string) => tlv('0C', text(value))
const attribute = (last: string, value: string) => tlv('31', sequence(`06035504${last}`, value))
const country = attribute('06', tlv('13', text('JP')))
const organization = (value: string) => attribute('0A', utf8(value))
const unit = (value: string) => attribute('0B', utf8(value))
const place = (value: string) => attribute('07', utf8(value))
const commonName = (value: string) => attribute('03', utf8(value))

/** The profile's words, written out once more. */
const english = { signature: 'JPKI for digital signature', authentication: 'JPKI for user authentication' }
const japanese = { signature: '公的個人認証サービス署名用', authentication: '公的個人認証サービス利用者証明用' }
const caName = (kind: CertificateKind) => [
  country,
  organization('JPKI-SIM'),
  unit(english[kind]),
  unit('Japan Agency for Local Authority Information Systems'),
]
const japaneseName = (kind: CertificateKind) =>
  sequence(
    tlv(
      'A4',
      sequence(
        country,
        organization('公的個人認証サービス（模擬）'),
        unit(japanese[kind]),
        unit('地方公共団体情報システム機構'),
      ),
    ),
  )
const pointTo = (...name: string[]) => sequence(sequence(tlv('A0', tlv('A0', tlv('A4', sequence(...name))))))

/** 1.3.6.1.4.1.32473.1 as `openssl asn1parse -genstr` encodes it, before the branch. */
const simulationArc = '2B0601040181FD5901'
const branches: Record<CertificateKind, Record<Medium, string>> = {
  signature: { card: '0114', smartphone: '0128' },
  authentication: { card: '031E', smartphone: '0332' },
}
const policy = (kind: CertificateKind, medium: Medium) =>
  sequence(
    sequence(
      tlv('06', simulationArc, branches[kind][medium]),
      sequence(sequence('06082B06010505070201', tlv('16', text('http://jpki-sim.example/cps.html')))),
    ),
  )

const otherName = (last: string, value: string) => tlv('A0', `060A2A83088C9B55080505${last}`, tlv('A0', utf8(value)))
const basicFour = sequence(
  otherName('01', '山田　花子'),
  otherName('04', '419900217'),
  otherName('03', '2'),
  otherName('05', '東京都清瀬市中里五丁目８４２番地'),
  otherName('02', '00000'),
  otherName('06', '0000000000000000'),
)

const sha1 = (key: KeyPair) =>
  createHash('sha1')
    .update(key.publicKey.export({ type: 'pkcs1', format: 'der' }))
    .digest('hex')
    .toUpperCase()
const utcTime = (at: number) => tlv('17', text(`${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
const validity = (notBefore: number, notAfter: number) => sequence(utcTime(notBefore), utcTime(notAfter))
const rsaSha256 = '300D06092A864886F70D01010B0500'
const version3 = 'A003020102'
const spki = ({ publicKey }: KeyPair) => publicKey.export({ type: 'spki', format: 'der' }).toString('hex').toUpperCase()

type Sample = { der: Uint8Array; fields: Record<string, string>; extensions: Record<string, string> }
const key = await generateKeyPair()
const authorities = {
  signature: await createAuthority('signature', 0x6d18006),
  authentication: await createAuthority('authentication', 7),
}

const caSample = (kind: CertificateKind, serialNumber: string): Sample => {
  const { certificate, keyPair } = authorities[kind]
  const name = sequence(...caName(kind))
  const year = 365 * day
  return {
    der: certificate,
    fields: {
      version: version3,
      serialNumber,
      signature: rsaSha256,
      issuer: name,
      validity: validity(now - 3 * year, now + 7 * year),
      subject: name,
      subjectPublicKeyInfo: spki(keyPair),
    },
    extensions: {
      keyUsage: '03020106',
      subjectAltName: japaneseName(kind),
      basicConstraints: '30030101FF',
      crlDistributionPoints: pointTo(...caName(kind)),
      subjectKeyIdentifier: tlv('04', sha1(keyPair)),
    },
  }
}

const notAfter = Date.UTC(2031, 1, 17, 14, 59, 59)
const belowCa = (kind: CertificateKind) => ({
  version: version3,
  serialNumber: '02040800002A',
  signature: rsaSha256,
  issuer: sequence(...caName(kind)),
  validity: validity(now, notAfter),
  subjectPublicKeyInfo: spki(key),
})
const keyIdentifiers = (kind: CertificateKind) => ({
  authorityKeyIdentifier: sequence(tlv('80', sha1(authorities[kind].keyPair))),
  subjectKeyIdentifier: tlv('04', sha1(key)),
})
const opaque = createHash('sha256').update('13221 42').digest('hex').toUpperCase().slice(0, 14)

const residentSample = async (kind: CertificateKind, medium: Medium): Promise<Sample> => {
  const isSignature = kind === 'signature'
  const common = [country, organization('JPKI-SIM'), unit(english[kind]), unit('CRL Distribution Points')]
  const der = await issueResidentCertificate({
    ...{ kind, medium, ca: authorities[kind], serialNumber: 0x800002an, publicKey: exportPublicKey(key.publicKey) },
    ...{ notBefore: now, notAfter, municipality: kiyose, subjectSequence: 42 },
    ...(isSignature && { basicFour: hanako }),
  })
  return {
    der,
    fields: {
      ...belowCa(kind),
      subject: isSignature
        ? sequence(country, place('Tokyo-to'), place('Kiyose-shi'), commonName('202604011000000004213221003A'))
        : sequence(country, commonName(`${opaque}13221003A`)),
    },
    extensions: {
      keyUsage: isSignature ? '030206C0' : '03020780',
      ...(isSignature && { subjectAltName: basicFour }),
      issuerAltName: japaneseName(kind),
      certificatePolicies: policy(kind, medium),
      crlDistributionPoints: isSignature
        ? pointTo(...common, unit('Tokyo-to'), commonName('Kiyose-shi CRLDP'))
        : pointTo(...common, commonName('CRLDP')),
      ...keyIdentifiers(kind),
    },
  }
}

const ocspSample = async (): Promise<Sample> => ({
  der: await issueOcspSignerCertificate({
    ...{ kind: 'signature', ca: authorities.signature, serialNumber: 0x800002an },
    ...{ publicKey: exportPublicKey(key.publicKey), notBefore: now, notAfter: now + 90 * day },
  }),
  fields: {
    ...belowCa('signature'),
    validity: validity(now, now + 90 * day),
    subject: sequence(...caName('signature'), commonName('OCSP Responder')),
  },
  extensions: {
    keyUsage: '03020780',
    extKeyUsage: '300A06082B06010505070309',
    ocspNoCheck: '0500',
    ...keyIdentifiers('signature'),
  },
})

const samples: [string, CertificateType, Sample][] = [
  ['a signature CA', 'ca', caSample('signature', '020406D18006')],
  ['an authentication CA', 'ca', caSample('authentication', '020107')],
  ['a signature certificate', 'signature', await residentSample('signature', 'card')],
  ['an authentication certificate', 'authentication', await residentSample('authentication', 'card')],
  ['a smartphone’s signature certificate', 'smartphone-signature', await residentSample('signature', 'smartphone')],
  [
    'a smartphone’s authentication certificate',
    'smartphone-authentication',
    await residentSample('authentication', 'smartphone'),
  ],
  ['an OCSP signer', 'ocsp-signer', await ocspSample()],
]

const hexOf = (node: { valueBeforeDecodeView: Uint8Array }) =>
  Buffer.from(node.valueBeforeDecodeView).toString('hex').toUpperCase()
const children = (node: unknown) => (node instanceof Constructed ? node.valueBlock.value : [])

/** The fields of the TBS in their order, and each extension as the whole element it is. */
const read = (der: Uint8Array) => {
  const [tbs] = children(fromBER(new Uint8Array(der)).result)
  const fields = children(tbs)
  const [list] = children(fields.at(-1))
  return { fields: fields.slice(0, -1).map(hexOf), extensions: children(list).map(hexOf) }
}

/** Identifiers of extensions, as DER. */
const identifiers: Record<string, string> = {
  subjectKeyIdentifier: '0603551D0E',
  keyUsage: '0603551D0F',
  subjectAltName: '0603551D11',
  issuerAltName: '0603551D12',
  basicConstraints: '0603551D13',
  crlDistributionPoints: '0603551D1F',
  certificatePolicies: '0603551D20',
  authorityKeyIdentifier: '0603551D23',
  extKeyUsage: '0603551D25',
  ocspNoCheck: '06092B0601050507300105',
}
const critical = new Set(['keyUsage', 'basicConstraints', 'certificatePolicies'])

test.each(samples)('every field of %s is the table’s, byte for byte and in its order', (_name, type, sample) => {
  const expected = fieldTable[type].map(({ field }) => `${field} ${sample.fields[field]}`)
  expect(read(sample.der).fields.map((hex, index) => `${fieldTable[type][index]?.field} ${hex}`)).toEqual(expected)
})

test.each(samples)('every extension of %s is the table’s, byte for byte and in its order', (_name, type, sample) => {
  const rows = extensionFields[type].filter(({ optional }) => !optional)
  expect(rows.map(({ field }) => field)).toEqual(Object.keys(sample.extensions))
  expect(read(sample.der).extensions).toEqual(
    rows.map((row) =>
      sequence(
        identifiers[row.field] ?? '',
        ...(row.critical ? ['0101FF'] : []),
        tlv('04', sample.extensions[row.field] ?? ''),
      ),
    ),
  )
  expect(rows.filter((row) => row.critical).map(({ field }) => field)).toEqual(
    rows.map(({ field }) => field).filter((field) => critical.has(field)),
  )
})

test('ecdsa with p-384 and sha-384 changes the algorithm and the key, and nothing else', async () => {
  const nextKey = await generateKeyPair('p-384')
  const request = {
    ...({
      kind: 'authentication',
      ca: authorities.authentication,
      serialNumber: 1n,
      notBefore: now,
      notAfter,
    } as const),
    ...{ municipality: kiyose, subjectSequence: 42 },
  }
  const issued = async (publicKey: string) => read(await issueResidentCertificate({ ...request, publicKey }))
  const today = await issued(exportPublicKey(key.publicKey))
  const next = await issued(exportPublicKey(nextKey.publicKey))
  expect(next.fields[6]).toBe(spki(nextKey))
  expect(next.fields[6]?.startsWith('3076301006072A8648CE3D020106052B81040022')).toBe(true)
  expect(next.fields.slice(0, 6)).toEqual(today.fields.slice(0, 6))
  expect(next.extensions.slice(0, -1)).toEqual(today.extensions.slice(0, -1))
})
