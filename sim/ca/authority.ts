/** The two CAs, one for signature and one for authentication certificates, each with its generations: same name, different keys. */
import { DAY, HOUR, SECOND } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Site } from '../core/site.ts'
import { fromBase64, toBase64 } from '../messages/base64.ts'
import { issueCaCertificate, parseCertificate, type Authority, type Certificate } from '../pki/certificate.ts'
import {
  exportPrivateKey,
  generateKeyPair,
  importPrivateKey,
  keySigner,
  type KeyAlgorithm,
  type KeyPair,
} from '../pki/key.ts'
import { certificateKinds, type CertificateKind } from '../pki/profile.ts'
import type { GenerationState } from './generationMachine.ts'
import { issuedBeforeFounding, type Serials } from './serialNumber.ts'
import type { AuthorityRow, CaStore } from './store.ts'

export type Generation = {
  kind: CertificateKind
  generation: number
  der: Uint8Array
  certificate: Certificate
  /** Written by its own life (generationMachine.ts). */
  state: GenerationState
  /** Missing once its key was destroyed. */
  authority?: Authority
}

/** How many generations a CA has when the world begins: the real ones have three, of which the first has expired (2015, 2019, 2023). */
export const foundedGenerations = 2
/** A new generation comes about every four years (CA certificates of JPKI, 2015 to 2023); the one before the current is this old (assumed). */
const yearsBetween = 4

const jstOffsetMs = 9 * HOUR
const startOfDayInJapan = (at: number) => Math.floor((at + jstOffsetMs) / DAY) * DAY - jstOffsetMs

/**
 * Ten years to 23:59:59 in Japan, as the real CA certificates. They begin a day before the founding (assumed), so that the CRL of the
 * first day, published before the world began, is not older than its issuer.
 */
const validity = (now: number, yearsAgo: number) => {
  const date = new Date(startOfDayInJapan(now) + jstOffsetMs)
  const inYears = (years: number) =>
    Date.UTC(date.getUTCFullYear() + years, date.getUTCMonth(), date.getUTCDate()) - jstOffsetMs
  return { notBefore: inYears(-yearsAgo) - DAY, notAfter: inYears(10 - yearsAgo) - SECOND }
}

type Parts = { store: CaStore; serials: Serials; keyAlgorithm: KeyAlgorithm }
type Founding = { kind: CertificateKind; requestKey: string; keyPair: KeyPair; yearsAgo?: number }

export const openAuthorities = async (site: Site, { store, serials, keyAlgorithm }: Parts) => {
  const known: Generation[] = []
  const ofKind = (kind: CertificateKind) => known.filter((candidate) => candidate.kind === kind)
  let turn: Promise<unknown> = Promise.resolve()

  const enter = ({ kind, generation, state, privateKey, certificate }: AuthorityRow): Generation => {
    const der = fromBase64(certificate)
    const made: Generation = {
      ...{ kind, generation, state, der, certificate: parseCertificate(der) },
      ...(privateKey !== null && { authority: { certificate: der, signer: keySigner(importPrivateKey(privateKey)) } }),
    }
    known.push(made)
    return made
  }

  /** Its life begins as the current one; whose place it takes learns of it from whoever ordered it. */
  const found = async ({ kind, requestKey, keyPair, yearsAgo = 0 }: Founding): Promise<Generation> => {
    const serialNumber = BigInt(`0x${await serials.next(kind)}`)
    const certificate = await issueCaCertificate({
      ...{ kind, keyPair, serialNumber, ...validity(site.clock.now(), yearsAgo) },
    })
    const row: AuthorityRow = {
      ...{ kind, generation: ofKind(kind).length + 1, state: 'current' as const, requestKey },
      privateKey: exportPrivateKey(keyPair.privateKey),
      certificate: toBase64(certificate),
    }
    await store.addAuthority(row)
    return enter(row)
  }

  const rows = await store.authorities()
  for (const row of rows) enter(row)
  const missing = certificateKinds.flatMap((kind) =>
    Array.from({ length: Math.max(0, foundedGenerations - ofKind(kind).length) }, () => kind),
  )
  const keyPairs = await Promise.all(missing.map(() => generateKeyPair(keyAlgorithm)))
  for (const [index, kind] of missing.entries()) {
    const keyPair = keyPairs[index]
    const generation = ofKind(kind).length + 1
    if (keyPair === undefined) throw new Error('no key pair')
    const yearsAgo = (foundedGenerations - generation) * yearsBetween
    await found({ kind, requestKey: `founding ${generation}`, keyPair, yearsAgo })
    if (generation < foundedGenerations) await serials.skip(kind, issuedBeforeFounding)
  }
  const requested = new Map((await store.authorities()).map((row) => [`${row.kind} ${row.requestKey}`, row.generation]))

  const of = (kind: CertificateKind, generation: number): Generation => {
    const wanted = ofKind(kind).find((candidate) => candidate.generation === generation)
    if (wanted === undefined)
      throw new Problem(404, 'no-such-generation', `the ${kind} ca has no generation ${generation}`)
    return wanted
  }

  return {
    /** All generations, the newest first. */
    list: (kind: CertificateKind): Generation[] => ofKind(kind).reverse(),
    of,
    /** The last one founded, whatever became of it. */
    newest: (kind: CertificateKind): Generation => of(kind, ofKind(kind).length),
    /** The generation that issues. */
    current: (kind: CertificateKind): Generation => {
      const current = ofKind(kind).findLast(({ state }) => state === 'current')
      if (current !== undefined) return current
      throw new Problem(503, 'no-current-generation', `the ${kind} ca has no key that may issue`)
    },
    /** The generation that this order founds; the same order founds one only. Foundings take turns. */
    foundFor: (kind: CertificateKind, requestKey: string): Promise<Generation> => {
      const mine = turn.then(async () => {
        const order = `${kind} ${requestKey}`
        const already = requested.get(order)
        if (already !== undefined) return of(kind, already)
        const made = await found({ kind, requestKey, keyPair: await generateKeyPair(keyAlgorithm) })
        requested.set(order, made.generation)
        return made
      })
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}

export type Authorities = Awaited<ReturnType<typeof openAuthorities>>
