/** The delegated OCSP responders (RFC 6960 section 4.2.2.2): one key for each CA, replaced before its certificate runs out. */
import { DAY, MINUTE } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { issueOcspSignerCertificate, ocspSignerLifeMs, type Authority } from '../pki/certificate.ts'
import { exportPrivateKey, exportPublicKey, generateKeyPair, importPrivateKey, keySigner } from '../pki/key.ts'
import type { CertificateKind } from '../pki/profile.ts'
import type { Authorities } from './authority.ts'
import { drawSerialNumber } from './serialNumber.ts'
import type { CaStore, OcspSignerRow } from './store.ts'

/** OCSP answers are renewed every 15 minutes (Digital Agency, introduction to JPKI, section 5.1.2) and good till then (assumed). */
export const ocspPeriodMs = 15 * MINUTE

/** A responder is replaced when its certificate has less than this left (assumed). */
const overlapMs = DAY

export const createOcspSigners = (site: Site, { store, authorities }: { store: CaStore; authorities: Authorities }) => {
  const random = site.random.fork('ocsp signers')
  const open = new Map<CertificateKind, { responder: Authority; notAfter: number }>()
  const opening = new Map<CertificateKind, Promise<void>>()

  const make = async (kind: CertificateKind, now: number): Promise<OcspSignerRow> => {
    const { privateKey, publicKey } = await generateKeyPair()
    const notBefore = Math.floor(now / ocspPeriodMs) * ocspPeriodMs
    const notAfter = notBefore + ocspSignerLifeMs
    const certificate = await issueOcspSignerCertificate({
      kind,
      ca: authorities[kind].authority,
      serialNumber: BigInt(`0x${drawSerialNumber(random)}`),
      publicKey: exportPublicKey(publicKey),
      notBefore,
      notAfter,
    })
    return { kind, notAfter, privateKey: exportPrivateKey(privateKey), certificate: toBase64(certificate) }
  }

  const renew = async (kind: CertificateKind, now: number) => {
    let row = await store.latestOcspSigner(kind)
    if (row === undefined || row.notAfter - now < overlapMs) {
      row = await make(kind, now)
      await store.addOcspSigner(row)
    }
    const signer = keySigner(importPrivateKey(row.privateKey))
    open.set(kind, { responder: { certificate: fromBase64(row.certificate), signer }, notAfter: row.notAfter })
  }

  /** The responder to sign with at `now`. */
  const signerFor = async (kind: CertificateKind, now: number): Promise<Authority> => {
    const known = open.get(kind)
    if (known !== undefined && known.notAfter - now >= overlapMs) return known.responder
    const work = opening.get(kind) ?? renew(kind, now).finally(() => opening.delete(kind))
    opening.set(kind, work)
    await work
    return signerFor(kind, now)
  }

  return { signerFor }
}
