/** A small hierarchy for tests: two CAs, a resident with both certificates, an OCSP signer. Keys are new in every run. */
import {
  type Authority,
  issueCaCertificate,
  issueOcspSignerCertificate,
  issueResidentCertificate,
} from './certificate.ts'
import { exportPublicKey, generateKeyPair, type KeyPair, keySigner } from './key.ts'
import type { CertificateKind, Municipality } from './profile.ts'

export const day = 24 * 60 * 60 * 1000
/** 2026-04-01 10:00 in Japan. */
export const now = Date.UTC(2026, 3, 1, 1)

export const kiyose: Municipality = { code: '13221', prefecture: 'Tokyo-to', city: 'Kiyose-shi' }
export const mitaka: Municipality = { code: '13204', prefecture: 'Tokyo-to', city: 'Mitaka-shi' }

export const hanako = {
  name: '山田　花子',
  dateOfBirth: '1990-02-17',
  sex: 'female',
  address: '東京都清瀬市中里五丁目８４２番地',
} as const

const year = 365 * day

/** A CA of its own key in its third year at `at`; `generation` sets the serial number apart. */
export async function createAuthority(
  kind: CertificateKind,
  generation = 1,
  at = now,
): Promise<Authority & { keyPair: KeyPair }> {
  const keyPair = await generateKeyPair()
  const certificate = await issueCaCertificate({
    kind,
    keyPair,
    serialNumber: BigInt(generation),
    notBefore: at - 3 * year,
    notAfter: at + 7 * year,
  })
  return { certificate, signer: keySigner(keyPair.privateKey), keyPair }
}

export type ResidentOptions = {
  ca: Authority
  keyPair: KeyPair
  serialNumber?: bigint
  municipality?: Municipality
  ocspUrl?: string
  notBefore?: number
  notAfter?: number
}

const common = (options: ResidentOptions) => ({
  ca: options.ca,
  publicKey: exportPublicKey(options.keyPair.publicKey),
  serialNumber: options.serialNumber ?? 0x0133c349n,
  municipality: options.municipality ?? kiyose,
  notBefore: options.notBefore ?? now - 30 * day,
  notAfter: options.notAfter ?? Date.UTC(2031, 1, 17, 14, 59, 59),
  subjectSequence: 42,
  ...(options.ocspUrl && { ocspUrl: options.ocspUrl }),
})

export const issueSignature = (options: ResidentOptions) =>
  issueResidentCertificate({ kind: 'signature', basicFour: hanako, ...common(options) })

export const issueAuthentication = (options: ResidentOptions) =>
  issueResidentCertificate({ kind: 'authentication', ...common(options) })

/** An OCSP signer delegated by `ca`, ready to answer. */
export async function createOcspSigner(kind: CertificateKind, ca: Authority, at = now): Promise<Authority> {
  const keyPair = await generateKeyPair()
  const certificate = await issueOcspSignerCertificate({
    kind,
    ca,
    serialNumber: 0x99n,
    publicKey: exportPublicKey(keyPair.publicKey),
    notBefore: at - day,
    notAfter: at + 30 * day,
  })
  return { certificate, signer: keySigner(keyPair.privateKey) }
}
