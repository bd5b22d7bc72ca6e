/** The platform's own keys for time-stamps 証拠用の鍵: one in use, and the certificates of all it ever had. */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { DAY } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import type { Certificate } from '../pki/certificate.ts'
import { exportPrivateKey, importPrivateKey, keySigner } from '../pki/key.ts'
import { timeStampAnchors, type TimeStampAuthority } from '../pki/timeStamp.ts'
import { issueTimeStampCertificate } from '../pki/timeStampCertificate.ts'
import type { EvidenceStore, StampKeyRow } from './evidenceStore.ts'

/** Long enough for a contract of ten years and seven years of keeping after it (assumed). */
const lifeMs = 20 * 365 * DAY
/** A key stamps only for the first part of that, so that every time-stamp counts for ten years at least (assumed). */
const useMs = 10 * 365 * DAY

/**
 * 128 bits of strength, which last beyond 2030 (NIST SP 800-57 part 1 revision 5, tables 2 and 4). RSA, because its signatures all have one
 * length, and one seed must give one journal.
 */
const generateRsa = promisify(generateKeyPair)

type Opened = { authority: TimeStampAuthority; madeAt: number; anchors: readonly Certificate[] }

export type StampKeys = {
  /** What to stamp with now; made at first use. */
  authority(): Promise<TimeStampAuthority>
  /** What time-stamps of this platform are checked against. */
  anchors(): Promise<readonly Certificate[]>
}

export const createStampKeys = (site: Site, store: EvidenceStore): StampKeys => {
  const random = site.random.fork('stamp keys')
  let opened: Opened | undefined
  let opening: Promise<Opened | undefined> | undefined

  const make = async (): Promise<StampKeyRow> => {
    const madeAt = site.clock.now()
    const keyPair = await generateRsa('rsa', { modulusLength: 3072 })
    const certificate = await issueTimeStampCertificate({
      ...{ keyPair, commonName: `${site.id} evidence`, notBefore: madeAt, notAfter: madeAt + lifeMs },
      serialNumber: BigInt(`0x1${random.id()}`),
    })
    return { madeAt, privateKey: exportPrivateKey(keyPair.privateKey), certificate: toBase64(certificate) }
  }

  const open = async (wanted: boolean): Promise<Opened | undefined> => {
    const rows = await store.stampKeys()
    const isUsable = ({ madeAt }: StampKeyRow) => site.clock.now() < madeAt + useMs
    let newest = rows.at(-1)
    if (wanted && (newest === undefined || !isUsable(newest))) {
      newest = await make()
      await store.addStampKey(newest)
      rows.push(newest)
    }
    if (newest === undefined) return undefined
    const signer = keySigner(importPrivateKey(newest.privateKey))
    opened = {
      authority: { certificate: fromBase64(newest.certificate), signer },
      madeAt: newest.madeAt,
      anchors: timeStampAnchors(rows.map(({ certificate }) => fromBase64(certificate))),
    }
    return opened
  }

  /** One after the other, so that two first uses make one key. */
  const inTurn = (wanted: boolean) => {
    const work = (opening ?? Promise.resolve()).then(() => open(wanted))
    opening = work.catch(() => undefined)
    return work
  }

  return {
    authority: async () => {
      if (opened !== undefined && site.clock.now() < opened.madeAt + useMs) return opened.authority
      const made = await inTurn(true)
      if (made === undefined) throw new Error('no key to stamp with')
      return made.authority
    },
    anchors: async () => (opened ?? (await inTurn(false)))?.anchors ?? [],
  }
}
