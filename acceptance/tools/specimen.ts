/** One of everything the certification authority can write, for the linters to look at. */
import {
  type Authority,
  issueCaCertificate,
  issueOcspSignerCertificate,
  issueResidentCertificate,
  parseCertificate,
} from '../../sim/pki/certificate.ts'
import { issueCrl, issueCrlParts } from '../../sim/pki/crlIssue.ts'
import { exportPublicKey, generateKeyPair, type KeyAlgorithm, type KeyPair, keySigner } from '../../sim/pki/key.ts'
import { certIdOf, createOcspError, createOcspResponse } from '../../sim/pki/ocsp.ts'
import { type CertificateKind, certificateKinds, crlDistributionPoint, mediums } from '../../sim/pki/profile.ts'
import { type CertificateType, certificateTypeOf } from '../../sim/pki/profileTable.ts'
import { day, hanako, kiyose, now } from '../../sim/pki/testHierarchy.ts'
import { issueServerCertificate, issueWebCaCertificate } from '../../sim/pki/serverCertificate.ts'
import { issueTimeStampCertificate } from '../../sim/pki/timeStampCertificate.ts'

/** What the accepted findings are listed by. */
export const specimenKinds = [
  'ca',
  'signature',
  'authentication',
  'ocspSigner',
  'timeStamping',
  'webCa',
  'webServer',
  'crl',
  'ocsp',
] as const
export type SpecimenKind = (typeof specimenKinds)[number]

export type Specimen = {
  name: string
  kind: SpecimenKind
  form: 'certificate' | 'crl' | 'ocsp'
  /** Which row of the profile's table it stands for. */
  type?: CertificateType
  der: Uint8Array
  /** The certificate of the CA, where the two can be looked at together. */
  issuer?: Uint8Array
}

const year = 365 * day
const serialNumber = 0x0133c349n
const ocspUrl = 'http://ocsp.jpki-sim.example/'

/** Keys of the card and CA of today, and of the next card (ECDSA P-384). */
const algorithms: readonly KeyAlgorithm[] = ['rsa-2048', 'p-384']

async function createCa(kind: CertificateKind, algorithm: KeyAlgorithm): Promise<Authority> {
  const keyPair = await generateKeyPair(algorithm)
  const lifetime = { notBefore: now - 3 * year, notAfter: now + 7 * year }
  const certificate = await issueCaCertificate({ kind, keyPair, serialNumber: 1n, ...lifetime })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}

/** Certificates of residents: for both media, under either policy arc, with and without an OCSP address. */
async function residents(kind: CertificateKind, ca: Authority, key: KeyPair, of: string): Promise<Specimen[]> {
  const publicKey = exportPublicKey(key.publicKey)
  const lifetime = { notBefore: now - 30 * day, notAfter: Date.UTC(2031, 1, 17, 14, 59, 59) }
  const common = { kind, ca, serialNumber, publicKey, municipality: kiyose, subjectSequence: 42, ...lifetime }
  const holder = kind === 'signature' ? { basicFour: hanako } : {}
  const found: Specimen[] = []
  for (const medium of mediums) {
    for (const policyArc of ['simulation', 'jpki'] as const) {
      for (const access of [{}, { ocspUrl }]) {
        const der = await issueResidentCertificate({ ...common, ...holder, ...access, medium, policyArc })
        const name = [of, medium, policyArc, ...Object.keys(access)].join(' ')
        found.push({
          name,
          kind,
          form: 'certificate',
          der,
          issuer: ca.certificate,
          type: certificateTypeOf(kind, medium),
        })
      }
    }
  }
  return found
}

async function crls(kind: CertificateKind, ca: Authority, of: string): Promise<Specimen[]> {
  const times = { ca, thisUpdate: now, nextUpdate: now + day }
  const distributionPoint = crlDistributionPoint(kind, kiyose)
  const entries = [
    { serialNumber: '0200', revocationDate: now - day, reasonCode: 3 },
    { serialNumber: 'FF00', revocationDate: now - day, reasonCode: 0 },
    { serialNumber: '0133C349', revocationDate: now - day, reasonCode: 6 },
  ]
  const lifted = { serialNumber: '0777', revocationDate: now - day, reasonCode: 8 }
  const forms = {
    whole: { entries },
    empty: { entries: [] },
    partition: { entries, distributionPoint },
    'empty partition': { entries: [], distributionPoint },
    'with a delta': { entries, distributionPoint, freshestCrl: distributionPoint },
    delta: { entries: [...entries, lifted], distributionPoint, baseCrlNumber: 11 },
    'empty delta': { entries: [], distributionPoint, baseCrlNumber: 11 },
  }
  async function* pages() {
    yield entries
  }
  const made = Object.entries(forms).map(async ([form, list]) => {
    const der = await issueCrl({ ...times, crlNumber: 12, ...list })
    return { name: `${of} crl ${form}`, kind: 'crl', form: 'crl', der } as const
  })
  const parts = await Array.fromAsync(issueCrlParts({ ...times, crlNumber: 12, entries: pages, distributionPoint }))
  const large = { name: `${of} crl in parts`, kind: 'crl', form: 'crl', der: Buffer.concat(parts) } as const
  return [...(await Promise.all(made)), large]
}

