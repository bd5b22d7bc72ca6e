/** The delegated OCSP responders (RFC 6960 section 4.2.2.2): one key for each generation of each CA, replaced before its certificate runs out. */
import { DAY, MINUTE } from '../core/clock.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { issueOcspSignerCertificate, ocspSignerLifeMs } from '../pki/certificate.ts'
import {
  exportPrivateKey,
  exportPublicKey,
  generateKeyPair,
  importPrivateKey,
  keySigner,
  type KeyAlgorithm,
} from '../pki/key.ts'
import { createOcspResponder, type OcspResponder } from '../pki/ocspIssue.ts'
import type { Generation } from './authority.ts'
import type { Serials } from './serialNumber.ts'
import type { CaStore, OcspSignerRow } from './store.ts'

/** OCSP answers are renewed every 15 minutes (Digital Agency, introduction to JPKI, section 5.1.2) and good till then (assumed). */
export const ocspPeriodMs = 15 * MINUTE

/** A responder is replaced when its certificate has less than this left (assumed). */
const overlapMs = DAY

type Open = { responder: OcspResponder; notAfter: number }
type Parts = { store: CaStore; serials: Serials; ocspKey: KeyAlgorithm }

export const createOcspSigners = (site: Site, { store, serials, ocspKey }: Parts) => {
  const open = new Map<Generation, Open>()
  const opening = new Map<Generation, Promise<void>>()

  const make = async (of: Generation, now: number): Promise<OcspSignerRow | undefined> => {
    const { kind, generation, authority, certificate: ca } = of
    const notBefore = Math.floor(now / ocspPeriodMs) * ocspPeriodMs
    const notAfter = Math.min(notBefore + ocspSignerLifeMs, ca.notAfter)
    if (authority === undefined || notAfter - now < overlapMs) return undefined
    const { privateKey, publicKey } = await generateKeyPair(ocspKey)
    const certificate = await issueOcspSignerCertificate({
      ...{ kind, ca: authority, serialNumber: BigInt(`0x${await serials.next(kind)}`) },
      ...{ publicKey: exportPublicKey(publicKey), notBefore, notAfter },
    })
    const row = { kind, generation, notAfter, privateKey: exportPrivateKey(privateKey) }
    return { ...row, certificate: toBase64(certificate) }
  }

  const enter = (of: Generation, { privateKey, certificate, notAfter }: OcspSignerRow) => {
    const signer = keySigner(importPrivateKey(privateKey))
    open.set(of, { responder: createOcspResponder({ certificate: fromBase64(certificate), signer }), notAfter })
  }

  const renew = async (of: Generation, now: number) => {
    const row = await store.latestOcspSigner(of)
    if (row !== undefined) enter(of, row)
    if (row !== undefined && row.notAfter - now >= overlapMs) return
    const made = await make(of, now)
    if (made === undefined) return
    await store.addOcspSigner(made)
    enter(of, made)
  }

  /** The responder of a generation at `now`; undefined where its key is gone and the last delegate has run out. */
  const responderOf = async (of: Generation, now: number): Promise<OcspResponder | undefined> => {
    const known = open.get(of)
    if (
      known !== undefined &&
      (known.notAfter - now >= overlapMs || (of.authority === undefined && now < known.notAfter))
    )
      return known.responder
    const work = opening.get(of) ?? renew(of, now).finally(() => opening.delete(of))
    opening.set(of, work)
    await work
    const opened = open.get(of)
    return opened !== undefined && now < opened.notAfter ? opened.responder : undefined
  }

  return {
    responderOf,
    /** A last delegate under a key that is going to be destroyed: it answers for the rest of its life. */
    delegateLast: async (of: Generation, now: number) => {
      const made = await make(of, now)
      if (made === undefined) return
      await store.addOcspSigner(made)
      enter(of, made)
    },
  }
}

export type OcspSigners = ReturnType<typeof createOcspSigners>
