/** Makes a resident's certificate that was decided on: numbers, signature, its row and the beginning of its life. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { ActorKind } from '../core/actors.ts'
import { Problem } from '../core/problem.ts'
import { toBase64 } from '../messages/base64.ts'
import type { certificateIssued } from '../messages/certificate.ts'
import type { BasicFour, CertifiedBasicFour } from '../pki/basicFour.ts'
import { issueResidentCertificate } from '../pki/certificate.ts'
import { importPublicKey } from '../pki/key.ts'
import { MalformedError } from '../pki/malformed.ts'
import type { CertificateKind, Medium, PolicyArc } from '../pki/profile.ts'
import { type Authorities, foundedGenerations, type Generation } from './authority.ts'
import type { Municipalities } from './crlSchedule.ts'
import type { certificateMachine } from './machine.ts'
import type { Serials } from './serialNumber.ts'
import type { CaStore, IssuedRow } from './store.ts'

/** Switches of the profile (sim/pki/profileField.ts). */
export type ProfileOptions = { policyArc: PolicyArc; ocspUrl?: string; olderGenerationShare: number }

export type Decided = {
  kind: CertificateKind
  medium: Medium
  publicKey: string
  cardId: string
  cardExpiresAt: number
  municipality: string
  notBefore: number
  notAfter: number
  /** Stands for one order: repeated, it is answered with the same certificate. */
  requestKey: string
  basicFour?: BasicFour | CertifiedBasicFour
  replaced?: IssuedRow
  parent?: IssuedRow
}

export const checkPublicKey = (publicKey: string, field = '/publicKey') => {
  try {
    importPublicKey(publicKey)
  } catch (cause) {
    if (!(cause instanceof MalformedError)) throw cause
    const errors = [{ field, reason: cause.reason }]
    throw new Problem(422, 'malformed-public-key', 'the public key cannot be certified', { errors, cause })
  }
}

export const placeOf = (municipalities: Municipalities, municipality: string) => {
  const place = Object.hasOwn(municipalities, municipality) ? municipalities[municipality] : undefined
  if (place !== undefined) return place
  throw new Problem(403, 'unknown-municipality', `${municipality} is no municipality of this authority`)
}

/** Whether a card falls into a share of all, 0 to 1: by its id, so that all its certificates do. */
const fallsInto = (cardId: string, share: number) =>
  createHash('sha256').update(cardId).digest().readUInt32BE(0) < share * 2 ** 32

type Parts = {
  store: CaStore
  authorities: Authorities
  municipalities: Municipalities
  serials: Serials
  certificates: ActorKind<typeof certificateMachine>
  profile: ProfileOptions
}

export const createCertifying = (parts: Parts) => {
  const { store, authorities, municipalities, serials, certificates, profile } = parts

  /**
   * The current generation; for the world's share of cards the one before, as if they had been issued before it was followed. Once a
   * generation was followed in this world, old ones truly issue nothing more.
   */
  const generationFor = (kind: CertificateKind, cardId: string): Generation => {
    const all = authorities.list(kind)
    const older = all.length > foundedGenerations ? undefined : all.find(({ state }) => state === 'old')
    return older !== undefined && fallsInto(cardId, profile.olderGenerationShare) ? older : authorities.current(kind)
  }

  const make = async (decided: Decided): Promise<IssuedRow> => {
    const { kind, medium, publicKey, cardId, cardExpiresAt, municipality, notBefore, requestKey, basicFour } = decided
    const place = placeOf(municipalities, municipality)
    const { authority, certificate: ca, generation } = generationFor(kind, cardId)
    if (authority === undefined)
      throw new Problem(503, 'no-current-generation', `the ${kind} ca has no key that may issue`)
    const notAfter = Math.min(decided.notAfter, ca.notAfter)
    const { number, serialNumber } = await serials.nextForResident(kind)
    const certificate = await issueResidentCertificate({
      ...{ kind, medium, ca: authority, serialNumber: BigInt(`0x${serialNumber}`), publicKey },
      ...{ notBefore, notAfter, municipality: place, subjectSequence: number, policyArc: profile.policyArc },
      ...(basicFour && { basicFour }),
      ...(profile.ocspUrl !== undefined && { ocspUrl: profile.ocspUrl }),
    })
    const row: IssuedRow = {
      ...{ kind, medium, generation, serialNumber, number, requestKey, cardId, cardExpiresAt, municipality },
      ...{ notBefore, notAfter },
      replaced: decided.replaced?.serialNumber ?? null,
      lineage: decided.replaced?.lineage ?? serialNumber,
      parent: decided.parent?.serialNumber ?? null,
      certificate: toBase64(certificate),
    }
    if (await store.addCertificate(row)) return row
    return (await store.issuedFor(requestKey)) ?? row
  }

  return {
    make,
    /** Every step may be done again: a repeated order finishes what a crash left. */
    begin: async (row: IssuedRow): Promise<z.output<typeof certificateIssued>> => {
      const { kind, serialNumber, cardId, municipality, generation, notBefore, notAfter, certificate } = row
      const life = { kind, serialNumber, cardId, notAfter, municipality, generation }
      await certificates.start(`${kind}-${serialNumber}`, life)
      const caCertificate = toBase64(authorities.of(kind, generation).der)
      return { serialNumber, certificate, caCertificate, notBefore, notAfter }
    },
  }
}

export type Certifying = ReturnType<typeof createCertifying>