async function ocspAnswers(ca: Authority, leaf: Uint8Array, responders: Record<string, Authority>, of: string) {
  const issuer = parseCertificate(ca.certificate)
  const serial = parseCertificate(leaf).serialNumber
  const statuses = {
    good: { certStatus: 'good' },
    revoked: { certStatus: 'revoked', revocationDate: now - day, reasonCode: 3 },
    'revoked without reason': { certStatus: 'revoked', revocationDate: now - day, reasonCode: 0 },
    unknown: { certStatus: 'unknown' },
  } as const
  const found: Specimen[] = []
  for (const [who, responder] of Object.entries(responders)) {
    for (const [what, status] of Object.entries(statuses)) {
      const nonce = what === 'good' ? { nonce: new Uint8Array(16).fill(3) } : {}
      const hash = what === 'revoked' ? 'sha256' : 'sha1'
      const single = { certId: certIdOf(issuer, serial, hash), status, thisUpdate: now, nextUpdate: now + day }
      const der = await createOcspResponse({ responder, producedAt: now, responses: [single], ...nonce })
      found.push({ name: `${of} ocsp ${what} by ${who}`, kind: 'ocsp', form: 'ocsp', der })
    }
  }
  return found
}

/** An OCSP signer of each key algorithm the responder may be given. */
async function ocspSigners(kind: CertificateKind, ca: Authority): Promise<Record<string, Authority>> {
  const made = (['rsa-2048', 'p-256', 'p-384'] as const).map(async (algorithm) => {
    const keyPair = await generateKeyPair(algorithm)
    const publicKey = exportPublicKey(keyPair.publicKey)
    const lifetime = { notBefore: now - day, notAfter: now + 30 * day }
    const certificate = await issueOcspSignerCertificate({ kind, ca, serialNumber: 0x99n, publicKey, ...lifetime })
    return [`${algorithm} delegate`, { certificate, signer: keySigner(keyPair.privateKey) }] as const
  })
  return Object.fromEntries(await Promise.all(made))
}

async function specimensOf(kind: CertificateKind, algorithm: KeyAlgorithm): Promise<Specimen[]> {
  const of = `${kind} ${algorithm}`
  const ca = await createCa(kind, algorithm)
  const signers = await ocspSigners(kind, ca)
  const leaves = await residents(kind, ca, await generateKeyPair(algorithm), of)
  const [leaf] = leaves
  if (!leaf) throw new Error('no certificate of a resident')
  const signerSpecimens = Object.entries(signers).map(([name, { certificate: der }]): Specimen => {
    const common = { kind: 'ocspSigner', form: 'certificate', type: 'ocsp-signer' } as const
    return { name: `${of} ${name}`, der, issuer: ca.certificate, ...common }
  })
  return [
    { name: `${of} ca`, kind: 'ca', form: 'certificate', der: ca.certificate, type: 'ca' },
    ...leaves,
    ...signerSpecimens,
    ...(await crls(kind, ca, of)),
    ...(await ocspAnswers(ca, leaf.der, { ...signers, ca }, of)),
  ]
}

/** The certificates of the testbed's own web pages. */
async function webSpecimens(): Promise<Specimen[]> {
  const [ca, keyPair] = await Promise.all([generateKeyPair(), generateKeyPair()])
  const life = (days: number) => ({ notBefore: now, notAfter: now + days * day })
  const authority = await issueWebCaCertificate({ keyPair: ca, serialNumber: 1n << 120n, ...life(3650) })
  const server = await issueServerCertificate({ keyPair, ca, serialNumber: (1n << 120n) + 1n, ...life(180) })
  return [
    { name: 'web ca', kind: 'webCa', form: 'certificate', der: authority },
    { name: 'web server', kind: 'webServer', form: 'certificate', der: server, issuer: authority },
  ]
}

/** Every kind of certificate, list and answer, of both CAs, with RSA and with ECDSA keys. */
export async function createSpecimens(): Promise<Specimen[]> {
  const all = await Promise.all(
    certificateKinds.flatMap((kind) => algorithms.map((algorithm) => specimensOf(kind, algorithm))),
  )
  const stamping = await issueTimeStampCertificate({
    ...{ keyPair: await generateKeyPair(), commonName: 'Time-stamping authority', serialNumber: 1n },
    ...{ notBefore: now - day, notAfter: now + 10 * year },
  })
  const authority: Specimen = { name: 'time-stamping', kind: 'timeStamping', form: 'certificate', der: stamping }
  const error: Specimen = { name: 'ocsp error', kind: 'ocsp', form: 'ocsp', der: createOcspError('unauthorized') }
  return [...all.flat(), authority, ...(await webSpecimens()), error]
}
