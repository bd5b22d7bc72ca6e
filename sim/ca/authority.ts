/** The two CAs, one for signature and one for authentication certificates: founded on the world's first start, then kept. */
import { DAY, HOUR, SECOND } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { issueCaCertificate, parseCertificate, type Authority, type Certificate } from '../pki/certificate.ts'
import { exportPrivateKey, generateKeyPair, importPrivateKey, keySigner } from '../pki/key.ts'
import type { CertificateKind } from '../pki/profile.ts'
import { drawSerialNumber } from './serialNumber.ts'
import type { AuthorityRow, CaStore } from './store.ts'

type FoundedAuthority = { generation: number; authority: Authority; certificate: Certificate }
export type Authorities = Record<CertificateKind, FoundedAuthority>

const jstOffsetMs = 9 * HOUR
const startOfDayInJapan = (at: number) => Math.floor((at + jstOffsetMs) / DAY) * DAY - jstOffsetMs

/**
 * Ten years to 23:59:59 in Japan, as the real CA certificates. They begin a day before the founding (assumed), so that the CRL of the
 * first day, published before the world began, is not older than its issuer.
 */
const validity = (now: number) => {
  const today = startOfDayInJapan(now)
  const date = new Date(today + jstOffsetMs)
  const inTenYears = Date.UTC(date.getUTCFullYear() + 10, date.getUTCMonth(), date.getUTCDate()) - jstOffsetMs
  return { notBefore: today - DAY, notAfter: inTenYears - SECOND }
}

const found = async (site: Site, kind: CertificateKind): Promise<AuthorityRow> => {
  const keyPair = await generateKeyPair()
  const serialNumber = BigInt(`0x${drawSerialNumber(site.random.fork(`authority ${kind}`))}`)
  const certificate = await issueCaCertificate({ kind, keyPair, serialNumber, ...validity(site.clock.now()) })
  return {
    kind,
    generation: 1,
    privateKey: exportPrivateKey(keyPair.privateKey),
    certificate: toBase64(certificate),
  }
}

/** Both authorities, made now if this is the first start. */
export const openAuthorities = async (site: Site, store: CaStore): Promise<Authorities> => {
  const known = await store.authorities()
  const open = async (kind: CertificateKind): Promise<FoundedAuthority> => {
    let row = known.findLast((candidate) => candidate.kind === kind)
    if (row === undefined) {
      row = await found(site, kind)
      await store.addAuthority(row)
    }
    const der = fromBase64(row.certificate)
    return {
      generation: row.generation,
      authority: { certificate: der, signer: keySigner(importPrivateKey(row.privateKey)) },
      certificate: parseCertificate(der),
    }
  }
  return { signature: await open('signature'), authentication: await open('authentication') }
}
